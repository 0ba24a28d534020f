/** One batch of walks on the device: the exact start of its state, and the climb that its route takes from there. */
import { plainLayer, uploadJobs } from "../gpu/forward-pass.ts";
import { forward } from "../gpu/generated/shaders.ts";
import { createForwardLayer, forwardGrid } from "../gpu/kernels/forward.ts";
import { BLOCK } from "../gpu/kernels/tally.ts";
import { lanesOf, quadsOf } from "../gpu/packing.ts";
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
import { stepsOf, type WalkGroup } from "./walk-plan.ts";

/** One dispatch or a few that belong together, in the order in which they must run. */
export type Task = (to: Recorder) => void;

export interface WalkRoute {
  /** All work on one chunk of samples, in order. */
  tasks(chunk: number): Task[];
  total(): Promise<WalkTotals>;
  [Symbol.dispose](): void;
}

/** Bytes that the state of a batch, and the outputs of one part, may take. */
const STATE_BYTES = 64 * 2 ** 20;

/** Walks whose state, tallies and, where they are stored, outputs each fit in one binding. */
export function walksAtOnce({ networks, pass, split }: SweepDevice, group: WalkGroup): number {
  const widest = Math.max(...networks.widths.slice(group.lowest + 1).map(lanesOf));
  const slabs = group.route === "layers" ? stepsOf(group.route) : 1;
  const state = 4 * pass.rows * widest * slabs;
  const tallies = 8 * group.removed.length * Math.ceil(split.count / BLOCK);
  return Math.max(1, Math.floor(STATE_BYTES / Math.max(state, tallies)));
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
    tasks(chunk) {
      const start: Task = (to) => begin(to, chunk);
      return [
        start,
        ...shared.ranges.map(
          (_, range): Task =>
            (to) =>
              climb.encode(to, chunk, range),
        ),
      ];
    },
    total: () => climb.total(),
    [Symbol.dispose]() {
      for (const resource of owned) resource.destroy();
    },
  };
}

/** The exact pre-activations of the intact network, for every walk: what forward.wgsl computes, written into the state. */
async function createStart(
  { device, batch, state }: WalkTables,
  own: Own,
): Promise<(to: Recorder, chunk: number) => void> {
  const { gpu, networks, pass } = device;
  const { lowest } = batch.group;
  const { widths } = networks;
  const jobs = own(
    uploadJobs(
      gpu,
      "walk jobs",
      batch.walks.map(() => ({ network: 0, curve: 0, replacement: 0, removed: 0 })),
    ),
  );
  const batches = pass.chunks.map(({ first, count }) => ({ first, count, first_job: 0 }));
  const plain = plainLayer(widths[lowest]!, widths[lowest + 1]!, pass.rows);
  const kernel = (await createForwardLayer(gpu, "", "identity")).bind({
    layer: own(uploadUniforms(gpu, forward, "Layer", [{ ...plain, slab_rows: pass.rows + 1, own_source: 0 }])),
    batch: own(uploadUniforms(gpu, forward, "Batch", batches)),
    jobs,
    inputs: pass.outputs[lowest - 1]!,
    parameters: networks.parameters[lowest]!,
    outputs: state,
  });
  const quads = quadsOf(widths[lowest + 1]!);
  return (to, chunk) => kernel.encode(to, forwardGrid(quads, pass.chunks[chunk]!.count, batch.walks.length), chunk);
}
