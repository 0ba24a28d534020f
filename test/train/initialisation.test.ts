/** Initial parameters: bounds, distribution, independence, and the first values for good. */

import { describe, expect, test } from "vitest";
import { denseNetwork } from "../../src/core/layers/network-shape.ts";
import { initialNetwork } from "../../src/train/initialisation.ts";

const widths = [784, 100, 100, 10];
const shape = denseNetwork(widths);
const network = initialNetwork(0, 0, shape, "sigmoid");

describe.each([0, 1, 2])("layer %i", (index) => {
  const { inputs, outputs, weights, biases } = network.layers[index]!;
  const bound = 1 / Math.sqrt(inputs);

  test("has its shape, and every value lies within +-1 / sqrt(fan in)", () => {
    expect([inputs, outputs]).toEqual([widths[index], widths[index + 1]]);
    expect([weights.length, biases.length]).toEqual([inputs * outputs, outputs]);
    for (const values of [weights, biases]) {
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(Math.fround(bound));
    }
  });

  test("is uniform: mean, variance and extremes are those of the bounds", () => {
    const n = weights.length;
    const mean = weights.reduce((sum, value) => sum + value, 0) / n;
    const variance = weights.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
    // Standard errors of a uniform: bound / sqrt(3 n) of the mean, 2 bound^2 / (3 sqrt(5 n)) of the variance.
    expect(Math.abs(mean)).toBeLessThan((5 * bound) / Math.sqrt(3 * n));
    expect(Math.abs(variance - bound ** 2 / 3)).toBeLessThan((5 * 2 * bound ** 2) / (3 * Math.sqrt(5 * n)));
    // All n values farther than 20 / n of the bound from it: e^-10.
    expect(Math.max(...weights)).toBeGreaterThan(bound * (1 - 20 / n));
    expect(Math.min(...weights)).toBeLessThan(-bound * (1 - 20 / n));
  });
});

test("neither other repeats nor other seeds share values, and none correlate", () => {
  const own = network.layers[1]!.weights;
  for (const other of [initialNetwork(0, 1, shape, "sigmoid"), initialNetwork(1, 0, shape, "sigmoid")]) {
    const weights = other.layers[1]!.weights;
    const product = own.reduce((sum, value, index) => sum + value * weights[index]!, 0);
    const squares = own.reduce((sum, value) => sum + value * value, 0);
    expect(Math.abs(product / squares)).toBeLessThan(5 / Math.sqrt(own.length));
    expect(own.filter((value, index) => value === weights[index]).length).toBeLessThan(5);
  }
});

test("the layers of one network are drawn apart: a wider one leaves the next as it is", () => {
  const wider = initialNetwork(0, 0, denseNetwork([784, 120, 100, 10]), "sigmoid");
  expect(wider.layers[2]).toEqual(network.layers[2]);
  expect(initialNetwork(0, 0, denseNetwork([50, 100, 100, 10]), "tanh").layers.slice(1)).toEqual(
    network.layers.slice(1),
  );
});

test("the first values never change: a study can be repeated by its seed", () => {
  // Philox4x32-10 with key (7, 3) and counter (block, layer, 1, 0), by another implementation of it.
  const { layers } = initialNetwork(7, 3, denseNetwork([4, 3, 2]), "relu");
  const weights = [0.2770373821258545, -0.4144279360771179, -0.17130160331726074, -0.06413024663925171];
  expect([...layers[0]!.weights.subarray(0, 4)]).toEqual(weights);
  expect([...layers[1]!.biases]).toEqual([0.0219049584120512, 0.0644129067659378]);
});
