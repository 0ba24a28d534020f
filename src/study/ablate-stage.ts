/** The third stage: what removing neurons costs networks from anywhere. */
import {
  type AblationTask,
  ablateNetworks,
  ablationEvaluations,
  constantModesOf,
} from "../ablation/ablate-networks.ts";
import { fitModes, fittingEvaluations, needsFitting } from "../ablation/modes/fit-modes.ts";
import { neuronsAlone } from "../ablation/neurons-alone.ts";
import { pairEvaluations, pairRemovals } from "../ablation/walks/pair-removals.ts";
import type { AblationMode, RemovalOrder } from "../core/ablation.ts";
import type { AnyDataset } from "../core/dataset.ts";
import { hiddenUnits } from "../core/layers/network-shape.ts";
import { type Network, networkShape } from "../core/network.ts";
import type { NeuronTable } from "../core/neuron-table.ts";
import type { ProgressListener } from "../core/progress.ts";
import type { MeasuringConfig } from "../core/study.ts";
import { requireTreated } from "../data/inputs/inputs-for-networks.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { PerDevice } from "../gpu/device/devices.ts";
import { inSpan } from "../gpu/profile/profiler.ts";
import { splitOnDevice } from "../passes/device-split.ts";
import { ablationPlan, sizeOf } from "../plan.ts";
import type { Job, Slice } from "./jobs.ts";
import { namingOrders } from "./part-values.ts";
import type { Group, Stage, Yield } from "./run-jobs.ts";
import type { StudyParts } from "./study-parts.ts";
import { meanActivations } from "./table-orders.ts";

/** A network whose neurons are to be removed. */
interface Measured {
  readonly network: Network;
  readonly table: NeuronTable;
  readonly orders: readonly RemovalOrder[];
}

/** What of a network's removals a slice leaves. */
function taskOf(
  { network, table, orders }: Measured,
  { seed, singles }: MeasuringConfig,
  slice: Slice | undefined,
): AblationTask {
  const { repeat } = table;
  const isOfSlice = (order: RemovalOrder) =>
    slice === undefined || (slice.kind === "curves" && slice.scope === order.scope);
  const choice = slice?.kind === "curves" ? "none" : singles;
  const alone = neuronsAlone(networkShape(network), { seed, ...(choice && { singles: choice }) }, repeat);
  const means = meanActivations(table, network);
  return { network, repeat, orders: orders.filter(isOfSlice), meanActivations: means, ...(alone && { alone }) };
}

const scopeOf = ({ slice }: Job) => (slice?.kind === "curves" ? slice.scope : undefined);
/** Whether two jobs remove the same of their networks, though in other modes. */
const isAlike = (a: Job, b: Job) => a.slice?.kind === b.slice?.kind && scopeOf(a) === scopeOf(b);

/** Jobs from the first on that a sweep of so many networks does. */
function togetherIn(waiting: readonly Job[], networks: number): readonly Job[] {
  const repeats = new Set<number>();
  const end = waiting.findIndex((job) => {
    repeats.add(job.repeat);
    return repeats.size > networks || !isAlike(job, waiting[0]!);
  });
  return end === -1 ? waiting : waiting.slice(0, end);
}

/** The modes that jobs ask for. */
function modesOf(jobs: readonly Job[], { modes }: MeasuringConfig): readonly AblationMode[] {
  const asked = jobs.flatMap(({ slice }) => (slice?.kind === "curves" ? [slice.mode] : []));
  return asked.length === 0 ? modes : modes.filter((mode) => asked.includes(mode));
}

/** Those of the tasks whose networks some jobs are about, in the order of the jobs. */
function tasksAmong(tasks: readonly AblationTask[], jobs: readonly Job[]): AblationTask[] {
  const repeats = new Set(jobs.map(({ repeat }) => repeat));
  return tasks.filter(({ repeat }) => repeats.has(repeat));
}

const placeOf = (job: Job, tasks: readonly AblationTask[]) => tasks.findIndex(({ repeat }) => repeat === job.repeat);

function pairEvaluationsOf({ network }: AblationTask, { modes }: Pick<MeasuringConfig, "modes">): number {
  return pairEvaluations(hiddenUnits(networkShape(network)), constantModesOf(modes).length);
}

