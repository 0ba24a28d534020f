/** Riders that are one kernel of shaders/levels.wgsl for each hidden layer. */
import type { GpuContext } from "../context.ts";
import type { ForwardPass } from "../forward-pass.ts";
import { levels as shader } from "../generated/shaders.ts";
import type { BoundKernel } from "../kernel.ts";
import { type LevelsChunk, levelsGrid } from "../kernels/levels.ts";
import { lanesOf } from "../packing.ts";
import { type UniformArray, uploadUniforms } from "../uniforms.ts";
import type { PageRide, Rider } from "./ride.ts";

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
  readonly owned: readonly { destroy(): void }[];
  collect(): Promise<void>;
}

export async function boardLayers(
  { networks, forward }: PageRide,
  hiddenLayers: number,
  create: (layer: number) => Promise<LayerKernel>,
): Promise<Rider> {
  const layers: LayerKernel[] = [];
  const dispose = () => {
    for (const { owned } of layers) for (const one of owned) one.destroy();
  };
  try {
    for (let layer = 0; layer < hiddenLayers; layer++) layers.push(await create(layer));
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    encode(to, chunk) {
      const samples = forward.chunks[chunk]!.count;
      for (const { kernel, units } of layers) kernel.encode(to, levelsGrid(units, samples, networks.count), chunk);
    },
    async collect() {
      for (const layer of layers) await layer.collect();
    },
    [Symbol.dispose]: dispose,
  };
}
