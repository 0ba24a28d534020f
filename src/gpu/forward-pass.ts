/** The intact forward pass of several networks over a split, in chunks of samples that fit the device. */
import type { GpuContext } from "./context.ts";
import { allocate, type DeviceArray } from "./device-array.ts";
import type { DeviceNetworks } from "./device-networks.ts";
import type { DeviceSplit } from "./device-split.ts";
import { forward } from "./generated/shaders.ts";
import type { BoundKernel } from "./kernel.ts";
import {
  createForwardLayer,
  type ForwardBatch,
  type ForwardJob,
  type ForwardLayer,
  forwardGrid,
} from "./kernels/forward.ts";
import { BLOCK } from "./kernels/tally.ts";
import { lanesOf, quadsOf } from "./packing.ts";
import type { Recorder } from "./recorder.ts";
import { packStructs, type UniformArray, uploadUniforms } from "./uniforms.ts";

/** Bytes that one layer's activations may take: half of WebGPU's default binding limit. */
const ACTIVATION_BYTES = 64 * 2 ** 20;
/** Operations in one chunk: about 50 ms, the longest a submit should last. */
const CHUNK_OPERATIONS = { software: 2e8, hardware: 2e10 };

/** Blocks of a full chunk come in eights, because a walk (shaders/walk-product.wgsl) has a lane for each. */
const WALKED = 8 * BLOCK;

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

/** Rows of a chunk: a multiple of BLOCK, within the bytes of a binding and the operations of a submit. */
export function rowsPerChunk(gpu: GpuContext, samples: number, slabs: number, widths: readonly number[]): number {
  const widest = Math.max(...widths.slice(1).map(lanesOf));
  const bytes = Math.min(ACTIVATION_BYTES, gpu.device.limits.maxStorageBufferBindingSize / 2);
  const operations = CHUNK_OPERATIONS[gpu.facts.software ? "software" : "hardware"];
  const rows = Math.min(bytes / (4 * slabs * widest), operations / (2 * slabs * multiplyAddsOf(widths)));
  const whole = Math.ceil(samples / BLOCK) * BLOCK;
  if (rows >= whole) return whole;
  const granule = rows >= WALKED ? WALKED : BLOCK;
  return Math.max(BLOCK, Math.floor(rows / granule) * granule);
}

/** Slabs of `rows` samples that one unit of masked work may hold, `widths` being those from its input on. */
export function slabsPerUnit(gpu: GpuContext, rows: number, widths: readonly number[]): number {
  const widest = Math.max(...widths.map(lanesOf));
  const bytes = Math.min(ACTIVATION_BYTES, gpu.device.limits.maxStorageBufferBindingSize / 2);
  const operations = CHUNK_OPERATIONS[gpu.facts.software ? "software" : "hardware"];
  const slabs = Math.min(bytes / (4 * rows * widest), operations / (2 * rows * multiplyAddsOf(widths)));
  return Math.max(1, Math.floor(slabs));
}

/** Multiply-adds of one sample through layers of these widths. */
function multiplyAddsOf(widths: readonly number[]): number {
  return widths.slice(1).reduce((sum, outputs, layer) => sum + outputs * lanesOf(widths[layer]!), 0);
}

/** A table of jobs, as the forward shader reads it. */
export function uploadJobs(gpu: GpuContext, label: string, jobs: readonly ForwardJob[]): DeviceArray<"Job", 1> {
  const array = allocate(gpu, label, "Job", [jobs.length], forward.structs.Job.size);
  gpu.device.queue.writeBuffer(array.buffer, 0, packStructs(forward.structs.Job, jobs) as BufferSource);
  return array;
}

/** The table that says job z is network z. */
export function uploadIdentityJobs(gpu: GpuContext, networks: number): DeviceArray<"Job", 1> {
  const jobs: ForwardJob[] = Array.from({ length: networks }, (_, network) => ({
    network,
    curve: 0,
    replacement: 0,
    removed: 0,
  }));
  return uploadJobs(gpu, "jobs", jobs);
}

/** Uniforms of a layer that reads its own job's rows and masks nothing. */
export function plainLayer(inputs: number, outputs: number, slabRows: number, orderRows = 0): ForwardLayer {
  return {
    input_quads: quadsOf(inputs),
    outputs,
    output_quads: quadsOf(outputs),
    slab_rows: slabRows,
    order_rows: orderRows,
    own_source: 1,
    hidden_quads: 0,
    hidden_offset: 0,
  };
}

export interface ForwardPass {
  readonly rows: number;
  readonly chunks: readonly Chunk[];
  /** Per layer: [networks, rows, lanes of the outputs]; the last holds logits. */
  readonly outputs: readonly DeviceArray<"f32", 3>[];
  /** Encodes all layers for one chunk. */
  encode(to: Recorder, chunk: number): void;
  [Symbol.dispose](): void;
}

/** @param rows samples of a chunk; by default as many as fit. */
export async function createForwardPass(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DeviceSplit,
  rows = rowsPerChunk(gpu, split.count, networks.count, networks.widths),
): Promise<ForwardPass> {
  const { widths, count } = networks;
  const chunks = chunksOf(split.count, rows);
  const batches: ForwardBatch[] = chunks.map(({ first, count: samples }) => ({ first, count: samples, first_job: 0 }));
  const batch = uploadUniforms(gpu, forward, "Batch", batches);
  const jobs = uploadIdentityJobs(gpu, count);
  const outputs = widths
    .slice(1)
    .map((width, layer) => allocate(gpu, `layer ${layer} outputs`, "f32", [count, rows, lanesOf(width)]));
  const uniforms: UniformArray<"Layer">[] = [];
  const kernels: BoundKernel[] = [];
  for (const [layer, parameters] of networks.parameters.entries()) {
    const uniform = uploadUniforms(gpu, forward, "Layer", [plainLayer(widths[layer]!, widths[layer + 1]!, rows)]);
    uniforms.push(uniform);
    const activation = layer === networks.parameters.length - 1 ? "identity" : networks.activation;
    const shared = { layer: uniform, batch, jobs, parameters, outputs: outputs[layer]! };
    if (layer === 0) {
      const kernel = await createForwardLayer(gpu, "BYTES", activation);
      kernels.push(kernel.bind({ ...shared, pixels: split.pixels }));
    } else {
      const kernel = await createForwardLayer(gpu, "", activation);
      kernels.push(kernel.bind({ ...shared, inputs: outputs[layer - 1]! }));
    }
  }
  return {
    rows,
    chunks,
    outputs,
    encode(to, chunk) {
      const samples = chunks[chunk]!.count;
      kernels.forEach((kernel, layer) => {
        kernel.encode(to, forwardGrid(quadsOf(widths[layer + 1]!), samples, count), chunk);
      });
    },
    [Symbol.dispose]() {
      for (const owned of [batch, jobs, ...outputs, ...uniforms]) owned.destroy();
    },
  };
}
