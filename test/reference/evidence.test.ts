/** Gradients of the float64 evidence against central differences of the loss. */
import { expect, test } from "vitest";
import { activations } from "../../src/core/activation.ts";
import { outputDelta } from "../../src/reference/backward.ts";
import { layerEvidence } from "../../src/reference/evidence.ts";
import { forwardNetwork, type RealNetwork } from "../../src/reference/network.ts";
import { realNetwork, testRandom } from "../support/networks.ts";
import { realNumbers } from "../support/rows.ts";

const WIDTHS = [4, 5, 3, 3];
const SAMPLES = 6;
const STEP = 1e-5;

/** [samples]: losses where the output of one neuron is larger by `step`: whatever reads it then has other biases. */
function losses(
  network: RealNetwork,
  inputs: ArrayLike<number>,
  labels: readonly number[],
  layer: number,
  unit: number,
  step: number,
) {
  const layers = network.layers.map((own, index) => {
    if (index !== layer + 1) return own;
    const biases = Array.from(own.biases, (bias, output) => bias + step * own.weights[output * own.inputs + unit]!);
    return { ...own, biases };
  });
  return outputDelta(forwardNetwork({ ...network, layers }, inputs).at(-1)!, labels, WIDTHS.at(-1)!).losses;
}

test.each(activations)("gradients are derivatives of each sample's loss by the output, with %s", (activation) => {
  const random = testRandom(95);
  const network = realNetwork(random, WIDTHS, activation);
  const inputs = realNumbers(random, SAMPLES * WIDTHS[0]!, 1);
  const labels = Array.from({ length: SAMPLES }, (_, sample) => sample % 3);
  const outputs = forwardNetwork(network, inputs);
  for (const { layer, units, gradients } of layerEvidence({ network, inputs, labels })) {
    for (let unit = 0; unit < units; unit++) {
      const [above, below] = [STEP, -STEP].map((step) => losses(network, inputs, labels, layer - 1, unit, step));
      const slopes = Array.from(above!, (value, sample) => (value - below![sample]!) / (2 * STEP));
      const products = slopes.map((slope, sample) => slope * outputs[layer - 1]![sample * units + unit]!);
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
      expect(gradients.sizes[unit]).toBeCloseTo(sum(slopes.map(Math.abs)), 7);
      expect(gradients.productSizes[unit]).toBeCloseTo(sum(products.map(Math.abs)), 7);
      expect(gradients.products[unit]).toBeCloseTo(sum(products), 7);
      expect(gradients.squares[unit]).toBeCloseTo(sum(products.map((value) => value * value)), 7);
    }
  }
});
