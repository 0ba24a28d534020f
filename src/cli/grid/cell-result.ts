/** What a cell found, read off its folder. */
import { RunError } from "../../core/errors.ts";
import { resultNames } from "../../core/platform.ts";
import { folderSource } from "../../platform/node/files.ts";
import type { CellResult } from "../../report/grid/grid-row.ts";

/** @throws RunError where results are damaged, or study.json is not there */
export async function cellResultIn(
  path: string,
  name: string,
): Promise<{ readonly result: CellResult; readonly elapsedMs: number }> {
  // What analyses results takes a while to load.
  const { readStudyFiles } = await import("../../report/files/read-study.ts");
  const { analyse } = await import("../../report/analysis/analyse.ts");
  const { cellResult } = await import("../../report/grid/grid-row.ts");
  const files = await readStudyFiles(folderSource(path), name);
  const result = cellResult(analyse(files));
  const times = files.study?.provenance.elapsedMs;
  if (result === undefined || times === undefined) {
    const fix = "start the grid again: it goes on with this cell";
    throw new RunError({
      what: "the cell is not complete",
      where: path,
      expected: resultNames.study,
      found: "none",
      fix,
    });
  }
  const elapsedMs = Object.values(times).reduce((sum, one) => sum + (one ?? 0), 0);
  return { result, elapsedMs };
}
