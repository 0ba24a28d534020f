/** `gpu-importance analyze`: the study of networks that others trained. */
import { basename, extname, join } from "node:path";
import { type Command, Option } from "commander";
import {
  activationsOf,
  asRepeats,
  type FiledNetwork,
  fittedNetworks,
  nearChanceOn,
  requireAlike,
} from "../../analyze.ts";
import { type LayerActivation, layerActivation, networkActivationText } from "../../core/activation.ts";
import type { AnyDataset } from "../../core/dataset.ts";
import { UsageError } from "../../core/errors.ts";
import { classesOf, shapeText } from "../../core/layers/network-shape.ts";
import { networkShape } from "../../core/network.ts";
import type { AnalysisConfig, RepeatSummary } from "../../core/study.ts";
import { inputsForNetworks } from "../../data/inputs/inputs-for-networks.ts";
import { analysisEstimates } from "../../estimate.ts";
import { type AnalysisOptions, analysisConfig } from "../../host/analysis-config.ts";
import { clock } from "../../host/clock.ts";
import { given } from "../../host/given.ts";
import { type DeviceChoice, openDevices } from "../../host/open-device.ts";
import { openNetwork } from "../../host/open-network.ts";
import { partOriginOf } from "../../host/provenance.ts";
import type { ShardChoice } from "../../host/shard-of.ts";
import { dataName, readLargeStudyData } from "../../host/study-data.ts";
import { allowedMeasures } from "../../measures/measure-choice.ts";
import { remeasureConfig } from "../../measures/remeasured.ts";
import { shapleyConfig } from "../../measures/shapley-config.ts";
import type { ReadOptions } from "../../models/model-reader.ts";
import { guessingWarning } from "../../study/warnings.ts";
import { chanceHint } from "../display/chance-hints.ts";
import type { ProgressDisplay } from "../display/progress-display.ts";
import { tellInputs } from "../display/tell-inputs.ts";
import { argumentOf, withExamples } from "../options/help.ts";
import { addModelOptions } from "../options/model-options.ts";
import { megabytes, signedDecimal } from "../options/option-values.ts";
import { addComputingOptions, addResultOptions } from "../options/result-options.ts";
import { addShardOptions, shardAsked } from "../options/shard-options.ts";
import { addDataOptions, addDataSourceOption, addSweepOptions } from "../options/study-options.ts";
import { budgeted, withinBudget } from "../results/budgeted.ts";
import { requireSameOptions } from "../results/complete-results.ts";
import { beginSession } from "../results/session.ts";
import { type ReadyPlace, type ReadyStudy, type StudyOptions, studyIn } from "../results/study-command.ts";
import { showDataset, timeStamp } from "../results/study-output.ts";
import { isBegunIn } from "../results/study-store.ts";

interface AnalyzeOptions extends AnalysisOptions, DeviceChoice, StudyOptions, ShardChoice {
  /** Megabytes (10^6 bytes). */
  readonly dataMemory?: number;
  /** Steps and draws are as fine as so many minutes allow, whatever was asked for. */
  readonly minutes?: number;
}

/** `results/digits-perceptron-20260131-235959`; a number follows where two begin within a second. */
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
    fix: "omit --alpha",
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
    const about = `${file}, ${format}: ${shapeText(networkShape(network))}, ${networkActivationText(network.activation)}`;
    tell(`network: ${about}`);
    for (const note of notes) tell(`         ${note}`);
    networks.push({ file, network });
  }
  requireAlike(networks);
  return networks;
}

/** Networks that are told what might be wrong with them: the repeats of a study mostly have one fault. */
const MOST_HINTS = 3;

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

/** Says how well the networks do before neurons are removed: a wrong normalisation shows in it. */
function accuracyTeller(
  networks: readonly FiledNetwork[],
  dataset: AnyDataset,
  isScaled: boolean,
  { line: tell, warn }: Pick<ProgressDisplay, "line" | "warn">,
): (repeats: readonly RepeatSummary[]) => Promise<void> {
  const isNearChance = nearChanceOn(dataset);
  return async (repeats) => {
    let hints = 0;
    for (const repeat of repeats) {
      const { file } = networks[repeat.repeat]!;
      const { testAccuracy, validationAccuracy } = repeat;
      const right = `${percent(testAccuracy)} of the test and ${percent(validationAccuracy)} of the validation samples`;
      tell(`accuracy: ${right}, ${file}`);
      const doubtful = isNearChance(repeat);
      if (doubtful) {
        warn(guessingWarning(file));
      }
      if (hints === MOST_HINTS || (!doubtful && repeat !== repeats[0])) continue;
      const hint = await chanceHint(networks[repeat.repeat]!.network, dataset, { tryInputs: doubtful, isScaled });
      if (hint === undefined) continue;
      hints++;
      tell(`hint:     ${hint}`);
    }
  };
}

