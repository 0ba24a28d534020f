/** Networks from elsewhere on data: whether they fit, how accurate they are, and the measures of their neurons. */
import { type Dataset, type SplitName, splitNames } from "../core/dataset.ts";
import { hiddenWidths, type Network, widthsOf } from "../core/network.ts";
import { notFinite } from "../core/network-fit.ts";
import { classCounts } from "../data/class-counts.ts";
import type { GpuContext } from "../gpu/context.ts";
import { countNeurons } from "../gpu/count-neurons.ts";
import { uploadNetworks } from "../gpu/device-networks.ts";
import { type DeviceSplit, splitOnDevice } from "../gpu/device-split.ts";
import { evaluate } from "../gpu/evaluate.ts";
import type { Measure } from "../measures/measure.ts";
import { neuronTable } from "../measures/neuron-table.ts";
import type { MeasuredNetwork } from "./choose-removals.ts";

/** Shares of samples that are classified correctly, 0 to 1; NaN of a set without samples. */
export type Accuracies = Readonly<Record<SplitName, number>>;

/** @throws RunError with what the device reported. */
export async function accuraciesOf(
  gpu: GpuContext,
  network: Network,
  dataset: Dataset,
  where = "the network",
): Promise<Accuracies> {
  using networks = uploadNetworks(gpu, [network]);
  const accuracies = { train: 0, validation: 0, test: 0 };
  for (const name of splitNames) {
    if (dataset[name].count === 0) {
      accuracies[name] = Number.NaN;
      continue;
    }
    using split = splitOnDevice(gpu, dataset, name);
    const { correct, loss } = await evaluate(gpu, networks, split);
    if (!Number.isFinite(loss[0])) throw notFinite("the network's loss is not finite", where);
    accuracies[name] = correct[0]! / split.count;
  }
  return accuracies;
}

/**
 * Counts the neurons' bits over the split and measures them.
 * @param repeat the network's number in the table
 * @throws RunError with what the device reported.
 */
export async function measureOn(
  gpu: GpuContext,
  split: DeviceSplit,
  network: Network,
  measures: readonly Measure[],
  repeat = 0,
): Promise<MeasuredNetwork> {
  using networks = uploadNetworks(gpu, [network]);
  const [layers] = await countNeurons(gpu, networks, split);
  const samplesPerClass = classCounts(split.host.labels, split.classes);
  const table = neuronTable({ repeat, classes: split.classes, samplesPerClass, layers: layers! }, network, measures);
  return { network, table, meanActivations: layers!.map(({ meanActivation }) => meanActivation) };
}

/** Per hidden layer: zeros. */
export function zeroConstants(network: Network): Float32Array[] {
  return hiddenWidths(widthsOf(network)).map((width) => new Float32Array(width));
}
