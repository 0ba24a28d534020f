/**
 * Runs groups of walks: on each page of the split, the intact forward pass once for each chunk of samples, then every batch
 * of walks from there.
 */
import { greatest } from "../../core/long-arrays.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import { Owned } from "../../gpu/device/owned.ts";
import { Pacer } from "../../gpu/device/pacer.ts";
import { uploadNetworks } from "../../passes/device-networks.ts";
import type { DevicePages, DeviceSplit } from "../../passes/device-split.ts";
import { createForwardPass, type ForwardPass } from "../../passes/forward-pass.ts";
import { addTo } from "../../passes/page-sums.ts";
import { rightPerClass } from "../../passes/right-bits.ts";
import type { SweepDevice, WalkBatch } from "./walk-batch.ts";
import type { Walk, WalkGroup } from "./walk-plan.ts";
import { createWalkRoute, type Task, type WalkRoute } from "./walk-route.ts";
import { sharedStarts } from "./walk-start.ts";
import type { WalkedNetwork } from "./walk-tables.ts";
import {
  type GroupSize,
  type ScratchSize,
  scratchLayout,
  scratchSize,
  sharedScratch,
  type WalkedSize,
  walkWaves,
} from "./walk-waves.ts";

/** What one walk found. */
export interface Walked {
  readonly walk: Walk;
  readonly group: WalkGroup;
  /** [evaluations] samples classified correctly, and sums of their losses, nats. */
  readonly correct: Uint32Array;
  readonly lossSum: Float64Array;
  /** Of single removals, unless in pairs: [evaluations, classes], `correct` by class. */
  readonly correctPerClass?: Uint32Array;
}

/** What no sample has been added to. */
function unwalked(walk: Walk, group: WalkGroup, classes: number): Walked {
  const evaluations = group.moves.length;
  const perClass = group.single && !group.paired ? { correctPerClass: new Uint32Array(evaluations * classes) } : {};
  return { walk, group, correct: new Uint32Array(evaluations), lossSum: new Float64Array(evaluations), ...perClass };
}

/** A group as the plan sees it. */
function sizeOf(group: WalkGroup): GroupSize {
  const { route, lowest, deeper, single, paired = false, own, neurons, moves, walks } = group;
  const starts = sharedStarts(group).length;
  const common = { route, lowest, deeper, single, paired, own, neurons };
  return { ...common, evaluations: moves.length, walks: walks.length, starts };
}

/** Arrays as large as the batch of a wave that needs most. */
function scratchOf(batches: readonly WalkBatch[], size: WalkedSize): ScratchSize {
  return batches
    .map(({ group, walks }) => scratchSize(size, sizeOf(group), walks.length))
    .reduce((most, one) => sharedScratch(most, one));
}

function tasksOf(pass: ForwardPass, routes: readonly WalkRoute[]): Task[] {
  return pass.chunks.flatMap((_, chunk) => {
    const forward: Task = (to) => pass.encode(to, chunk);
    return [forward, ...routes.flatMap((route, index) => route.tasks(chunk, routes[index - 1]))];
  });
}

/** Evaluations (forward passes over the whole split) of some batches. */
function evaluationsOf(batches: readonly Pick<WalkBatch, "group" | "walks">[]): number {
  return batches.reduce((sum, { group, walks }) => sum + walks.length * group.moves.length, 0);
}

export interface WalkRun {
  /** Called with evaluations (forward passes over the whole split) done and to do. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Of a search that runs walks of the same kind over and over: it knows how many units a submit holds. */
  readonly pacer?: Pacer | undefined;
}

/**
 * Runs groups of walks over networks of one architecture.
 * @returns the walks of all groups in order, with what they found.
 * @throws RunError with what the device reported.
 */
export async function runWalks(
  gpu: GpuContext,
  split: DevicePages,
  tasks: readonly WalkedNetwork[],
  groups: readonly WalkGroup[],
  { onProgress, pacer }: WalkRun = {},
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
    const paced = {
      pacer: pacer ?? new Pacer(gpu),
      onDone: (done: number) => onProgress?.(before + done * share, total),
    };
    await walkPage({ gpu, networks, split: page, tasks }, groups, walked, paced);
    samplesDone += page.count;
  });
  return walked.flat();
}

/** Walks over one page, and adds what is found to `walked`, [groups][walks]. @param onDone called with evaluations of the page */
async function walkPage(
  device: Omit<SweepDevice, "pass" | "scratch">,
  groups: readonly WalkGroup[],
  walked: readonly (readonly Walked[])[],
  { pacer, onDone }: { readonly pacer: Pacer; onDone(evaluations: number): void },
): Promise<void> {
  const { gpu, networks, split } = device;
  const size: WalkedSize = { shape: networks.shape, samples: split.count, networks: networks.count };
  const { rows, waves } = walkWaves(gpu, size, groups.map(sizeOf));
  // What walks begin above is all that they read.
  const depth = greatest(groups.map(({ lowest }) => lowest));
  using pass = await createForwardPass(gpu, networks, split, { rows: rows.count, depth });
  let finished = 0;
  for (const wave of waves) {
    const batches = wave.map(({ group, first, count }): WalkBatch => {
      return { group: groups[group]!, walks: groups[group]!.walks.slice(first, first + count) };
    });
    const evaluations = evaluationsOf(batches);
    using own = new Owned(gpu);
    const layout = scratchLayout(size.shape, rows.count, scratchOf(batches, size));
    const { walkState: state, walkOutputs: outputs } = own.allocate(layout);
    const sweep: SweepDevice = { ...device, pass, scratch: { state, outputs } };
    const routes: WalkRoute[] = [];
    for (const batch of batches) routes.push(await createWalkRoute(sweep, batch, own));
    const work = tasksOf(pass, routes);
    await pacer.run({
      label: "sweep",
      units: work.length,
      encode: (to, first, end) => {
        for (let task = first; task < end; task++) work[task]!(to);
      },
      onProgress: (done) => onDone(finished + (done / work.length) * evaluations),
    });
    for (const [index, route] of routes.entries()) {
      const { group, first, count } = wave[index]!;
      await addPage(route, walked[group]!.slice(first, first + count), split);
    }
    finished += evaluations;
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
