/** `gpu-importance run`: data, adapter, study, files, table. */
import { existsSync, rmdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Dataset } from "../core/dataset.ts";
import { RunError } from "../core/errors.ts";
import type { ResultSink } from "../core/platform.ts";
import type { Provenance, StudyConfig, StudyResults } from "../core/study.ts";
import { inStage } from "../gpu/profiler.ts";
import { dawnVersion } from "../platform/node/adapters.ts";
import { openResultsFolder } from "../platform/node/results-folder.ts";
import { closingFiles, curveFiles, measureFiles, modelFiles, profileFile } from "../report/files/result-files.ts";
import { summaryTable } from "../report/tables/summary-table.ts";
import { type Ablated, runStudy, summarizeDataset } from "../study.ts";
import { type DeviceChoice, openDevices } from "./open-device.ts";
import { packageVersion } from "./package-version.ts";
import { planLines } from "./plan-text.ts";
import { beginProfiling, type Profiling, profiledSink, profileText, studySubject } from "./profiling.ts";
import { createProgressDisplay, type ProgressDisplay } from "./progress-display.ts";
import { duration } from "./progress-text.ts";
import { reportOfRun } from "./report-command.ts";
import { print } from "./standard-streams.ts";
import { dataName, readStudyData } from "./study-data.ts";
import { studyConfig } from "./study-options.ts";

export interface RunOptions extends StudyConfig, DeviceChoice {
  readonly out?: string;
  readonly force?: boolean;
  readonly quiet?: boolean;
  /** Show the plan. */
  readonly verbose?: boolean;
  /** False where no report is wanted. */
  readonly report: boolean;
  readonly profile?: boolean;
  /** Path of a trace; implies a profile. */
  readonly trace?: string;
}

/** A folder that does not exist yet: `results/mnist-sigmoid-20260131-235959`. */
function defaultOut({ data, activation }: StudyConfig, started: Date): string {
  const stamp = started.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return join("results", `${dataName(data)}-${activation}-${stamp}`);
}

function showDataset({ name, train, validation, test, features, classes }: Dataset, display: ProgressDisplay): void {
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

const clock = () => performance.now();

/**
 * Runs a study and writes its files; prints the table on stdout.
 * @throws UsageError, RunError
 */
export async function run(options: RunOptions): Promise<void> {
  const config = studyConfig(options);
  const started = new Date();
  const display = createProgressDisplay({ stream: process.stderr, quiet: options.quiet === true, clock });
  const out = options.out ?? defaultOut(config, started);
  const madeFolders = missingFolders(out);
  stopOnSignals(display, madeFolders);
  try {
    // The folder first: a mistake there must not cost hours of computing.
    const sink = await openResultsFolder(out, { force: options.force === true });
    const profiling = await beginProfiling(options);
    await study(options, config, started, profiledSink(sink, profiling), display, profiling);
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

async function study(
  options: RunOptions,
  config: StudyConfig,
  started: Date,
  sink: ResultSink,
  display: ProgressDisplay,
  profiling: Profiling | undefined,
): Promise<void> {
  const begin = clock();
  const dataset = await inStage({ ...profiling }, "data", () => readStudyData(config, display.line));
  const dataMs = clock() - begin;
  showDataset(dataset, display);
  using devices = await inStage({ ...profiling }, "adapter", () => openDevices(options, display, profiling));
  const adapterMs = clock() - begin - dataMs;
  const swept: Ablated[] = [];
  const outcome = await runStudy(devices, dataset, config, clock, {
    onProgress: display.show,
    onPlan(plan) {
      for (const line of options.verbose === true ? planLines(plan) : []) display.line(line);
      display.begin("train");
    },
    async onTrained(networks) {
      for (const file of modelFiles(networks)) await sink.write(file);
      display.begin("measure");
    },
    async onMeasured(neurons, orders) {
      for (const file of measureFiles(neurons, orders)) await sink.write(file);
      display.begin("ablate");
    },
    onAblated: (part) => swept.push(part),
  }).catch(async (error: unknown) => {
    throw await keepFinished(swept, config.repeats, sink, error);
  });
  display.end();
  const provenance: Provenance = {
    package: packageVersion(),
    node: process.version,
    dawn: dawnVersion,
    adapter: devices.current.facts,
    tiles: devices.current.tiles,
    started: started.toISOString(),
    elapsedMs: { data: dataMs, adapter: adapterMs, ...outcome.elapsedMs },
  };
  const results: StudyResults = { config, dataset: summarizeDataset(dataset), provenance, ...outcome };
  const profile = profiling && (await profiling.end(devices.current, studySubject(dataset, config)));
  const [last, ...files] = closingFiles(results, outcome.curves, outcome.singles).reverse();
  for (const file of [...files.reverse(), ...(profile ? [profileFile(profile)] : []), last!]) await sink.write(file);
  await showTable(results, display);
  if (profile) await print(`\n${profileText(profile)}`);
}
