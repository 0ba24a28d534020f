/** All ablation of some networks: their curves, by the chosen sweep, and the removal of neurons alone. */
import {
  type AblationCurve,
  type AblationMode,
  type ConstantMode,
  constantModes,
  rebuildingModes,
  type SingleRemovals,
} from "../core/ablation.ts";
import { hiddenLayers } from "../core/layers/network-shape.ts";
import type { SweepMethod } from "../core/study.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import type { DevicePages } from "../passes/device-split.ts";
import { maskedSweep } from "./masked/masked-sweep.ts";
import { rebuiltSweep } from "./rebuilt/rebuilt-sweep.ts";
import type { ConstantOptions, SweepOptions, SweepTask } from "./sweep-task.ts";
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

/** Those of the modes in which removed neurons become constants: of neurons alone there are no others. */
export function constantModesOf(modes: readonly AblationMode[]): ConstantMode[] {
  return constantModes.filter((mode) => modes.includes(mode));
}

/** Evaluations (forward passes over the whole split) that the ablation of one task takes. */
export function ablationEvaluations(task: AblationTask, options: AblationOptions): number {
  const neurons = neuronsOf(task);
  // Each neuron, and the intact network once a layer.
  const ofSingles = neurons === 0 ? 0 : neurons + hiddenLayers(task.network.layers).length;
  return curveEvaluations(task, options) + constantModesOf(options.modes).length * ofSingles;
}

type OnProgress = (done: number) => void;

/**
 * Ablates networks of one architecture over the split (the test set).
 * @param tasks with what the modes need that is fitted (modes/fit-modes.ts)
 * @param onProgress called with the evaluations done
 * @returns per task: one curve per order and mode, orders outermost, and single removals
 * @throws RunError with what the device reported.
 */
export async function ablateNetworks(
  gpu: GpuContext,
  split: DevicePages,
  tasks: readonly AblationTask[],
  options: AblationOptions,
  onProgress: OnProgress = () => {},
): Promise<Ablation> {
  const constant = { ...options, modes: constantModesOf(options.modes) };
  const { curves, singles } = await constantAblation(gpu, split, tasks, constant, onProgress);
  const modes = rebuildingModes.filter((mode) => options.modes.includes(mode));
  if (modes.length === 0) return { curves, singles };
  let finished = tasks.reduce((sum, task) => sum + ablationEvaluations(task, constant), 0);
  const rebuilt: AblationCurve[][] = [];
  for (const task of tasks) {
    const own = { modes, stride: options.stride };
    rebuilt.push(await rebuiltSweep(gpu, split, task, own, (done) => onProgress(finished + done)));
    finished += curveEvaluations(task, own);
  }
  return { curves: tasks.map((task, index) => interleaved(task, curves[index]!, rebuilt[index]!)), singles };
}

/** Two lists of curves, each with the same number for every order, as one, orders outermost. */
function interleaved({ orders }: SweepTask, first: readonly AblationCurve[], second: readonly AblationCurve[]) {
  const [ofFirst, ofSecond] = [first.length / orders.length, second.length / orders.length];
  return orders.flatMap((_, order) => [
    ...first.slice(order * ofFirst, (order + 1) * ofFirst),
    ...second.slice(order * ofSecond, (order + 1) * ofSecond),
  ]);
}

interface ConstantAblation extends ConstantOptions {
  readonly sweep: SweepMethod;
}

async function constantAblation(
  gpu: GpuContext,
  split: DevicePages,
  tasks: readonly AblationTask[],
  options: ConstantAblation,
  onProgress: OnProgress,
): Promise<Ablation> {
  const { modes, sweep } = options;
  if (modes.length === 0) return { curves: tasks.map(() => []), singles: tasks.map(() => []) };
  if (sweep === "masked") return maskedAblation(gpu, split, tasks, options, onProgress);
  const groups = [...curveGroups(tasks, options), ...singleGroups(tasks, modes)];
  const total = tasks.reduce((sum, task) => sum + ablationEvaluations(task, options), 0);
  const walked = await runWalks(gpu, split, tasks, groups, {
    onProgress: (done, of) => onProgress((done / of) * total),
  });
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
  options: ConstantAblation,
  onProgress: OnProgress,
): Promise<Ablation> {
  const curves: AblationCurve[][] = [];
  let finished = 0;
  for (const task of tasks) {
    curves.push(await maskedSweep(gpu, split, task, options, (done) => onProgress(finished + done)));
    finished += curveEvaluations(task, options);
  }
  const singles = await singleRemovals(gpu, split, tasks, options.modes, {
    onProgress: (done) => onProgress(finished + done),
  });
  return { curves, singles };
}
