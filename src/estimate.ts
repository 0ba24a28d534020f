/**
 * What the parts of a study take on a device, before it begins: each is tried on a little of its work, with the shapes of
 * the study and as much at once as it will do. What is tried changes no result: nothing of it is kept.
 */
import { ablateNetworks, ablationEvaluations, constantModesOf } from "./ablation/ablate-networks.ts";
import { fittingEvaluations, needsConstants } from "./ablation/modes/fit-modes.ts";
import type { LayerMoments } from "./ablation/modes/rebuilding.ts";
import { countsAlone } from "./ablation/neurons-alone.ts";
import { removalOrders } from "./ablation/orders.ts";
import { atRandom, ordersPerScope, rankingsAsked } from "./ablation/rankings.ts";
import { rebuiltSweep } from "./ablation/rebuilt/rebuilt-sweep.ts";
import { type ShapleyRequest, shapleyEvaluations } from "./ablation/shapley/shapley-sweep.ts";
import { curveEvaluations, fastSweep } from "./ablation/walks/fast-sweep.ts";
import { pairEvaluations, pairRemovals } from "./ablation/walks/pair-removals.ts";
import { singleRemovals } from "./ablation/walks/single-removals.ts";
import { type RemovalOrder, rebuildingModes } from "./core/ablation.ts";
import type { AnyDataset, Dataset } from "./core/dataset.ts";
import { classesOf, hiddenUnits, type NetworkShape, studyShape } from "./core/layers/network-shape.ts";
import { type Network, networkShape } from "./core/network.ts";
import type { NeuronTable } from "./core/neuron-table.ts";
import type { PairScope } from "./core/pairs.ts";
import type { Clock } from "./core/platform.ts";
import { scopesOf } from "./core/scope.ts";
import type { AnalysisConfig, MeasuringConfig, StudyConfig } from "./core/study.ts";
import { searchEstimates } from "./estimate-orders.ts";
import { MADE_UP_MEAN, type Material, onSome, type PartEstimate, there, tried } from "./estimate-trial.ts";
import type { Devices } from "./gpu/device/devices.ts";
import { groupsOfNetwork } from "./measure-groups.ts";
import { gatherEvidence, needsShapley, pairsOfNetworks, shapleyFor } from "./measure-networks.ts";
import type { Measure } from "./measures/measure.ts";
import { measuresNamed } from "./measures/measure-choice.ts";
import { uploadNetworks } from "./passes/device-networks.ts";
import type { DeviceSplit } from "./passes/device-split.ts";
import { ablationPlan, analysisPlan, measuringPlan, requireRoom, sizeOf, studyPlan, trainingPlan } from "./plan.ts";
import { initialNetwork } from "./train/initialisation.ts";
import { trainNetworks } from "./train/trainer.ts";

/** Samples of the first trial of a sweep or a measurement: a block of 64 for each lane of a subgroup, of which fewer stand idle. */
const FIRST_SAMPLES = 512;
/** Neurons of a layer that are removed alone in a trial on a software adapter, which has no lanes to fill. */
const FEW_NEURONS = 32;
/** Neurons of a layer whose pairs are removed in a trial there. */
const FEW_WALKS = 2;
/** Permutations of a layer in a trial on a device with lanes to fill. */
const SHAPLEY_DRAWS = 20;

async function trainingEstimate(material: Material, config: StudyConfig): Promise<PartEstimate> {
  const { gpu, clock, dataset, shape } = material;
  const { repeats, epochs, batchSize } = config;
  const together = trainingPlan(gpu, sizeOf(dataset), config, repeats).portions[0]!.count;
  const group = Array.from({ length: together }, (_, repeat) => repeat);
  // A step of no length takes as long as any, and does not diverge.
  const options = { ...config, shape, epochs: 1, learningRate: Number.MIN_VALUE };
  const { fixed, each } = await tried(
    {
      least: Math.min(2 * batchSize, dataset.train.count),
      most: there(dataset.train),
      hasLongBeginning: true, // initial weights, and their way to the device and back
      run: (samples) => onSome(material, "train", samples, (split) => trainNetworks(gpu, split, group, options)),
    },
    clock,
  );
  const groups = repeats / together;
  const milliseconds = groups * (fixed + epochs * each * dataset.train.count);
  return { part: "train", amount: repeats * epochs, unit: "epochs", milliseconds };
}

