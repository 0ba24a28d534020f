/** The route for deeper networks, many classes and strides: store the next activations of a few evaluations, and go on with masked forward layers. */

import type { Widths } from "../../core/network.ts";
import { type DeviceArray, write } from "../../gpu/device/device-array.ts";
import type { BoundKernel, Grid } from "../../gpu/device/kernel.ts";
import { f32, structs, u32, uniforms } from "../../gpu/device/layout.ts";
import type { Owned } from "../../gpu/device/owned.ts";
import { hiddenLanes, quadsOf } from "../../gpu/device/packing.ts";
import { writeUniforms } from "../../gpu/device/uniforms.ts";
import { forward } from "../../gpu/generated/shaders.ts";
import { createForwardLayer, forwardGrid } from "../../gpu/kernels/forward.ts";
import { createWalkLayer, walkLayerGrid } from "../../gpu/kernels/walk-layer.ts";
import { activationAfter } from "../../passes/device-networks.ts";
import { plainLayer, writeJobs } from "../../passes/forward-pass.ts";
import { createTallier, type Tallier, type TallyPart } from "../../passes/tally.ts";
import { removalPositions, replacementConstants, replacementRows } from "../masked/removal-masks.ts";
import type { Climb, WalkBatch, WalkTables, WalkTotals } from "./walk-batch.ts";
import { removedAfter } from "./walk-plan.ts";

/** What decides the size of a climb's arrays, beside its tallies and the outputs that batches share. */
export interface LayerClimbSize {
  readonly widths: Widths;
  readonly networks: number;
  /** Lowest ablated hidden layer, from 1. */
  readonly lowest: number;
  readonly walks: number;
  readonly evaluations: number;
  /** Ranges of steps on chunks of samples. */
  readonly parts: number;
}

export function layerClimbLayout({ widths, networks, lowest, walks, evaluations, parts }: LayerClimbSize) {
  const lanes = 4 * hiddenLanes(widths).quads;
  return {
    layers: widths.slice(lowest + 2).map(() => uniforms(forward, "Layer")),
    batch: uniforms(forward, "Batch", parts),
    jobs: structs(forward, "Job", walks * evaluations),
    positions: u32(walks, lanes),
    replacements: f32(2 * networks, lanes),
  };
}

export async function createLayerClimb(shared: WalkTables, own: Owned): Promise<Climb> {
  const { device, batch, ranges } = shared;
  const { gpu, networks, split, pass, scratch } = device;
  const { group, walks } = batch;
  const outputs = scratch.outputs.slice(group.lowest) as DeviceArray<"f32", 3>[];
  const walkLayer = await bindWalkLayer(shared, outputs[0]!);
  const forwards = await createForwards(shared, own, outputs);
  const parts: TallyPart[] = pass.chunks.flatMap((chunk) =>
    ranges.map((range) => ({ ...chunk, firstJob: range.first * walks.length, slabs: range.count * walks.length })),
  );
  const logits = outputs.at(-1)!;
  const tallier = own.use(await createTallier(gpu, logits, split, walks.length * group.moves.length, parts));
  const unitQuads = quadsOf(networks.widths[group.lowest + 1]!);
  return {
    encode(to, chunk, range) {
      const step = chunk * ranges.length + range;
      const { count } = pass.chunks[chunk]!;
      walkLayer.encode(to, walkLayerGrid(unitQuads, count, walks.length), step);
      for (const { kernel, grid } of forwards) kernel.encode(to, grid(count, parts[step]!.slabs), step);
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

/** Forward layers above the one that walks; slab e * walks + w is walk w at evaluation e of the part. */
async function createForwards(
  { device, batch, ranges }: WalkTables,
  own: Owned,
  outputs: readonly DeviceArray<"f32", 3>[],
): Promise<{ readonly kernel: BoundKernel; readonly grid: (samples: number, slabs: number) => Grid }[]> {
  const { gpu, networks, pass, tasks } = device;
  const { group, walks } = batch;
  const { widths, parameters } = networks;
  const { offsets, quads: hiddenQuads } = hiddenLanes(widths);
  const removed = walks.map((walk) => removedAfter(walk, group.moves));
  const table = ranges.flatMap((range) =>
    Array.from({ length: range.count }, (_, evaluation) => range.first + evaluation).flatMap((evaluation) =>
      walks.map(({ network, mode }, curve) => ({
        network,
        curve,
        replacement: 2 * network + replacementRows[mode],
        removed: Math.max(0, removed[curve]![evaluation]!),
      })),
    ),
  );
  const batches = pass.chunks.flatMap(({ first, count }) =>
    ranges.map((range) => ({ first, count, first_job: range.first * walks.length })),
  );
  const size: LayerClimbSize = {
    widths,
    networks: tasks.length,
    lowest: group.lowest,
    walks: walks.length,
    evaluations: group.moves.length,
    parts: batches.length,
  };
  const { layers, batch: batchUniform, jobs, positions, replacements } = own.allocate(layerClimbLayout(size), "walk");
  writeUniforms(gpu, forward, batchUniform, batches);
  writeJobs(gpu, jobs, table);
  const orders = walks.map(({ order }) => order);
  write(gpu, positions, removalPositions(orders, widths));
  const lanes = hiddenQuads * 4;
  const constants = new Float32Array(tasks.length * 2 * lanes);
  tasks.forEach(({ meanActivations }, network) => {
    constants.set(replacementConstants(meanActivations, widths), network * 2 * lanes);
  });
  write(gpu, replacements, constants);
  const kernels: { kernel: BoundKernel; grid: (samples: number, slabs: number) => Grid }[] = [];
  for (let layer = group.lowest + 1; layer < parameters.length; layer++) {
    const at = layer - group.lowest;
    const plain = plainLayer(widths[layer]!, widths[layer + 1]!, pass.rows);
    const uniform = { ...plain, hidden_quads: hiddenQuads, hidden_offset: offsets[layer - 1]! / 4 };
    const kind = activationAfter(networks, layer);
    const layerUniform = layers[at - 1]!;
    writeUniforms(gpu, forward, layerUniform, [uniform]);
    const resources = {
      layer: layerUniform,
      batch: batchUniform,
      jobs,
      inputs: outputs[at - 1]!,
      parameters: parameters[layer]!,
      outputs: outputs[at]!,
    };
    const kernel = group.deeper
      ? (await createForwardLayer(gpu, "MASKED", kind)).bind({ ...resources, positions, replacements })
      : (await createForwardLayer(gpu, "", kind)).bind(resources);
    const quads = quadsOf(widths[layer + 1]!);
    kernels.push({ kernel, grid: (samples, slabs) => forwardGrid(quads, samples, slabs) });
  }
  return kernels;
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
