/** A network without neurons says what the whole one says with constants in their place. */
import { expect, test } from "vitest";
import { withoutNeurons } from "../../../src/ablation/sequences/without-neurons.ts";
import { layerOutputs } from "../../../src/reference/layers.ts";
import { maskedOutputs, type Replacements } from "../../../src/reference/sweep.ts";
import { realNetwork, testRandom } from "../../support/networks.ts";

const WIDTHS = [4, 3, 5, 2, 3];
const random = testRandom(310);
const network = realNetwork(random, WIDTHS, "tanh");
const constants = WIDTHS.slice(1, -1).map((units) => Float32Array.from({ length: units }, () => random.nextUnit()));

const cases: readonly (readonly [string, readonly (readonly number[])[]])[] = [
  ["nothing", [[], [], []]],
  ["some of each layer", [[1], [0, 4], [1]]],
  ["the first layer whole", [[0, 1, 2], [3], []]],
  ["two layers whole", [[2], [0, 1, 2, 3, 4], [0, 1]]],
];

const ways = cases.flatMap(([name, removed]) => [undefined, 0, 1].map((silenced) => ({ name, removed, silenced })));

test.each(ways)("$name removed, layer $silenced keeping its size", ({ removed, silenced }) => {
  const gone = removed.map((own) => new Set(own));
  const { network: left, kept } = withoutNeurons(network, gone, constants, silenced);
  const replacements: Replacements = constants.map((row, layer) =>
    Array.from(row, (value, neuron) => (removed[layer]!.includes(neuron) ? value : undefined)),
  );
  expect(kept).toEqual(replacements.map((row) => [...row.keys()].filter((neuron) => row[neuron] === undefined)));
  expect(left.layers.slice(0, -1).map(({ biases }) => biases.length)).toEqual(
    kept.map(({ length }, layer) => (layer === silenced ? WIDTHS[layer + 1]! : Math.max(1, length))),
  );
  const values = Float64Array.from({ length: 4 }, () => random.nextUnit());
  const want = maskedOutputs(network, values, replacements).at(-1)!;
  let got: Float64Array = values;
  for (const [index, layer] of left.layers.entries()) {
    got = layerOutputs(got, layer, index === left.layers.length - 1 ? "identity" : "tanh");
  }
  // Biases are rounded to float32, at most twice in each layer.
  for (const [logit, value] of want.entries()) expect(Math.abs(got[logit]! - value)).toBeLessThan(2e-6);
});
