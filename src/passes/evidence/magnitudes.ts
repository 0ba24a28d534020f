/** Sums of the sizes of what each sample gives the neurons of a hidden layer. */
import type { DeviceArray } from "../../gpu/device/device-array.ts";
import { f32, uniforms } from "../../gpu/device/layout.ts";
import type { Allocated } from "../../gpu/device/owned.ts";
import { writeUniforms } from "../../gpu/device/uniforms.ts";
import { magnitudeSums as shader } from "../../gpu/generated/shaders.ts";
import { createAddMagnitudes } from "../../gpu/kernels/magnitude-sums.ts";
import { sumBlockGrid } from "../../gpu/kernels/sum-block.ts";
import type { LayerPass } from "../layer-passes.ts";
import { sumChunks } from "./block-sums.ts";
import type { PageRide } from "./ride.ts";

interface MagnitudesSize {
  readonly networks: number;
  readonly units: number;
  readonly blocks: number;
  readonly chunks: number;
}

export function magnitudesLayout({ networks, units, blocks, chunks }: MagnitudesSize) {
  return { sums: f32(networks, units, blocks), chunks: uniforms(shader, "Chunk", chunks) };
}

/** @param layer from 0; @param values [networks, rows, lanes] */
export async function bindMagnitudes(
  pass: PageRide,
  layer: number,
  values: DeviceArray<"f32", 3>,
  { sums, chunks: uniform }: Allocated<ReturnType<typeof magnitudesLayout>>,
): Promise<LayerPass> {
  const { gpu, networks } = pass;
  const chunks = sumChunks(pass, networks.shape[layer]!.units);
  writeUniforms(gpu, shader, uniform, chunks);
  const kernel = (await createAddMagnitudes(gpu)).bind({ chunk: uniform, values, sums });
  return (to, chunk) => kernel.encode(to, sumBlockGrid(chunks[chunk]!, networks.count), chunk);
}
