/** The reference forward pass on cases small enough to do by hand. */

import { expect, test } from "vitest";
import { forwardLayer, gatherRows, maskInputs, pixelValues } from "../../src/reference/forward.ts";
import { forwardNetwork } from "../../src/reference/network.ts";

const layer = { inputs: 2, outputs: 3, weights: [1, 2, 3, 4, -5, -6], biases: [10, 20, 0] };

test("a layer is weights times inputs plus biases, row by row", () => {
  expect([...forwardLayer([1, 0, 1, 1], layer, "identity")]).toEqual([11, 23, -5, 13, 27, -11]);
  expect([...forwardLayer([1, 1], layer, "relu")]).toEqual([13, 27, 0]);
});

test("hidden layers are activated and the last one is not", () => {
  const top = { inputs: 3, outputs: 1, weights: [1, 1, 1], biases: [-100] };
  const [hidden, logits] = forwardNetwork({ activation: "relu", layers: [layer, top] }, [1, 1]);
  expect([...hidden!]).toEqual([13, 27, 0]);
  expect([...logits!]).toEqual([-60]);
});

test("bytes stand for their 255th part", () => {
  expect([...pixelValues([0, 51, 255])]).toEqual([0, 0.2, 1]);
});

test("rows are gathered in order, and may repeat", () => {
  expect([...gatherRows([1, 2, 3, 4], 2, [1, 0, 1])]).toEqual([3, 4, 1, 2, 3, 4]);
});

test("a mask replaces the first neurons of the order in every row", () => {
  expect([...maskInputs([1, 2, 3, 4, 5, 6], [2, 0, 1], [7, 8, 9], 2)]).toEqual([1, 8, 9, 4, 8, 9]);
});
