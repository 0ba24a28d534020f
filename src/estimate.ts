/**
 * What the parts of a study take on a device, before it begins: each is tried on a little of its work, with the shapes of
 * the study and as much at once as it will do. What is tried changes no result: nothing of it is kept.
 */
import { ablateNetworks, ablationEvaluations } from "./ablation/ablate-networks.ts";
import { countsAlone } from "./ablation/neurons-alone.ts";
import { removalOrders } from "./ablation/orders.ts";
import { atRandom, ordersPerScope, rankingsAsked } from "./ablation/rankings.ts";
import { findSequences } from "./ablation/sequences/registry.ts";
import { type ShapleyRequest, shapleyEvaluations } from "./ablation/shapley/shapley-sweep.ts";
import { curveEvaluations, fastSweep } from "./ablation/walks/fast-sweep.ts";
import { singleRemovals } from "./ablation/walks/single-removals.ts";
import type { RemovalOrder } from "./core/ablation.ts";
import { type AnyDataset, type Dataset, isPaged, type PagedSplit, type Split } from "./core/dataset.ts";
import { classesOf, hiddenUnits, type NetworkShape, studyShape } from "./core/layers/network-shape.ts";
import { greatest } from "./core/long-arrays.ts";
import { type Network, networkShape } from "./core/network.ts";
import type { NeuronTable } from "./core/neuron-table.ts";
import type { Clock } from "./core/platform.ts";
import { scopesOf } from "./core/scope.ts";
import { isGreedy, type Sequence } from "./core/sequences.ts";
import type { AnalysisConfig, MeasuringConfig, StudyConfig } from "./core/study.ts";
import type { GpuContext } from "./gpu/device/context.ts";
import type { Devices } from "./gpu/device/devices.ts";
import { gatherEvidence, needsShapley, shapleyFor } from "./measure-networks.ts";
import { measuresNamed, sequencesNamed } from "./measures/measure-choice.ts";
import { uploadNetworks } from "./passes/device-networks.ts";
import { type DeviceSplit, uploadSplit } from "./passes/device-split.ts";
import { ablationPlan, analysisPlan, measuringPlan, requireRoom, sizeOf, studyPlan, trainingPlan } from "./plan.ts";
import { initialNetwork } from "./train/initialisation.ts";
import { trainNetworks } from "./train/trainer.ts";

export type Part = "train" | "measure" | "search" | "curves" | "singles";

export interface PartEstimate {
  readonly part: Part;
  readonly amount: number;
  readonly unit: "epochs" | "networks" | "evaluations";
  /** Of all networks, as the trial says. */
  readonly milliseconds: number;
}

/** A trial that takes this long says more about the work than about its beginning and its end. */
const TELLING_MS = 120;
/** Samples on which kernels are compiled, untimed. */
const COMPILING_SAMPLES = 64;
/** How much larger the next one is. */
const GROWTH = 4;
/** Samples of the first trial of a sweep or a measurement: a block of 64 for each lane of a subgroup, of which fewer stand idle. */
const FIRST_SAMPLES = 512;
/** Neurons of a layer that are removed alone in a trial on a software adapter, which has no lanes to fill. */
const FEW_NEURONS = 32;
/** Permutations of a layer in a trial on a device with lanes to fill. */
const SHAPLEY_DRAWS = 20;
/** What stands for removed neurons in mode `mean`: not 0, which is removed in another way. */
const MADE_UP_MEAN = 0.5;

/** Work on so many samples. */
interface Trial {
  readonly least: number;
  readonly most: number;
  /** Whether the beginning takes so long beside a little work that one trial says nothing of the rest. */
  readonly hasLongBeginning?: boolean;
  run(samples: number): Promise<unknown>;
}

/** Milliseconds = fixed + each * samples. */
interface Line {
  readonly fixed: number;
  readonly each: number;
}

interface Point {
  readonly samples: number;
  readonly ms: number;
}

/** Through two points, or in proportion to one; neither beginning nor sample takes less than nothing. */
export function lineThrough(first: Point, second: Point): Line {
  if (second.samples === first.samples) return { fixed: 0, each: second.ms / second.samples };
  const each = Math.max(0, (second.ms - first.ms) / (second.samples - first.samples));
  return { fixed: Math.max(0, second.ms - each * second.samples), each };
}

async function tried({ least, most, hasLongBeginning = false, run }: Trial, clock: Clock): Promise<Line> {
  const timed = async (samples: number): Promise<Point> => {
    const start = clock();
    await run(samples);
    return { samples, ms: clock() - start };
  };
  const larger = (samples: number) => Math.min(most, samples * GROWTH);
  // Kernels are compiled when they first run.
  await run(Math.min(least, most, COMPILING_SAMPLES));
  let before: Point | undefined;
  let last = await timed(Math.min(least, most));
  while ((last.ms < TELLING_MS || (hasLongBeginning && before === undefined)) && last.samples < most) {
    before = last;
    last = await timed(larger(last.samples));
  }
  return lineThrough(before ?? last, last);
}

/** What trials are made of. */
interface Material {
  readonly gpu: GpuContext;
  readonly clock: Clock;
  readonly dataset: AnyDataset;
  readonly shape: NetworkShape;
  /** Like those of the study. */
  readonly network: Network;
}

async function firstSamples(split: Split | PagedSplit, features: number, count: number): Promise<Split> {
  const inputs = isPaged(split) ? (await split.readPage(0)).slice(0, count * features) : split.inputs;
  return { inputs: inputs.subarray(0, count * features), labels: split.labels.subarray(0, count), count };
}

