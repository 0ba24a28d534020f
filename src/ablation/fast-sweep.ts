/**
 * The sweep at rank-one cost (study.md section 5): every walk keeps the pre-activations above its ablated layer and
 * updates them at each removal. Below that layer nothing is computed again, and the masked sweep is the definition that
 * this one is tested against. Walks of all orders, modes and networks share their dispatches.
 */
import type { AblationCurve } from "../core/ablation.ts";
import { widthsOf } from "../core/network.ts";
import type { GpuContext } from "../gpu/context.ts";
import type { DevicePages } from "../gpu/device-split.ts";
import type { SweepOptions, SweepTask } from "./masked-sweep.ts";
import { removalSteps } from "./orders.ts";
import { type WalkGroup, walkGroups } from "./walk-plan.ts";
import { runWalks, type Walked } from "./walk-run.ts";

/** The walks of all curves of the tasks. */
export function curveGroups(tasks: readonly SweepTask[], { modes, stride }: SweepOptions): WalkGroup[] {
  const orders = tasks.map((task) => task.orders);
  return walkGroups(orders, modes, widthsOf(tasks[0]!.network), { stride });
}

/** Evaluations (forward passes over the whole split) that the curves of a task have. */
export function curveEvaluations({ orders }: Pick<SweepTask, "orders">, { modes, stride }: SweepOptions): number {
  return modes.length * orders.reduce((sum, { neurons }) => sum + removalSteps(neurons.length, stride).length, 0);
}

/** What those walks found, per task: one curve per order and mode, orders outermost. */
export function curvesOf(
  walked: readonly Walked[],
  tasks: readonly SweepTask[],
  { modes, stride }: SweepOptions,
  samples: number,
): AblationCurve[][] {
  const curves = tasks.map((): AblationCurve[] => []);
  for (const { walk, group, correct, lossSum } of walked) {
    const { network, curve, order, mode } = walk;
    const place = curve * modes.length + modes.indexOf(mode);
    // Walks may evaluate more often than they are asked to (walkedStride).
    const removed = removalSteps(order.neurons.length, stride);
    const walkedSteps = new Map(Array.from(group.removed, (count, step) => [count, step]));
    const steps = Array.from(removed, (count) => walkedSteps.get(count)!);
    curves[network]![place] = {
      ...{ order, mode, samples, removed },
      correct: Uint32Array.from(steps, (step) => correct[step]!),
      loss: Float64Array.from(steps, (step) => lossSum[step]! / samples),
    };
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
  options: SweepOptions,
  onProgress?: (done: number, total: number) => void,
): Promise<AblationCurve[][]> {
  const total = tasks.reduce((sum, task) => sum + curveEvaluations(task, options), 0);
  const report = (done: number, of: number) => onProgress?.((done / of) * total, total);
  const walked = await runWalks(gpu, split, tasks, curveGroups(tasks, options), report);
  return curvesOf(walked, tasks, options, split.count);
}
