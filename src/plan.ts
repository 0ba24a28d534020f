/**
 * What a study takes before it runs: how much is done at once in each stage, the memory for that, and what keeps it from
 * being more. The stages ask the same functions when they run, so this is what they do.
 */
import { constantModesOf } from "./ablation/ablate-networks.ts";
import { needsFitting, needsMoments } from "./ablation/modes/fit-modes.ts";
import { fittingArrays } from "./ablation/modes/fit-plan.ts";
import { ordersPerScope, rankingsAsked } from "./ablation/rankings.ts";
import { rebuiltArrays } from "./ablation/rebuilt/rebuilt-plan.ts";
import { greedyArrays } from "./ablation/sequences/greedy.ts";
import { searchPasses } from "./ablation/sequences/registry.ts";
import { shapleyPlan } from "./ablation/shapley/shapley-sweep.ts";
import { evaluationsFrom, pairsPlan, type SweepPlan, sweepPlan } from "./ablation/sweep-plan.ts";
import { rebuildingModes } from "./core/ablation.ts";
import { needsKeptSlope } from "./core/activation.ts";
import { type AnyDataset, isPaged } from "./core/dataset.ts";
import { RunError } from "./core/errors.ts";
import type { InputType } from "./core/input-type.ts";
import { featuresOf, studyShape } from "./core/layers/network-shape.ts";
import { greatest } from "./core/long-arrays.ts";
import { megabytes } from "./core/megabytes.ts";
import type { PairScope } from "./core/pairs.ts";
import type { Stage } from "./core/progress.ts";
import { quantizationOf } from "./core/quantization.ts";
import { isGreedy, isOfPairs } from "./core/sequences.ts";
import type { DatasetSummary, MeasuringConfig, StudyConfig } from "./core/study.ts";
import { summarizeDataset } from "./data/splits/summarize-dataset.ts";
import { plannedArrays } from "./gpu/device/layout.ts";
import {
  type Amount,
  type Bound,
  bindingBytes,
  evenly,
  largestOf,
  type PlanBasis,
  type PlannedArray,
  totalBytes,
} from "./gpu/device/plan-basis.ts";
import { removedFor, ridingFor, shapleyFor } from "./measure-networks.ts";
import { measuresNamed, sequencesNamed } from "./measures/measure-choice.ts";
import { splitLayout } from "./passes/device-split.ts";
import { ridingBasis } from "./passes/evidence/ride.ts";
import { ridingCopies, ridingTogether } from "./passes/evidence/riding-kinds.ts";
import { chunkRows } from "./passes/forward-pass.ts";
import { measuringArrays, networksAtOnce } from "./passes/measuring-plan.ts";
import { replicasAtOnce, trainingArrays } from "./train/training-plan.ts";

export interface DataSize
  extends Pick<DatasetSummary, "features" | "inputType" | "classes" | "train" | "validation" | "test"> {
  /** Samples that are on a device at a time, where a split is read page by page. */
  readonly pageSamples?: number;
}

/** What plans ask of a data set. */
export function sizeOf(dataset: AnyDataset): DataSize {
  const summary = summarizeDataset(dataset);
  const { validation, test } = dataset;
  if (!isPaged(validation) || !isPaged(test)) return summary;
  return { ...summary, pageSamples: Math.max(validation.pageSamples, test.pageSamples) };
}

/** An amount out of how many there are; `boundBy` is left out where it is always this one. */
interface Portion {
  readonly count: number;
  readonly boundBy?: Bound;
  readonly of: number;
  readonly unit: string;
}

export interface StagePlan {
  readonly stage: Stage;
  /** What is done at once, outermost first. */
  readonly portions: readonly Portion[];
  /** Of everything that is alive at the fullest moment. */
  readonly bytes: number;
  readonly largest: PlannedArray;
}

export interface StudyPlan {
  readonly memoryBytes: number;
  readonly bindingBytes: number;
  readonly stages: readonly StagePlan[];
}

function stagePlan(stage: Stage, portions: readonly Portion[], arrays: readonly PlannedArray[]): StagePlan {
  return { stage, portions, bytes: totalBytes(arrays), largest: largestOf(arrays) };
}

/** Data that do not say how inputs are kept hold bytes: nothing else was possible before they said it. */
const inputTypeFor = ({ inputType = "bytes" }: DataSize): InputType => inputType;

/** Networks of a group, as even as the groups can be. */
function group(most: Amount, networks: number): Portion {
  return { ...most, count: evenly(networks, most.count), of: networks, unit: "networks" };
}

