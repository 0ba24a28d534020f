/** All ablation of some networks: their curves, by the chosen sweep, and the removal of neurons alone. */
import type { AblationCurve, SingleRemovals } from "../core/ablation.ts";
import { hiddenLayers } from "../core/layers/network-shape.ts";
import type { SweepMethod } from "../core/study.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import type { DevicePages } from "../passes/device-split.ts";
import { maskedSweep } from "./masked/masked-sweep.ts";
import type { SweepOptions, SweepTask } from "./sweep-task.ts";
import { curveEvaluations, curveGroups, curvesOf } from "./walks/fast-sweep.ts";
import { neuronsOf, type SingleTask, singleGroups, singleRemovals, singlesOf } from "./walks/single-removals.ts";
import { runWalks } from "./walks/walk-run.ts";

export type AblationTask = SweepTask & SingleTask;

interface AblationOptions extends SweepOptions {
  readonly sweep: SweepMethod;
}

/** Curves and single removals, per task. */
interface Ablation {
  readonly curves: AblationCurve[][];
  readonly singles: SingleRemovals[][];
}

/** Evaluations (forward passes over the whole split) that the ablation of one task takes. */
export function ablationEvaluations(task: AblationTask, options: AblationOptions): number {
  const neurons = neuronsOf(task);
  // Each neuron, and the intact network once a layer.
  const ofSingles = neurons === 0 ? 0 : neurons + hiddenLayers(task.network.layers).length;
  return curveEvaluations(task, options) + options.modes.length * ofSingles;
}

/**
 * Ablates networks of one architecture over the split (the test set).
 * @param onProgress called with the evaluations done
 * @throws RunError with what the device reported.
 */
export async function ablateNetworks(
  gpu: GpuContext,
  split: DevicePages,
  tasks: readonly AblationTask[],
  options: AblationOptions,
  onProgress: (done: number) => void = () => {},
): Promise<Ablation> {
  const { modes, sweep } = options;
  if (sweep === "masked") return maskedAblation(gpu, split, tasks, options, onProgress);
  const groups = [...curveGroups(tasks, options), ...singleGroups(tasks, modes)];
  const total = tasks.reduce((sum, task) => sum + ablationEvaluations(task, options), 0);
  const walked = await runWalks(gpu, split, tasks, groups, (done, of) => onProgress((done / of) * total));
  const ofCurves = walked.filter(({ group }) => !group.single);
  const ofSingles = walked.filter(({ group }) => group.single);
  return {
    curves: curvesOf(ofCurves, tasks, options, split.count),
    singles: singlesOf(ofSingles, tasks, modes, split),
  };
}

/** Curves by the definition. Single removals are walks whichever sweep is chosen. */
async function maskedAblation(
  gpu: GpuContext,
  split: DevicePages,
  tasks: readonly AblationTask[],
  options: AblationOptions,
  onProgress: (done: number) => void,
): Promise<Ablation> {
  const curves: AblationCurve[][] = [];
  let finished = 0;
  for (const task of tasks) {
    curves.push(await maskedSweep(gpu, split, task, options, (done) => onProgress(finished + done)));
    finished += curveEvaluations(task, options);
  }
  const singles = await singleRemovals(gpu, split, tasks, options.modes, (done) => onProgress(finished + done));
  return { curves, singles };
}