async function measuringEstimate(material: Material, config: MeasuringConfig): Promise<PartEstimate> {
  const { gpu, clock, dataset, network } = material;
  const together = measuringPlan(gpu, sizeOf(dataset), config, config.repeats).portions[0]!.count;
  const measures = measuresNamed(config.measures);
  // Sweeps take far longer than passes: a little of them is tried alone.
  const request = { ...config, measures: measures.filter((measure) => !needsShapley(measure)) };
  const shapley = shapleyFor(measures, config);
  using networks = uploadNetworks(
    gpu,
    Array.from({ length: together }, () => network),
  );
  const numbered = Array.from({ length: together }, (_, repeat) => ({ repeat, network }));
  const work = (split: DeviceSplit) => gatherEvidence(gpu, networks, split, request, numbered);
  const { fixed, each } = await tried(
    {
      least: FIRST_SAMPLES,
      most: there(dataset.validation),
      run: (samples) => onSome(material, "validation", samples, work),
    },
    clock,
  );
  // The test set is evaluated as well.
  const samples = dataset.validation.count + dataset.test.count;
  const passes = (config.repeats / together) * (fixed + each * samples);
  const swept = shapley === undefined ? 0 : await shapleyMilliseconds(material, config, shapley);
  const paired = config.pairs === undefined ? 0 : await pairsMilliseconds(material, { ...config, pairs: config.pairs });
  const grouped =
    config.groups === undefined ? 0 : await groupsMilliseconds(material, { ...config, groups: config.groups });
  const milliseconds = passes + swept + paired + grouped;
  return { part: "measure", amount: config.repeats, unit: "networks", milliseconds };
}

/** Work on the validation set that is done for one network after another. @param work of one */
async function eachNetwork(
  material: Material,
  { repeats }: Pick<MeasuringConfig, "repeats">,
  work: (split: DeviceSplit) => Promise<unknown>,
): Promise<number> {
  const { clock, dataset } = material;
  const run = (samples: number) => onSome(material, "validation", samples, work);
  const { fixed, each } = await tried({ least: FIRST_SAMPLES, most: there(dataset.validation), run }, clock);
  return repeats * (fixed + each * dataset.validation.count);
}

/** Counting pairs of neurons: a pass of its own. */
function pairsMilliseconds(
  material: Material,
  config: MeasuringConfig & { readonly pairs: PairScope },
): Promise<number> {
  const { gpu, network } = material;
  const work = (split: DeviceSplit) => pairsOfNetworks(gpu, [{ repeat: 0, network }], split, config);
  return eachNetwork(material, config, work);
}

/** Groups of neurons of one network: a pass, and the search for the most informative, as of bits. */
function groupsMilliseconds(
  material: Material,
  config: MeasuringConfig & { readonly groups: number },
): Promise<number> {
  const { gpu, network, shape } = material;
  const { bits: _, bins: __, ...ofBits } = config;
  const work = (split: DeviceSplit) =>
    groupsOfNetwork(gpu, { network, table: madeUpTable(shape) }, split, {
      ...ofBits,
      measures: [],
    });
  return eachNetwork(material, config, work);
}

/** Random orders of each scope. */
function someOrders(shape: NetworkShape, { scopes, seed }: MeasuringConfig, draws: number): RemovalOrder[] {
  const hidden = hiddenUnits(shape);
  return removalOrders(madeUpTable(shape), {
    scopes: scopesOf(hidden.length, scopes),
    rankings: [atRandom(draws)],
    seed,
  });
}

/** Of neurons that nothing is known of. */
function madeUpTable(shape: NetworkShape): NeuronTable {
  const hidden = hiddenUnits(shape);
  const addresses = hidden.flatMap((units, index) => Array.from({ length: units }, (_, neuron) => [index + 1, neuron]));
  return {
    repeat: 0,
    rows: addresses.length,
    classes: classesOf(shape),
    samples: 0,
    layer: Uint32Array.from(addresses, ([layer]) => layer!),
    neuron: Uint32Array.from(addresses, ([, neuron]) => neuron!),
    preferredClass: new Uint32Array(),
    meanActivation: new Float32Array(),
    measures: {},
  };
}

/** Networks, walks or neurons on which a sweep is tried, and what one of them stands for. */
interface Sweep {
  readonly part: "measure" | "fit" | "curves" | "rebuild" | "singles" | "pairs";
  /** Evaluations of one network. */
  readonly evaluations: number;
  /** Of them, those that the trial does for each of its networks. */
  readonly ofTrial: number;
  run(split: DeviceSplit): Promise<unknown>;
}

/** @param networks of the trial */
async function sweepEstimate(
  material: Material,
  { repeats }: MeasuringConfig,
  networks: number,
  { part, evaluations, ofTrial, run }: Sweep,
): Promise<PartEstimate> {
  const { clock, dataset } = material;
  const name = part === "measure" || part === "fit" ? "validation" : "test";
  const { fixed, each } = await tried(
    {
      least: FIRST_SAMPLES,
      most: there(dataset[name]),
      hasLongBeginning: part === "rebuild", // whatever the samples, a solve a step
      run: (samples) => onSome(material, name, samples, run),
    },
    clock,
  );
  const once = fixed + each * dataset[name].count;
  const milliseconds = once * (repeats / networks) * (evaluations / ofTrial);
  return { part, amount: evaluations * repeats, unit: "evaluations", milliseconds };
}