/** Reads networks and data and opens a device for an analysis, which is computed before they are given back. */
async function ready(
  models: readonly string[],
  options: AnalyzeOptions,
  { folder, display }: ReadyPlace,
  compute: (analysis: ReadyStudy) => Promise<void>,
): Promise<void> {
  const begin = clock();
  const { data, label, noHeader, drop, classes, split, normalize, standardize, weightsLayout } = options;
  const reading = given({ activation: assumedActivation(options), weightsLayout });
  const read = await readNetworks(models, reading, display.line);
  const { names: measures, notes } = allowedMeasures(options.measures, activationsOf(read), options.pairs);
  for (const note of notes) display.line(`measures: ${note}`);
  remeasureConfig({ ...options, measures });
  const wanted = analysisConfig(read, { ...options, ...shapleyConfig(options), measures });
  await requireSameOptions(folder, withinBudget(wanted, options.minutes));
  const rescaled = read.some(({ network }) => network.inputTreatment !== undefined);
  const asked = {
    data,
    ...given({ label, noHeader, drop, classes, split, normalize, standardize }),
    outputs: classesOf(networkShape(read[0]!.network)),
  };
  using stored = await readLargeStudyData(asked, { keepMegabytes: options.dataMemory, rescaled }, display);
  showDataset(stored, display);
  const fitted = fittedNetworks(read, stored, options.channels);
  for (const note of new Set(fitted.notes.flat())) display.line(`network: ${note}`);
  const warnings: string[] = [];
  const warn = (warning: string) => {
    warnings.push(warning);
    display.warn(warning);
  };
  const { dataset, networks } = tellInputs(inputsForNetworks(fitted.dataset, fitted.networks), {
    line: display.line,
    warn,
  });
  const dataMs = clock() - begin;
  using devices = await openDevices(options, display);
  const adapterMs = clock() - begin - dataMs;
  const estimate = (own: AnalysisConfig) => analysisEstimates(devices, dataset, own, clock, networks[0]!.network);
  const tell = options.quiet === true || options.shard !== undefined ? undefined : display.line;
  const study = { dataset, origin: partOriginOf(devices, dataset), networks: asRepeats(networks) };
  const isBegun = (own: AnalysisConfig) => isBegunIn(folder, options, { config: own, ...study });
  const config = await budgeted(wanted, options.minutes, { estimate, tell, isComplete: folder.isComplete, isBegun });
  const onEvaluated = accuracyTeller(networks, dataset, dataset.treatment !== undefined, { line: display.line, warn });
  const elapsedMs = { data: dataMs, adapter: adapterMs };
  await compute({ devices, elapsedMs, warnings, onEvaluated, config, ...study });
}

/**
 * Analyses networks and writes the files that `run` writes; prints the table on stdout.
 * @throws UsageError, RunError
 */
export async function analyze(models: readonly string[], options: AnalyzeOptions): Promise<void> {
  const shard = shardAsked(options);
  const study = { options, shard, defaultOut: (started: Date) => defaultOut(options.data, models[0]!, started) };
  await studyIn(beginSession(options), study, (place, compute) => ready(models, options, place, compute));
}

/** Adds the command `analyze` to the program. @param addDevice adds the options of device and output */
export function completeAnalyze(command: Command): void {
  argumentOf(command, "safetensors, ONNX, NumPy, Keras or TensorFlow.js; each a repeat");
  addDataSourceOption(command);
  addDataOptions(command);
  command.addOption(
    new Option("--data-memory <MB>", "read larger inputs from disk in pages (default: an eighth of RAM)").argParser(
      megabytes(0),
    ),
  );
  addModelOptions(command)
    .addOption(new Option("--alpha <x>", "slope of leaky-relu, or limit of elu").argParser(signedDecimal({ least: 0 })))
    .addOption(
      new Option("--quantize-threshold <x>", "a neuron's bit is 1 above this (default: by activation)").argParser(
        signedDecimal(),
      ),
    );
  addComputingOptions(addShardOptions(addResultOptions(addSweepOptions(command)))).action(
    (models: string[], options: AnalyzeOptions) => analyze(models, options),
  );
  withExamples(command, "analyze", [
    { what: "A network that PyTorch exported, on your own table", line: "analyze net.onnx --data table.csv --open" },
    {
      what: "A wide one, with 200 of each layer's neurons removed alone",
      line: "analyze wide.safetensors --singles 200 --stride 10",
    },
  ]);
}
