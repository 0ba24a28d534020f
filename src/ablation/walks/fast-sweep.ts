/**
 * The sweep at rank-one cost (study.md section 5): every walk keeps the pre-activations above its ablated layer and
 * updates them as neurons go or come back (walk-plan.ts says which). Below that layer nothing is computed again, and the masked sweep is the definition that
 * this one is tested against. Walks of all orders, modes and networks share their dispatches.
 */
import type { AblationCurve } from "../../core/ablation.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import type { DevicePages } from "../../passes/device-split.ts";
import { removalSteps } from "../orders.ts";
import type { ConstantOptions, SweepOptions, SweepTask } from "../sweep-task.ts";
import { intactKey, removedAfter, type WalkGroup, walkGroups } from "./walk-plan.ts";
import { runWalks, type Walked } from "./walk-run.ts";

/** The walks of all curves of the tasks. */
export function curveGroups(tasks: readonly SweepTask[], { modes, stride }: ConstantOptions): WalkGroup[] {
  return walkGroups(tasks, modes, { stride });
}

/** Evaluations (forward passes over the whole split) that the curves of a task have. */
export function curveEvaluations({ orders }: Pick<SweepTask, "orders">, { modes, stride }: SweepOptions): number {
  return modes.length * orders.reduce((sum, { neurons }) => sum + removalSteps(neurons.length, stride).length, 0);
}

/** What those walks found, per task: one curve per order and mode, orders outermost. */
export function curvesOf(
  walked: readonly Walked[],
  tasks: readonly SweepTask[],
  { modes, stride }: ConstantOptions,
  samples: number,
): AblationCurve[][] {
  const curves = tasks.map(({ orders }) =>
    orders.flatMap((order) =>
      modes.map((mode): AblationCurve => {
        const removed = removalSteps(order.neurons.length, stride);
        const [correct, loss] = [new Uint32Array(removed.length), new Float64Array(removed.length)];
        return { order, mode, samples, removed, correct, loss };
      }),
    ),
  );
  const intact = new Map(
    walked.filter(({ walk }) => walk.start === 0).map((of) => [intactKey(of.group, of.walk), of] as const),
  );
  for (const of of walked) {
    const { walk, group } = of;
    const { removed, correct, loss } = curves[walk.network]![walk.curve * modes.length + modes.indexOf(walk.mode)]!;
    // Walks may evaluate more often than they are asked to (walkedStride).
    const steps = new Map(Array.from(removedAfter(walk, group.moves), (count, step) => [count, step]));
    removed.forEach((count, place) => {
      const step = steps.get(count);
      if (step === undefined || (count < walk.start && !walk.restores)) return;
      correct[place] = of.correct[step]!;
      loss[place] = of.lossSum[step]! / samples;
    });
  }
  // All curves begin with the intact network itself, not with one whose neurons came back.
  for (const { walk, group } of walked) {
    if (walk.start === 0) continue;
    const curve = curves[walk.network]![walk.curve * modes.length + modes.indexOf(walk.mode)]!;
    const from = intact.get(intactKey(group, walk))!;
    curve.correct[0] = from.correct[0]!;
    curve.loss[0] = from.lossSum[0]! / samples;
  }
  return curves;
}

/**
 * Sweeps networks of one architecture over the split (the test set), as maskedSweep does each of them.
 * @param onProgress called with evaluations (forward passes over the whole split) done and to do
 * @returns per task: one curve per order and mode, orders outermost.
 * @throws RunError with what the device reported.
 */
export async function fastSweep(
  gpu: GpuContext,
  split: DevicePages,
  tasks: readonly SweepTask[],
  options: ConstantOptions,
  onProgress?: (done: number, total: number) => void,
): Promise<AblationCurve[][]> {
  const total = tasks.reduce((sum, task) => sum + curveEvaluations(task, options), 0);
  const report = (done: number, of: number) => onProgress?.((done / of) * total, total);
  const walked = await runWalks(gpu, split, tasks, curveGroups(tasks, options), { onProgress: report });
  return curvesOf(walked, tasks, options, split.count);
}
