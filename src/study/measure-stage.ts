/** The second stage: accuracies, counts and measures of networks from anywhere. */
import type { AnyDataset } from "../core/dataset.ts";
import type { TrainedNetwork } from "../core/network.ts";
import { notFinite } from "../core/network-fit.ts";
import type { PairScope } from "../core/pairs.ts";
import type { ProgressListener } from "../core/progress.ts";
import { isAnalysis, isTrained, type RecordedConfig } from "../core/study.ts";
import { requireTreated } from "../data/inputs/inputs-for-networks.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { PerDevice } from "../gpu/device/devices.ts";
import { inSpan } from "../gpu/profile/profiler.ts";
import { groupsOfNetwork } from "../measure-groups.ts";
import {
  gatherEvidence,
  gatheredNetworks,
  type MeasuredNetwork,
  type MeasuringRequest,
  pairsOfNetworks,
  shapleyFor,
  type TimeEvidence,
} from "../measure-networks.ts";
import { measuresNamed } from "../measures/measure-choice.ts";
import { neuronTable } from "../measures/neuron-table.ts";
import { uploadNetworks } from "../passes/device-networks.ts";
import { type DevicePages, splitOnDevice } from "../passes/device-split.ts";
import { type Evaluation, evaluate } from "../passes/evaluate.ts";
import { measuringPlan, sizeOf } from "../plan.ts";
import { divergence } from "../train/trainer.ts";
import type { Accuracies, CountedNetwork } from "./part-values.ts";
import type { Group, Stage, Yield } from "./run-jobs.ts";
import { ordersBeside } from "./search-orders.ts";
import type { StudyParts } from "./study-parts.ts";
import { meanActivations } from "./table-orders.ts";
import { inTurns } from "./turns-of-progress.ts";

/** What networks are measured on. */
interface Splits {
  readonly validation: DevicePages;
  readonly test: DevicePages;
}

/** @throws RunError that names the first network whose loss is not finite. */
function requireFinite(
  onValidation: Evaluation,
  onTest: Evaluation,
  networks: readonly TrainedNetwork[],
  config: RecordedConfig,
): void {
  const broken = onTest.loss.findIndex((loss, index) => !Number.isFinite(loss + onValidation.loss[index]!));
  if (broken === -1) return;
  const { repeat, trainLoss } = networks[broken]!;
  throw isTrained(config)
    ? divergence(repeat, trainLoss.length, "loss on validation and test set", "not finite", config)
    : notFinite("the network's loss is not finite", isAnalysis(config) ? config.models[repeat]! : `repeat ${repeat}`);
}

function accuraciesOf(
  repeat: number,
  index: number,
  onValidation: number,
  onTest: Evaluation,
  splits: Splits,
): Accuracies {
  const { validation, test } = splits;
  return {
    repeat,
    validationAccuracy: onValidation / validation.count,
    testAccuracy: onTest.correct[index]! / test.count,
    testCorrect: onTest.correct[index]!,
    testCorrectPerClass: [...onTest.correctPerClass.subarray(index * test.classes, (index + 1) * test.classes)],
    testLoss: onTest.loss[index]!,
  };
}

/** Passes over both splits. */
async function count(
  gpu: GpuContext,
  networks: readonly TrainedNetwork[],
  splits: Splits,
  config: RecordedConfig,
  request: Pick<MeasuringRequest, "measures" | "onSwept" | "timed">,
): Promise<CountedNetwork[]> {
  using onGpu = uploadNetworks(
    gpu,
    networks.map(({ network }) => network),
  );
  const gathered = await gatherEvidence(gpu, onGpu, splits.validation, { ...config, ...request }, networks);
  const onTest = await evaluate(gpu, onGpu, splits.test);
  requireFinite(gathered.evaluation, onTest, networks, config);
  return gatheredNetworks(gathered, networks, splits.validation).map((own, index) => {
    const onValidation = gathered.evaluation.correct[index]!;
    return { accuracies: accuraciesOf(own.repeat, index, onValidation, onTest, splits), gathered: own };
  });
}

interface MeasureWatch {
  readonly onProgress?: ProgressListener | undefined;
  /** Keeps the time of evidence as it is gathered. */
  readonly timed?: TimeEvidence | undefined;
}

