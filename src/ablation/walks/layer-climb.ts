/** The route for deeper networks, many classes and strides: store the next activations of a few evaluations, and go on with masked forward layers. */

import { hiddenUnits, type NetworkShape } from "../../core/layers/network-shape.ts";
import { type DeviceArray, write } from "../../gpu/device/device-array.ts";
import type { BoundKernel } from "../../gpu/device/kernel.ts";
import { f32, structs, u32, uniforms } from "../../gpu/device/layout.ts";
import type { Owned } from "../../gpu/device/owned.ts";
import { quadsOf } from "../../gpu/device/packing.ts";
import { writeUniforms } from "../../gpu/device/uniforms.ts";
import { forward } from "../../gpu/generated/shaders.ts";
import type { ForwardJob } from "../../gpu/kernels/forward.ts";
import { createWalkLayer, walkLayerGrid } from "../../gpu/kernels/walk-layer.ts";
import type { LayerWork } from "../../gpu/layers/layer-kind.ts";
import { activationAfter } from "../../passes/device-networks.ts";
import { writeJobs } from "../../passes/forward-pass.ts";
import { createTallier, type Tallier, type TallyPart } from "../../passes/tally.ts";
import { chainLayout, createChain } from "../masked/masked-forward.ts";
import {
  CONSTANT_ROWS,
  hiddenLanes,
  removalPositions,
  replacementConstants,
  replacementRow,
} from "../masked/removal-masks.ts";
import type { Climb, WalkBatch, WalkTables, WalkTotals } from "./walk-batch.ts";
import { removedAfter } from "./walk-plan.ts";

/** What decides the size of a climb's arrays, beside its tallies and the outputs that batches share. */
interface LayerClimbSize {
  readonly shape: NetworkShape;
  readonly networks: number;
  /** Lowest ablated hidden layer, from 1. */
  readonly lowest: number;
  readonly walks: number;
  readonly evaluations: number;
  /** Ranges of steps on chunks of samples. */
  readonly parts: number;
}

export function layerClimbLayout({ shape, networks, lowest, walks, evaluations, parts }: LayerClimbSize) {
  const lanes = 4 * hiddenLanes(hiddenUnits(shape)).quads;
  return {
    layers: chainLayout(shape, lowest + 1),
    batch: uniforms(forward, "Batch", parts),
    jobs: structs(forward, "Job", walks * evaluations),
    positions: u32(walks, lanes),
    replacements: f32(CONSTANT_ROWS * networks, lanes),
  };
}

export async function createLayerClimb(shared: WalkTables, own: Owned): Promise<Climb> {
  const { device, batch, ranges } = shared;
  const { gpu, networks, split, pass, scratch } = device;
  const { group, walks } = batch;
  const outputs = scratch.outputs.slice(group.lowest) as DeviceArray<"f32", 3>[];
  const walkLayer = await bindWalkLayer(shared, outputs[0]!);
  const forwards = await createForwards(shared, own);
  const parts: TallyPart[] = pass.chunks.flatMap((chunk) =>
    ranges.map((range) => ({ ...chunk, firstJob: range.first * walks.length, slabs: range.count * walks.length })),
  );
  const logits = outputs.at(-1)!;
  const tallier = own.use(await createTallier(gpu, logits, split, walks.length * group.moves.length, parts));
  const unitQuads = quadsOf(networks.shape[group.lowest]!.units);
  return {
    encode(to, chunk, range) {
      const step = chunk * ranges.length + range;
      const { count } = pass.chunks[chunk]!;
      walkLayer.encode(to, walkLayerGrid(unitQuads, count, walks.length), step);
      for (const work of forwards) work.encode(to, count, parts[step]!.slabs, step);
      tallier.encode(to, step);
    },
    total: (lossesBefore) => untangle(tallier, batch, lossesBefore),
  };
}

