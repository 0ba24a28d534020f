/**
 * Bundles what the pages of reports and grids bring along into dist/: scripts with all that they import, and styles. A script
 * opens with the licences of the packages in it, as they ask.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "..");
const assets = join(root, "src/page-assets");

/** One file of src/page-assets with all that it imports: its text, and the files it is made of. */
async function bundled(name: string): Promise<{ readonly text: string; readonly inputs: readonly string[] }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(assets, name)],
    outdir: "dist",
    absWorkingDir: root,
    bundle: true,
    minify: true,
    charset: "utf8",
    format: "iife",
    target: "es2022",
    write: false,
    metafile: true,
    logLevel: "warning",
  });
  return { text: outputFiles[0]!.text, inputs: Object.keys(metafile.inputs) };
}

/** Licence texts of the packages that the bundled files come from, each once. */
function licences(inputs: readonly string[]): string {
  const folders = new Set(Array.from(inputs, (path) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]));
  folders.delete(undefined);
  const packagesOf = new Map<string, string[]>();
  for (const folder of folders) {
    const file = readdirSync(join(root, folder!)).find((name) => /^licen[cs]e/i.test(name));
    const text = file === undefined ? "" : readFileSync(join(root, folder!, file), "utf8").trim();
    packagesOf.set(text, [...(packagesOf.get(text) ?? []), folder!.replace("node_modules/", "")]);
  }
  return [...packagesOf].map(([text, packages]) => `${packages.sort().join(", ")}:\n\n${text}`).join("\n\n");
}

mkdirSync(join(root, "dist"), { recursive: true });
const script = await bundled("live-figures.ts");
const notice = licences(script.inputs).replaceAll("*/", "* /");
writeFileSync(join(root, "dist/report-page.js"), `/*\n${notice}\n*/\n${script.text}`);
writeFileSync(join(root, "dist/grid-page.js"), (await bundled("grid-page.ts")).text);
for (const style of ["report-page.css", "grid-page.css"])
  writeFileSync(join(root, "dist", style), (await bundled(style)).text);
