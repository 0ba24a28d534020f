/** Measures from gradients, worked out by hand; they are means over samples, which do not grow with the data. */
import { expect, test } from "vitest";
import type { LayerEvidence } from "../../src/core/evidence.ts";
import { fisher } from "../../src/measures/fisher.ts";
import { sensitivity } from "../../src/measures/sensitivity.ts";
import { taylor } from "../../src/measures/taylor.ts";
import { taylorGate } from "../../src/measures/taylor-gate.ts";
import { evidenceOf, layerOf } from "../support/evidence.ts";

/** Two neurons over 4 samples. g of the first: 1, -1, 2, 0; its t: 3, 3, 0, 5. The second is silent. */
const layer: LayerEvidence = {
  ...layerOf(evidenceOf([1, 1], [2, 2])),
  units: 2,
  gradients: {
    sizes: Float64Array.of(4, 2),
    productSizes: Float64Array.of(6, 0),
    products: Float64Array.of(0, 0),
    squares: Float64Array.of(18, 0),
  },
};

test("sensitivity is the mean of |g|, whatever the output", () => {
  expect([...sensitivity.evaluate(layer)]).toEqual([1, 0.5]);
});

test("taylor is the mean of |g t|, in which opposite samples do not cancel; taylor-gate squares a mean, in which they do", () => {
  expect([...taylor.evaluate(layer)]).toEqual([1.5, 0]);
  expect([...taylorGate.evaluate(layer)]).toEqual([0, 0]);
  const uneven = { ...layer, gradients: { ...layer.gradients, products: Float64Array.of(-6, 0) } };
  expect([...taylorGate.evaluate(uneven)]).toEqual([2.25, 0]);
});

test("fisher is the mean of (g t)^2", () => {
  expect([...fisher.evaluate(layer)]).toEqual([4.5, 0]);
});
