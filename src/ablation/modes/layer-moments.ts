/** Means and covariances of the outputs of each hidden layer, from one pass over the validation set. */
import { hiddenUnits } from "../../core/layers/network-shape.ts";
import { networkShape } from "../../core/network.ts";
import { momentMatrix } from "../sequences/moments.ts";
import { firstOfLayers, requireFinite, type Search } from "../sequences/search.ts";
import type { LayerMoments } from "./rebuilding.ts";

/** Of the mean's square: a variance below it is what float32 leaves of a neuron that does not vary. */
const CONSTANT_SHARE = 2 ** -40;

/** Zeros in the rows and columns of neurons that do not vary. */
function withoutConstants(means: Float32Array, covariances: Float64Array): void {
  const units = means.length;
  for (const [neuron, mean] of means.entries()) {
    if (covariances[neuron * (units + 1)]! > CONSTANT_SHARE * mean * mean) continue;
    for (let other = 0; other < units; other++) {
      covariances[neuron * units + other] = 0;
      covariances[other * units + neuron] = 0;
    }
  }
}

/**
 * Covariances about means that are rounded to float32: they are off by the product of two roundings.
 * @param means per hidden layer: [neurons]
 * @throws RunError where a number is not finite, and with what the device reported
 */
export async function layerMoments(
  { gpu, network, samples }: Pick<Search, "gpu" | "network" | "samples">,
  means: readonly Float32Array[],
): Promise<LayerMoments[]> {
  const units = hiddenUnits(networkShape(network));
  const scopes = units.map((_, layer) => [layer]);
  const { size, values } = await momentMatrix(
    { gpu, network, samples, constants: means, scopes },
    { withinLayers: true },
  );
  requireFinite(values);
  return firstOfLayers(units).map((first, layer): LayerMoments => {
    const own = units[layer]!;
    const covariances = new Float64Array(own * own);
    for (let row = 0; row < own; row++) {
      const from = (first + row) * size + first;
      covariances.set(values.subarray(from, from + own), row * own);
    }
    withoutConstants(means[layer]!, covariances);
    return { means: means[layer]!, covariances };
  });
}
