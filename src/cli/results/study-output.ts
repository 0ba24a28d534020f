/** What commands that make results do alike: the folder, the signals, the files in their order, the table. */
import { dirname } from "node:path";
import type { AnyDataset } from "../../core/dataset.ts";
import { RunError, UsageError } from "../../core/errors.ts";
import { type ResultSink, resultNames } from "../../core/platform.ts";
import type { Profile } from "../../core/profile.ts";
import type { Stage } from "../../core/progress.ts";
import type { Provenance, RecordedConfig, RepeatSummary, StudyResults } from "../../core/study.ts";
import { summarizeDataset } from "../../data/splits/summarize-dataset.ts";
import { clock } from "../../host/clock.ts";
import { makeNewFolder, openResultsFolder } from "../../platform/node/results-folder.ts";
import { completeResults, measureFiles, modelFiles, profileFile } from "../../report/files/result-files.ts";
import { summaryTable } from "../../report/tables/summary-table.ts";
import type { StudyObserver, StudyOutcome } from "../../study.ts";
import { reportOfRun } from "../commands/report-command.ts";
import { planLines } from "../display/plan-text.ts";
import { createProgressDisplay, type ProgressDisplay } from "../display/progress-display.ts";
import { duration } from "../display/progress-text.ts";
import { print } from "../display/standard-streams.ts";
import { CurveKeeper } from "./curve-keeper.ts";
import { endInOrder, saveOnSignal, type Told } from "./interruption.ts";
import { keptText } from "./kept-results.ts";
import { removeIfEmpty } from "./made-folders.ts";

export interface OutputOptions {
  readonly force?: boolean;
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

/** The table, with an empty line around it where progress is on the same terminal. */
async function showTable(results: StudyResults, display: ProgressDisplay): Promise<void> {
  const amongProgress = process.stdout.isTTY === true && process.stderr.isTTY === true;
  if (amongProgress) display.line("");
  await print(summaryTable(results));
  if (amongProgress) display.line("");
}

/** Where results go. */
export interface Destination {
  /** As asked for. */
  readonly out?: string;
  /** Otherwise a folder that did not exist, of this name or one with a number behind it. */
  readonly otherwise: string;
  /** The command that goes on with what an interrupted run has left in the folder; undefined where there is none. */
  onward?(sink: ResultSink): string | undefined;
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

const nothingKept: Told = { kept: "nothing: no file was finished", fix: "the same command begins anew" };

/** What a signal leaves of a study. */
function toldOf(sink: ResultSink, onward: string | undefined): Told {
  const kept = keptText(sink);
  if (kept === undefined) return nothingKept;
  if (sink.written.has(resultNames.study)) return { kept, fix: `gpu-importance report ${sink.label} makes the report` };
  const anew = "the same command with --force begins anew";
  return { kept, fix: onward === undefined ? anew : `go on without training: ${onward}` };
}

/** The error, with what is in the folder in spite of it. */
function withKept(error: unknown, sink: ResultSink, onward: string | undefined): unknown {
  const kept = keptText(sink);
  if (!(error instanceof RunError) || error.fault.kept !== undefined || kept === undefined) return error;
  const more = onward === undefined ? "" : `; ${toldOf(sink, onward).fix}`;
  return new RunError({ ...error.fault, kept: `${kept}${more}` }, { cause: error });
}

/** @throws UsageError where a report is to be opened that is not made. */
function requireReport({ report, open }: OutputOptions): void {
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
  { out: asked, otherwise, onward }: Destination,
  options: OutputOptions,
  started: Date,
  work: (sink: ResultSink, display: ProgressDisplay) => Promise<void>,
): Promise<void> {
  requireReport(options);
  const display = createProgressDisplay({ stream: process.stderr, quiet: options.quiet === true, clock });
  let told: () => Told = () => nothingKept;
  endInOrder(display.stop, () => told());
  // The folder first: a mistake there must not cost hours of computing.
  const out = await folderFor(asked, otherwise);
  const sink = await openResultsFolder(out, { force: options.force === true, tell: display.line });
  told = () => toldOf(sink, onward?.(sink));
  try {
    await work(sink, display);
    display.line(`results in ${out} after ${duration(Date.now() - started.getTime())}`);
    if (options.report) await reportOfRun(out, sink, display.line, options.open === true);
  } catch (error) {
    display.stop();
    throw withKept(error, sink, onward?.(sink));
  }
}

/** Writes the curves of the repeats that were swept before the study failed; the error then says so. */
async function keepFinished(keeper: CurveKeeper, of: number, sink: ResultSink, error: unknown): Promise<unknown> {
  if (!(error instanceof RunError)) return error;
  await keeper.save();
  if (keeper.kept === 0) return error;
  const kept = `curves of ${keeper.kept} of ${of} repeats in ${sink.label}; study.json is not written`;
  return new RunError({ ...error.fault, kept }, { cause: error });
}

interface StudyTelling {
  /** The stage behind the plan. */
  readonly first: Stage;
  readonly repeats: number;
  /** Told how well the networks do, before the sweep begins. */
  onEvaluated?(repeats: readonly RepeatSummary[]): Promise<void>;
}

/**
 * Computes a study and writes what each stage yields as soon as it is there. Where the sweep fails, the curves that were
 * finished are kept.
 */
export async function writtenStudy(
  compute: (observer: StudyObserver) => Promise<StudyOutcome>,
  { first, repeats, onEvaluated }: StudyTelling,
  { verbose }: OutputOptions,
  sink: ResultSink,
  display: ProgressDisplay,
): Promise<StudyOutcome> {
  const keeper = new CurveKeeper(sink, repeats, clock);
  const forget = saveOnSignal(() => keeper.save());
  const failed = (error: unknown) => display.line(`note:    curves are not kept yet: ${(error as Error).message}`);
  const outcome = await compute({
    onProgress: display.show,
    onPlan(plan) {
      for (const line of verbose === true ? planLines(plan) : []) display.line(line);
      display.begin(first);
    },
    async onTrained(networks) {
      for (const file of modelFiles(networks)) await sink.write(file);
      if (first !== "measure") display.begin("measure");
    },
    async onMeasured(neurons, orders, evaluated) {
      await onEvaluated?.(evaluated);
      for (const file of measureFiles(neurons, orders)) await sink.write(file);
      display.begin("ablate");
    },
    onWarning: display.warn,
    onAblated: (part) => keeper.add(part, failed),
  }).catch(async (error: unknown) => {
    throw await keepFinished(keeper, repeats, sink, error);
  });
  forget();
  await keeper.idle();
  display.end();
  return outcome;
}

/** Writes the files that complete a folder, study.json last, and prints the table. */
export async function closeResults(
  config: RecordedConfig,
  dataset: AnyDataset,
  provenance: Provenance,
  outcome: StudyOutcome,
  sink: ResultSink,
  display: ProgressDisplay,
  profile?: Profile,
): Promise<void> {
  const results: StudyResults = { config, dataset: summarizeDataset(dataset), provenance, ...outcome };
  await completeResults(results, sink, profile ? [profileFile(profile)] : []);
  await showTable(results, display);
}
