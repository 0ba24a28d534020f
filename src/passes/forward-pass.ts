/** The intact forward pass of several networks over a split, in chunks of samples that fit the device. */

import type { NetworkShape } from "../core/layers/network-shape.ts";
import { greatest } from "../core/long-arrays.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import type { DeviceArray } from "../gpu/device/device-array.ts";
import { structs, uniforms } from "../gpu/device/layout.ts";
import { Owned } from "../gpu/device/owned.ts";
import {
  type Amount,
  activationBytes,
  batchBytes,
  chunkBytes,
  leastOf,
  type PlanBasis,
} from "../gpu/device/plan-basis.ts";
import type { Recorder } from "../gpu/device/recorder.ts";
import { packStructs, writeUniforms } from "../gpu/device/uniforms.ts";
import { forward } from "../gpu/generated/shaders.ts";
import type { ForwardBatch, ForwardJob } from "../gpu/kernels/forward.ts";
import { BLOCK } from "../gpu/kernels/tally.ts";
import { type LayerWork, outputLanes, outputsLayout } from "../gpu/layers/layer-kind.ts";
import { onDevice } from "../gpu/layers/registry.ts";
import { activationAfter, type DeviceNetworks } from "./device-networks.ts";
import type { DeviceSplit } from "./device-split.ts";

/** Blocks of a full chunk come in eights, because a walk (shaders/walk-product.wgsl) has a lane for each. */
export const WALKED = 8 * BLOCK;

export interface Chunk {
  /** First sample; a multiple of BLOCK. */
  readonly first: number;
  readonly count: number;
}

/** Splits `samples` into chunks of `rows`. */
export function chunksOf(samples: number, rows: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (let first = 0; first < samples; first += rows) chunks.push({ first, count: Math.min(rows, samples - first) });
  return chunks;
}

/** How many samples a chunk has: a multiple of BLOCK, within a binding, half of the memory and the time of a unit. */
export function chunkRows(basis: PlanBasis, samples: number, slabs: number, shape: NetworkShape): Amount {
  const lanes = shape.map(outputLanes);
  const whole = Math.ceil(samples / BLOCK) * BLOCK;
  const { count, boundBy } = leastOf({
    all: whole,
    binding: activationBytes(basis) / (4 * slabs * greatest(lanes)),
    memory: chunkBytes(basis) / (4 * slabs * lanes.reduce((sum, of) => sum + of, 0)),
    time: basis.pace.unitOperations / (slabs * forwardOperations(shape)),
  });
  const granule = count >= WALKED && count < whole ? WALKED : BLOCK;
  const rows = Math.max(BLOCK, Math.floor(count / granule) * granule);
  return { count: rows, boundBy: rows === whole ? "all" : boundBy };
}

/** The samples of a chunk alone. */
export function rowsPerChunk(basis: PlanBasis, samples: number, slabs: number, shape: NetworkShape): number {
  return chunkRows(basis, samples, slabs, shape).count;
}

/** Slabs of `rows` samples that one unit of masked work may hold: it computes all layers above the first again. */
export function unitSlabs(basis: PlanBasis, rows: number, shape: NetworkShape): Amount {
  const lanes = shape.map(outputLanes);
  return leastOf({
    binding: activationBytes(basis) / (4 * rows * greatest(lanes)),
    memory: batchBytes(basis) / (8 * rows * lanes.reduce((sum, of) => sum + of, 0)), // the tallies have the other half
    time: basis.pace.unitOperations / (rows * forwardOperations(shape.slice(1))),
  });
}

/** Their number alone. */
export function slabsPerUnit(basis: PlanBasis, rows: number, shape: NetworkShape): number {
  return unitSlabs(basis, rows, shape).count;
}

/** Operations of one sample through some layers: 2 for each multiply-add, rows whole as they are computed. */
export function forwardOperations(shape: NetworkShape): number {
  return shape.reduce((sum, layer) => sum + onDevice(layer).operations(layer), 0);
}