/** @param dataset with its inputs as the networks take them */
export function ablateStage(dataset: AnyDataset, parts: StudyParts, onProgress?: ProgressListener): Stage {
  const { config } = parts;
  const size = sizeOf(dataset);
  const test = new PerDevice((gpu) => splitOnDevice(gpu, dataset, "test"));
  const validation = new PerDevice((gpu) => splitOnDevice(gpu, dataset, "validation"));

  async function measured(repeat: number): Promise<Measured> {
    const { network } = await parts.read("network", repeat);
    const { table } = await parts.read("table", repeat);
    return { network, table, orders: await parts.orders(repeat) };
  }

  async function tasksOf(gpu: GpuContext, jobs: readonly Job[]): Promise<AblationTask[]> {
    const repeats = [...new Set(jobs.map(({ repeat }) => repeat))];
    const read = await inSpan(gpu, "orders", () => Promise.all(repeats.map(measured)));
    requireTreated(dataset, read);
    return read.map((one) => taskOf(one, config, jobs[0]!.slice));
  }

  async function fittedTasks(
    gpu: GpuContext,
    tasks: readonly AblationTask[],
    modes: readonly AblationMode[],
    onFitted: (done: number) => void,
  ): Promise<readonly AblationTask[]> {
    if (!needsFitting(modes)) return tasks;
    const fitted = await fitModes(gpu, validation.on(gpu), tasks, modes, onFitted);
    return tasks.map((task, index) => ({ ...task, ...fitted[index]! }));
  }

  /** Jobs whose part of this kind is not there; of slices, all. */
  async function lacking(kind: "removals" | "pair-removals", jobs: readonly Job[]): Promise<readonly Job[]> {
    const there = await Promise.all(jobs.map(({ repeat, slice }) => slice === undefined && parts.has(kind, repeat)));
    return jobs.filter((_, index) => !there[index]);
  }

  /** Curves and single removals of jobs, whose networks are those of the tasks. */
  async function removalsOf(
    gpu: GpuContext,
    tasks: readonly AblationTask[],
    jobs: readonly Job[],
    onProgress: (done: number) => void,
  ): Promise<Yield[]> {
    const own = tasksAmong(tasks, jobs);
    if (own.length === 0) return [];
    const options = { ...config, modes: modesOf(jobs, config) };
    const { curves, singles } = await ablateNetworks(gpu, test.on(gpu), own, options, onProgress);
    return jobs.map((job): Yield => {
      const index = placeOf(job, own);
      const isOfSlice = ({ mode }: { mode: AblationMode }) => job.slice?.kind !== "curves" || mode === job.slice.mode;
      const named = namingOrders(curves[index]!.filter(isOfSlice));
      return { job, kind: "removals", value: { curves: named, singles: singles[index]! } };
    });
  }

  /** Removals of two neurons together. */
  async function pairsOf(
    gpu: GpuContext,
    tasks: readonly AblationTask[],
    jobs: readonly Job[],
    onProgress: (done: number) => void,
  ): Promise<Yield[]> {
    const own = tasksAmong(tasks, jobs);
    if (own.length === 0) return [];
    const tables = await pairRemovals(gpu, test.on(gpu), own, constantModesOf(config.modes), { onProgress });
    return jobs.map((job): Yield => ({ job, kind: "pair-removals", value: tables[placeOf(job, own)]! }));
  }

  async function run(gpu: GpuContext, { jobs, finished, waiting }: Group): Promise<Yield[]> {
    const tasks = await tasksOf(gpu, jobs);
    const options = { ...config, modes: modesOf(jobs, config) };
    const isPaired = config.pairRemovals !== undefined && jobs.every(({ slice }) => slice === undefined);
    const fitting = tasks.reduce((sum, { network }) => sum + fittingEvaluations(network, options.modes), 0);
    const removing = tasks.reduce((sum, task) => sum + ablationEvaluations(task, options), 0);
    const pairing = isPaired ? tasks.reduce((sum, task) => sum + pairEvaluationsOf(task, options), 0) : 0;
    const each = (fitting + removing + pairing) / jobs.length;
    const total = (finished + jobs.length + waiting.length) * each;
    const report = (done: number) =>
      onProgress?.({ stage: "ablate", done: finished * each + done, total, unit: "evaluations" });
    const fitted = await fittedTasks(gpu, tasks, options.modes, report);
    const onRemoved = (done: number) => report(fitting + done);
    if (!isPaired) return removalsOf(gpu, fitted, jobs, onRemoved);
    const removed = await removalsOf(gpu, fitted, await lacking("removals", jobs), onRemoved);
    // At once: pairs may take far longer.
    await Promise.all(removed.map(({ job, kind, value }) => parts.write(kind, job.repeat, value)));
    const onPaired = (done: number) => report(fitting + removing + done);
    return pairsOf(gpu, fitted, await lacking("pair-removals", jobs), onPaired);
  }

  return {
    doing: "ablating",
    plan: (gpu, networks) => ablationPlan(gpu, size, config, networks),
    together: togetherIn,
    run,
    [Symbol.dispose]() {
      test[Symbol.dispose]();
      validation[Symbol.dispose]();
    },
  };
}
