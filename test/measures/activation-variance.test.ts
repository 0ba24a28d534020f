/** The variance of outputs, from sums by class. */
import { expect, test } from "vitest";
import { activationVariance } from "../../src/measures/activation-variance.ts";
import { evidenceOf, layerOf } from "../support/evidence.ts";

test("is that of all samples together, and never below 0", () => {
  // Outputs 1 and 3 of class 0, 2 and 6 of class 1, relative to 1: 0, 2; 1, 5. The second neuron rounds to below 0.
  const classSums = {
    origins: Float32Array.of(1, 0),
    deviations: Float64Array.of(2, 6, 2, 2),
    squares: Float64Array.of(4, 26, 2, 1.999999),
    magnitudes: Float64Array.of(2, 6, 2, 2),
  };
  const layer = { ...layerOf(evidenceOf([1, 1], [2, 2])), units: 2, classSums };
  expect(activationVariance.evaluate(layer)).toEqual(Float64Array.of(3.5, 0));
});
