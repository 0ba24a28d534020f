/** The intact forward pass of several networks over a split, in chunks of samples that fit the device. */
import { greatest } from "../core/long-arrays.ts";
import type { Widths } from "../core/network.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import type { DeviceArray } from "../gpu/device/device-array.ts";
import type { BoundKernel } from "../gpu/device/kernel.ts";
import { f32, structs, uniforms } from "../gpu/device/layout.ts";
import { Owned } from "../gpu/device/owned.ts";
import { lanesOf, quadsOf } from "../gpu/device/packing.ts";
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
import {
  createForwardLayer,
  type ForwardBatch,
  type ForwardJob,
  type ForwardLayer,
  forwardGrid,
} from "../gpu/kernels/forward.ts";
import { BLOCK } from "../gpu/kernels/tally.ts";
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
export function chunkRows(basis: PlanBasis, samples: number, slabs: number, widths: Widths): Amount {
  const lanes = widths.slice(1).map(lanesOf);
  const whole = Math.ceil(samples / BLOCK) * BLOCK;
  const { count, boundBy } = leastOf({
    all: whole,
    binding: activationBytes(basis) / (4 * slabs * greatest(lanes)),
    memory: chunkBytes(basis) / (4 * slabs * lanes.reduce((sum, of) => sum + of, 0)),
    time: basis.pace.unitOperations / (slabs * forwardOperations(widths)),
  });
  const granule = count >= WALKED && count < whole ? WALKED : BLOCK;
  const rows = Math.max(BLOCK, Math.floor(count / granule) * granule);
  return { count: rows, boundBy: rows === whole ? "all" : boundBy };
}

/** The samples of a chunk alone. */
export function rowsPerChunk(basis: PlanBasis, samples: number, slabs: number, widths: Widths): number {
  return chunkRows(basis, samples, slabs, widths).count;
}

/** Slabs of `rows` samples that one unit of masked work may hold, `widths` being those from its input on. */
export function unitSlabs(basis: PlanBasis, rows: number, widths: Widths): Amount {
  const lanes = widths.map(lanesOf);
  return leastOf({
    binding: activationBytes(basis) / (4 * rows * greatest(lanes)),
    memory: batchBytes(basis) / (8 * rows * lanes.reduce((sum, of) => sum + of, 0)), // the tallies have the other half
    time: basis.pace.unitOperations / (rows * forwardOperations(widths)),
  });
}

/** Their number alone. */
export function slabsPerUnit(basis: PlanBasis, rows: number, widths: Widths): number {
  return unitSlabs(basis, rows, widths).count;
}

/** Operations of one sample through layers of these widths: 2 for each multiply-add, rows whole as they are computed. */
export function forwardOperations(widths: Widths): number {
  return 2 * widths.slice(1).reduce((sum, outputs, layer) => sum + outputs * lanesOf(widths[layer]!), 0);
}

/** Writes a table of jobs, from its beginning. */
export function writeJobs(gpu: GpuContext, { buffer }: DeviceArray<"Job", 1>, jobs: readonly ForwardJob[]): void {
  gpu.device.queue.writeBuffer(buffer, 0, packStructs(forward.structs.Job, jobs) as BufferSource);
}

/** The table that says job z is network z. */
export function identityJobs(networks: number): ForwardJob[] {
  return Array.from({ length: networks }, (_, network) => ({ network, curve: 0, replacement: 0, removed: 0 }));
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

/** What decides the size of every array of a pass. */
export interface PassSize {
  readonly widths: Widths;
  readonly networks: number;
  readonly samples: number;
  /** Samples of a chunk. */
  readonly rows: number;
}

export function forwardPassLayout({ widths, networks, samples, rows }: PassSize) {
  const layer = widths.slice(1).map((width) => ({
    outputs: f32(networks, rows, lanesOf(width)),
    uniform: uniforms(forward, "Layer"),
  }));
  const batch = uniforms(forward, "Batch", chunksOf(samples, rows).length);
  return { layer, jobs: structs(forward, "Job", networks), batch };
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
  using own = new Owned(gpu);
  const size = { widths, networks: count, samples: split.count, rows };
  const { layer: layers, jobs, batch } = own.allocate(forwardPassLayout(size));
  writeUniforms(gpu, forward, batch, batches);
  writeJobs(gpu, jobs, identityJobs(count));
  const outputs = layers.map((layer) => layer.outputs);
  const kernels: BoundKernel[] = [];
  for (const [layer, parameters] of networks.parameters.entries()) {
    const { uniform } = layers[layer]!;
    writeUniforms(gpu, forward, uniform, [plainLayer(widths[layer]!, widths[layer + 1]!, rows)]);
    const activation = activationAfter(networks, layer);
    const shared = { layer: uniform, batch, jobs, parameters, outputs: outputs[layer]! };
    if (layer === 0) {
      kernels.push(
        "pixels" in split.inputs
          ? (await createForwardLayer(gpu, "BYTES", activation)).bind({ ...shared, ...split.inputs })
          : (await createForwardLayer(gpu, "FLOATS", activation)).bind({ ...shared, ...split.inputs }),
      );
    } else {
      const kernel = await createForwardLayer(gpu, "", activation);
      kernels.push(kernel.bind({ ...shared, inputs: outputs[layer - 1]! }));
    }
  }
  const kept = own.move();
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
    [Symbol.dispose]: () => kept[Symbol.dispose](),
  };
}
