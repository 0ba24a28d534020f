/** The norm of incoming weights. */
import { expect, test } from "vitest";
import { inNorm } from "../../src/measures/in-norm.ts";
import { evidenceOf, layerOf } from "../support/evidence.ts";

const incoming = {
  inputs: 2,
  outputs: 3,
  weights: Float32Array.of(3, 4, 0, 0, -5, 12),
  biases: Float32Array.of(9, 9, 9),
};
const outgoing = { inputs: 3, outputs: 1, weights: Float32Array.of(100, 100, 100), biases: Float32Array.of(0) };

test("is the length of each neuron's own row, whatever its bias and what reads it", () => {
  const layer = { ...layerOf(evidenceOf([1, 0], [2, 2])), units: 3 };
  const weights = { incoming, outgoing, network: [incoming, outgoing] };
  expect(inNorm.evaluate({ ...layer, weights })).toEqual(Float64Array.of(5, 0, 13));
});
