/**
 * What a sweep takes on a device: the batch of walks or of masked jobs that takes most, beside the data, one network and
 * its pass over a chunk of samples. Plain arithmetic, nothing allocated.
 */
import type { AblationMode, ConstantMode, SinglesChoice } from "../core/ablation.ts";
import type { InputType } from "../core/input-type.ts";
import { featuresOf, hiddenUnits, type NetworkShape } from "../core/layers/network-shape.ts";
import { greatest } from "../core/long-arrays.ts";
import { networkScopes, type ScopeKind } from "../core/scope.ts";
import type { SweepMethod } from "../core/study.ts";
import { plannedArrays } from "../gpu/device/layout.ts";
import {
  type Amount,
  batchBytes,
  bindingBytes,
  evenly,
  largestGrowth,
  leastOf,
  type PlanBasis,
  type PlannedArray,
  totalBytes,
} from "../gpu/device/plan-basis.ts";
import { parametersLayout } from "../passes/device-networks.ts";
import { splitLayout } from "../passes/device-split.ts";
import { chunkRows, chunksOf, forwardPassLayout, rowsPerChunk, unitSlabs } from "../passes/forward-pass.ts";
import { tallyArrays, tallyLayout } from "../passes/tally.ts";
import { maskedLayout } from "./masked/masked-forward.ts";
import { maskLayout } from "./masked/removal-masks.ts";
import { countsAlone } from "./neurons-alone.ts";
import { removalSteps } from "./orders.ts";
import type { OrdersPerScope } from "./rankings.ts";
import { pairGroupSizes } from "./walks/pair-removals.ts";
import { routeFor, walkedStride } from "./walks/walk-plan.ts";
import { type GroupSize, networksAtOnce, walkWaves } from "./walks/walk-waves.ts";

/** What decides the size of every array of a sweep beside the data. */
interface SweepSize {
  readonly shape: NetworkShape;
  /** Samples of the test set, or of another one that is swept. */
  readonly test: number;
  readonly scopes: readonly ScopeKind[];
  /** By kind of scope; or of each hidden layer, where no other scope is swept. */
  readonly ordersPerScope: OrdersPerScope | readonly number[];
  readonly modes: readonly ConstantMode[];
  readonly stride: number;
  readonly sweep: SweepMethod;
  /** Neurons that are removed alone; absent: all. */
  readonly singles?: SinglesChoice;
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
  /** Networks that are swept together. */
  readonly networks: Amount;
  readonly arrays: readonly PlannedArray[];
  /** Samples of a chunk. */
  readonly rows: Amount;
  /** Walks, or masked evaluations, at once, and out of how many. */
  readonly atOnce: Amount;
  readonly of: number;
}

/** What decides which curves there are. */
interface CurveSize extends Pick<SweepSize, "shape" | "scopes" | "ordersPerScope" | "stride"> {
  readonly modes: readonly AblationMode[];
}

/** Curves of every scope that is swept. */
function curvesOf({ shape, scopes, ordersPerScope, modes, stride }: CurveSize): Curves[] {
  const isByLayer = (orders: SweepSize["ordersPerScope"]): orders is readonly number[] => Array.isArray(orders);
  const curvesIn = (kinds: readonly ScopeKind[], layer?: number) =>
    kinds.reduce((sum, kind) => {
      if (!scopes.includes(kind)) return sum;
      if (isByLayer(ordersPerScope)) return sum + (layer === undefined ? 0 : ordersPerScope[layer - 1]! * modes.length);
      return sum + ordersPerScope[kind] * modes.length;
    }, 0);
  const all = hiddenUnits(shape);
  const layers = all.map((neurons, index) => ({ lowest: index + 1, neurons }));
  const network = { lowest: 1, neurons: all.reduce((sum, neurons) => sum + neurons, 0) };
  const joint = curvesIn(networkScopes);
  const inLayer = (layer: number) => curvesIn(["layers"], layer);
  // Of a single hidden layer, all scopes are the same walks.
  const swept =
    all.length === 1
      ? [{ ...network, count: inLayer(1) + joint }]
      : [...layers.map((layer) => ({ ...layer, count: inLayer(layer.lowest) })), { ...network, count: joint }];
  return swept
    .filter(({ count }) => count > 0)
    .map((scope) => ({ ...scope, evaluations: removalSteps(scope.neurons, stride).length }));
}

/** Evaluations of one network's curves whose lowest ablated hidden layer is `lowest`, from 1. */
export function evaluationsFrom(size: CurveSize, lowest: number): number {
  const own = curvesOf(size).filter((curves) => curves.lowest === lowest);
  return own.reduce((sum, { count, evaluations }) => sum + count * evaluations, 0);
}

/** Evaluations of all curves of one network. */
function evaluationsOf(size: SweepSize): number {
  return curvesOf(size).reduce((sum, { count, evaluations }) => sum + count * evaluations, 0);
}

/** Neurons alone: what `single.csv` comes from, whichever sweep is chosen. */
function singlesOf({ shape, modes, singles }: SweepSize): Curves[] {
  return countsAlone(shape, singles)
    .map((neurons, index) => ({ lowest: index + 1, neurons, evaluations: neurons + 1, count: modes.length }))
    .filter(({ neurons }) => neurons > 0);
}

