/**
 * The sweep by definition: for every evaluated step of every curve, a forward pass in which the removed neurons read as
 * constants. What a mask does not change, the layers below the lowest ablated one, is computed once per chunk of samples.
 */
import type { AblationCurve, AblationMode, RemovalOrder } from "../core/ablation.ts";
import type { Network } from "../core/network.ts";
import type { GpuContext } from "../gpu/context.ts";
import { type DeviceNetworks, uploadNetworks } from "../gpu/device-networks.ts";
import type { DeviceSplit } from "../gpu/device-split.ts";
import { Pacer } from "../gpu/pacing.ts";
import { createMaskedForward, type MaskedJob } from "./masked-forward.ts";
import { removalSteps } from "./orders.ts";
import { maskedJobsAtOnce } from "./sweep-plan.ts";

export interface SweepOptions {
  readonly modes: readonly AblationMode[];
  readonly stride: number;
}

/** A network, the orders to remove its neurons in, and the constants that replace them in mode `mean`. */
export interface SweepTask {
  readonly network: Network;
  readonly orders: readonly RemovalOrder[];
  /** Per hidden layer: [neurons] mean activations. */
  readonly meanActivations: readonly Float32Array[];
}

/**
 * Sweeps one network over the split (the test set).
 * @param onProgress called with evaluations (forward passes over the whole split) done and to do
 * @returns one curve per order and mode, orders outermost.
 * @throws RunError with what the device reported.
 */
export async function maskedSweep(
  gpu: GpuContext,
  split: DeviceSplit,
  task: SweepTask,
  options: SweepOptions,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<AblationCurve[]> {
  const plans = task.orders.flatMap((order, curve) =>
    options.modes.map((mode) => ({ order, mode, curve, removed: removalSteps(order.neurons.length, options.stride) })),
  );
  const total = plans.reduce((sum, { removed }) => sum + removed.length, 0);
  using networks = uploadNetworks(gpu, [task.network]);
  const curves: AblationCurve[] = [];
  let finished = 0;
  for (const group of planGroups(gpu, networks, split, plans)) {
    const swept = await sweepGroup(gpu, networks, split, task, group, (done) => onProgress(finished + done, total));
    finished += group.reduce((sum, { removed }) => sum + removed.length, 0);
    curves.push(...swept);
  }
  return curves;
}

interface CurvePlan extends Pick<AblationCurve, "order" | "mode" | "removed"> {
  /** Index into the task's orders. */
  readonly curve: number;
}

/** Splits the curves so that what the jobs of a group keep fits. */
function planGroups(
  gpu: GpuContext,
  { widths }: DeviceNetworks,
  split: DeviceSplit,
  plans: readonly CurvePlan[],
): CurvePlan[][] {
  const most = maskedJobsAtOnce(gpu, widths, split.count);
  const groups: CurvePlan[][] = [];
  let jobs = Number.POSITIVE_INFINITY;
  for (const plan of plans) {
    jobs += plan.removed.length;
    if (jobs > most) {
      groups.push([]);
      jobs = plan.removed.length;
    }
    groups.at(-1)!.push(plan);
  }
  return groups;
}

async function sweepGroup(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DeviceSplit,
  task: SweepTask,
  plans: readonly CurvePlan[],
  onProgress: (done: number) => void,
): Promise<AblationCurve[]> {
  const jobs: MaskedJob[] = plans.flatMap(({ curve, mode, removed }) =>
    Array.from(removed, (count) => ({ curve, mode, removed: count })),
  );
  using masked = await createMaskedForward(gpu, networks, split, task, jobs);
  await new Pacer(gpu).run({
    label: "masked sweep",
    units: masked.units,
    encode: (to, first, end) => {
      for (let unit = first; unit < end; unit++) masked.encode(to, unit);
    },
    onProgress: (done) => onProgress((done / masked.units) * jobs.length),
  });
  const { correct, loss } = await masked.total();
  let first = 0;
  return plans.map(({ order, mode, removed }) => {
    const range = [first, first + removed.length] as const;
    first += removed.length;
    return { order, mode, samples: split.count, removed, correct: correct.slice(...range), loss: loss.slice(...range) };
  });
}