/** Networks of a trial: a device with thousands of lanes takes as long for a few walks as for many. */
function networksOfTrial({ gpu, dataset }: Material, config: MeasuringConfig): number {
  return gpu.facts.software ? 1 : ablationPlan(gpu, sizeOf(dataset), config, config.repeats).portions[0]!.count;
}

/** A network of a trial. @param alone neurons that are removed alone */
function taskOf({ network, shape }: Material, orders: readonly RemovalOrder[], alone: readonly Uint32Array[]) {
  const meanActivations = hiddenUnits(shape).map((units) => new Float32Array(units).fill(MADE_UP_MEAN));
  return { network, repeat: 0, orders, meanActivations, optimalConstants: meanActivations, alone };
}

async function curvesEstimate(material: Material, asked: MeasuringConfig): Promise<PartEstimate[]> {
  const config = { ...asked, modes: constantModesOf(asked.modes) };
  if (config.modes.length === 0) return [];
  const { gpu, shape } = material;
  // Of the scope that has most: sequences have no order by rank.
  const perScope = ordersPerScope(rankingsAsked(config)).layers;
  const draws = gpu.facts.software ? 1 : perScope;
  const none = hiddenUnits(shape).map(() => new Uint32Array());
  const task = taskOf(material, someOrders(shape, config, draws), none);
  const networks = networksOfTrial(material, config);
  const tasks = Array.from({ length: networks }, () => task);
  const ofTrial = ablationEvaluations(task, config);
  const evaluations = (ofTrial * perScope) / draws;
  const run = (split: DeviceSplit) => ablateNetworks(gpu, split, tasks, config);
  return [await sweepEstimate(material, config, networks, { part: "curves", evaluations, ofTrial, run })];
}

/** Neurons that vary alike, each by itself. */
function madeUpMoments(units: number): LayerMoments {
  const covariances = new Float64Array(units * units);
  for (let neuron = 0; neuron < units; neuron++) covariances[neuron * (units + 1)] = 1;
  return { means: new Float32Array(units).fill(MADE_UP_MEAN), covariances };
}

/** Curves of rebuilt neurons: one order of each scope, of one network. */
async function rebuiltEstimate(material: Material, config: MeasuringConfig): Promise<PartEstimate[]> {
  const modes = rebuildingModes.filter((mode) => config.modes.includes(mode));
  if (modes.length === 0) return [];
  const { gpu, shape } = material;
  const orders = someOrders(shape, config, 1);
  const task = { ...taskOf(material, orders, []), moments: hiddenUnits(shape).map(madeUpMoments) };
  const ofTrial = curveEvaluations(task, { modes, stride: config.stride });
  const evaluations = ofTrial * ordersPerScope(rankingsAsked(config)).layers;
  const run = (split: DeviceSplit) => rebuiltSweep(gpu, split, task, { modes, stride: config.stride });
  return [await sweepEstimate(material, config, 1, { part: "rebuild", evaluations, ofTrial, run })];
}

/** The search for constants. What else is fitted is a pass. */
async function fittingEstimate(material: Material, config: MeasuringConfig): Promise<PartEstimate[]> {
  if (!needsConstants(config.modes)) return [];
  const [ofTrial] = await singlesEstimate(material, { ...config, modes: ["optimal"], singles: FEW_NEURONS }, "fit");
  const evaluations = fittingEvaluations(material.network, ["optimal"]) * config.repeats;
  const milliseconds = (ofTrial!.milliseconds * evaluations) / ofTrial!.amount;
  return [{ part: "fit", amount: evaluations, unit: "evaluations", milliseconds }];
}

/** Sweeps for Shapley values, none of which ends early. */
async function shapleyMilliseconds(
  material: Material,
  config: MeasuringConfig,
  shapley: ShapleyRequest,
): Promise<number> {
  const { gpu, shape } = material;
  const draws = gpu.facts.software ? 1 : SHAPLEY_DRAWS;
  const scopes = [...new Set(shapley.games.map(({ players }) => players))];
  const task = taskOf(material, someOrders(shape, { ...config, scopes }, draws), []);
  const networks = networksOfTrial(material, config);
  const tasks = Array.from({ length: networks }, () => task);
  const options = { modes: [...new Set(shapley.games.map(({ mode }) => mode))], stride: 1 };
  const ofTrial = curveEvaluations(task, options);
  const evaluations = shapleyEvaluations(shape, shapley);
  const run = (split: DeviceSplit) => fastSweep(gpu, split, tasks, options);
  const { milliseconds } = await sweepEstimate(material, config, networks, {
    part: "measure",
    evaluations,
    ofTrial,
    run,
  });
  return milliseconds;
}

