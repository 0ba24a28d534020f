/** What commands that make results do alike: the folder, the signals, what is kept, the report. */
import { dirname, join } from "node:path";
import type { AnyDataset } from "../../core/dataset.ts";
import { RunError, UsageError } from "../../core/errors.ts";
import { type ResultSink, resultNames } from "../../core/platform.ts";
import { makeNewFolder, namesIn, openResultsFolder, type ResultsFolder } from "../../platform/node/results-folder.ts";
import { reportOfRun } from "../commands/report-command.ts";
import { openInBrowser } from "../display/open-in-browser.ts";
import type { ProgressDisplay } from "../display/progress-display.ts";
import { duration } from "../display/progress-text.ts";
import type { Told } from "./interruption.ts";
import { allIn, keptText, partsText } from "./kept-results.ts";
import { removeIfEmpty } from "./made-folders.ts";
import { nothingKept, type Session } from "./session.ts";

export interface OutputOptions {
  readonly force?: boolean;
  /** Use nothing that an interrupted run has left. */
  readonly fresh?: boolean;
  readonly profile?: boolean;
  /** Path of a trace; implies a profile. */
  readonly trace?: string;
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
  /** Whether they are made out of others, which stay: then results without study.json are of an earlier try. */
  readonly isCopied?: boolean;
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
  if (folder.isComplete) return allIn(folder);
  return keptText(folder) ?? (await partsText(folder.parts));
}

/** What a signal leaves of a study. */
async function toldOf(sink: ResultsFolder, asked: string | undefined): Promise<Told> {
  const kept = await keptIn(sink);
  if (kept === undefined) return nothingKept;
  if (sink.isComplete || sink.written.has(resultNames.study))
    return { kept, fix: `gpu-importance report ${sink.label} makes the report` };
  return { kept, fix: onward(sink, asked) };
}

/** The error, with what is in the folder in spite of it. */
async function withKept(error: unknown, sink: ResultsFolder, asked: string | undefined): Promise<unknown> {
  if (!(error instanceof RunError) || error.fault.kept !== undefined) return error;
  const kept = await keptIn(sink).catch(() => undefined); // The error says what is wrong with the folder.
  if (kept === undefined) return error;
  const isWhole = sink.isComplete || sink.written.has(resultNames.study);
  const more = isWhole ? "" : `; ${onward(sink, asked)}`;
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

/** Makes the report, or shows the one that is there of results that were complete before. */
export async function reported(sink: ResultsFolder, tell: (line: string) => void, open: boolean): Promise<void> {
  const isThere = sink.isComplete && (await namesIn(sink.label)).includes(resultNames.report);
  if (!isThere) await reportOfRun(sink.label, sink, tell, open);
  else if (open) await openInBrowser(join(sink.label, resultNames.report));
}

/**
 * Opens the folder for results, has them written into it, unless they are complete, and makes their report.
 * @throws UsageError, RunError
 */
export async function withResults(
  session: Session,
  { out: asked, otherwise, isCopied }: Destination,
  options: OutputOptions,
  started: Date,
  work: (folder: ResultsFolder) => Promise<void>,
): Promise<void> {
  requireReport(options);
  const { display } = session;
  // The folder first: a mistake there must not cost hours of computing.
  const out = await folderFor(asked, otherwise);
  const { force = false, fresh = false, profile = false, trace } = options;
  // A profile is of what is computed.
  const again = !fresh && !profile && trace === undefined;
  using sink = await openResultsFolder(out, { force, again, copied: isCopied === true, tell: display.line });
  session.told = () => toldOf(sink, asked);
  try {
    await work(sink);
    const took = `results in ${out} after ${duration(Date.now() - started.getTime())}`;
    session.conclude(sink.isComplete ? `results in ${out} were complete: nothing was computed` : took);
    if (options.report) await reported(sink, session.conclude, options.open === true);
  } catch (error) {
    display.stop();
    throw await withKept(error, sink, asked);
  }
}