/** Samples of a split that a trial can have. */
const there = (split: Split | PagedSplit) => (isPaged(split) ? Math.min(split.pageSamples, split.count) : split.count);

/** Does something with the first samples of a split on the device. */
async function onSome<T>(
  { gpu, dataset }: Material,
  name: "train" | "validation" | "test",
  samples: number,
  work: (split: DeviceSplit) => Promise<T>,
): Promise<T> {
  const { features, classes } = dataset;
  using split = uploadSplit(gpu, name, await firstSamples(dataset[name], features, samples), features, classes);
  return await work(split);
}

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
  const milliseconds = passes + (shapley === undefined ? 0 : await shapleyMilliseconds(material, config, shapley));
  return { part: "measure", amount: config.repeats, unit: "networks", milliseconds };
}

/** Sequences of all networks: quadratic ones whole, and of greedy ones a step that removes all that there is. */
async function searchEstimates(material: Material, config: MeasuringConfig): Promise<PartEstimate[]> {
  const sequences = sequencesNamed(config.measures);
  if (sequences.length === 0) return [];
  const { dataset, shape } = material;
  const total = hiddenUnits(shape).reduce((sum, units) => sum + units, 0);
  const most = config.scopes.includes("network") ? total : greatest(hiddenUnits(shape));
  // Networks shrink to nothing on the way, so that steps are half as long on average.
  const steps = (Math.ceil(most / (config.greedyBlock ?? 1)) + 1) / 2;
  const once = async (own: readonly Sequence[], times: number): Promise<number> => {
    if (own.length === 0) return 0;
    const { fixed, each } = await searchLine(material, { ...config, greedyBlock: total }, own);
    return times * (fixed + each * dataset.validation.count);
  };
  const greedy = await once(sequences.filter(isGreedy), steps);
  const others = await once(
    sequences.filter((sequence) => !isGreedy(sequence)),
    1,
  );
  const { repeats } = config;
  return [{ part: "search", amount: repeats, unit: "networks", milliseconds: repeats * (greedy + others) }];
}

function searchLine(
  material: Material,
  { scopes, greedyBlock }: MeasuringConfig,
  sequences: readonly Sequence[],
): Promise<Line> {
  const { gpu, clock, dataset, network, shape } = material;
  const means = hiddenUnits(shape).map((units) => new Float32Array(units).fill(MADE_UP_MEAN));
  const asked = { sequences, scopes, greedyBlock };
  const work = (samples: DeviceSplit) => findSequences({ gpu, network, samples, means }, asked);
  const run = (samples: number) => onSome(material, "validation", samples, work);
  return tried({ least: COMPILING_SAMPLES, most: there(dataset.validation), hasLongBeginning: true, run }, clock);
}

/** Random orders of each scope. */
function someOrders(shape: NetworkShape, { scopes, seed }: MeasuringConfig, draws: number): RemovalOrder[] {
  const hidden = hiddenUnits(shape);
  const addresses = hidden.flatMap((units, index) => Array.from({ length: units }, (_, neuron) => [index + 1, neuron]));
  const table: NeuronTable = {
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
  return removalOrders(table, { scopes: scopesOf(hidden.length, scopes), rankings: [atRandom(draws)], seed });
}

/** Networks, walks or neurons on which a sweep is tried, and what one of them stands for. */
interface Sweep {
  readonly part: "measure" | "curves" | "singles";
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
  const name = part === "measure" ? "validation" : "test";
  const { fixed, each } = await tried(
    {
      least: FIRST_SAMPLES,
      most: there(dataset[name]),
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
  return { network, repeat: 0, orders, meanActivations, alone };
}

async function curvesEstimate(material: Material, config: MeasuringConfig): Promise<PartEstimate> {
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
  return sweepEstimate(material, config, networks, { part: "curves", evaluations, ofTrial, run });
}

/** Sweeps for Shapley values, none of which ends early. */
async function shapleyMilliseconds(
  material: Material,
  config: MeasuringConfig,
  shapley: ShapleyRequest,
): Promise<number> {
  const { gpu, shape } = material;
  const draws = gpu.facts.software ? 1 : SHAPLEY_DRAWS;
  const task = taskOf(material, someOrders(shape, { ...config, scopes: ["layers"] }, draws), []);
  const networks = networksOfTrial(material, config);
  const tasks = Array.from({ length: networks }, () => task);
  const options = { modes: shapley.modes, stride: 1 };
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

async function singlesEstimate(material: Material, config: MeasuringConfig): Promise<PartEstimate[]> {
  const { gpu, shape } = material;
  const counts = countsAlone(shape, config.singles);
  if (counts.every((count) => count === 0)) return [];
  const most = gpu.facts.software ? FEW_NEURONS : Number.POSITIVE_INFINITY;
  const few = counts.map((count) => Uint32Array.from({ length: Math.min(count, most) }, (_, neuron) => neuron));
  // The intact network once a layer.
  const evaluationsOf = (neurons: readonly number[]) =>
    config.modes.length * neurons.reduce((sum, count) => sum + count + 1, 0);
  const networks = networksOfTrial(material, config);
  const tasks = Array.from({ length: networks }, () => taskOf(material, [], few));
  const run = (split: DeviceSplit) => singleRemovals(gpu, split, tasks, config.modes);
  const [evaluations, ofTrial] = [evaluationsOf(counts), evaluationsOf(few.map(({ length }) => length))];
  return [await sweepEstimate(material, config, networks, { part: "singles", evaluations, ofTrial, run })];
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
  const measuring = [await measuringEstimate(material, config), ...(await searchEstimates(material, config))];
  return [...measuring, await curvesEstimate(material, config), ...(await singlesEstimate(material, config))];
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
