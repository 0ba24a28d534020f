/** One batch of walks on the device: the exact start of its state, and the climb that its route takes from there. */
import { plainLayer, uploadIdentityJobs } from "../gpu/forward-pass.ts";
import { forward } from "../gpu/generated/shaders.ts";
import { createForwardLayer, forwardGrid } from "../gpu/kernels/forward.ts";
import { quadsOf } from "../gpu/packing.ts";
import type { Recorder } from "../gpu/recorder.ts";
import { uploadUniforms } from "../gpu/uniforms.ts";
import { createLayerClimb } from "./layer-climb.ts";
import { createTallyClimb } from "./tally-climb.ts";
import {
  type Own,
  type SweepDevice,
  uploadTables,
  type WalkBatch,
  type WalkTables,
  type WalkTotals,
} from "./walk-batch.ts";

/** One dispatch or a few that belong together, in the order in which they must run. */
export type Task = (to: Recorder) => void;

export interface WalkRoute {
  readonly batch: WalkBatch;
  /** All work on one chunk of samples, in order. */
  tasks(chunk: number): Task[];
  /** As of the climb. */
  total(lossesBefore: readonly Float64Array[]): Promise<WalkTotals>;
  [Symbol.dispose](): void;
}

/** Prepares a batch: uploads its tables, compiles its kernels. */
export async function createWalkRoute(device: SweepDevice, batch: WalkBatch): Promise<WalkRoute> {
  const owned: { destroy(): void }[] = [];
  const own: Own = (resource) => {
    owned.push(resource);
    return resource;
  };
  const shared = uploadTables(device, batch, own);
  const begin = await createStart(shared, own);
  const { route } = batch.group;
  const climb = route === "layers" ? await createLayerClimb(shared, own) : await createTallyClimb(shared, own);
  return {
    batch,
    tasks(chunk) {
      const start: Task = (to) => begin(to, chunk);
      const climbs = shared.ranges.map(
        (_, range): Task =>
          (to) =>
            climb.encode(to, chunk, range),
      );
      return [start, ...climbs];
    },
    total: (lossesBefore) => climb.total(lossesBefore),
    [Symbol.dispose]() {
      for (const resource of owned) resource.destroy();
    },
  };
}

/** The exact pre-activations of the intact networks, from which every walk starts. */
async function createStart(
  { device, batch, state }: WalkTables,
  own: Own,
): Promise<(to: Recorder, chunk: number) => void> {
  const { gpu, networks, pass } = device;
  const { lowest } = batch.group;
  const { widths } = networks;
  const batches = pass.chunks.map(({ first, count }) => ({ first, count, first_job: 0 }));
  const plain = plainLayer(widths[lowest]!, widths[lowest + 1]!, pass.rows);
  const kernel = (await createForwardLayer(gpu, "", "identity")).bind({
    layer: own(uploadUniforms(gpu, forward, "Layer", [plain])),
    batch: own(uploadUniforms(gpu, forward, "Batch", batches)),
    jobs: own(uploadIdentityJobs(gpu, networks.count)),
    inputs: pass.outputs[lowest - 1]!,
    parameters: networks.parameters[lowest]!,
    outputs: state,
  });
  const quads = quadsOf(widths[lowest + 1]!);
  return (to, chunk) => kernel.encode(to, forwardGrid(quads, pass.chunks[chunk]!.count, networks.count), chunk);
}
