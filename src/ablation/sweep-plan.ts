/**
 * What a sweep takes on a device: the batch of walks or of masked jobs that takes most, beside the data, one network and
 * its pass over a chunk of samples. Plain arithmetic, nothing allocated.
 */
import type { AblationMode } from "../core/ablation.ts";
import { hiddenWidths, type Widths } from "../core/network.ts";
import type { ScopeKind, SweepMethod } from "../core/study.ts";
import { splitArrays } from "../gpu/device-split.ts";
import { chunkRows, chunksOf, rowsPerChunk, unitSlabs } from "../gpu/forward-pass.ts";
import { forward } from "../gpu/generated/shaders.ts";
import { WALK_CLASSES, walkSteps } from "../gpu/kernels/sweep.ts";
import { BLOCK } from "../gpu/kernels/tally.ts";
import { forwardPassArrays, parameterArrays, tallyArrays } from "../gpu/measuring-plan.ts";
import { hiddenLanes, lanesOf, quadsOf } from "../gpu/packing.ts";
import {
  type Amount,
  activationBytes,
  batchBytes,
  bindingBytes,
  largestGrowth,
  leastOf,
  type PlanBasis,
  type PlannedArray,
  scalarArray,
  totalBytes,
  uniformArray,
} from "../gpu/plan-basis.ts";
import { removalSteps } from "./orders.ts";

/** What decides the size of every array of a sweep. */
export interface SweepSize {
  readonly widths: Widths;
  /** Samples of the test set. */
  readonly test: number;
  readonly scopes: readonly ScopeKind[];
  readonly ordersPerScope: number;
  readonly modes: readonly AblationMode[];
  readonly stride: number;
  readonly sweep: SweepMethod;
}

/** Walks or masked curves that start in the same layer and remove as many neurons. */
interface Curves {
  /** Lowest ablated hidden layer, from 1. */
  readonly lowest: number;
  readonly neurons: number;
  readonly evaluations: number;
  readonly count: number;
}

export interface SweepPlan {
  readonly arrays: readonly PlannedArray[];
  /** Samples of a chunk. */
  readonly rows: Amount;
  /** Walks, or masked evaluations, at once, and out of how many. */
  readonly atOnce: Amount;
  readonly of: number;
}

/** Curves of every scope that is swept. */
function curvesOf({ widths, scopes, ordersPerScope, modes, stride }: SweepSize): Curves[] {
  const count = ordersPerScope * modes.length;
  const all = hiddenWidths(widths);
  const layers = all.map((neurons, index) => ({ lowest: index + 1, neurons }));
  const network = { lowest: 1, neurons: all.reduce((sum, neurons) => sum + neurons, 0) };
  const swept = [...(scopes.includes("layers") ? layers : []), ...(scopes.includes("network") ? [network] : [])];
  const curves = swept.map((scope) => ({ ...scope, count, evaluations: removalSteps(scope.neurons, stride).length }));
  // Of a single hidden layer, both scopes are the same walks.
  const alike = all.length === 1 && curves.length === 2;
  return alike ? [{ ...curves[0]!, count: 2 * count }] : curves;
}

/** Evaluations of all curves of one network. */
function evaluationsOf(size: SweepSize): number {
  return curvesOf(size).reduce((sum, { count, evaluations }) => sum + count * evaluations, 0);
}

/** Every neuron alone: what `single.csv` comes from, whichever sweep is chosen. */
function singlesOf({ widths, modes }: SweepSize): Curves[] {
  return hiddenWidths(widths).map((neurons, index) => {
    return { lowest: index + 1, neurons, evaluations: neurons + 1, count: modes.length };
  });
}

/** Whether activations are stored for each step: more than one product above the layer, or many classes. */
function storesSteps(widths: Widths, lowest: number): boolean {
  return widths.length - 2 - lowest > 1 || widths.at(-1)! > WALK_CLASSES;
}

/** Every array of a batch of `walks` walks, whichever route it takes. */
function walkArrays(
  basis: PlanBasis,
  { widths, test }: SweepSize,
  { lowest, neurons, evaluations }: Curves,
  rows: number,
  walks: number,
): PlannedArray[] {
  const [sources, units] = [widths[lowest]!, widths[lowest + 1]!];
  const stored = storesSteps(widths, lowest);
  const steps = walkSteps.walk_product;
  const parts = chunksOf(test, rows).length * Math.ceil(evaluations / steps);
  const job = forward.structs.Job.size / 4;
  const tables = [
    uniformArray(basis, "walk parts", parts),
    uniformArray(basis, "walk uniforms", chunksOf(test, rows).length + widths.length + 3),
    scalarArray("walks", walks, 2 * (1 + neurons)),
    scalarArray("outgoing weights", sources, lanesOf(units)),
    scalarArray("walk state", walks, rows + 1, lanesOf(units)),
    scalarArray("walk jobs", walks, job),
  ];
  if (!stored) {
    const pairs = 2 * Math.ceil(test / BLOCK);
    const tallies = ["walk tallies", "read walk tallies"].map((name) => scalarArray(name, walks * evaluations, pairs));
    const masks = scalarArray("walk masks", walks, 8 * quadsOf(units));
    return [...tables, ...tallies, masks, scalarArray("product", lanesOf(units), WALK_CLASSES)];
  }
  return [
    ...tables,
    ...widths.slice(lowest + 1).map((width) => scalarArray("walk outputs", walks * steps, rows, lanesOf(width))),
    uniformArray(basis, "step batches", parts),
    scalarArray("step jobs", walks * evaluations, job),
    scalarArray("positions", walks + 2, 4 * hiddenLanes(widths).quads),
    ...tallyArrays(basis, walks * evaluations, test, parts),
  ];
}

