/** What commands that make results do alike: the folder, the signals, what is kept, the report. */
import { dirname } from "node:path";
import type { AnyDataset } from "../../core/dataset.ts";
import { RunError, UsageError } from "../../core/errors.ts";
import { type ResultSink, resultNames } from "../../core/platform.ts";
import { makeNewFolder, openResultsFolder, type ResultsFolder } from "../../platform/node/results-folder.ts";
import { reportOfRun } from "../commands/report-command.ts";
import type { ProgressDisplay } from "../display/progress-display.ts";
import { duration } from "../display/progress-text.ts";
import type { Told } from "./interruption.ts";
import { keptText, partsText } from "./kept-results.ts";
import { removeIfEmpty } from "./made-folders.ts";
import { nothingKept, type Session } from "./session.ts";

export interface OutputOptions {
  readonly force?: boolean;
  /** Use nothing that an interrupted run has left. */
  readonly fresh?: boolean;
  readonly quiet?: boolean;
  /** Show the plan. */
  readonly verbose?: boolean;
  /** False where no report is wanted. */
  readonly report: boolean;
  /** Show the report in the browser. */
  readonly open?: boolean;
}

/** `20260131-235959`, for names of folders. */
export function timeStamp(started: Date): string {
  return started.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
}

export function showDataset(
  { name, train, validation, test, features, classes }: AnyDataset,
  display: ProgressDisplay,
): void {
  const samples = `${train.count} / ${validation.count} / ${test.count} samples`;
  display.line(`data:    ${name}, ${samples}, ${features} features, ${classes} classes`);
}

/** Where results go. */
interface Destination {
  /** As asked for. */
  readonly out?: string;
  /** Otherwise a folder that did not exist, of this name or one with a number behind it. */
  readonly otherwise: string;
}

/** The folder that was asked for, or a new one; those that are made on the way go again if nothing comes into them. */
async function folderFor(asked: string | undefined, otherwise: string): Promise<string> {
  if (asked !== undefined) {
    removeIfEmpty(asked);
    return asked;
  }
  const removeAsWell = removeIfEmpty(dirname(otherwise));
  const out = await makeNewFolder(otherwise);
  removeAsWell(out);
  return out;
}

/** Parts stay until the results are complete. */
function onward(sink: ResultSink, asked: string | undefined): string {
  return `the same command${asked === undefined ? ` with --out ${sink.label}` : ""} goes on from there`;
}

/** What is in the folder of results, or of parts alone; undefined where nothing is. */
async function keptIn(folder: ResultsFolder): Promise<string | undefined> {
  return keptText(folder) ?? (await partsText(folder.parts));
}

/** What a signal leaves of a study. */
async function toldOf(sink: ResultsFolder, asked: string | undefined): Promise<Told> {
  const kept = await keptIn(sink);
  if (kept === undefined) return nothingKept;
  if (sink.written.has(resultNames.study)) return { kept, fix: `gpu-importance report ${sink.label} makes the report` };
  return { kept, fix: onward(sink, asked) };
}

/** The error, with what is in the folder in spite of it. */
async function withKept(error: unknown, sink: ResultsFolder, asked: string | undefined): Promise<unknown> {
  if (!(error instanceof RunError) || error.fault.kept !== undefined) return error;
  const kept = await keptIn(sink).catch(() => undefined); // The error says what is wrong with the folder.
  if (kept === undefined) return error;
  const more = sink.written.has(resultNames.study) ? "" : `; ${onward(sink, asked)}`;
  return new RunError({ ...error.fault, kept: `${kept}${more}` }, { cause: error });
}

/** @throws UsageError where a report is to be opened that is not made. */
export function requireReport({ report, open }: Pick<OutputOptions, "report" | "open">): void {
  if (report || open !== true) return;
  throw new UsageError({
    what: "--open opens the report, and --no-report makes none",
    expected: "one of them",
    found: "both of them",
    fix: "leave one of them out",
  });
}

/**
 * Opens the folder for results, has them written into it, and makes their report.
 * @throws UsageError, RunError
 */
export async function withResults(
  session: Session,
  { out: asked, otherwise }: Destination,
  options: OutputOptions,
  started: Date,
  work: (folder: ResultsFolder) => Promise<void>,
): Promise<void> {
  requireReport(options);
  const { display } = session;
  // The folder first: a mistake there must not cost hours of computing.
  const out = await folderFor(asked, otherwise);
  using sink = await openResultsFolder(out, { force: options.force === true, tell: display.line });
  session.told = () => toldOf(sink, asked);
  try {
    await work(sink);
    session.conclude(`results in ${out} after ${duration(Date.now() - started.getTime())}`);
    if (options.report) await reportOfRun(out, sink, session.conclude, options.open === true);
  } catch (error) {
    display.stop();
    throw await withKept(error, sink, asked);
  }
}
