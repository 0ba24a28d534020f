/** What is made of a grid when its cells are done: grid.csv, the pages, the table on stdout. */
import { gridNames } from "../../core/platform.ts";
import { loadGridAssets } from "../../platform/node/report-assets.ts";
import { hasStudy } from "../../platform/node/results-folder.ts";
import { gridCsv } from "../../report/files/grid-csv.ts";
import type { GridRecord } from "../../report/files/grid-files.ts";
import type { GridRow } from "../../report/grid/grid-row.ts";
import type { GridFolder } from "./grid-folder.ts";
import { summarized } from "./run-cells.ts";

/** What is known of the cells of a grid, in the order of its file. Of one that is complete and not summarized, that is done now. */
export async function gridRows(folder: GridFolder, record: GridRecord): Promise<GridRow[]> {
  const states = await folder.states();
  const rows: GridRow[] = [];
  for (const { name, options: given } of record.cells) {
    let state = states.get(name) ?? "missing";
    if (state === "begun" && (await hasStudy(folder.cell(name)))) state = "done";
    if (state === "done") await summarized({ name }, folder);
    const summary = state === "done" || state === "failed" ? folder.summary(name, state) : undefined;
    const more = summary === undefined ? {} : summary.state === "done" ? summary : { message: summary.message };
    rows.push({ name, given, ...more, state, figures: state === "done" ? await folder.figures(name) : [] });
  }
  return rows;
}

/** Writes grid.csv, and the pages where they are wanted. @throws RunError */
export async function writeGridReport(
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
