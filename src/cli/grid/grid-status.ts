/** How far a grid has come: by names of files, and a few of the small ones, so that ten thousand cells are listed in a second. */
import { gridNames } from "../../core/platform.ts";
import type { CellSummary } from "../../report/files/grid-files.ts";
import { duration } from "../display/progress-text.ts";
import type { GridFolder } from "./grid-folder.ts";
import { openGrids, type UnitedCell, unitedCells } from "./united-grid.ts";

/** Cells that are done are alike enough for so many to say how long one takes. */
const MOST_TIMED = 100;
/** Of each state; `--json` has all. */
const MOST_NAMED = 5;
const MS_PER_SECOND = 1000;

interface GridStatus {
  readonly file: string;
  readonly varying: string;
  readonly cells: readonly UnitedCell[];
  readonly failed: readonly { readonly cell: UnitedCell; readonly message: string }[];
  /** Milliseconds; absent where none is done. */
  readonly cellMs?: number;
}

/** Undefined where it is damaged, or of another version: then it says nothing. */
function summaryOf(cell: UnitedCell, state: CellSummary["state"]): CellSummary | undefined {
  const { folder, name } = cell.at!;
  return state === "done" ? folder.resultSummary(name) : folder.summary(name, state);
}

/** Mean time of some cells that are done, spread over all of them. */
function meanMs(done: readonly UnitedCell[]): number | undefined {
  const step = Math.max(1, Math.floor(done.length / MOST_TIMED));
  const times = done
    .filter((_, index) => index % step === 0)
    .flatMap((cell) => {
      const summary = summaryOf(cell, "done");
      return summary?.state === "done" ? [summary.elapsedMs] : [];
    });
  return times.length === 0 ? undefined : times.reduce((sum, one) => sum + one, 0) / times.length;
}

/** @throws UsageError where the folders are of several grids; RunError where one cannot be read */
export async function gridStatus(folders: readonly string[]): Promise<GridStatus> {
  const grids = await openGrids(folders);
  const cells = unitedCells(grids);
  const failed = cells.flatMap((cell) => {
    const summary = cell.state === "failed" ? summaryOf(cell, "failed") : undefined;
    return summary?.state === "failed" ? [{ cell, message: summary.message }] : [];
  });
  const cellMs = meanMs(inState(cells, "done"));
  const { file, varying } = grids[0].record;
  return { file, varying, cells, failed, ...(cellMs !== undefined && { cellMs }) };
}

const inState = (cells: readonly UnitedCell[], state: UnitedCell["state"]) =>
  cells.filter((cell) => cell.state === state);

/** Milliseconds of what is not done; undefined while nothing is. */
function restMs({ cells, cellMs }: GridStatus): number | undefined {
  const left = cells.filter(({ state }) => state !== "done").length;
  return left === 0 ? 0 : cellMs === undefined ? undefined : left * cellMs;
}

/** As scripts read it: times in seconds. */
export function gridStatusJson(folders: readonly string[], status: GridStatus) {
  const { cells, failed, file, cellMs } = status;
  const rest = restMs(status);
  const names = (state: UnitedCell["state"]) => inState(cells, state).map(({ name }) => name);
  return {
    folders,
    grid: file,
    complete: cells.every(({ state }) => state === "done"),
    cells: cells.length,
    done: names("done"),
    failed: failed.map(({ cell: { name }, message }) => ({ name, message })),
    begun: names("begun"),
    missing: names("missing"),
    secondsPerCell: cellMs === undefined ? null : cellMs / MS_PER_SECOND,
    restSeconds: rest === undefined ? null : rest / MS_PER_SECOND,
  };
}

/** How many there are, and names, indented below. @param about what is said of one, on lines of its own */
function countedLines<T extends UnitedCell>(
  title: string,
  cells: readonly T[],
  about: (cell: T) => string[] = () => [],
): string[] {
  if (cells.length === 0) return [];
  const shown = cells.slice(0, MOST_NAMED).flatMap((cell) => [`         ${cell.name}`, ...about(cell)]);
  const cut = cells.length > MOST_NAMED ? ["         ..."] : [];
  return [`${title.padEnd(9)}${cells.length.toLocaleString("en")}`, ...shown, ...cut];
}

/** Said once, of all states. */
function unnamedLines(states: readonly (readonly unknown[])[]): string[] {
  const unnamed = states.reduce((sum, { length }) => sum + Math.max(0, length - MOST_NAMED), 0);
  return unnamed === 0 ? [] : [`more     ${unnamed.toLocaleString("en")} cells: see --json`];
}

function begunLines(begun: readonly UnitedCell[]): string[] {
  const [first] = begun;
  if (first === undefined) return [];
  const path = (first.at!.folder as GridFolder).cell(first.at!.name);
  return [...countedLines("begun", begun), `         how far one is: gpu-importance status ${path}`];
}

function failedLines(failed: GridStatus["failed"]): string[] {
  const cells = failed.map(({ cell, message }) => ({ ...cell, message }));
  return countedLines("failed", cells, ({ message }) => message.split("\n").map((line) => `           ${line}`));
}

export function gridStatusLines(status: GridStatus): string[] {
  const { cells, failed, file, varying, cellMs } = status;
  const done = inState(cells, "done").length;
  const [begun, missing] = [inState(cells, "begun"), inState(cells, "missing")];
  const rest = restMs(status);
  const left =
    rest === 0
      ? `nothing: the same command, or merge, makes ${gridNames.report}`
      : rest === undefined
        ? "not known yet"
        : `about ${duration(rest)} of computing, at ${duration(cellMs!)} a cell`;
  return [
    `${file}${varying === "" ? "" : `: ${varying}`}`,
    `done     ${done.toLocaleString("en")} of ${cells.length.toLocaleString("en")} cells`,
    ...failedLines(failed),
    ...begunLines(begun),
    ...countedLines("missing", missing),
    ...unnamedLines([failed, begun, missing]),
    `left     ${left}`,
  ];
}