/** Masked evaluations that are prepared together: what they keep fits in a binding each, and in a share of the memory. */
export function maskedJobsAtOnce(basis: PlanBasis, shape: NetworkShape, samples: number): number {
  const chunks = chunksOf(samples, rowsPerChunk(basis, samples, 1, shape)).length;
  // Where a unit holds one job, each has its uniforms for each chunk.
  const arraysOf = (jobs: number) => {
    const mask = maskLayout(hiddenUnits(shape), 1, jobs, jobs * chunks);
    return [...plannedArrays(basis, mask), ...tallyArrays(basis, tallyLayout(jobs, samples, jobs * chunks))];
  };
  const another = totalBytes(arraysOf(2)) - totalBytes(arraysOf(1));
  return leastOf({
    binding: bindingBytes(basis) / largestGrowth(arraysOf),
    memory: batchBytes(basis) / (2 * another),
  }).count;
}

/** Every array of masked forward passes, beside the pass that they start from. */
function maskedArrays(basis: PlanBasis, size: SweepSize, rows: number, most: number): PlannedArray[] {
  const { shape, test } = size;
  const curves = curvesOf(size);
  const longest = greatest(curves.map(({ evaluations: each }) => each));
  const jobs = Math.min(evaluationsOf(size), Math.max(longest, maskedJobsAtOnce(basis, shape, test)));
  const slabs = Math.min(jobs, most);
  // A unit ends where the starting layer changes, too.
  const units = chunksOf(test, rows).length * Math.min(jobs, Math.ceil(jobs / slabs) + curves.length);
  const orders = curves.reduce((sum, { count }) => sum + count / size.modes.length, 0);
  const lowest = curves.map((scope) => scope.lowest);
  return [
    ...plannedArrays(basis, maskedLayout({ shape, rows, slabs, orders, jobs, units, lowest })),
    ...tallyArrays(basis, tallyLayout(jobs, test, units)),
  ];
}

/** Everything that is alive at the fullest moment of sweeping some networks together. */
export function sweepPlan(
  basis: PlanBasis,
  size: SweepSize & { readonly inputType: InputType },
  networks: number,
): SweepPlan {
  const { shape, inputType, test } = size;
  const plan = planBesideData(basis, size, networks);
  const data = plannedArrays(basis, splitLayout(inputType, test, featuresOf(shape)), "test");
  return { ...plan, arrays: [...data, ...plan.arrays] };
}

/** The same without the data, where those are planned for already. */
export function planBesideData(basis: PlanBasis, size: SweepSize, networks: number): SweepPlan {
  const walks = walksPlan(basis, size, networks);
  if (size.sweep === "fast") return walks;
  const { shape, test } = size;
  const rows = chunkRows(basis, test, 1, shape);
  const atOnce = unitSlabs(basis, rows.count, shape);
  const arrays = [...networkArrays(basis, size, 1, rows.count), ...maskedArrays(basis, size, rows.count, atOnce.count)];
  const masked: SweepPlan = { networks: walks.networks, arrays, rows, atOnce, of: evaluationsOf(size) };
  return totalBytes(walks.arrays) > totalBytes(arrays) ? { ...masked, arrays: walks.arrays } : masked;
}

/** The same of removing pairs of neurons; the data are not among it. Nothing where there are no pairs. */
export function pairsPlan(
  basis: PlanBasis,
  { shape, test: samples, modes }: Pick<SweepSize, "shape" | "test" | "modes">,
  networks: number,
): PlannedArray[] {
  const groups = pairGroupSizes(shape, modes.length, networks);
  if (groups.length === 0) return [];
  const { rows, arrays } = walkWaves(basis, { shape, samples, networks }, groups);
  return [...networkArrays(basis, { shape, test: samples }, networks, rows.count), ...arrays];
}

/** The networks, and their pass over a chunk of samples. */
function networkArrays(
  basis: PlanBasis,
  { shape, test }: Pick<SweepSize, "shape" | "test">,
  networks: number,
  rows: number,
): PlannedArray[] {
  return [
    ...plannedArrays(basis, parametersLayout(shape, networks)),
    ...plannedArrays(basis, forwardPassLayout({ shape, networks, samples: test, rows })),
  ];
}

function walksPlan(basis: PlanBasis, size: SweepSize, networks: number): SweepPlan {
  const { shape, test: samples } = size;
  const together = networksAtOnce(basis, { shape, samples }, walkedGroups(size, 1), networks);
  const count = evenly(networks, together.count);
  const { rows, arrays, atOnce, of } = walkWaves(basis, { shape, samples, networks: count }, walkedGroups(size, count));
  const all = [...networkArrays(basis, size, count, rows.count), ...arrays];
  return { networks: { ...together, count }, arrays: all, rows, atOnce, of };
}

/** Groups of walks over `networks` networks, as walkGroups makes them where constants but zeros are not 0 and strides are 1. */
function walkedGroups(size: SweepSize, networks: number): GroupSize[] {
  const { shape, modes, stride, sweep } = size;
  const groupOf = ({ lowest, neurons, count }: Curves, single: boolean): GroupSize => {
    const deeper = neurons > hiddenUnits(shape)[lowest - 1]!;
    const walked = single ? 1 : walkedStride(lowest, shape, stride, neurons);
    const evaluations = removalSteps(neurons, walked).length;
    const route = routeFor(lowest, shape, walked);
    const starts = single ? 2 : modes.length; // one where neurons go, and one where they come back
    return { route, lowest, deeper, single, neurons, evaluations, walks: count * networks, starts, own: false };
  };
  // With zeros alone, every curve's neurons come back, and the intact network is a walk of its own.
  const intactOf = (group: GroupSize): GroupSize => ({ ...group, neurons: 0, evaluations: 1, walks: networks });
  const walked = sweep === "fast" ? curvesOf(size).map((curves) => groupOf(curves, false)) : [];
  return [
    ...walked,
    ...(modes.some((mode) => mode !== "zero") ? [] : walked.map(intactOf)),
    ...singlesOf(size).map((curves) => groupOf(curves, true)),
  ];
}
