/** Networks of which the fast sweep may count ties wrongly are told of. */
import { expect, test } from "vitest";
import { tieDoubts } from "../src/analyze.ts";
import { realNetwork, testRandom } from "./support/networks.ts";

const network = realNetwork(testRandom(3), [4, 3, 2], "relu");
const [hidden, last] = network.layers;
const unbiased = { ...network, layers: [hidden!, { ...last!, biases: new Float32Array(2) }] };

test("a network without biases in its last layer is named, unless its sweep is the masked one", () => {
  const files = [
    { file: "biased.npz", network },
    { file: "bare.npz", network: unbiased },
  ];
  expect(tieDoubts(files, "fast")).toEqual([expect.stringMatching(/^bare\.npz has no biases .*--sweep masked/)]);
  expect(tieDoubts(files, "masked")).toEqual([]);
});