/** Samples of a split that are on a device at a time. */
const onDevice = ({ pageSamples = Number.POSITIVE_INFINITY }: DataSize, samples: number) =>
  Math.min(samples, pageSamples);

/** Samples of a chunk. @param there those that are on the device at a time */
function chunkPortion(rows: Amount, there: number, of: number): Portion {
  const boundBy = rows.boundBy === "all" && there < of ? "page" : rows.boundBy;
  return { count: Math.min(rows.count, there), boundBy, of, unit: "samples" };
}

/** @param networks still to be trained */
export function trainingPlan(basis: PlanBasis, data: DataSize, config: StudyConfig, networks: number): StagePlan {
  const size = {
    shape: studyShape(data, config),
    inputType: inputTypeFor(data),
    samples: data.train,
    batchSize: config.batchSize,
  };
  const together = group(replicasAtOnce(basis, size, networks), networks);
  return stagePlan("train", [together], trainingArrays(basis, size, together.count));
}

/** The widest pairs that are counted, for their file or for orders. */
function pairsCounted({ pairs, measures, scopes }: MeasuringConfig): PairScope | undefined {
  if (!sequencesNamed(measures).some(isOfPairs)) return pairs;
  return scopes.includes("network") ? "network" : (pairs ?? "layers");
}

/** @param networks still to be measured */
export function measuringPlan(basis: PlanBasis, data: DataSize, config: MeasuringConfig, networks: number): StagePlan {
  const measures = measuresNamed(config.measures);
  const sequences = sequencesNamed(config.measures);
  const shapley = shapleyFor(measures, config);
  const shape = studyShape(data, config);
  const validation = onDevice(data, data.validation);
  const size = {
    shape,
    inputType: inputTypeFor(data),
    validation,
    test: onDevice(data, data.test),
    quantization: quantizationOf(config),
    riding: ridingFor(measures),
    removed: removedFor(measures),
    pairs: pairsCounted(config),
    groups: config.groups !== undefined,
    searches: searchPasses(config.hidden.length, { ...config, sequences }),
    keepsSlopes: config.activation === "mixed" || needsKeptSlope(config.activation),
    paged: validation < data.validation,
    ...(sequences.some(isGreedy) && { searchWalks: (on: PlanBasis) => greedyArrays(on, shape, validation) }),
    ...(shapley && {
      sweeps: (on: PlanBasis, count: number) =>
        shapleyPlan(on, { shape, samples: validation, networks: count }, shapley).arrays,
    }),
  };
  const together = group(networksAtOnce(basis, size, networks), networks);
  const samples = Math.max(size.validation, size.test);
  const copies = greatest(ridingTogether(size.riding).map((kinds) => ridingCopies(kinds, size)));
  const rows = chunkRows(ridingBasis(basis, copies), samples, together.count, size.shape);
  const chunk = chunkPortion(rows, samples, Math.max(data.validation, data.test));
  return stagePlan("measure", [together, chunk], measuringArrays(basis, size, together.count));
}

/** @param networks still to be ablated */
export function ablationPlan(basis: PlanBasis, data: DataSize, config: MeasuringConfig, networks: number): StagePlan {
  const { scopes, modes, stride, sweep, singles } = config;
  const shape = studyShape(data, config);
  const test = onDevice(data, data.test);
  // Neurons that are rebuilt take their networks one by one: what becomes constants decides how many there are together.
  const constant = constantModesOf(modes);
  const size = {
    shape,
    inputType: inputTypeFor(data),
    test,
    scopes,
    modes: constant.length > 0 ? constant : (["mean"] as const),
    stride,
    sweep,
    ...(singles !== undefined && { singles }),
  };
  const plan = sweepPlan(basis, { ...size, ordersPerScope: ordersPerScope(rankingsAsked(config)) }, networks);
  const { rows, atOnce, of } = plan;
  const portions: Portion[] = [
    { ...plan.networks, of: networks, unit: "networks" },
    chunkPortion(rows, test, data.test),
    { ...atOnce, count: Math.min(atOnce.count, of), of, unit: sweep === "fast" ? "walks" : "evaluations" },
  ];
  return stagePlan("ablate", portions, removingArrays(basis, data, config, plan));
}

