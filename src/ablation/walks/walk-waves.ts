/**
 * How walks are cut to fit a device: batches that share dispatches, and waves of batches that share a forward pass. The
 * plan that is shown before a run and the run itself ask the same function. Plain arithmetic, nothing allocated.
 */

import type { NetworkShape } from "../../core/layers/network-shape.ts";
import { greatest, smallest } from "../../core/long-arrays.ts";
import { f32, plannedArrays } from "../../gpu/device/layout.ts";
import {
  type Amount,
  activationBytes,
  batchBytes,
  evenly,
  largestGrowth,
  leastOf,
  type PlanBasis,
  type PlannedArray,
  readBack,
  totalBytes,
} from "../../gpu/device/plan-basis.ts";
import { BLOCK } from "../../gpu/kernels/tally.ts";
import { outputLanes, outputsLayout } from "../../gpu/layers/layer-kind.ts";
import { chunkRows, chunksOf, forwardOperations, WALKED } from "../../passes/forward-pass.ts";
import { tallyArrays, tallyLayout } from "../../passes/tally.ts";
import { layerClimbLayout } from "./layer-climb.ts";
import { tallyClimbLayout } from "./tally-climb.ts";
import { tablesLayout } from "./walk-batch.ts";
import { type Route, stepsOf } from "./walk-plan.ts";
import { startLayout } from "./walk-start.ts";
import { WALK_HEADER } from "./walk-tables.ts";

/** A group of walks as far as sizes go. */
export interface GroupSize {
  readonly route: Route;
  /** Lowest ablated hidden layer, from 1, and whether others are ablated too. */
  readonly lowest: number;
  readonly deeper: boolean;
  readonly single: boolean;
  readonly paired?: boolean;
  readonly neurons: number;
  readonly evaluations: number;
  /** Walks over all networks. */
  readonly walks: number;
  /** Slabs of a network that walks start from; or whether each walk has one of its own. */
  readonly starts: number;
  readonly own: boolean;
}

/** What is walked over. */
export interface WalkedSize {
  readonly shape: NetworkShape;
  readonly samples: number;
  readonly networks: number;
}

/** Walks [first, first + count) of a group. */
interface BatchRange {
  readonly group: number;
  readonly first: number;
  readonly count: number;
}

interface WalkWaves {
  /** Samples of a chunk. */
  readonly rows: Amount;
  readonly waves: readonly (readonly BatchRange[])[];
  /** Every array of the fullest wave. */
  readonly arrays: readonly PlannedArray[];
  /** Walks of the batch that is cut most, and out of how many. */
  readonly atOnce: Amount;
  readonly of: number;
}

/** Slabs of `state` that some walks start from. */
function startSlabs(networks: number, { starts, own, paired }: GroupSize, walks: number): number {
  if (paired) return starts * walks;
  return networks * starts + (own ? walks : 0);
}

/** Slabs of `state` for `walks` walks: those of their starts, and where walks go on from their last step their own and a spare. */
function stateSlabs(networks: number, group: GroupSize, walks: number): number {
  const { route, deeper, single } = group;
  // See place_of in shaders/parts/walk.wgsl.
  const each = route === "product" && deeper ? 2 : 1;
  return startSlabs(networks, group, walks) + (single ? 0 : each * (walks + 1));
}

/** Slabs of each layer's outputs on the route `layers`. */
function outputSlabs(walks: number): number {
  return walks * stepsOf("layers");
}