async function singlesEstimate(
  material: Material,
  config: MeasuringConfig,
  part: "fit" | "singles" = "singles",
): Promise<PartEstimate[]> {
  const { gpu, shape } = material;
  const counts = countsAlone(shape, config.singles);
  const modes = constantModesOf(config.modes);
  if (modes.length === 0 || counts.every((count) => count === 0)) return [];
  const most = gpu.facts.software ? FEW_NEURONS : Number.POSITIVE_INFINITY;
  const few = counts.map((count) => Uint32Array.from({ length: Math.min(count, most) }, (_, neuron) => neuron));
  // The intact network once a layer.
  const evaluationsOf = (neurons: readonly number[]) =>
    modes.length * neurons.reduce((sum, count) => sum + count + 1, 0);
  const networks = networksOfTrial(material, config);
  const tasks = Array.from({ length: networks }, () => taskOf(material, [], few));
  const run = (split: DeviceSplit) => singleRemovals(gpu, split, tasks, modes);
  const [evaluations, ofTrial] = [evaluationsOf(counts), evaluationsOf(few.map(({ length }) => length))];
  return [await sweepEstimate(material, config, networks, { part, evaluations, ofTrial, run })];
}

async function pairsEstimate(material: Material, config: MeasuringConfig): Promise<PartEstimate[]> {
  const { gpu, shape } = material;
  const modes = constantModesOf(config.modes);
  const hidden = hiddenUnits(shape);
  const evaluations = pairEvaluations(hidden, modes.length);
  if (config.pairRemovals === undefined || evaluations === 0) return [];
  const walks = gpu.facts.software ? FEW_WALKS : Number.POSITIVE_INFINITY;
  const networks = networksOfTrial(material, config);
  const tasks = Array.from({ length: networks }, () => ({ ...taskOf(material, [], []), walks }));
  const run = (split: DeviceSplit) => pairRemovals(gpu, split, tasks, modes);
  const ofTrial = pairEvaluations(hidden, modes.length, walks);
  return [await sweepEstimate(material, config, networks, { part: "pairs", evaluations, ofTrial, run })];
}

type Estimating = (material: Material) => Promise<PartEstimate[]>;

/** Does trials on the device of a study, which nobody profiles. @throws RunError with what the device reported */
function onDevices(devices: Devices, about: Omit<Material, "gpu">, estimating: Estimating): Promise<PartEstimate[]> {
  return devices.attempt((gpu) => ({
    doing: "trying how long the study takes",
    plan: "a little of each part",
    run: () => estimating({ ...about, gpu }),
  }));
}

async function removalEstimates(material: Material, config: MeasuringConfig): Promise<PartEstimate[]> {
  const swept = async (measures: readonly Measure[]) =>
    shapleyMilliseconds(material, config, shapleyFor(measures, config)!);
  const searching = await searchEstimates(material, config, swept);
  const measuring = [await measuringEstimate(material, config), ...searching];
  const ablating = [await fittingEstimate(material, config), await curvesEstimate(material, config)];
  const alone = [await rebuiltEstimate(material, config), await singlesEstimate(material, config)];
  return [...measuring, ...ablating.flat(), ...alone.flat(), ...(await pairsEstimate(material, config))];
}

/**
 * Tries each part of a study for a fraction of a second or so.
 * @throws RunError where the study does not fit the memory, and with what the device reported.
 */
export async function studyEstimates(
  devices: Devices,
  dataset: Dataset,
  config: StudyConfig,
  clock: Clock,
): Promise<PartEstimate[]> {
  requireRoom(studyPlan(devices.current, sizeOf(dataset), config));
  const shape = studyShape(dataset, config);
  const network = initialNetwork(config.seed, 0, shape, config.activation);
  return onDevices(devices, { clock, dataset, shape, network }, async (material) => [
    await trainingEstimate(material, config),
    ...(await removalEstimates(material, config)),
  ]);
}

/**
 * The same of an analysis.
 * @param network one of those that are analysed
 * @throws RunError as `studyEstimates`
 */
export async function analysisEstimates(
  devices: Devices,
  dataset: AnyDataset,
  config: AnalysisConfig,
  clock: Clock,
  network: Network,
): Promise<PartEstimate[]> {
  requireRoom(analysisPlan(devices.current, sizeOf(dataset), config));
  const shape = networkShape(network);
  return onDevices(devices, { clock, dataset, shape, network }, (material) => removalEstimates(material, config));
}
