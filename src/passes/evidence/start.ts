/** Where a pass back begins, bound to a rider's own array at the logits. */
import type { DeviceArray } from "../../gpu/device/device-array.ts";
import { uniforms } from "../../gpu/device/layout.ts";
import { type UniformArray, writeUniforms } from "../../gpu/device/uniforms.ts";
import { startSignal as shader } from "../../gpu/generated/shaders.ts";
import { createStartSignal, type SignalKind, startSignalGrid } from "../../gpu/kernels/start-signal.ts";
import type { LayerPass } from "../layer-passes.ts";
import type { PageRide } from "./ride.ts";

export function startLayout(chunks: number) {
  return uniforms(shader, "Rows", chunks);
}

/**
 * @param signal as the logits: [networks, rows, lanes]
 * @param first_class where networks are copies of one, a class each: that of the first
 */
export async function bindStart(
  { gpu, networks, page, forward }: PageRide,
  kind: SignalKind,
  rows: UniformArray<"Rows">,
  signal: DeviceArray<"f32", 3>,
  first_class = 0,
): Promise<LayerPass> {
  const logits = forward.outputs.at(-1)!;
  const sizes = { slab_rows: forward.rows, quads: logits.shape[2]! / 4, classes: page.classes, first_class };
  writeUniforms(
    gpu,
    shader,
    rows,
    forward.chunks.map((chunk) => ({ ...chunk, ...sizes })),
  );
  const kernel = (await createStartSignal(gpu, kind)).bind({ rows, labels: page.labels, logits, signal });
  return (to, chunk) => kernel.encode(to, startSignalGrid(forward.chunks[chunk]!.count, networks.count), chunk);
}
