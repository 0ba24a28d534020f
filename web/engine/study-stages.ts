/** The stages of a study as the lab runs them: the same functions as the command line's, in pieces that can be shown. */

import { neuronsAlone } from "../../src/ablation/neurons-alone.ts";
import { fastSweep } from "../../src/ablation/walks/fast-sweep.ts";
import { singleRemovals } from "../../src/ablation/walks/single-removals.ts";
import type { AblationCurve, AblationMode, SingleRemovals } from "../../src/core/ablation.ts";
import type { Dataset } from "../../src/core/dataset.ts";
import { networkShape, type TrainedNetwork } from "../../src/core/network.ts";
import type { NeuronTable } from "../../src/core/neuron-table.ts";
import { type ScopeKind, type ScopeText, scopesOf } from "../../src/core/scope.ts";
import type { MeasuringConfig, RepeatSummary, StudyConfig } from "../../src/core/study.ts";
import { PerDevice } from "../../src/gpu/device/devices.ts";
import { type DeviceSplit, splitOnDevice } from "../../src/passes/device-split.ts";
import { meanActivations, measureAll, type TrainedEpoch, trainAll } from "../../src/study.ts";
import type { LabDevice } from "./lab-device.ts";
import type { LabStudy } from "./lab-study.ts";
import type { TrainingRecord } from "./training-record.ts";

/** Who is told of a training. */
export interface TrainingWatcher {
  /** Called whenever the record has changed. */
  onChange(): void;
  /** Called after each epoch; training goes on when it resolves. */
  onEpoch(epoch: TrainedEpoch): Promise<void>;
}

export async function train(
  device: LabDevice,
  dataset: Dataset,
  config: StudyConfig,
  record: TrainingRecord,
  { onChange, onEpoch }: TrainingWatcher,
): Promise<TrainedNetwork[]> {
  using validation = new PerDevice((gpu) => splitOnDevice(gpu, dataset, "validation"));
  return await trainAll(device.devices, dataset, config, {
    keepEpochs: true,
    onProgress({ done, total }) {
      record.progressed(done / total);
      onChange();
    },
    async onEpoch(epoch) {
      await record.epochDone(epoch, validation.on(epoch.gpu));
      onChange();
      await onEpoch(epoch);
    },
  });
}

export interface Measured {
  readonly repeats: readonly RepeatSummary[];
  readonly neurons: readonly NeuronTable[];
}

export function measure(
  device: LabDevice,
  dataset: Dataset,
  config: MeasuringConfig,
  networks: readonly TrainedNetwork[],
): Promise<Measured> {
  return measureAll(device.devices, dataset, config, networks);
}

/** A repeat's network with its orders of one scope, as sweeps take them. */
function taskOf({ config, networks, neurons, orders }: LabStudy, repeat: number, scope?: ScopeText) {
  const network = networks.find((one) => one.repeat === repeat)!.network;
  const table = neurons.find((one) => one.repeat === repeat)!;
  const own = orders.filter((order) => order.repeat === repeat && order.scope === scope);
  const alone = neuronsAlone(networkShape(network), config, repeat);
  return { repeat, network, orders: own, meanActivations: meanActivations(table, network), ...(alone && { alone }) };
}

/** Removes the neurons of every network alone, as far as the configuration goes. @param onDone told of one network after another */
export async function removeSingles(
  device: LabDevice,
  study: LabStudy,
  modes: readonly AblationMode[],
  onDone: (singles: readonly SingleRemovals[]) => void,
): Promise<void> {
  const { dataset } = study.live!;
  using test = new PerDevice((gpu) => splitOnDevice(gpu, dataset, "test"));
  for (const { repeat } of study.networks) {
    const [singles] = await device.devices.attempt((gpu) => ({
      doing: `removing the neurons of repeat ${repeat} one by one`,
      plan: "one network",
      run: () => singleRemovals(gpu, test.on(gpu), [taskOf(study, repeat)], modes),
    }));
    onDone(singles!);
  }
}

/** The curves of a repeat in a scope, as far as a request goes. */
export interface CurvePiece {
  readonly repeat: number;
  readonly scope: ScopeText;
}

/** Pieces in the order in which they are wanted: all repeats of the first scope first. */
export function curvePieces(
  { networks, orders, config }: LabStudy,
  repeats: readonly number[],
  kinds: readonly ScopeKind[],
): CurvePiece[] {
  const known = new Set([...networks, ...orders].map(({ repeat }) => repeat));
  const wanted = repeats.filter((repeat) => known.has(repeat));
  return scopesOf(config.hidden.length, kinds).flatMap((scope) => wanted.map((repeat) => ({ repeat, scope })));
}

/** A piece's curves: those that are there, and those that can be computed; all are kept. */
export async function computeCurves(
  device: LabDevice | undefined,
  study: LabStudy,
  { repeat, scope }: CurvePiece,
  modes: readonly AblationMode[],
  test: PerDevice<DeviceSplit> | undefined,
): Promise<AblationCurve[]> {
  const there = (mode: AblationMode) => study.curves.get({ repeat, scope, mode });
  const missing = modes.filter((mode) => there(mode) === undefined);
  const computable = study.networks.some((network) => network.repeat === repeat);
  if (missing.length > 0 && device !== undefined && test !== undefined && computable) {
    const task = taskOf(study, repeat, scope);
    const { stride } = study.config;
    const [computed] = await device.devices.attempt((gpu) => ({
      doing: `sweeping ${scope} of repeat ${repeat}`,
      plan: "one network",
      run: () => fastSweep(gpu, test.on(gpu), [task], { modes: missing, stride }),
    }));
    study.curves.add(computed!);
  }
  return modes.flatMap((mode) => there(mode) ?? []);
}
