/**
 * The sweep at rank-one cost (study.md section 5): every walk keeps the pre-activations above its ablated layer and
 * updates them at each removal. Below that layer nothing is computed again, and the masked sweep is the definition that
 * this one is tested against.
 */
import type { AblationCurve } from "../core/ablation.ts";
import { widthsOf } from "../core/network.ts";
import type { GpuContext } from "../gpu/context.ts";
import { uploadNetworks } from "../gpu/device-networks.ts";
import type { DeviceSplit } from "../gpu/device-split.ts";
import { createForwardPass, rowsPerChunk } from "../gpu/forward-pass.ts";
import { Pacer } from "../gpu/pacing.ts";
import type { SweepOptions, SweepTask } from "./masked-sweep.ts";
import type { SweepDevice, WalkBatch } from "./walk-batch.ts";
import { stepsOf, type WalkGroup, walkGroups } from "./walk-plan.ts";
import { createWalkRoute, type Task, type WalkRoute, walksAtOnce } from "./walk-route.ts";

interface Walked {
  readonly batch: WalkBatch;
  readonly correct: readonly Uint32Array[];
  readonly loss: readonly Float64Array[];
}

/** Splits groups into batches of walks whose state fits in one binding. */
function batchesOf(device: SweepDevice, groups: readonly WalkGroup[], single: boolean): WalkBatch[] {
  return groups.flatMap((group) => {
    const size = walksAtOnce(device, group);
    const batches: WalkBatch[] = [];
    for (let first = 0; first < group.walks.length; first += size) {
      batches.push({ group, walks: group.walks.slice(first, first + size), single });
    }
    return batches;
  });
}

/** Runs groups of walks over one network; batches one after the other, so that only one state exists at a time. */
export async function runWalks(
  gpu: GpuContext,
  split: DeviceSplit,
  { network, meanActivations }: Pick<SweepTask, "network" | "meanActivations">,
  groups: readonly WalkGroup[],
  single: boolean,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Walked[]> {
  using networks = uploadNetworks(gpu, [network]);
  // On the route `layers` even one walk stores the outputs of all steps of a part.
  const slabs = groups.some(({ route }) => route === "layers") ? stepsOf("layers") : 1;
  using pass = await createForwardPass(gpu, networks, split, rowsPerChunk(gpu, split.count, slabs, networks.widths));
  const device: SweepDevice = { gpu, networks, split, pass, layers: network.layers, meanActivations };
  const pacer = new Pacer(gpu);
  const total = groups.reduce((sum, group) => sum + group.walks.length * group.removed.length, 0);
  let finished = 0;
  const walked: Walked[] = [];
  for (const batch of batchesOf(device, groups, single)) {
    using route = await createWalkRoute(device, batch);
    const tasks = tasksOf(device, route);
    const evaluations = batch.walks.length * batch.group.removed.length;
    await pacer.run({
      label: `walk ${batch.group.route}`,
      units: tasks.length,
      encode: (to, first, end) => {
        for (let task = first; task < end; task++) tasks[task]!(to);
      },
      onProgress: (done) => onProgress(finished + (done / tasks.length) * evaluations, total),
    });
    finished += evaluations;
    walked.push({ batch, ...(await route.total()) });
  }
  return walked;
}

function tasksOf({ pass }: SweepDevice, route: WalkRoute): Task[] {
  return pass.chunks.flatMap((_, chunk) => [(to) => pass.encode(to, chunk), ...route.tasks(chunk)]);
}

/**
 * Sweeps one network over the split (the test set), as maskedSweep does.
 * @returns one curve per order and mode, orders outermost.
 * @throws RunError with what the device reported.
 */
export async function fastSweep(
  gpu: GpuContext,
  split: DeviceSplit,
  task: SweepTask,
  { modes, stride }: SweepOptions,
  onProgress?: (done: number, total: number) => void,
): Promise<AblationCurve[]> {
  const widths = widthsOf(task.network);
  const groups = walkGroups(task.orders, modes, widths, stride);
  const walked = await runWalks(gpu, split, task, groups, false, onProgress);
  const curves: AblationCurve[] = [];
  for (const { batch, correct, loss } of walked) {
    batch.walks.forEach(({ curve, order, mode }, index) => {
      const place = curve * modes.length + modes.indexOf(mode);
      const { removed } = batch.group;
      curves[place] = { order, mode, samples: split.count, removed, correct: correct[index]!, loss: loss[index]! };
    });
  }
  return curves;
}
