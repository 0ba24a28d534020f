/**
 * Runs groups of walks: on each page of the split, the intact forward pass once for each chunk of samples, then every batch
 * of walks from there.
 */
import { greatest } from "../core/long-arrays.ts";
import type { GpuContext } from "../gpu/context.ts";
import { allocate } from "../gpu/device-array.ts";
import { uploadNetworks } from "../gpu/device-networks.ts";
import type { DevicePages, DeviceSplit } from "../gpu/device-split.ts";
import { createForwardPass, type ForwardPass } from "../gpu/forward-pass.ts";
import { Pacer } from "../gpu/pacing.ts";
import { lanesOf } from "../gpu/packing.ts";
import { addTo } from "../gpu/page-sums.ts";
import { rightPerClass } from "../gpu/right-bits.ts";
import type { Scratch, SweepDevice, WalkBatch } from "./walk-batch.ts";
import { type GroupSize, outputSlabs, stateSlabs, type WalkedSize, walkWaves } from "./walk-batches.ts";
import type { Walk, WalkGroup } from "./walk-plan.ts";
import { createWalkRoute, type Task, type WalkRoute } from "./walk-route.ts";
import { sharedStarts } from "./walk-start.ts";
import type { WalkedNetwork } from "./walk-tables.ts";

/** What one walk found. */
export interface Walked {
  readonly walk: Walk;
  readonly group: WalkGroup;
  /** [evaluations] samples classified correctly, and sums of their losses, nats. */
  readonly correct: Uint32Array;
  readonly lossSum: Float64Array;
  /** Of single removals: [evaluations, classes], `correct` by class. */
  readonly correctPerClass?: Uint32Array;
}

/** What no sample has been added to. */
function unwalked(walk: Walk, group: WalkGroup, classes: number): Walked {
  const evaluations = group.moves.length;
  const perClass = group.single ? { correctPerClass: new Uint32Array(evaluations * classes) } : {};
  return { walk, group, correct: new Uint32Array(evaluations), lossSum: new Float64Array(evaluations), ...perClass };
}

/** A group as the plan sees it. */
function sizeOf(group: WalkGroup): GroupSize {
  const { route, lowest, deeper, single, own, neurons, moves, walks } = group;
  const starts = sharedStarts(group).length;
  return { route, lowest, deeper, single, own, neurons, evaluations: moves.length, walks: walks.length, starts };
}

/** Arrays as large as the batch of a wave that needs most. */
function allocateScratch(
  gpu: GpuContext,
  batches: readonly WalkBatch[],
  { widths, networks }: WalkedSize,
  rows: number,
): Scratch & Disposable {
  const most = (sizeOfBatch: (batch: WalkBatch) => number) => greatest(batches.map(sizeOfBatch));
  const state = most(({ group, walks }) => {
    return stateSlabs(networks, sizeOf(group), walks.length) * lanesOf(widths[group.lowest + 1]!);
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
    return [forward, ...routes.flatMap((route, index) => route.tasks(chunk, routes[index - 1]))];
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
  return batches.reduce((sum, { group, walks }) => sum + walks.length * group.moves.length, 0);
}

/**
 * Runs groups of walks over networks of one architecture.
 * @param onProgress called with evaluations (forward passes over the whole split) done and to do
 * @returns the walks of all groups in order, with what they found.
 * @throws RunError with what the device reported.
 */
export async function runWalks(
  gpu: GpuContext,
  split: DevicePages,
  tasks: readonly WalkedNetwork[],
  groups: readonly WalkGroup[],
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Walked[]> {
  using networks = uploadNetworks(
    gpu,
    tasks.map(({ network }) => network),
  );
  const walked = groups.map((group) => group.walks.map((walk) => unwalked(walk, group, split.classes)));
  const total = evaluationsOf(groups.map((group) => ({ group, walks: group.walks })));
  let samplesDone = 0;
  await split.eachPage(async (page) => {
    const [before, share] = [(samplesDone / split.count) * total, page.count / split.count];
    await walkPage({ gpu, networks, split: page, tasks }, groups, walked, (done) =>
      onProgress(before + done * share, total),
    );
    samplesDone += page.count;
  });
  return walked.flat();
}

/**
 * Walks over one page, and adds what is found to `walked`, [groups][walks].
 * @param onProgress called with evaluations of the page that are done
 */
async function walkPage(
  device: Omit<SweepDevice, "pass" | "scratch">,
  groups: readonly WalkGroup[],
  walked: readonly (readonly Walked[])[],
  onProgress: (done: number) => void,
): Promise<void> {
  const { gpu, networks, split } = device;
  const size: WalkedSize = { widths: networks.widths, samples: split.count, networks: networks.count };
  const { rows, waves } = walkWaves(gpu, size, groups.map(sizeOf));
  using pass = await createForwardPass(gpu, networks, split, rows.count);
  const pacer = new Pacer(gpu);
  let finished = 0;
  for (const wave of waves) {
    const batches = wave.map(({ group, first, count }): WalkBatch => {
      return { group: groups[group]!, walks: groups[group]!.walks.slice(first, first + count) };
    });
    const own = evaluationsOf(batches);
    using scratch = allocateScratch(gpu, batches, size, rows.count);
    using routes = await createRoutes({ ...device, pass, scratch }, batches);
    const work = tasksOf(pass, routes.all);
    await pacer.run({
      label: "sweep",
      units: work.length,
      encode: (to, first, end) => {
        for (let task = first; task < end; task++) work[task]!(to);
      },
      onProgress: (done) => onProgress(finished + (done / work.length) * own),
    });
    for (const [index, route] of routes.all.entries()) {
      const { group, first, count } = wave[index]!;
      await addPage(route, walked[group]!.slice(first, first + count), split);
    }
    finished += own;
  }
}

async function addPage(route: WalkRoute, walked: readonly Walked[], page: DeviceSplit): Promise<void> {
  const { correct, lossSum, right } = await route.total(walked.map((sums) => sums.lossSum));
  for (const [row, sums] of walked.entries()) {
    addTo(sums.correct, correct[row]!);
    sums.lossSum.set(lossSum[row]!);
    if (sums.correctPerClass === undefined) continue;
    addTo(sums.correctPerClass, rightPerClass(right![row]!, page.host, page.classes));
  }
}
