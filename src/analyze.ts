/** A study of networks that others trained: whether they fit each other and the data, then count, measure, order, ablate. */
import { hiddenActivations, type LayerActivation, networkActivationText, studyActivation } from "./core/activation.ts";
import { classCounts } from "./core/class-counts.ts";
import type { AnyDataset } from "./core/dataset.ts";
import { UsageError } from "./core/errors.ts";
import { hiddenUnits, shapeText } from "./core/layers/network-shape.ts";
import { type Network, networkShape, type TrainedNetwork } from "./core/network.ts";
import { fittedTo } from "./core/network-fit.ts";
import type { Clock } from "./core/platform.ts";
import type { ChannelOrder } from "./core/sample-axes.ts";
import type { AnalysisConfig, RepeatSummary } from "./core/study.ts";
import type { Devices } from "./gpu/device/devices.ts";
import { partsInMemory, type StudyObserver, type StudyOutcome, wholeOutcome } from "./study/study.ts";
import { nearChance } from "./study/warnings.ts";

/** A network and the file that it came in. */
export interface FiledNetwork {
  readonly file: string;
  readonly network: Network;
}

const architecture = (network: Network) =>
  `${shapeText(networkShape(network))}, ${networkActivationText(network.activation)}`;

/**
 * Refuses networks that differ in their layers: they are the repeats of one study.
 * @throws UsageError that names two files.
 */
export function requireAlike(networks: readonly FiledNetwork[]): void {
  const [first, ...others] = networks;
  const other = others.find(({ network }) => architecture(network) !== architecture(first!.network));
  if (other === undefined) return;
  throw new UsageError({
    what: "the networks have different layers",
    where: other.file,
    expected: `${architecture(first!.network)}, as in ${first!.file}`,
    found: architecture(other.network),
    fix: "analyse networks of different layers one by one",
  });
}

/** Activations of the hidden layers of all networks. */
export function activationsOf(networks: readonly FiledNetwork[]): LayerActivation[] {
  return networks.flatMap(({ network }) => hiddenActivations(network.activation, network.layers.length));
}

interface FittedNetworks<T> {
  /** They take samples as the data hold them. Fitting them again, with nothing said of channels, changes nothing. */
  readonly networks: readonly FiledNetwork[];
  /** With a class for each output. */
  readonly dataset: T;
  /** [networks]: what was done. */
  readonly notes: readonly (readonly string[])[];
}

/**
 * Networks that are alike, fitted to the data.
 * @throws UsageError where they differ, or it is not known how they take pictures; RunError where they do not fit the data.
 */
export function fittedNetworks<T extends AnyDataset>(
  networks: readonly FiledNetwork[],
  dataset: T,
  channels?: ChannelOrder,
): FittedNetworks<T> {
  requireAlike(networks);
  const fitted = networks.map(({ file, network }) => fittedTo(network, dataset, { where: file, channels }));
  return {
    networks: fitted.map(({ network }, index) => ({ file: networks[index]!.file, network })),
    dataset: fitted[0]!.dataset,
    notes: fitted.map(({ notes }) => notes),
  };
}

/** The part of a configuration that networks say themselves. */
export function architectureOf(
  networks: readonly FiledNetwork[],
): Pick<AnalysisConfig, "repeats" | "hidden" | "activation"> {
  const { network } = networks[0]!;
  return {
    repeats: networks.length,
    hidden: hiddenUnits(networkShape(network)),
    activation: studyActivation(network.activation),
  };
}

/** `nearChance` for the test samples of a data set. */
export function nearChanceOn({ test, classes }: AnyDataset): (repeat: Pick<RepeatSummary, "testCorrect">) => boolean {
  const perClass = classCounts(test.labels, classes);
  return (repeat) => nearChance(repeat, perClass);
}

/** Networks as the repeats of a study. How they were trained is not known. */
export function asRepeats(networks: readonly FiledNetwork[]): TrainedNetwork[] {
  return networks.map(({ network }, repeat) => ({ repeat, network, trainLoss: [] }));
}

/**
 * Analyses networks of one architecture, one a repeat, in memory.
 * @throws UsageError where the networks differ; RunError where they do not fit the data, and as `computeStudy` does.
 */
export async function analyzeNetworks(
  devices: Devices,
  data: AnyDataset,
  config: AnalysisConfig,
  filed: readonly FiledNetwork[],
  { clock, ...observer }: StudyObserver & { readonly clock: Clock },
): Promise<StudyOutcome> {
  const { networks, dataset } = fittedNetworks(filed, data);
  const parts = partsInMemory(devices, dataset, config, { networks: asRepeats(networks) });
  return wholeOutcome({ devices, dataset, parts, clock }, observer);
}
