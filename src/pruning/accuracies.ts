/** How accurate a network is on all sets, and the constants that stand for removed neurons. */
import { type Dataset, type SplitName, splitNames } from "../core/dataset.ts";
import { hiddenUnits } from "../core/layers/network-shape.ts";
import { type Network, networkShape } from "../core/network.ts";
import { notFinite } from "../core/network-fit.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { uploadNetworks } from "../passes/device-networks.ts";
import { splitOnDevice } from "../passes/device-split.ts";
import { evaluate } from "../passes/evaluate.ts";

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

/** Per hidden layer: zeros. */
export function zeroConstants(network: Network): Float32Array[] {
  return hiddenUnits(networkShape(network)).map((units) => new Float32Array(units));
}
