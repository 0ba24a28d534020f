/**
 * The sweep by definition: for every evaluated step of every curve, a forward pass in which the removed neurons read as
 * constants. What a mask does not change, the layers below the lowest ablated one, is computed once per chunk of samples.
 */
import type { GpuContext } from "../../gpu/device/context.ts";
import { Pacer } from "../../gpu/device/pacer.ts";
import { type DeviceNetworks, uploadNetworks } from "../../passes/device-networks.ts";
import type { DevicePages, DeviceSplit } from "../../passes/device-split.ts";
import { addTo } from "../../passes/page-sums.ts";
import { removalSteps } from "../orders.ts";
import { maskedJobsAtOnce } from "../sweep-plan.ts";
import type { ConstantCurve, ConstantOptions, SweepTask } from "../sweep-task.ts";
import { createMaskedForward, type MaskedJob } from "./masked-forward.ts";

/**
 * Sweeps one network over the split (the test set).
 * @param onProgress called with evaluations (forward passes over the whole split) done and to do
 * @returns one curve per order and mode, orders outermost.
 * @throws RunError with what the device reported.
 */
export async function maskedSweep(
  gpu: GpuContext,
  split: DevicePages,
  task: SweepTask,
  options: ConstantOptions,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<ConstantCurve[]> {
  const samples = split.count;
  const plans = task.orders.flatMap((order, curve) =>
    options.modes.map((mode): CurvePlan => {
      const removed = removalSteps(order.neurons.length, options.stride);
      const sums = { correct: new Uint32Array(removed.length), lossSum: new Float64Array(removed.length) };
      return { order, mode, curve, removed, sums };
    }),
  );
  const total = plans.reduce((sum, { removed }) => sum + removed.length, 0);
  using networks = uploadNetworks(gpu, [task.network]);
  let finished = 0;
  await split.eachPage(async (page) => {
    const share = page.count / samples;
    for (const group of planGroups(gpu, networks, page, plans)) {
      await sweepGroup({ gpu, networks, page, task }, group, (done) => onProgress(finished + done * share, total));
      finished += group.reduce((sum, { removed }) => sum + removed.length, 0) * share;
    }
  });
  return plans.map(({ order, mode, removed, sums: { correct, lossSum } }) => {
    return { order, mode, samples, removed, correct, loss: lossSum.map((sum) => sum / samples) };
  });
}

interface CurvePlan extends Pick<ConstantCurve, "order" | "mode" | "removed"> {
  /** Index into the task's orders. */
  readonly curve: number;
  /** [steps] over the pages that are done: correct predictions, and losses in nats. */
  readonly sums: { readonly correct: Uint32Array; readonly lossSum: Float64Array };
}

/** Splits the curves so that what the jobs of a group keep fits. */
function planGroups(
  gpu: GpuContext,
  { shape }: DeviceNetworks,
  split: DeviceSplit,
  plans: readonly CurvePlan[],
): CurvePlan[][] {
  const most = maskedJobsAtOnce(gpu, shape, split.count);
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

/** What curves are swept over: one page of the samples. */
interface PageSweep {
  readonly gpu: GpuContext;
  readonly networks: DeviceNetworks;
  readonly page: DeviceSplit;
  readonly task: SweepTask;
}

/** Adds one page to the sums of some curves. */
async function sweepGroup(
  { gpu, networks, page, task }: PageSweep,
  plans: readonly CurvePlan[],
  onProgress: (done: number) => void,
): Promise<void> {
  const jobs: MaskedJob[] = plans.flatMap(({ curve, mode, removed }) =>
    Array.from(removed, (count) => ({ curve, mode, removed: count })),
  );
  using masked = await createMaskedForward(gpu, networks, page, task, jobs);
  await new Pacer(gpu).run({
    label: "masked sweep",
    units: masked.units,
    encode: (to, first, end) => {
      for (let unit = first; unit < end; unit++) masked.encode(to, unit);
    },
    onProgress: (done) => onProgress((done / masked.units) * jobs.length),
  });
  const lossesBefore = Float64Array.from(plans.flatMap(({ sums }) => [...sums.lossSum]));
  const { correct, lossSum } = await masked.total(lossesBefore);
  let first = 0;
  for (const { removed, sums } of plans) {
    const end = first + removed.length;
    addTo(sums.correct, correct.subarray(first, end));
    sums.lossSum.set(lossSum.subarray(first, end));
    first = end;
  }
}