/** @param dataset with its inputs as the networks take them */
export function measureStage(dataset: AnyDataset, parts: StudyParts, { onProgress, timed }: MeasureWatch): Stage {
  const { config } = parts;
  const size = sizeOf(dataset);
  const measures = measuresNamed(config.measures);
  const sweeps = shapleyFor(measures, config) !== undefined;
  const orders = ordersBeside(size, config, { timed, pairs: (repeat) => parts.find("pairs", repeat) });
  const validation = new PerDevice((gpu) => splitOnDevice(gpu, dataset, "validation"));
  const test = new PerDevice((gpu) => splitOnDevice(gpu, dataset, "test"));

  /** Kept at once, before the tables. */
  async function countPairs(
    gpu: GpuContext,
    networks: readonly TrainedNetwork[],
    splits: () => Splits,
    pairs: PairScope,
  ): Promise<void> {
    const { quantizeThreshold } = config;
    const there = await Promise.all(networks.map(({ repeat }) => parts.has("pairs", repeat)));
    const uncounted = networks.filter((_, index) => !there[index]);
    if (uncounted.length === 0) return;
    const asked = { pairs, ...(quantizeThreshold !== undefined && { quantizeThreshold }) };
    for (const own of await pairsOfNetworks(gpu, uncounted, splits().validation, asked)) {
      await parts.write("pairs", own.repeat, own);
    }
  }

  async function areMeasured(networks: readonly TrainedNetwork[]): Promise<boolean> {
    const tables = await Promise.all(networks.map(({ repeat }) => parts.has("table", repeat)));
    return tables.every((isThere) => isThere);
  }

  /** Kept at once, as pairs are. */
  async function findGroups(
    gpu: GpuContext,
    networks: readonly Pick<MeasuredNetwork, "network" | "table">[],
    splits: () => Splits,
    groups: number,
  ): Promise<void> {
    for (const network of networks) {
      if (await parts.has("groups", network.table.repeat)) continue;
      const found = await groupsOfNetwork(gpu, network, splits().validation, { ...config, groups });
      await parts.write("groups", found.repeat, found);
    }
  }

  /** Of networks that are measured. */
  async function tablesOf(networks: readonly TrainedNetwork[]) {
    return Promise.all(
      networks.map(async ({ repeat, network }) => ({ network, table: (await parts.read("table", repeat)).table })),
    );
  }

  async function run(gpu: GpuContext, { jobs, finished, waiting }: Group): Promise<Yield[]> {
    const networks = await Promise.all(jobs.map(({ repeat }) => parts.read("network", repeat)));
    requireTreated(dataset, networks);
    const splits = () => ({ validation: validation.on(gpu), test: test.on(gpu) });
    if (config.pairs !== undefined) await countPairs(gpu, networks, splits, config.pairs);
    // Only these may be missing where tables are there.
    const hasMore = config.pairs !== undefined || config.groups !== undefined;
    if (hasMore && (await areMeasured(networks))) {
      if (config.groups !== undefined) await findGroups(gpu, await tablesOf(networks), splits, config.groups);
      return [];
    }
    const found = await Promise.all(jobs.map(({ repeat }) => parts.find("counts", repeat)));
    const uncounted = networks.filter((_, index) => found[index] === undefined);
    const total = finished + jobs.length + waiting.length;
    const onShare = (share: number) =>
      onProgress?.({ stage: "measure", done: finished + share * jobs.length, total, unit: "networks" });
    const [onSwept, onOrders] = inTurns([sweeps, orders.isAny], onShare);
    const request = { measures, onSwept: onSwept!, ...(timed && { timed }) };
    const counted = uncounted.length === 0 ? [] : await count(gpu, uncounted, splits(), config, request);
    // At once: where a measure has no value, others can still be had from the counts.
    await Promise.all(counted.map((counts) => parts.write("counts", counts.accuracies.repeat, counts)));
    const tables = inSpan(gpu, "measures", () =>
      networks.map((network, index) => {
        const { accuracies, gathered } = found[index] ?? counted[uncounted.indexOf(network)]!;
        return { accuracies, table: neuronTable(gathered, network.network, measures) };
      }),
    );
    const measured = tables.map(({ table }, index) => {
      const { network } = networks[index]!;
      return { table, network, meanActivations: meanActivations(table, network) };
    });
    const values = orders.isAny ? await orders.found(gpu, measured, () => validation.on(gpu), onOrders!) : measured;
    if (config.groups !== undefined) await findGroups(gpu, values, splits, config.groups);
    return jobs.map((job, index): Yield => {
      return { job, kind: "table", value: { accuracies: tables[index]!.accuracies, table: values[index]!.table } };
    });
  }

  return {
    doing: "measuring",
    plan: (gpu, networks) => measuringPlan(gpu, size, config, networks),
    together: (waiting, networks) => waiting.slice(0, networks),
    run,
    told: (done, total) => onProgress?.({ stage: "measure", done, total, unit: "networks" }),
    [Symbol.dispose]() {
      validation[Symbol.dispose]();
      test[Symbol.dispose]();
    },
  };
}
