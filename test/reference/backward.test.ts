/** The oracle of gradients checked by differences, and Adam by hand. */

import { describe, expect, test } from "vitest";
import { activations } from "../../src/core/activation.ts";
import { outputDelta, updateParameters } from "../../src/reference/backward.ts";
import { pixelValues } from "../../src/reference/forward.ts";
import { networkGradient, objective } from "../../src/reference/network.ts";
import { centralDifferences, DIFFERENCE_ERROR, gradientProblem } from "../support/central-differences.ts";

const L2 = 0.03;

describe.each(activations)("with %s", (activation) => {
  test.each([1, 2, 3, 4])("gradients equal central differences with %i hidden layers", (depth) => {
    const { network, pixels, labels } = gradientProblem(activation, depth);
    const inputs = pixelValues(pixels);
    const { layers } = networkGradient(network, inputs, labels, L2);
    for (const [index, { weights, biases }] of centralDifferences(network, inputs, labels, L2).entries()) {
      for (const [name, want, got] of [
        ["weights", weights, layers[index]!.weights],
        ["biases", biases, layers[index]!.biases],
      ] as const) {
        const worst = Math.max(...want.map((value, at) => Math.abs(value - got[at]!)));
        expect(worst, `${name} of layer ${index}`).toBeLessThan(DIFFERENCE_ERROR);
        expect(Math.max(...want.map(Math.abs)), `${name} of layer ${index}`).toBeGreaterThan(1e-4);
      }
    }
  });
});

test("the loss of the chain is the objective without its l2 term", () => {
  const { network, pixels, labels, samples } = gradientProblem("tanh", 2);
  const inputs = pixelValues(pixels);
  const { loss } = networkGradient(network, inputs, labels, L2);
  expect(loss / samples).toBeCloseTo(objective(network, inputs, labels, 0), 14);
});

test("the delta of equal logits is the class share minus the label, over the count", () => {
  const { delta, losses } = outputDelta([0, 0, 0, 0], [1, 0], 2);
  expect([...delta]).toEqual([0.25, -0.25, -0.25, 0.25]);
  expect([...losses]).toEqual([Math.log(2), Math.log(2)]);
});

test("the first step of Adam is the learning rate, whatever the gradient's size", () => {
  const [beta1, beta2] = [0.9, 0.999];
  const terms = {
    learning_rate: 0.1 / (1 - beta1),
    variance_correction: 1 / Math.sqrt(1 - beta2),
    beta1,
    beta2,
    one_minus_beta1: 1 - beta1,
    one_minus_beta2: 1 - beta2,
    epsilon: 0,
  };
  const parameters = Float64Array.of(1, 1, 1);
  updateParameters(parameters, [1e-6, -3, 200], new Float64Array(3), new Float64Array(3), terms);
  expect([...parameters].map((value) => Number(value.toFixed(12)))).toEqual([0.9, 1.1, 0.9]);
});
