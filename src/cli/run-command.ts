/** `gpu-importance run`: data, adapter, study, files, table. */
import { existsSync, readFileSync } from "node:fs";
import { rmdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Dataset } from "../core/dataset.ts";
import type { ResultSink } from "../core/platform.ts";
import type { Provenance, StudyConfig, StudyResults } from "../core/study.ts";
import { splitEmbeddedDigits } from "../data/embedded-digits.ts";
import { readIdxFolder } from "../data/idx-folder.ts";
import { createContext, type GpuContext } from "../gpu/context.ts";
import { inStage } from "../gpu/profiler.ts";
import { dawnVersion, describeAdapter, openAdapter } from "../platform/node/adapters.ts";
import { loadDigits } from "../platform/node/digits.ts";
import { folderSource } from "../platform/node/files.ts";
import { openResultsFolder } from "../platform/node/results-folder.ts";
import { closingFiles, measureFiles, modelFiles, profileFile } from "../report/result-files.ts";
import { summaryTable } from "../report/summary-table.ts";
import { runStudy, summarizeDataset } from "../study.ts";
import { beginProfiling, type Profiling, profiledSink, profileText, studySubject } from "./profiling.ts";
import { createProgressDisplay, type ProgressDisplay } from "./progress-display.ts";
import { duration } from "./progress-text.ts";
import { print } from "./standard-streams.ts";
import { studyConfig } from "./study-options.ts";
import { wrapped } from "./wrapped-text.ts";

export interface RunOptions extends StudyConfig {
  readonly out?: string;
  readonly force?: boolean;
  readonly adapter?: string;
  readonly quiet?: boolean;
  readonly profile?: boolean;
  /** Path of a trace; implies a profile. */
  readonly trace?: string;
}

/** Version of the installed package, from its own package.json. */
export function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** What the data are called in results: the folder's own name, also where the path is `.` or `..`. */
function dataName(source: string): string {
  return basename(resolve(source)) || "data";
}

/** A folder that does not exist yet: `results/mnist-sigmoid-20260131-235959`. */
function defaultOut({ data, activation }: StudyConfig, started: Date): string {
  const stamp = started.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return join("results", `${dataName(data)}-${activation}-${stamp}`);
}

async function readDataset(source: string, display: ProgressDisplay): Promise<Dataset> {
  if (source !== "mnist") return readIdxFolder(folderSource(source), dataName(source));
  const { digits, notes } = await loadDigits();
  for (const note of notes) display.line(note);
  return splitEmbeddedDigits(digits);
}

function showDataset({ name, train, validation, test, features, classes }: Dataset, display: ProgressDisplay): void {
  const samples = `${train.count} / ${validation.count} / ${test.count} samples`;
  display.line(`data:    ${name}, ${samples}, ${features} features, ${classes} classes`);
}

async function openGpu(
  name: string | undefined,
  display: ProgressDisplay,
  profiling: Profiling | undefined,
): Promise<GpuContext> {
  const { adapter, facts, reason } = await openAdapter({ name });
  for (const line of wrapped("adapter: ", describeAdapter(facts))) display.line(line);
  for (const line of wrapped("         ", reason)) display.line(line);
  return createContext(adapter, facts, profiling);
}

/** Folders on the way to `path` that do not exist, innermost first. */
function missingFolders(path: string): string[] {
  const missing: string[] = [];
  for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) missing.push(folder);
  return missing;
}

/** A run that fails before its first file leaves no folders behind; `rmdir` spares those that hold something. */
async function removeEmpty(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await rmdir(folder).catch(() => {});
}

/** Ends the process as the signal asks, but first gives back the cursor that a bar has hidden. */
function stopOnSignals(display: ProgressDisplay): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      display.stop();
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
  stopOnSignals(display);
  const out = options.out ?? defaultOut(config, started);
  const madeFolders = missingFolders(out);
  try {
    // The folder first: a mistake there must not cost hours of computing.
    const sink = await openResultsFolder(out, { force: options.force === true });
    const profiling = await beginProfiling(options);
    await study(config, options.adapter, started, profiledSink(sink, profiling), display, profiling);
    display.line(`results in ${out} after ${duration(Date.now() - started.getTime())}`);
  } catch (error) {
    display.stop();
    await removeEmpty(madeFolders);
    throw error;
  }
}

async function study(
  config: StudyConfig,
  adapterName: string | undefined,
  started: Date,
  sink: ResultSink,
  display: ProgressDisplay,
  profiling: Profiling | undefined,
): Promise<void> {
  const begin = clock();
  const dataset = await inStage({ ...profiling }, "data", () => readDataset(config.data, display));
  const dataMs = clock() - begin;
  showDataset(dataset, display);
  using gpu = await inStage({ ...profiling }, "adapter", () => openGpu(adapterName, display, profiling));
  const adapterMs = clock() - begin - dataMs;
  display.begin("train");
  const outcome = await runStudy(gpu, dataset, config, clock, {
    onProgress: display.show,
    async onTrained(networks) {
      for (const file of modelFiles(networks)) await sink.write(file);
      display.begin("measure");
    },
    async onMeasured(neurons, orders) {
      for (const file of measureFiles(neurons, orders)) await sink.write(file);
      display.begin("ablate");
    },
  });
  display.end();
  const provenance: Provenance = {
    package: packageVersion(),
    node: process.version,
    dawn: dawnVersion,
    adapter: gpu.facts,
    started: started.toISOString(),
    elapsedMs: { data: dataMs, adapter: adapterMs, ...outcome.elapsedMs },
  };
  const results: StudyResults = { config, dataset: summarizeDataset(dataset), provenance, ...outcome };
  const profile = profiling && (await profiling.end(gpu, studySubject(dataset, config)));
  const [last, ...files] = closingFiles(results, outcome.curves, outcome.singles).reverse();
  for (const file of [...files.reverse(), ...(profile ? [profileFile(profile)] : []), last!]) await sink.write(file);
  await showTable(results, display);
  if (profile) await print(`\n${profileText(profile)}`);
}
