/** Measures from weights alone, or with the outputs' moments, worked out by hand. */
import { expect, test } from "vitest";
import type { LayerEvidence } from "../../src/core/evidence.ts";
import type { DenseLayer } from "../../src/core/layers/dense.ts";
import { contribution } from "../../src/measures/contribution.ts";
import { geometricMedian } from "../../src/measures/geometric-median.ts";
import { inorm } from "../../src/measures/inorm.ts";
import { onorm } from "../../src/measures/onorm.ts";
import { synflow } from "../../src/measures/synflow.ts";
import { wanda } from "../../src/measures/wanda.ts";
import { evidenceOf, layerOf } from "../support/evidence.ts";

const dense = (inputs: number, rows: readonly (readonly number[])[]): DenseLayer => {
  return {
    inputs,
    outputs: rows.length,
    weights: Float32Array.from(rows.flat()),
    biases: new Float32Array(rows.length).fill(50),
  };
};

// 2 inputs, hidden layers of 3 and 2, 2 logits.
const first = dense(2, [
  [3, -4],
  [0, 0],
  [0, 4],
]);
const second = dense(3, [
  [1, 0, -2],
  [-3, 0, 1],
]);
const third = dense(2, [
  [1, -1],
  [2, 0],
]);
const network = [first, second, third];

/** Hidden layer `layer`. Outputs of class 0 are 1 and 3, those of class 1 are 5 and 7: 16 / 4 on average, of variance 5. */
function layer(number: 1 | 2): LayerEvidence {
  const { outputs: units } = network[number - 1]!;
  const of = (...values: number[]) => Float64Array.from({ length: 2 * units }, (_, cell) => values[cell % 2]!);
  return {
    ...layerOf(evidenceOf([2, 2], [2, 2])),
    layer: number,
    units,
    weights: { incoming: network[number - 1]!, outgoing: network[number]!, network },
    classSums: {
      origins: new Float32Array(units).fill(1),
      deviations: of(2, 10),
      squares: of(4, 52),
      magnitudes: of(2, 10),
    },
  };
}

test("inorm is the mean size of a neuron's own row, onorm that of its column", () => {
  expect([...inorm.evaluate(layer(1))]).toEqual([3.5, 0, 2]);
  expect([...inorm.evaluate(layer(2))]).toEqual([1, 4 / 3]);
  expect([...onorm.evaluate(layer(1))]).toEqual([2, 0, 1.5]);
  expect([...onorm.evaluate(layer(2))]).toEqual([1.5, 0.5]);
});

test("geometric-median adds up distances, not their squares, to the other neurons of the layer", () => {
  const [a, b, c] = [5, Math.sqrt(9 + 64), 4]; // 0 to 1, 0 to 2, 1 to 2
  expect([...geometricMedian.evaluate(layer(1))]).toEqual([a + b, a + c, b + c]);
});

test("synflow multiplies what reaches a neuron from all inputs by what it reaches of all logits", () => {
  // Into layer 1: 7, 0, 4; into layer 2: 7 + 8, 21 + 4. Out of layer 2: 3, 1; out of layer 1: 3 + 3, 0, 6 + 1.
  expect([...synflow.evaluate(layer(1))]).toEqual([42, 0, 28]);
  expect([...synflow.evaluate(layer(2))]).toEqual([45, 25]);
});

test("wanda weighs sizes of outgoing weights by the root mean square of the output", () => {
  const size = Math.sqrt((1 + 9 + 25 + 49) / 4);
  expect([...wanda.evaluate(layer(1))]).toEqual([4 * size, 0, 3 * size]);
});

test("contribution is the root of the variance times the squared outgoing weights", () => {
  expect([...contribution.evaluate(layer(1))]).toEqual([Math.sqrt(50), 0, Math.sqrt(25)]);
});
