/** Cells of a grid, one after another in this process: data and device stay open, a cell that fails does not end the others. */
import { RunError, UsageError } from "../../core/errors.ts";
import type { PartEstimate } from "../../estimate-trial.ts";
import { TakenError } from "../../platform/node/claim.ts";
import { hasStudy, isLeftBeside, openResultsFolder } from "../../platform/node/results-folder.ts";
import type { DoneSummary } from "../../report/files/grid-files.ts";
import type { Shard } from "../../study/jobs.ts";
import { duration } from "../display/progress-text.ts";
import { aboutText } from "../display/work-text.ts";
import { isTemporary } from "../exit-codes.ts";
import { nothingKept, type Session } from "../results/session.ts";
import { type StudyOptions, studyIn } from "../results/study-command.ts";
import type { StudyMaterial } from "../results/study-material.ts";
import { reported } from "../results/study-output.ts";
import { askedTraining, readyToTrain } from "../results/trained-study.ts";
import { clearUp } from "../results/written-study.ts";
import { cellResultIn } from "./cell-result.ts";
import type { Cell } from "./cells.ts";
import type { GridFolder } from "./grid-folder.ts";

const DIGITS = 4;

/** A cell that did not come to its end. */
export interface FailedCell {
  readonly name: string;
  readonly message: string;
  /** Another process is doing it. */
  readonly isTaken?: boolean;
}

interface CellsWork {
  readonly folder: GridFolder;
  readonly session: Session;
  /** Beside those of the cells: how they are computed, and what is told. */
  readonly options: StudyOptions;
  readonly material: StudyMaterial;
  /** Part of the repeats that is done of each; absent: all. */
  readonly within?: Shard;
}

/** `, about 12 min left` by the cells that were done; empty before the first. @param took milliseconds of each */
function leftText(took: readonly number[], left: number): string {
  const sum = took.reduce((all, one) => all + one, 0);
  return took.length === 0 ? "" : `, ${aboutText((sum / took.length) * left)} left`;
}

/** @param firstMs what the first cell will take */
function wholeText(firstMs: number, cells: number): string[] {
  const others = cells - 1;
  if (others === 0) return [];
  const like = others === 1 ? "the other cell takes" : `the other ${others.toLocaleString("en")} cells take`;
  return [`grid:    ${aboutText(firstMs * cells)} in all, if ${like} as long`];
}

/** A cell's table is in its report; that of the grid comes at the end. */
function quietly({ display }: Session): Session {
  return { display, told: () => nothingKept, conclude() {}, print: async () => {} };
}

/** Computes a cell into its folder, through the same code as `run`. @throws as that */
async function computed(cell: Cell, work: CellsWork, tellWhole: ((firstMs: number) => void) | undefined) {
  const { folder, session, options, material, within } = work;
  const out = folder.cell(cell.name);
  const own = { ...options, ...cell.options, out };
  const asked = askedTraining(cell.options);
  let estimatedMs: number | undefined;
  const onEstimates = (parts: readonly PartEstimate[]) => {
    estimatedMs = parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  };
  const means = { material, isEstimated: tellWhole !== undefined, onEstimates };
  const quiet = quietly(session);
  const before = session.told;
  session.told = async () => {
    const [grid, study] = [await before(), await quiet.told()];
    const kept = study === nothingKept ? grid.kept : `${grid.kept}; of the cell in hand ${study.kept}`;
    return { ...grid, ...(kept !== undefined && { kept }) };
  };
  const shard = within && { shard: within, out };
  try {
    await studyIn(quiet, { options: own, shard, defaultOut: () => out }, (place, compute) =>
      readyToTrain(asked, own, means, place, (study) => {
        if (estimatedMs !== undefined) tellWhole?.(estimatedMs);
        return compute(study);
      }),
    );
  } finally {
    session.told = before;
  }
}

/**
 * Ends a cell whose results are complete, where a kill came behind the last of them: clears up, and makes its report.
 * @throws TakenError where another process is about to
 */
export async function finished(
  { name }: Pick<Cell, "name">,
  {
    folder,
    session,
    options,
  }: Pick<CellsWork, "folder" | "session"> & { readonly options: Pick<StudyOptions, "report"> },
): Promise<void> {
  const out = folder.cell(name);
  if (!(await isLeftBeside(out))) return;
  using own = await openResultsFolder(out, { force: false, again: true, tell: session.display.line });
  // Whoever had it may have come to its end since.
  if (!(await own.isAbandoned())) return;
  await clearUp(own, session.display);
  if (options.report) await reported(own, () => {}, false);
}

/** What is said of a cell that has failed. */
function failureText(error: unknown): string {
  if (error instanceof RunError || error instanceof UsageError) return error.message;
  return `unexpected error: ${error instanceof Error ? error.message : String(error)}`;
}

/** Says in the folder of the grid what a cell that is done has found, unless it is said. */
export async function summarized({ name }: Pick<Cell, "name">, folder: GridFolder): Promise<DoneSummary> {
  const there = folder.resultSummary(name);
  if (there !== undefined) return there;
  const summary = { state: "done" as const, ...(await cellResultIn(folder.cell(name), name)) };
  await folder.writeSummary(name, summary);
  return summary;
}

/**
 * Does the cells that are not done, in their order.
 * @returns those that have failed, or that another process is doing
 * @throws RunError where the device is lost or the disk is full: the others would fail alike
 */
export async function runCells(cells: readonly Cell[], work: CellsWork): Promise<FailedCell[]> {
  const { folder, session, options, within } = work;
  const { display } = session;
  const failed: FailedCell[] = [];
  const took: number[] = [];
  const tellWhole = (firstMs: number) => {
    for (const line of wholeText(firstMs, cells.length)) display.line(line);
  };
  for (const [index, cell] of cells.entries()) {
    const begin = performance.now();
    display.line(`cell ${index + 1} of ${cells.length}: ${cell.name}${leftText(took, cells.length - index)}`);
    try {
      // Another process may have done it meanwhile.
      const isDone = options.force !== true && (await hasStudy(folder.cell(cell.name)));
      if (isDone) await finished(cell, work);
      else {
        await folder.forget(cell.name);
        await computed(cell, work, index === 0 && within === undefined ? tellWhole : undefined);
        took.push(performance.now() - begin);
      }
      if (within === undefined || isDone) {
        const { result } = await summarized(cell, folder);
        display.line(
          `done:    test accuracy ${result.accuracy.mean.toFixed(DIGITS)}, after ${duration(performance.now() - begin)}`,
        );
      }
    } catch (error) {
      if (isTemporary(error)) throw error;
      const message = failureText(error);
      const isTaken = error instanceof TakenError;
      failed.push({ name: cell.name, message, isTaken });
      display.stop();
      const [first] = message.split("\n");
      display.line(isTaken ? "taken:   another process is doing it" : `failed:  ${first}; on to the next cell`);
      if (!isTaken) await folder.writeSummary(cell.name, { state: "failed", message });
    }
  }
  return unlessDone(failed, folder);
}

/** Without cells that another process has done meanwhile. */
async function unlessDone(failed: readonly FailedCell[], folder: GridFolder): Promise<FailedCell[]> {
  const left: FailedCell[] = [];
  for (const cell of failed) {
    if (cell.isTaken && (await hasStudy(folder.cell(cell.name)))) await summarized(cell, folder);
    else left.push(cell);
  }
  return left;
}
