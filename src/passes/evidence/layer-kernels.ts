/** Riders that are one kernel of shaders/levels.wgsl for each hidden layer. */
import type { GpuContext } from "../../gpu/device/context.ts";
import type { BoundKernel } from "../../gpu/device/kernel.ts";
import { lanesOf } from "../../gpu/device/packing.ts";
import { type UniformArray, writeUniforms } from "../../gpu/device/uniforms.ts";
import { levels as shader } from "../../gpu/generated/shaders.ts";
import { type LevelsChunk, levelsGrid } from "../../gpu/kernels/levels.ts";
import type { ForwardPass } from "../forward-pass.ts";
import type { PageRide, Rider } from "./ride.ts";

/** The chunks of a pass, as the kernels read them. */
export function writeLevelChunks(
  gpu: GpuContext,
  array: UniformArray<"Chunk">,
  { chunks, rows }: ForwardPass,
  size: Pick<LevelsChunk, "units" | "levels" | "classes">,
): void {
  const parts = chunks.map((part) => ({ ...part, slab_rows: rows, unit_lanes: lanesOf(size.units), ...size }));
  writeUniforms(gpu, shader, array, parts);
}

/** A kernel that reads one layer's outputs. */
interface LayerKernel {
  /** Neurons of the layer in one network. */
  readonly units: number;
  readonly kernel: BoundKernel;
  collect(): Promise<void>;
}

export async function boardLayers(
  { networks, forward }: PageRide,
  hiddenLayers: number,
  create: (layer: number) => Promise<LayerKernel>,
): Promise<Rider> {
  const layers: LayerKernel[] = [];
  for (let layer = 0; layer < hiddenLayers; layer++) layers.push(await create(layer));
  return {
    encode(to, chunk) {
      const samples = forward.chunks[chunk]!.count;
      for (const { kernel, units } of layers) kernel.encode(to, levelsGrid(units, samples, networks.count), chunk);
    },
    async collect() {
      for (const layer of layers) await layer.collect();
    },
  };
}
