/** What commands that make results do alike: the folder, the signals, the files in their order, the table. */
import { existsSync, rmdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { AnyDataset } from "../core/dataset.ts";
import { RunError } from "../core/errors.ts";
import type { ResultSink } from "../core/platform.ts";
import type { Profile } from "../core/profile.ts";
import type { Stage } from "../core/progress.ts";
import type { Provenance, RecordedConfig, RepeatSummary, StudyResults } from "../core/study.ts";
import { summarizeDataset } from "../data/summarize-dataset.ts";
import type { Devices } from "../gpu/devices.ts";
import { dawnVersion } from "../platform/node/adapters.ts";
import { openResultsFolder } from "../platform/node/results-folder.ts";
import { closingFiles, curveFiles, measureFiles, modelFiles, profileFile } from "../report/files/result-files.ts";
import { summaryTable } from "../report/tables/summary-table.ts";
import type { Ablated, StudyObserver, StudyOutcome } from "../study.ts";
import { packageVersion } from "./package-version.ts";
import { planLines } from "./plan-text.ts";
import { createProgressDisplay, type ProgressDisplay } from "./progress-display.ts";
import { duration } from "./progress-text.ts";
import { reportOfRun } from "./report-command.ts";
import { print } from "./standard-streams.ts";

export interface OutputOptions {
  readonly force?: boolean;
  readonly quiet?: boolean;
  /** Show the plan. */
  readonly verbose?: boolean;
  /** False where no report is wanted. */
  readonly report: boolean;
}

export const clock = () => performance.now();

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

/** Folders on the way to `path` that do not exist, innermost first. */
function missingFolders(path: string): string[] {
  const missing: string[] = [];
  for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) missing.push(folder);
  return missing;
}

/** A run that ends before its first file leaves no folders behind. At once, since a signal leaves no time to wait. */
function removeEmpty(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      rmdirSync(folder);
    } catch {
      // It holds something, and stays; or it was never made, and the next one may have been.
    }
  }
}

/** Ends the process as the signal asks, but first gives back the cursor that a bar has hidden, and empty folders. */
function stopOnSignals(display: ProgressDisplay, madeFolders: readonly string[]): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      display.stop();
      removeEmpty(madeFolders);
      process.kill(process.pid, signal);
    });
  }
}

/** The table, with an empty line around it where progress is on the same terminal. */
async function showTable(results: StudyResults, display: ProgressDisplay): Promise<void> {
  const amongProgress = process.stdout.isTTY === true && process.stderr.isTTY === true;
  if (amongProgress) display.line("");
  await print(summaryTable(results));
  if (amongProgress) display.line("");
}

/**
 * Opens the folder `out`, has results written into it, and makes their report.
 * @throws UsageError, RunError
 */
export async function withResults(
  out: string,
  options: OutputOptions,
  started: Date,
  work: (sink: ResultSink, display: ProgressDisplay) => Promise<void>,
): Promise<void> {
  const display = createProgressDisplay({ stream: process.stderr, quiet: options.quiet === true, clock });
  const madeFolders = missingFolders(out);
  stopOnSignals(display, madeFolders);
  try {
    // The folder first: a mistake there must not cost hours of computing.
    await work(await openResultsFolder(out, { force: options.force === true }), display);
    display.line(`results in ${out} after ${duration(Date.now() - started.getTime())}`);
    if (options.report) await reportOfRun(out, display.line);
  } catch (error) {
    display.stop();
    removeEmpty(madeFolders);
    throw error;
  }
}

/** Writes the curves of the repeats that were swept before the study failed; the error then says so. */
async function keepFinished(parts: readonly Ablated[], of: number, sink: ResultSink, error: unknown): Promise<unknown> {
  if (parts.length === 0 || !(error instanceof RunError)) return error;
  const singles = parts.flatMap((part) => part.singles);
  const curves = parts.flatMap((part) => part.curves);
  const repeats = new Set(singles.map(({ repeat }) => repeat)).size;
  for (const file of curveFiles(curves, singles)) await sink.write(file);
  const kept = `curves of ${repeats} of ${of} repeats in ${sink.label}; study.json is not written`;
  return new RunError({ ...error.fault, kept }, { cause: error });
}

interface StudyTelling {
  /** The stage behind the plan. */
  readonly first: Stage;
  readonly repeats: number;
  /** Told how well the networks do, before the sweep begins. */
  onEvaluated?(repeats: readonly RepeatSummary[]): void;
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
  const swept: Ablated[] = [];
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
      onEvaluated?.(evaluated);
      for (const file of measureFiles(neurons, orders)) await sink.write(file);
      display.begin("ablate");
    },
    onWarning: display.warn,
    onAblated: (part) => swept.push(part),
  }).catch(async (error: unknown) => {
    throw await keepFinished(swept, repeats, sink, error);
  });
  display.end();
  return outcome;
}

/** Who computed what, and how long the stages took. */
export function provenanceOf(devices: Devices, started: Date, elapsedMs: Provenance["elapsedMs"]): Provenance {
  return {
    package: packageVersion(),
    node: process.version,
    dawn: dawnVersion,
    adapter: devices.current.facts,
    tiles: devices.current.tiles,
    started: started.toISOString(),
    elapsedMs,
  };
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
  const [last, ...files] = closingFiles(results, outcome.curves, outcome.singles).reverse();
  for (const file of [...files.reverse(), ...(profile ? [profileFile(profile)] : []), last!]) await sink.write(file);
  await showTable(results, display);
}
