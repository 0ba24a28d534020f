/** Runs groups of walks: the intact forward pass once for each chunk of samples, then every batch of walks from there. */
import type { Widths } from "../core/network.ts";
import type { GpuContext } from "../gpu/context.ts";
import { allocate } from "../gpu/device-array.ts";
import { uploadNetworks } from "../gpu/device-networks.ts";
import type { DeviceSplit } from "../gpu/device-split.ts";
import { createForwardPass, type ForwardPass, rowsPerChunk } from "../gpu/forward-pass.ts";
import { BLOCK } from "../gpu/kernels/tally.ts";
import { Pacer } from "../gpu/pacing.ts";
import { lanesOf } from "../gpu/packing.ts";
import { type Scratch, type SweepDevice, stateSlabs, type WalkBatch } from "./walk-batch.ts";
import { stepsOf, type Walk, type WalkGroup } from "./walk-plan.ts";
import { createWalkRoute, type Task, type WalkRoute } from "./walk-route.ts";
import type { WalkedNetwork } from "./walk-tables.ts";

/** What one walk found. */
export interface Walked {
  readonly walk: Walk;
  readonly group: WalkGroup;
  /** [evaluations] */
  readonly correct: Uint32Array;
  readonly loss: Float64Array;
}

/** Bytes that the state, the outputs of one part, or the tallies of a batch may take. */
function arrayBytes(gpu: GpuContext): number {
  const wanted = (gpu.facts.software ? 64 : 1024) * 2 ** 20;
  return Math.min(wanted, gpu.device.limits.maxStorageBufferBindingSize);
}

/** Bytes of each layer's outputs, per sample and walk, on the route `layers`. */
function storedWidths(widths: Widths, { route, lowest }: WalkGroup): readonly number[] {
  return route === "layers" ? widths.slice(lowest + 1) : [];
}

/**
 * Networks that are swept together: as many as keep the whole split's state of their largest group in one array, so that
 * samples need no chunks on their account; at least one.
 * @param walks of the group with the most
 */
export function networksPerSweep(gpu: GpuContext, samples: number, widths: Widths, walks: number): number {
  const widest = Math.max(...widths.slice(2).map(lanesOf));
  return Math.max(1, Math.floor(arrayBytes(gpu) / (4 * samples * widest * (walks + 1))));
}

/** Walks whose state, tallies and, where they are stored, outputs each fit in one binding. */
function walksAtOnce(
  gpu: GpuContext,
  group: WalkGroup,
  { widths, rows, samples, networks }: { widths: Widths; rows: number; samples: number; networks: number },
): number {
  const state = 4 * rows * lanesOf(widths[group.lowest + 1]!);
  const widest = Math.max(0, ...storedWidths(widths, group).map(lanesOf));
  const outputs = 4 * rows * widest * stepsOf(group.route);
  const tallies = 8 * group.removed.length * Math.ceil(samples / BLOCK);
  const bytes = arrayBytes(gpu);
  // Beside the walks, the state holds the intact networks and a spare slab.
  const ofState = Math.floor(bytes / state) - networks - 1;
  return Math.max(1, Math.min(ofState, Math.floor(bytes / Math.max(outputs, tallies))));
}

function batchesOf(groups: readonly WalkGroup[], sizeOf: (group: WalkGroup) => number): WalkBatch[] {
  return groups.flatMap((group) => {
    const size = sizeOf(group);
    const batches: WalkBatch[] = [];
    for (let first = 0; first < group.walks.length; first += size) {
      batches.push({ group, walks: group.walks.slice(first, first + size) });
    }
    return batches;
  });
}

/** Arrays as large as the batch that needs most. */
function allocateScratch(
  gpu: GpuContext,
  batches: readonly WalkBatch[],
  { widths, rows, networks }: { widths: Widths; rows: number; networks: number },
): Scratch & Disposable {
  const largest = (slabsOf: (batch: WalkBatch) => number, laneOf: (batch: WalkBatch) => number) =>
    batches.reduce((most, batch) => Math.max(most, slabsOf(batch) * laneOf(batch)), 0);
  const state = largest(
    (batch) => stateSlabs(networks, batch),
    ({ group }) => lanesOf(widths[group.lowest + 1]!),
  );
  const arrays = [allocate(gpu, "walk state", "f32", [1, rows, state])];
  const outputs = widths.slice(1).map((width, layer) => {
    const lanes = largest(
      ({ group, walks }) => (group.route === "layers" && layer >= group.lowest ? walks.length * stepsOf("layers") : 0),
      () => lanesOf(width),
    );
    if (lanes === 0) return undefined;
    const array = allocate(gpu, `walk outputs of layer ${layer}`, "f32", [
      lanes / lanesOf(width),
      rows,
      lanesOf(width),
    ]);
    arrays.push(array);
    return array;
  });
  return {
    state: arrays[0]!,
    outputs,
    [Symbol.dispose]() {
      for (const array of arrays) array.destroy();
    },
  };
}

function tasksOf(pass: ForwardPass, routes: readonly WalkRoute[]): Task[] {
  return pass.chunks.flatMap((_, chunk) => {
    const forward: Task = (to) => pass.encode(to, chunk);
    return [forward, ...routes.flatMap((route) => route.tasks(chunk))];
  });
}

async function createRoutes(
  device: SweepDevice,
  batches: readonly WalkBatch[],
): Promise<{ readonly all: readonly WalkRoute[] } & Disposable> {
  const all: WalkRoute[] = [];
  for (const batch of batches) all.push(await createWalkRoute(device, batch));
  return {
    all,
    [Symbol.dispose]() {
      for (const route of all) route[Symbol.dispose]();
    },
  };
}

/**
 * Runs groups of walks over networks of one architecture.
 * @param onProgress called with evaluations (forward passes over the whole split) done and to do
 * @returns the walks of all groups in order, with what they found.
 * @throws RunError with what the device reported.
 */
export async function runWalks(
  gpu: GpuContext,
  split: DeviceSplit,
  tasks: readonly WalkedNetwork[],
  groups: readonly WalkGroup[],
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Walked[]> {
  using networks = uploadNetworks(
    gpu,
    tasks.map(({ network }) => network),
  );
  const { widths, count } = networks;
  // On the route `layers` even one walk stores the outputs of all steps of a part.
  const slabs = groups.some(({ route }) => route === "layers") ? Math.max(count, stepsOf("layers")) : count;
  const rows = rowsPerChunk(gpu, split.count, slabs, widths);
  using pass = await createForwardPass(gpu, networks, split, rows);
  const sizes = { widths, rows, samples: split.count, networks: count };
  const batches = batchesOf(groups, (group) => walksAtOnce(gpu, group, sizes));
  using scratch = allocateScratch(gpu, batches, sizes);
  const device: SweepDevice = { gpu, networks, split, pass, tasks, scratch };
  using routes = await createRoutes(device, batches);
  const work = tasksOf(pass, routes.all);
  const total = groups.reduce((sum, { walks, removed }) => sum + walks.length * removed.length, 0);
  await new Pacer(gpu).run({
    label: "sweep",
    units: work.length,
    encode: (to, first, end) => {
      for (let task = first; task < end; task++) work[task]!(to);
    },
    onProgress: (done) => onProgress((done / work.length) * total, total),
  });
  const walked: Walked[] = [];
  for (const route of routes.all) {
    const { group, walks } = route.batch;
    const { correct, loss } = await route.total();
    walked.push(...walks.map((walk, row) => ({ walk, group, correct: correct[row]!, loss: loss[row]! })));
  }
  return walked;
}
