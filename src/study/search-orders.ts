/** Orders that no column gives, of networks that were measured: sequences, and rankings that are computed anew. */
import { hiddenUnits } from "../core/layers/network-shape.ts";
import { networkShape } from "../core/network.ts";
import type { NetworkPairs } from "../core/pairs.ts";
import { scopesOf } from "../core/scope.ts";
import { isOfPairs } from "../core/sequences.ts";
import type { RecordedConfig } from "../core/study.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { type MeasuredNetwork, type TimeEvidence, withSequences } from "../measure-networks.ts";
import { sequencesNamed } from "../measures/measure-choice.ts";
import { remeasuredAsked } from "../measures/remeasured.ts";
import type { DevicePages } from "../passes/device-split.ts";
import { type DataSize, measuringPlan } from "../plan.ts";
import { remeasuredSequences } from "../remeasure-networks.ts";
import { inTurns } from "./turns-of-progress.ts";

type OnShare = (share: number) => void;

interface OrdersBeside {
  /** Whether the configuration asks for one. */
  readonly isAny: boolean;
  /** @returns the networks, with tables that hold the orders @throws RunError with what the device reported */
  found(
    gpu: GpuContext,
    networks: readonly MeasuredNetwork[],
    validation: () => DevicePages,
    onShare: OnShare,
  ): Promise<MeasuredNetwork[]>;
}

interface OrdersWatch {
  /** Keeps the time of each. */
  readonly timed?: TimeEvidence | undefined;
  /** Pairs of a network that were counted; undefined where they were not. */
  readonly pairs?: (repeat: number) => Promise<NetworkPairs | undefined>;
}

/** Those that a study asks for. */
export function ordersBeside(size: DataSize, config: RecordedConfig, { timed, pairs }: OrdersWatch = {}): OrdersBeside {
  const time = timed === undefined ? {} : { timed };
  const sequences = sequencesNamed(config.measures);
  const remeasured = remeasuredAsked(config);
  const { scopes, greedyBlock, quantizeThreshold } = config;
  const knowPairs = config.pairs !== undefined && sequences.some(isOfPairs);

  /** One network after the other: each search fills a device. */
  async function searched(
    gpu: GpuContext,
    networks: readonly MeasuredNetwork[],
    validation: DevicePages,
    onShare: OnShare,
  ): Promise<MeasuredNetwork[]> {
    const all: MeasuredNetwork[] = [];
    for (const [index, measured] of networks.entries()) {
      const onSearched = (share: number) => onShare((index + share) / networks.length);
      const counted = knowPairs ? await pairs?.(measured.table.repeat) : undefined;
      const request = {
        sequences,
        scopes,
        onSearched,
        ...time,
        ...(counted && { counted }),
        ...(greedyBlock !== undefined && { greedyBlock }),
        ...(quantizeThreshold !== undefined && { quantizeThreshold }),
      };
      all.push({ ...measured, table: await withSequences(gpu, measured, validation, request) });
    }
    return all;
  }

  async function ranked(
    gpu: GpuContext,
    networks: readonly MeasuredNetwork[],
    validation: DevicePages,
    onProgress: OnShare,
  ): Promise<MeasuredNetwork[]> {
    const hidden = hiddenUnits(networkShape(networks[0]!.network)).length;
    const most = networks.length * remeasured.length * scopesOf(hidden, scopes).length;
    const together = measuringPlan(gpu, size, config, most).portions[0]!.count;
    const own = networks.map(({ table, network, meanActivations }) => {
      return { repeat: table.repeat, network, meanActivations };
    });
    const request = { ...config, ...time, remeasured, every: config.remeasure!, together, onProgress };
    const found = await remeasuredSequences(gpu, own, validation, request);
    return networks.map((measured, index) => {
      const { table } = measured;
      return { ...measured, table: { ...table, sequences: { ...table.sequences, ...found[index]! } } };
    });
  }

  return {
    isAny: sequences.length + remeasured.length > 0,
    async found(gpu, networks, validation, onShare) {
      const [onSearched, onRanked] = inTurns([sequences.length > 0, remeasured.length > 0], onShare);
      const all = await searched(gpu, networks, validation(), onSearched!);
      return remeasured.length === 0 ? all : ranked(gpu, all, validation(), onRanked!);
    },
  };
}
