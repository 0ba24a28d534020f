/** `gpu-importance analyze`: the study of networks that others trained. */
import { basename, extname, join } from "node:path";
import { type Command, Option } from "commander";
import { analyzeNetworks, type FiledNetwork, nearChanceOn, requireAlike } from "../analyze.ts";
import { type LayerActivation, layerActivation, networkActivationText } from "../core/activation.ts";
import type { AnyDataset } from "../core/dataset.ts";
import { UsageError } from "../core/errors.ts";
import { widthsOf } from "../core/network.ts";
import { requireFit } from "../core/network-fit.ts";
import type { ResultSink } from "../core/platform.ts";
import type { RepeatSummary } from "../core/study.ts";
import { inputsForNetworks } from "../data/inputs-for-networks.ts";
import type { ReadOptions } from "../models/model-reader.ts";
import { type AnalysisOptions, analysisConfig } from "./analysis-config.ts";
import { addModelOptions, openNetwork } from "./model-options.ts";
import { type DeviceChoice, openDevices } from "./open-device.ts";
import { megabytes, signedDecimal } from "./option-values.ts";
import type { ProgressDisplay } from "./progress-display.ts";
import { dataName, readLargeStudyData } from "./study-data.ts";
import { addDataOptions, addDataSourceOption, addSweepOptions, given } from "./study-options.ts";
import {
  clock,
  closeResults,
  type OutputOptions,
  provenanceOf,
  showDataset,
  timeStamp,
  withResults,
  writtenStudy,
} from "./study-output.ts";
import { tellInputs } from "./tell-inputs.ts";
import { wrapped } from "./wrapped-text.ts";

interface AnalyzeOptions extends AnalysisOptions, DeviceChoice, OutputOptions {
  readonly out?: string;
  /** Megabytes (10^6 bytes). */
  readonly dataMemory?: number;
}

/** A folder that does not exist yet: `results/digits-perceptron-20260131-235959`. */
function defaultOut(data: string, model: string, started: Date): string {
  return join("results", `${dataName(data)}-${basename(model, extname(model))}-${timeStamp(started)}`);
}

/** @throws UsageError where a parameter is given that no activation takes. */
function assumedActivation({ activation, alpha }: AnalyzeOptions): LayerActivation | undefined {
  const assumed = activation === undefined ? undefined : layerActivation(activation);
  if (alpha === undefined) return assumed;
  if (assumed !== undefined && "alpha" in assumed) return { ...assumed, alpha };
  throw new UsageError({
    what: "--alpha is the parameter of an activation that has none",
    expected: "--activation leaky-relu or --activation elu beside it",
    found: activation === undefined ? "no --activation" : `--activation ${activation}`,
    fix: "leave --alpha away",
  });
}

/** The networks of all files; what their readers did beyond the letter is told. */
async function readNetworks(
  models: readonly string[],
  options: ReadOptions,
  tell: (line: string) => void,
): Promise<FiledNetwork[]> {
  const networks: FiledNetwork[] = [];
  for (const file of models) {
    const { network, format, notes } = await openNetwork(file, options);
    const about = `${file}, ${format}: ${widthsOf(network).join("-")}, ${networkActivationText(network.activation)}`;
    for (const line of wrapped("network: ", about)) tell(line);
    for (const note of notes) for (const line of wrapped("         ", note)) tell(line);
    networks.push({ file, network });
  }
  requireAlike(networks);
  return networks;
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

/** Says how well the networks do before neurons are removed: a wrong normalisation shows in it. */
function accuracyTeller(
  networks: readonly FiledNetwork[],
  dataset: AnyDataset,
  { line: tell, warn }: Pick<ProgressDisplay, "line" | "warn">,
): (repeats: readonly RepeatSummary[]) => void {
  const isNearChance = nearChanceOn(dataset);
  return (repeats) => {
    for (const repeat of repeats) {
      const { file } = networks[repeat.repeat]!;
      const { testAccuracy, validationAccuracy } = repeat;
      const right = `${percent(testAccuracy)} of the test and ${percent(validationAccuracy)} of the validation samples`;
      for (const line of wrapped("accuracy: ", `${right}, ${file}`)) tell(line);
      if (!isNearChance(repeat)) continue;
      const checks = "--normalize, --standardize, --activation, and the order of the classes";
      warn(`${file} does no better than guessing: check ${checks}`);
    }
  };
}

async function analysis(
  models: readonly string[],
  options: AnalyzeOptions,
  started: Date,
  sink: ResultSink,
  display: ProgressDisplay,
): Promise<void> {
  const begin = clock();
  const { data, label, split, normalize, standardize, weightsLayout } = options;
  const reading = given({ activation: assumedActivation(options), weightsLayout });
  const read = await readNetworks(models, reading, display.line);
  const config = analysisConfig(read, options);
  const rescaled = read.some(({ network }) => network.inputTreatment !== undefined);
  const asked = { data, ...given({ label, split, normalize, standardize }) };
  using raw = await readLargeStudyData(asked, { keepMegabytes: options.dataMemory, rescaled }, display);
  showDataset(raw, display);
  requireFit(read[0]!.network, raw, read[0]!.file);
  const warnings: string[] = [];
  const warn = (warning: string) => {
    warnings.push(warning);
    display.warn(warning);
  };
  const { dataset, networks } = tellInputs(inputsForNetworks(raw, read), { line: display.line, warn });
  const dataMs = clock() - begin;
  using devices = await openDevices(options, display);
  const adapterMs = clock() - begin - dataMs;
  const outcome = await writtenStudy(
    (observer) => analyzeNetworks(devices, dataset, config, networks, clock, observer),
    {
      first: "measure",
      repeats: config.repeats,
      onEvaluated: accuracyTeller(networks, dataset, { line: display.line, warn }),
    },
    options,
    sink,
    display,
  );
  const provenance = provenanceOf(devices, started, { data: dataMs, adapter: adapterMs, ...outcome.elapsedMs });
  const told = { ...outcome, ...(warnings.length > 0 && { warnings }) };
  await closeResults(config, dataset, provenance, told, sink, display);
}

/**
 * Analyses networks and writes the files that `run` writes; prints the table on stdout.
 * @throws UsageError, RunError
 */
async function analyze(models: readonly string[], options: AnalyzeOptions): Promise<void> {
  const started = new Date();
  const out = options.out ?? defaultOut(options.data, models[0]!, started);
  await withResults(out, options, started, (sink, display) => analysis(models, options, started, sink, display));
}

/** Adds the command `analyze` to the program. @param addDevice adds the options of device and output */
export function addAnalyzeCommand(program: Command, addDevice: (command: Command) => Command): void {
  const command = program
    .command("analyze")
    .description("count, measure, ablate networks that others trained; the files of run")
    .argument("<models...>", "safetensors, ONNX, NumPy, Keras or TensorFlow.js; each a repeat")
    .showHelpAfterError("  to do:    gpu-importance analyze --help lists the options");
  addDataSourceOption(command);
  addDataOptions(command);
  command.addOption(
    new Option("--data-memory <MB>", "larger inputs are read in pieces (default: an eighth of all)").argParser(
      megabytes(0),
    ),
  );
  addModelOptions(command)
    .addOption(new Option("--alpha <x>", "parameter of that activation").argParser(signedDecimal({ least: 0 })))
    .addOption(
      new Option("--quantize-threshold <x>", "a neuron's bit is 1 above it (default: by activation)").argParser(
        signedDecimal(),
      ),
    );
  addDevice(addSweepOptions(command)).action((models: string[], options: AnalyzeOptions) => analyze(models, options));
}
