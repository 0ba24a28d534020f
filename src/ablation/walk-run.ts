/** Runs groups of walks: the intact forward pass once for each chunk of samples, then every batch of walks from there. */
import type { GpuContext } from "../gpu/context.ts";
import { allocate } from "../gpu/device-array.ts";
import { uploadNetworks } from "../gpu/device-networks.ts";
import type { DeviceSplit } from "../gpu/device-split.ts";
import { createForwardPass, type ForwardPass } from "../gpu/forward-pass.ts";
import { Pacer } from "../gpu/pacing.ts";
import { lanesOf } from "../gpu/packing.ts";
import type { Scratch, SweepDevice, WalkBatch } from "./walk-batch.ts";
import { type GroupSize, outputSlabs, stateSlabs, type WalkedSize, walkWaves } from "./walk-batches.ts";
import type { Walk, WalkGroup } from "./walk-plan.ts";
import { createWalkRoute, type Task, type WalkRoute } from "./walk-route.ts";
import type { WalkedNetwork } from "./walk-tables.ts";

/** What one walk found. */
export interface Walked {
  readonly walk: Walk;
  readonly group: WalkGroup;
  /** [evaluations] */
  readonly correct: Uint32Array;
  readonly loss: Float64Array;
  /** Of single removals: [evaluations, words], which samples are right (right-bits.ts). */
  readonly right?: Uint32Array;
}

/** A group as the plan sees it. */
function sizeOf({ route, lowest, deeper, single, neurons, removed, walks }: WalkGroup): GroupSize {
  return { route, lowest, deeper, single, neurons, evaluations: removed.length, walks: walks.length };
}

/** Arrays as large as the batch of a wave that needs most. */
function allocateScratch(
  gpu: GpuContext,
  batches: readonly WalkBatch[],
  { widths, networks }: WalkedSize,
  rows: number,
): Scratch & Disposable {
  const most = (sizeOfBatch: (batch: WalkBatch) => number) => Math.max(...batches.map(sizeOfBatch));
  const state = most(({ group, walks }) => {
    return stateSlabs(networks, group.single, walks.length) * lanesOf(widths[group.lowest + 1]!);
  });
  const arrays = [allocate(gpu, "walk state", "f32", [1, rows, state])];
  const outputs = widths.slice(1).map((width, layer) => {
    const stores = ({ route, lowest }: WalkGroup) => route === "layers" && layer >= lowest;
    const slabs = most(({ group, walks }) => (stores(group) ? outputSlabs(walks.length) : 0));
    if (slabs === 0) return undefined;
    const array = allocate(gpu, `walk outputs of layer ${layer}`, "f32", [slabs, rows, lanesOf(width)]);
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

/** Evaluations (forward passes over the whole split) of some batches. */
function evaluationsOf(batches: readonly Pick<WalkBatch, "group" | "walks">[]): number {
  return batches.reduce((sum, { group, walks }) => sum + walks.length * group.removed.length, 0);
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
  const size: WalkedSize = { widths: networks.widths, samples: split.count, networks: networks.count };
  const { rows, waves } = walkWaves(gpu, size, groups.map(sizeOf));
  using pass = await createForwardPass(gpu, networks, split, rows.count);
  const pacer = new Pacer(gpu);
  const total = evaluationsOf(groups.map((group) => ({ group, walks: group.walks })));
  const walked: Walked[] = [];
  let finished = 0;
  for (const wave of waves) {
    const batches = wave.map(({ group, first, count }): WalkBatch => {
      return { group: groups[group]!, walks: groups[group]!.walks.slice(first, first + count) };
    });
    const own = evaluationsOf(batches);
    using scratch = allocateScratch(gpu, batches, size, rows.count);
    using routes = await createRoutes({ gpu, networks, split, pass, tasks, scratch }, batches);
    const work = tasksOf(pass, routes.all);
    await pacer.run({
      label: "sweep",
      units: work.length,
      encode: (to, first, end) => {
        for (let task = first; task < end; task++) work[task]!(to);
      },
      onProgress: (done) => onProgress(finished + (done / work.length) * own, total),
    });
    for (const route of routes.all) walked.push(...(await walkedOf(route)));
    finished += own;
  }
  return walked;
}

async function walkedOf(route: WalkRoute): Promise<Walked[]> {
  const { group, walks } = route.batch;
  const { correct, loss, right } = await route.total();
  return walks.map((walk, row) => ({
    ...{ walk, group, correct: correct[row]!, loss: loss[row]! },
    ...(right === undefined ? {} : { right: right[row]! }),
  }));
}
