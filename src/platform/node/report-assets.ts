/** Styles and scripts of pages, as `npm run build` bundles them (scripts/bundle-page.ts). */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { RunError } from "../../core/errors.ts";
import type { PageAssets } from "../../core/platform.ts";

/** From src/ as from dist/: the package's own dist/. */
const dist = new URL("../../../dist/", import.meta.url);

async function readAsset(name: string): Promise<string> {
  const path = new URL(name, dist);
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    const fault = { what: "a part of the report's page is missing", where: fileURLToPath(path), found };
    throw new RunError({ ...fault, fix: "npm run build, or install the package again" }, { cause: error });
  }
}

/** Of the report's page. @throws RunError where the package was not built. */
export async function loadReportAssets(): Promise<PageAssets> {
  return { style: await readAsset("report-page.css"), script: await readAsset("report-page.js") };
}

/** Of the pages of a grid, which look like that. @throws RunError where the package was not built. */
export async function loadGridAssets(): Promise<PageAssets> {
  const [own, report] = [await readAsset("grid-page.css"), await readAsset("report-page.css")];
  return { style: `${report}\n${own}`, script: await readAsset("grid-page.js") };
}