/** Writes a table of jobs, from its beginning. */
export function writeJobs(gpu: GpuContext, { buffer }: DeviceArray<"Job", 1>, jobs: readonly ForwardJob[]): void {
  gpu.device.queue.writeBuffer(buffer, 0, packStructs(forward.structs.Job, jobs) as BufferSource);
}

/** The table that says job z is network z. */
export function identityJobs(networks: number): ForwardJob[] {
  return Array.from({ length: networks }, (_, network) => ({ network, curve: 0, replacement: 0, removed: 0 }));
}

export interface ForwardPass {
  readonly rows: number;
  readonly chunks: readonly Chunk[];
  /** Per layer: [networks, rows, lanes of the outputs]; the last holds logits. */
  readonly outputs: readonly DeviceArray<"f32", 3>[];
  /** Encodes all layers of its depth for one chunk. */
  encode(to: Recorder, chunk: number): void;
  [Symbol.dispose](): void;
}

/** What decides the size of every array of a pass. */
export interface PassSize {
  readonly shape: NetworkShape;
  readonly networks: number;
  readonly samples: number;
  /** Samples of a chunk. */
  readonly rows: number;
}

export function forwardPassLayout({ shape, networks, samples, rows }: PassSize) {
  const layer = shape.map((one) => ({
    outputs: outputsLayout(one, networks, rows),
    uniform: onDevice(one).forwardUniform,
  }));
  const batch = uniforms(forward, "Batch", chunksOf(samples, rows).length);
  return { layer, jobs: structs(forward, "Job", networks), batch };
}

/** What the first layer gives of all samples, where one network is given that as its inputs; undefined where they must be computed. */
function passedOn({ count }: DeviceNetworks, split: DeviceSplit, rows: number): DeviceArray<"f32", 3> | undefined {
  if (split.passedOn !== true || count !== 1 || rows < split.count || !("values" in split.inputs)) return undefined;
  const { values } = split.inputs;
  return { ...values, rank: 3, shape: [1, ...values.shape] };
}

interface PassExtent {
  /** Samples of a chunk; by default as many as fit. */
  readonly rows?: number | undefined;
  /** Layers that are computed, from the first; by default all. */
  readonly depth?: number;
}

export async function createForwardPass(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DeviceSplit,
  {
    rows = rowsPerChunk(gpu, split.count, networks.count, networks.shape),
    depth = networks.shape.length,
  }: PassExtent = {},
): Promise<ForwardPass> {
  const { shape, count } = networks;
  const chunks = chunksOf(split.count, rows);
  const batches: ForwardBatch[] = chunks.map(({ first, count: samples }) => ({ first, count: samples, first_job: 0 }));
  using own = new Owned(gpu);
  const size = { shape, networks: count, samples: split.count, rows };
  const { layer: arrays, jobs, batch } = own.allocate(forwardPassLayout(size));
  writeUniforms(gpu, forward, batch, batches);
  writeJobs(gpu, jobs, identityJobs(count));
  const given = passedOn(networks, split, rows);
  const outputs = arrays.map((layer, index) => (index === 0 ? (given ?? layer.outputs) : layer.outputs));
  const works: LayerWork[] = [];
  for (const [index, layer] of shape.slice(0, depth).entries()) {
    if (index === 0 && given !== undefined) continue;
    const work = await onDevice(layer).forward(gpu, layer, {
      parameters: networks.parameters[index]!,
      activation: activationAfter(networks, index),
      source: index === 0 ? split.inputs : { inputs: outputs[index - 1]! },
      outputs: outputs[index]!,
      layer: arrays[index]!.uniform,
      batch,
      jobs,
    });
    works.push(work);
  }
  const kept = own.move();
  return {
    rows,
    chunks,
    outputs,
    encode(to, chunk) {
      for (const work of works) work.encode(to, chunks[chunk]!.count, count, chunk);
    },
    [Symbol.dispose]: () => kept[Symbol.dispose](),
  };
}