/** What a batch keeps to itself, its tallies included. Where only the networks tell, at most. */
function tableArrays(
  basis: PlanBasis,
  size: WalkedSize,
  group: GroupSize,
  rows: number,
  walks: number,
): PlannedArray[] {
  const { shape, samples, networks } = size;
  const { route, lowest, evaluations, neurons } = group;
  const chunks = chunksOf(samples, rows).length;
  const ranges = Math.ceil(evaluations / stepsOf(route));
  const parts = chunks * ranges;
  const length = WALK_HEADER + neurons + (route === "product" ? 2 * evaluations : 0);
  // Of single removals, each part has starts of its own.
  const startParts = group.single ? ranges : 1;
  const renewing = group.paired ? walks : networks;
  const startRows = group.single
    ? (startParts + 1) * (group.paired ? walks : 1)
    : group.starts + (group.own ? walks : 0);
  const startJobs = startSlabs(networks, group, walks) + (startParts - 1) * renewing;
  const constants = 1 + (group.paired ? walks : 0);
  const start = { shape, lowest, jobs: startJobs, rows: startRows, constants, batches: chunks * startParts };
  const own = { shape, networks, lowest, walks };
  const tables = [
    ...plannedArrays(basis, tablesLayout({ ...own, length, parts })),
    ...plannedArrays(basis, startLayout(start), "start"),
  ];
  if (route === "layers") {
    const climb = plannedArrays(basis, layerClimbLayout({ ...own, evaluations, parts }), "walk");
    return [...tables, ...climb, ...tallyArrays(basis, tallyLayout(walks * evaluations, samples, parts))];
  }
  const { deeper, single } = group;
  const climb = tallyClimbLayout({ ...own, route, deeper, single, evaluations, samples });
  const tallies = plannedArrays(basis, climb.tallies, "walk tallies");
  return [...tables, ...plannedArrays(basis, climb, "walk"), readBack(tallies)];
}

/** What batches use one after the other: as much as the one that needs most. */
export interface ScratchSize {
  /** Values that are kept of a sample. */
  readonly state: number;
  /** Per layer: slabs of outputs that are stored. */
  readonly outputs: readonly number[];
}

const NO_SCRATCH: ScratchSize = { state: 0, outputs: [] };

/** What one batch of `walks` walks needs. */
export function scratchSize({ shape, networks }: WalkedSize, group: GroupSize, walks: number): ScratchSize {
  const { route, lowest } = group;
  return {
    state: stateSlabs(networks, group, walks) * outputLanes(shape[lowest]!),
    outputs: shape.map((_, layer) => (route === "layers" && layer >= lowest ? outputSlabs(walks) : 0)),
  };
}

/** What both can use. */
export function sharedScratch(one: ScratchSize, other: ScratchSize = NO_SCRATCH): ScratchSize {
  return {
    state: Math.max(one.state, other.state),
    outputs: one.outputs.map((slabs, layer) => Math.max(slabs, other.outputs[layer] ?? 0)),
  };
}

export function scratchLayout(shape: NetworkShape, rows: number, { state, outputs }: ScratchSize) {
  return {
    walkState: f32(1, rows, state),
    walkOutputs: shape.map((one, layer) => {
      return outputs[layer]! > 0 ? outputsLayout(one, outputs[layer]!, rows) : undefined;
    }),
  };
}

/** Of a dispatch in one dimension, by WebGPU's default; on the route `layers` every walk and step takes one. */
const MOST_WORKGROUPS = 65_535;

/** Operations of one walk in one part on `rows` samples: removals, and the products above; activations come on top. */
function partOperations({ shape }: WalkedSize, { route, lowest }: GroupSize, rows: number): number {
  return rows * stepsOf(route) * (2 * shape[lowest]!.units + forwardOperations(shape.slice(lowest + 1)));
}

/**
 * How many walks share a batch: each array as large as a layer's activations may be, all within their share, and a
 * dispatch within the time of a unit.
 * @param operations of one walk in a dispatch
 */
function walksAtOnce(
  basis: PlanBasis,
  arraysOf: (walks: number) => PlannedArray[],
  walks: number,
  operations: number,
): Amount {
  const [one, two] = [arraysOf(1), arraysOf(2)];
  const growth = totalBytes(two) - totalBytes(one);
  const growing = one
    .map(({ bytes }, index) => [bytes, two[index]!.bytes - bytes] as const)
    .filter(([, more]) => more > 0);
  const fitting = growing.map(([bytes, more]) => 1 + (activationBytes(basis) - bytes) / more);
  return leastOf({
    all: walks,
    binding: Math.min(smallest(fitting), MOST_WORKGROUPS / stepsOf("layers")),
    memory: 1 + (batchBytes(basis) - totalBytes(one)) / growth,
    time: basis.pace.unitOperations / operations,
  });
}

/** Fewer rows, where the state of one walk beside the intact networks would not fit otherwise. */
function rowsForStates(basis: PlanBasis, size: WalkedSize, groups: readonly GroupSize[], rows: Amount): Amount {
  const bytesOfRow = (group: GroupSize) =>
    4 * outputLanes(size.shape[group.lowest]!) * stateSlabs(size.networks, group, 1);
  const largest = greatest(groups.map(bytesOfRow));
  const fitting = leastOf({ binding: activationBytes(basis) / largest, memory: batchBytes(basis) / 2 / largest });
  if (fitting.count >= rows.count) return rows;
  return { count: Math.max(BLOCK, Math.floor(fitting.count / BLOCK) * BLOCK), boundBy: fitting.boundBy };
}