/** What the plan of a sweep takes beside removing pairs, fitting modes, and networks that are rebuilt. */
function removingArrays(
  basis: PlanBasis,
  data: DataSize,
  config: MeasuringConfig,
  plan: SweepPlan,
): readonly PlannedArray[] {
  const { modes, activation, scopes, stride, pairRemovals } = config;
  const shape = studyShape(data, config);
  const inputType = inputTypeFor(data);
  const test = onDevice(data, data.test);
  const onTest = plannedArrays(basis, splitLayout(inputType, test, featuresOf(shape)), "test");
  const constant = constantModesOf(modes);
  const pairs = pairRemovals && pairsPlan(basis, { shape, test, modes: constant }, plan.networks.count);
  const removing = pairs === undefined ? [plan.arrays] : [plan.arrays, [...onTest, ...pairs]];
  if (!needsFitting(modes)) return fullestOf(removing);
  const validation = onDevice(data, data.validation);
  const paged = validation < data.validation;
  const size = { shape, validation, modes, paged, keepsSlopes: activation === "mixed" || needsKeptSlope(activation) };
  const rebuilding = rebuildingModes.filter((mode) => modes.includes(mode));
  const curves = { shape, scopes, stride, ordersPerScope: ordersPerScope(rankingsAsked(config)), modes: rebuilding };
  const steps = (lowest: number) => evaluationsFrom(curves, lowest);
  const phases = [
    ...removing,
    [...onTest, ...fittingArrays(basis, size, plan.networks.count)],
    ...(needsMoments(modes) ? [[...onTest, ...rebuiltArrays(basis, { shape, samples: test, steps })]] : []),
  ];
  return [
    ...plannedArrays(basis, splitLayout(inputType, validation, featuresOf(shape)), "validation"),
    ...fullestOf(phases),
  ];
}

/** What is alive in the phase that takes most. */
function fullestOf(phases: readonly (readonly PlannedArray[])[]): readonly PlannedArray[] {
  return phases.reduce((fullest, one) => (totalBytes(one) > totalBytes(fullest) ? one : fullest));
}

/** The plan of a whole study on a device, or on one that has yet to be opened. */
export function studyPlan(basis: PlanBasis, data: DataSize, config: StudyConfig): StudyPlan {
  const analysis = analysisPlan(basis, data, config);
  return { ...analysis, stages: [trainingPlan(basis, data, config, config.repeats), ...analysis.stages] };
}

/** The plan of an analysis of networks that are there already. */
export function analysisPlan(basis: PlanBasis, data: DataSize, config: MeasuringConfig): StudyPlan {
  const stages = [
    measuringPlan(basis, data, config, config.repeats),
    ablationPlan(basis, data, config, config.repeats),
  ];
  return { memoryBytes: basis.memoryBytes, bindingBytes: bindingBytes(basis), stages };
}

/** `17 of 50 networks (time)`. */
export function portionText({ count, of, unit, boundBy }: Portion): string {
  const bound = boundBy === undefined || boundBy === "all" ? "" : ` (${boundBy})`;
  return `${count} of ${of} ${unit}${bound}`;
}

/** `106 MB, at most 5.4 MB in one array (order)`. */
export function memoryText({ bytes, largest }: StagePlan): string {
  return `${megabytes(bytes)}, at most ${megabytes(largest.bytes)} in one array (${largest.name})`;
}

/** One line about a stage, for messages. */
export function stageText(plan: StagePlan): string {
  return `${memoryText(plan)}; ${plan.portions.map(portionText).join(", ")} at once`;
}

/**
 * Refuses a study that cannot run on the device before it has begun.
 * @throws RunError where the least that a stage needs exceeds a binding or the memory.
 */
export function requireRoom({ memoryBytes, bindingBytes: binding, stages }: StudyPlan): void {
  for (const { stage, bytes, largest } of stages) {
    if (largest.bytes > binding) {
      const data = / (pixels|values|labels)$|^order$/.test(largest.name);
      throw new RunError({
        what: `${largest.name} cannot be in one binding of this adapter`,
        where: `plan, stage ${stage}`,
        expected: `at most ${megabytes(binding)}`,
        found: megabytes(largest.bytes),
        fix: `${data ? "a data set with fewer samples" : "smaller --hidden or --batch-size"}, or another --adapter`,
      });
    }
    if (bytes > memoryBytes) {
      throw new RunError({
        what: "there is not enough memory even for one network at a time",
        where: `plan, stage ${stage}`,
        expected: `at most ${megabytes(memoryBytes)}`,
        found: `${megabytes(bytes)}, of which ${megabytes(largest.bytes)} are ${largest.name}`,
        fix: `--memory ${Math.ceil(bytes / 1e6)} or more, or smaller --hidden or --batch-size`,
      });
    }
  }
}