/** How many walks share a batch: its largest array as large as a layer's activations may be, all within their share. */
export function walksAtOnce(basis: PlanBasis, arraysOf: (walks: number) => PlannedArray[], walks: number): Amount {
  const one = totalBytes(arraysOf(1));
  return leastOf({
    all: walks,
    binding: activationBytes(basis) / largestGrowth(arraysOf),
    memory: 1 + (batchBytes(basis) - one) / (totalBytes(arraysOf(2)) - one),
  });
}

/** The batch that takes most, and how many walks it has. */
function fullestBatch(basis: PlanBasis, size: SweepSize, curves: readonly Curves[], rows: number) {
  const batches = curves.map((group) => {
    const arraysOf = (walks: number) => walkArrays(basis, size, group, rows, walks);
    const atOnce = walksAtOnce(basis, arraysOf, group.count);
    return { atOnce, of: group.count, arrays: arraysOf(atOnce.count) };
  });
  return batches.reduce((fullest, batch) => (totalBytes(batch.arrays) > totalBytes(fullest.arrays) ? batch : fullest));
}

/** Masked evaluations that are prepared together: what they keep fits in a binding each, and in a share of the memory. */
export function maskedJobsAtOnce(basis: PlanBasis, widths: Widths, samples: number): number {
  const chunks = chunksOf(samples, rowsPerChunk(basis, samples, 1, widths)).length;
  // Where a unit holds one job, each has its uniforms for each chunk.
  const arraysOf = (jobs: number) => jobArrays(basis, samples, jobs, jobs * chunks);
  const another = totalBytes(arraysOf(2)) - totalBytes(arraysOf(1));
  return leastOf({
    binding: bindingBytes(basis) / largestGrowth(arraysOf),
    memory: batchBytes(basis) / (2 * another),
  }).count;
}

/** What masked jobs keep, beside what their units share. */
function jobArrays(basis: PlanBasis, samples: number, jobs: number, units: number): PlannedArray[] {
  return [
    uniformArray(basis, "masked batches", units),
    scalarArray("masked jobs", jobs, forward.structs.Job.size / 4),
    ...tallyArrays(basis, jobs, samples, units),
  ];
}

/** Every array of masked forward passes, beside the pass that they start from. */
function maskedArrays(basis: PlanBasis, size: SweepSize, rows: number, most: number): PlannedArray[] {
  const { widths, test } = size;
  const curves = curvesOf(size);
  const longest = Math.max(...curves.map(({ evaluations: each }) => each));
  const jobs = Math.min(evaluationsOf(size), Math.max(longest, maskedJobsAtOnce(basis, widths, test)));
  const slabs = Math.min(jobs, most);
  // A unit ends where the starting layer changes, too.
  const units = chunksOf(test, rows).length * Math.min(jobs, Math.ceil(jobs / slabs) + curves.length);
  const lanes = 4 * hiddenLanes(widths).quads;
  const orders = curves.reduce((sum, { count }) => sum + count / size.modes.length, 0);
  return [
    ...widths.slice(2).map((width, index) => scalarArray(`layer ${index + 1} masked`, slabs, rows, lanesOf(width))),
    ...jobArrays(basis, test, jobs, units),
    uniformArray(basis, "masked layers", curves.length * widths.length),
    scalarArray("positions", orders + 2, lanes), // and the replacements, a row for each mode
  ];
}

/** Everything that is alive at the fullest moment of sweeping one network. */
export function sweepPlan(basis: PlanBasis, size: SweepSize): SweepPlan {
  const { widths, test, sweep } = size;
  const walked = [...singlesOf(size), ...(sweep === "fast" ? curvesOf(size) : [])];
  // On the route that stores steps, even one walk has as many slabs.
  const slabs = walked.some(({ lowest }) => storesSteps(widths, lowest)) ? walkSteps.walk_product : 1;
  const rows = chunkRows(basis, test, slabs, widths);
  const batch = fullestBatch(basis, size, walked, rows.count);
  const shared = (samples: number) => [
    ...splitArrays("test", test, widths[0]!),
    ...parameterArrays(widths, 1),
    ...forwardPassArrays(basis, widths, 1, test, samples),
  ];
  const walks: SweepPlan = { ...batch, arrays: [...shared(rows.count), ...batch.arrays], rows };
  if (sweep === "fast") return walks;
  const maskedRows = chunkRows(basis, test, 1, widths);
  const atOnce = unitSlabs(basis, maskedRows.count, widths.slice(1));
  const arrays = [...shared(maskedRows.count), ...maskedArrays(basis, size, maskedRows.count, atOnce.count)];
  const masked: SweepPlan = { arrays, rows: maskedRows, atOnce, of: evaluationsOf(size) };
  return totalBytes(walks.arrays) > totalBytes(arrays) ? { ...masked, arrays: walks.arrays } : masked;
}
