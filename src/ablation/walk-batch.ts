/** What the device side of a batch of walks shares, whatever its route: tables, state, and the types of its parts. */
import type { Widths } from "../core/network.ts";
import type { GpuContext } from "../gpu/context.ts";
import { type DeviceArray, write } from "../gpu/device-array.ts";
import type { DeviceNetworks } from "../gpu/device-networks.ts";
import type { DeviceSplit } from "../gpu/device-split.ts";
import type { ForwardPass } from "../gpu/forward-pass.ts";
import { walkLayer } from "../gpu/generated/shaders.ts";
import { BLOCK } from "../gpu/kernels/tally.ts";
import { type WalkPart, type WalkUniform, walkUniforms } from "../gpu/kernels/walk.ts";
import { f32, u32x2 } from "../gpu/layout.ts";
import type { Allocated, Owned } from "../gpu/owned.ts";
import { lanesOf, quadsOf } from "../gpu/packing.ts";
import type { Recorder } from "../gpu/recorder.ts";
import { writeUniforms } from "../gpu/uniforms.ts";
import { type StepRange, stepRanges, stepsOf, type Walk, type WalkGroup } from "./walk-plan.ts";
import { singleStarts, type WalkStarts, walkStarts } from "./walk-start.ts";
import { outgoingWeights, type WalkedNetwork, type WalkHead, walkRows } from "./walk-tables.ts";

/** Walks of one group that share a dispatch. */
export interface WalkBatch {
  readonly group: WalkGroup;
  readonly walks: readonly Walk[];
}

/** Arrays that batches use one after the other, since each is done with a chunk before the next begins. */
export interface Scratch {
  /** At least [slabs, rows, lanes] of the layer above the lowest ablated one. */
  readonly state: DeviceArray<"f32", 3>;
  /** Per layer, where some batch takes the route `layers` through it: at least [slabs, rows, lanes]. */
  readonly outputs: readonly (DeviceArray<"f32", 3> | undefined)[];
}

/** What every batch of a sweep shares. */
export interface SweepDevice {
  readonly gpu: GpuContext;
  readonly networks: DeviceNetworks;
  readonly split: DeviceSplit;
  readonly pass: ForwardPass;
  /** The same networks on the host. */
  readonly tasks: readonly WalkedNetwork[];
  readonly scratch: Scratch;
}

/** What decides the size of a batch's tables. */
export interface TableSize {
  readonly widths: Widths;
  readonly networks: number;
  /** Lowest ablated hidden layer, from 1. */
  readonly lowest: number;
  readonly walks: number;
  /** Pairs of words that tell of one walk. */
  readonly length: number;
  /** Ranges of steps on chunks of samples. */
  readonly parts: number;
}

export function tablesLayout({ widths, networks, lowest, walks, length, parts }: TableSize) {
  return {
    ...walkUniforms(parts),
    walks: u32x2(walks, length),
    outgoingWeights: f32(networks, widths[lowest]!, lanesOf(widths[lowest + 1]!)),
  };
}

/** Tables and state of one batch. */
export interface WalkTables extends Omit<Allocated<ReturnType<typeof tablesLayout>>, "outgoingWeights"> {
  readonly device: SweepDevice;
  readonly batch: WalkBatch;
  readonly activations: DeviceArray<"f32", 3>;
  readonly transposed: DeviceArray<"f32", 3>;
  readonly state: DeviceArray<"f32", 3>;
  readonly ranges: readonly StepRange[];
  readonly starts: WalkStarts;
}

/** Correct predictions and sums of losses: [walks][evaluations]. */
export interface WalkTotals {
  readonly correct: Uint32Array[];
  readonly lossSum: Float64Array[];
  /** Of single removals: [walks][evaluations, words], which samples are right (right-bits.ts). */
  readonly right?: Uint32Array[];
}

/** The way from the state to tallies. */
export interface Climb {
  /** Encodes one range of steps on one chunk of samples; ranges of a chunk in order. */
  encode(to: Recorder, chunk: number, range: number): void;
  /** @param lossesBefore [walks][evaluations] sums over the pages before this one, which go on here */
  total(lossesBefore: readonly Float64Array[]): Promise<WalkTotals>;
}

export function uploadTables(device: SweepDevice, batch: WalkBatch, own: Owned): WalkTables {
  const { gpu, networks, split, pass, tasks, scratch } = device;
  const { group, walks } = batch;
  const { widths } = networks;
  const units = widths[group.lowest + 1]!;
  const sources = widths[group.lowest]!;
  const starts = startsOf(batch, networks.count);
  const { words, length, steps } = walkRows(group, walks, headsOf(batch, starts), tasks);
  const ranges = stepRanges(steps, stepsOf(group.route));
  const uniform: WalkUniform = {
    source_lanes: lanesOf(sources),
    source_units: sources,
    unit_quads: quadsOf(units),
    units,
    ...stridesOf(group),
    slab_rows: pass.rows,
    walk_length: length,
    neurons: group.neurons,
    steps,
    networks: networks.count,
    starts: starts.slabs.length,
    blocks: Math.ceil(split.count / BLOCK),
  };
  const parts: WalkPart[] = pass.chunks.flatMap(({ first, count }) =>
    ranges.map((range) => ({ first, count, first_step: range.first, steps: range.count, jobs: walks.length })),
  );
  const size = {
    widths,
    networks: networks.count,
    lowest: group.lowest,
    walks: walks.length,
    length,
    parts: parts.length,
  };
  const { outgoingWeights: transposed, ...tables } = own.allocate(tablesLayout(size));
  writeUniforms(gpu, walkLayer, tables.walk, [uniform]);
  writeUniforms(gpu, walkLayer, tables.part, parts);
  write(gpu, tables.walks, words);
  write(gpu, transposed, outgoingWeights(tasks.map(({ network }) => network.layers[group.lowest]!)));
  return {
    ...tables,
    device,
    batch,
    activations: pass.outputs[group.lowest - 1]!,
    transposed,
    state: scratch.state,
    ranges,
    starts,
  };
}

/** Slabs that the walks of a batch start from; of single removals, those of the first part. */
function startsOf(batch: WalkBatch, networks: number): WalkStarts {
  if (!batch.group.single) return walkStarts(batch, networks);
  return singleStarts(batch, networks, { first: 0, count: stepsOf(batch.group.route) });
}

function headsOf({ group, walks }: WalkBatch, { slabOf }: WalkStarts): WalkHead[] {
  return walks.map(({ network }, row) => {
    return { slab: slabOf[row]!, ...(group.single ? { partSlab: network } : {}) };
  });
}

/** Moves before evaluation 1, and between two later ones. */
function stridesOf({ moves }: WalkGroup): { readonly lead: number; readonly stride: number } {
  const lead = moves[1] ?? 1;
  return { lead, stride: moves[2] === undefined ? lead : moves[2] - lead };
}