/** Whether only the networks tell that there is such a group: walks with own starts, and the intact networks alone. */
function isUnplanned({ own, evaluations }: GroupSize): boolean {
  return own || evaluations === 1;
}

/** Cuts groups of walks into batches and waves. Every batch that fits joins the wave before it. */
export function walkWaves(basis: PlanBasis, size: WalkedSize, groups: readonly GroupSize[]): WalkWaves {
  const { shape, samples, networks } = size;
  // On the route `layers` even one walk stores the outputs of all steps of a part.
  const slabs = groups.some(({ route }) => route === "layers") ? Math.max(networks, outputSlabs(1)) : networks;
  const rows = rowsForStates(basis, size, groups, chunkRows(basis, samples, slabs, shape));
  const waves: BatchRange[][] = [];
  let fullest: readonly PlannedArray[] = [];
  let cutMost: { atOnce: Amount; of: number } | undefined;
  let tables: PlannedArray[] = [];
  let scratch = NO_SCRATCH;
  const scratchArrays = (of: ScratchSize) => plannedArrays(basis, scratchLayout(shape, rows.count, of));
  let mostBytes = batchBytes(basis);
  for (const index of [...groups.keys()].sort(
    (a, b) => Number(isUnplanned(groups[a]!)) - Number(isUnplanned(groups[b]!)),
  )) {
    const group = groups[index]!;
    const unplanned = isUnplanned(group);
    // What the means make necessary stays below what was planned without it.
    if (unplanned && fullest.length > 0) mostBytes = Math.min(mostBytes, totalBytes(fullest));
    const arraysOf = (walks: number) => [
      ...tableArrays(basis, size, group, rows.count, walks),
      ...scratchArrays(scratchSize(size, group, walks)),
    ];
    const most = walksAtOnce(basis, arraysOf, group.walks, partOperations(size, group, rows.count));
    const half = Math.max(1, Math.floor(group.walks / 2));
    const atOnce = { ...most, count: evenly(group.walks, group.own ? Math.min(half, most.count) : most.count) };
    if (cutMost === undefined || (!unplanned && atOnce.count / group.walks < cutMost.atOnce.count / cutMost.of))
      cutMost = { atOnce, of: group.walks };
    for (let first = 0; first < group.walks; first += atOnce.count) {
      const count = Math.min(atOnce.count, group.walks - first);
      const own = tableArrays(basis, size, group, rows.count, count);
      const used = scratchSize(size, group, count);
      const together = [...tables, ...own, ...scratchArrays(sharedScratch(used, scratch))];
      const fits = waves.length > 0 && totalBytes(together) <= mostBytes;
      if (!fits) waves.push([]);
      tables = fits ? [...tables, ...own] : own;
      scratch = fits ? sharedScratch(used, scratch) : used;
      waves.at(-1)!.push({ group: index, first, count });
      const alive = [...tables, ...scratchArrays(scratch)];
      if (totalBytes(alive) > totalBytes(fullest)) fullest = alive;
    }
  }
  return { rows, waves, arrays: fullest, ...cutMost! };
}

/**
 * Networks that are swept together: as many as keep the state of the whole split in one array, so that samples need no
 * chunks on their account.
 * @param groups of one network
 */
export function networksAtOnce(
  basis: PlanBasis,
  { shape, samples }: Omit<WalkedSize, "networks">,
  groups: readonly GroupSize[],
  networks: number,
): Amount {
  const arraysOf = (count: number) =>
    groups.flatMap((group) => {
      const size = { shape, samples, networks: count };
      const walks = count * group.walks;
      const scratch = scratchLayout(shape, samples, scratchSize(size, group, walks));
      return [...tableArrays(basis, size, group, samples, walks), ...plannedArrays(basis, scratch)];
    });
  const one = totalBytes(arraysOf(1));
  return leastOf({
    all: networks,
    binding: activationBytes(basis) / largestGrowth(arraysOf),
    memory: batchBytes(basis) / one,
    // A subgroup's lanes are blocks of one walk: chunks should not be too short to occupy them.
    time: basis.pace.unitOperations / (WALKED * forwardOperations(shape)),
  });
}