async function bindWalkLayer(
  { device, batch, walk, part, walks, activations, transposed, state }: WalkTables,
  outputs: DeviceArray<"f32", 3>,
): Promise<BoundKernel> {
  const { gpu, networks } = device;
  const kind = activationAfter(networks, batch.group.lowest);
  const kernel = await createWalkLayer(gpu, batch.group.single ? "SINGLE" : "", kind);
  return kernel.bind({ walk, part, walks, activations, transposed, state, outputs });
}

/** Jobs of the forward layers: slab e * walks + w is walk w at evaluation e of the part. */
function jobsOf({ batch: { group, walks }, ranges }: WalkTables): ForwardJob[] {
  const removed = walks.map((walk) => removedAfter(walk, group.moves));
  return ranges.flatMap((range) =>
    Array.from({ length: range.count }, (_, evaluation) => range.first + evaluation).flatMap((evaluation) =>
      walks.map(({ network, mode }, curve) => ({
        network,
        curve,
        replacement: CONSTANT_ROWS * network + replacementRow(mode),
        removed: Math.max(0, removed[curve]![evaluation]!),
      })),
    ),
  );
}

/** Forward layers above the one that walks. */
async function createForwards(tables: WalkTables, own: Owned): Promise<LayerWork[]> {
  const { device, batch, ranges } = tables;
  const { gpu, networks, pass, tasks, scratch } = device;
  const { group, walks } = batch;
  const { shape } = networks;
  const { lowest, deeper } = group;
  const hidden = hiddenUnits(shape);
  const batches = pass.chunks.flatMap(({ first, count }) =>
    ranges.map((range) => ({ first, count, first_job: range.first * walks.length })),
  );
  const size: LayerClimbSize = {
    shape,
    networks: tasks.length,
    lowest,
    walks: walks.length,
    evaluations: group.moves.length,
    parts: batches.length,
  };
  const { layers, ...mask } = own.allocate(layerClimbLayout(size), "walk");
  writeUniforms(gpu, forward, mask.batch, batches);
  writeJobs(gpu, mask.jobs, jobsOf(tables));
  const orders = walks.map(({ order }) => order);
  write(gpu, mask.positions, removalPositions(orders, hidden));
  const [rows, lanes] = mask.replacements.shape as [number, number];
  const constants = new Float32Array(rows * lanes);
  tasks.forEach((task, network) => {
    constants.set(replacementConstants(task, hidden), CONSTANT_ROWS * network * lanes);
  });
  write(gpu, mask.replacements, constants);
  const outputs = scratch.outputs.slice(1) as DeviceArray<"f32", 3>[];
  const source = scratch.outputs[lowest]!;
  return createChain(gpu, { networks, mask, layers, below: lowest + 1, source, shared: false, outputs, deeper });
}

/** Rows [evaluation][walk] of the tallier to [walk][evaluation]. */
async function untangle(
  tallier: Tallier,
  { group, walks }: WalkBatch,
  lossesBefore: readonly Float64Array[],
): Promise<WalkTotals> {
  const evaluations = group.moves.length;
  const before = Float64Array.from({ length: evaluations * walks.length }, (_, row) => {
    return lossesBefore[row % walks.length]![Math.floor(row / walks.length)]!;
  });
  const { correct, lossSum, right } = await tallier.total(before);
  const words = right.length / correct.length;
  const rows = (walk: number) =>
    Array.from({ length: evaluations }, (_, evaluation) => evaluation * walks.length + walk);
  const rightOf = (walk: number): Uint32Array => {
    const bits = new Uint32Array(evaluations * words);
    rows(walk).forEach((row, evaluation) => {
      bits.set(right.subarray(row * words, (row + 1) * words), evaluation * words);
    });
    return bits;
  };
  return {
    correct: walks.map((_, walk) => Uint32Array.from(rows(walk), (row) => correct[row]!)),
    lossSum: walks.map((_, walk) => Float64Array.from(rows(walk), (row) => lossSum[row]!)),
    ...(group.single ? { right: walks.map((_, walk) => rightOf(walk)) } : {}),
  };
}
