/** What is made of a grid when its cells are done: grid.csv, the pages, the table on stdout. */
import { join } from "node:path";
import { gridNames } from "../../core/platform.ts";
import { loadGridAssets } from "../../platform/node/report-assets.ts";
import { gridCsv } from "../../report/files/grid-csv.ts";
import type { GridRecord } from "../../report/files/grid-files.ts";
import type { GridRow } from "../../report/grid/grid-row.ts";
import { gridTable } from "../display/grid-text.ts";
import { openInBrowser } from "../display/open-in-browser.ts";
import type { Session } from "../results/session.ts";
import type { OutputOptions } from "../results/study-output.ts";
import type { GridFolder } from "./grid-folder.ts";
import { summarized } from "./run-cells.ts";

/** What is known of the cells of a grid, in the order of its file. Of one that is complete and not summarized, that is done now. */
async function gridRows(folder: GridFolder, record: GridRecord): Promise<GridRow[]> {
  const states = await folder.states();
  const rows: GridRow[] = [];
  for (const { name, options: given } of record.cells) {
    const state = states.get(name) ?? "missing";
    if (state === "done") await summarized({ name }, folder);
    const summary = state === "done" || state === "failed" ? folder.summary(name, state) : undefined;
    const more = summary === undefined ? {} : summary.state === "done" ? summary : { message: summary.message };
    rows.push({ name, given, ...more, state, figures: state === "done" ? await folder.figures(name) : [] });
  }
  return rows;
}

/** Writes grid.csv, and the pages where they are wanted. @throws RunError */
async function writeGridReport(
  folder: GridFolder,
  { rows, varying, file }: { readonly rows: readonly GridRow[] } & Pick<GridRecord, "varying" | "file">,
  pages: boolean,
): Promise<void> {
  await folder.write(gridNames.table, gridCsv(rows));
  if (!pages) return;
  const { gridPage } = await import("../../report/grid/grid-page.ts");
  const { comparisonPage } = await import("../../report/grid/comparison-page.ts");
  const assets = await loadGridAssets();
  await folder.write(gridNames.comparison, [await comparisonPage(rows, assets)]);
  await folder.write(gridNames.report, [await gridPage({ rows, varying, file }, assets)]);
}

/** Writes what is made of all cells, says where it is, and prints the table. @throws RunError */
export async function reportGrid(
  folder: GridFolder,
  record: GridRecord,
  { display, print }: Session,
  { report, open }: Pick<OutputOptions, "report" | "open">,
): Promise<void> {
  const rows = await gridRows(folder, record);
  await writeGridReport(folder, { ...record, rows }, report);
  display.line(`table:   ${join(folder.label, gridNames.table)}`);
  const page = join(folder.label, gridNames.report);
  if (report) display.line(`report:  ${page}`);
  await print(gridTable(rows));
  if (report && open === true) await openInBrowser(page);
}
