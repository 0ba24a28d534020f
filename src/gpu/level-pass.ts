/** A forward pass in which one kernel of shaders/levels.wgsl sees the outputs of each hidden layer, chunk by chunk. */
import type { Widths } from "../core/network.ts";
import type { GpuContext } from "./context.ts";
import type { DeviceNetworks } from "./device-networks.ts";
import type { DeviceSplit } from "./device-split.ts";
import { createForwardPass, type ForwardPass, forwardOperations, rowsPerChunk } from "./forward-pass.ts";
import { levels as shader } from "./generated/shaders.ts";
import type { BoundKernel } from "./kernel.ts";
import { type LevelsChunk, levelsGrid } from "./kernels/levels.ts";
import { Pacer } from "./pacing.ts";
import { lanesOf } from "./packing.ts";
import type { PlanBasis } from "./plan-basis.ts";
import { type UniformArray, uploadUniforms } from "./uniforms.ts";

/** Samples of a chunk: with half of the memory of other passes, as a layer's outputs may be read back besides. */
export function levelRows(basis: PlanBasis, samples: number, networks: number, widths: Widths): number {
  const { device, memoryBytes, pace } = basis;
  return rowsPerChunk({ device, memoryBytes: memoryBytes / 2, pace }, samples, networks, widths);
}

/** @param rows samples of a chunk; by default `levelRows` */
export function createLevelPass(
  gpu: GpuContext,
  networks: DeviceNetworks,
  page: DeviceSplit,
  rows = levelRows(gpu, page.count, networks.count, networks.widths),
): Promise<ForwardPass> {
  return createForwardPass(gpu, networks, page, rows);
}

/** The chunks of a pass, as the kernels read them. */
export function uploadLevelChunks(
  gpu: GpuContext,
  { chunks, rows }: ForwardPass,
  size: Pick<LevelsChunk, "units" | "levels" | "classes">,
): UniformArray<"Chunk"> {
  const parts = chunks.map((part) => ({ ...part, slab_rows: rows, unit_lanes: lanesOf(size.units), ...size }));
  return uploadUniforms(gpu, shader, "Chunk", parts);
}

/** A kernel that reads one layer's outputs. */
export interface LayerKernel {
  /** Neurons of the layer in one network. */
  readonly units: number;
  readonly kernel: BoundKernel;
}

/** Runs the pass, and after each chunk the kernels on it. */
export async function runLevelPass(
  gpu: GpuContext,
  { count: jobs, widths }: DeviceNetworks,
  forward: ForwardPass,
  label: string,
  layers: readonly LayerKernel[],
): Promise<void> {
  await new Pacer(gpu).run({
    label,
    units: forward.chunks.length,
    unitOperations: jobs * forward.rows * forwardOperations(widths),
    encode(to, first, end) {
      for (let unit = first; unit < end; unit++) {
        forward.encode(to, unit);
        const samples = forward.chunks[unit]!.count;
        for (const { kernel, units } of layers) kernel.encode(to, levelsGrid(units, samples, jobs), unit);
      }
    },
  });
}
