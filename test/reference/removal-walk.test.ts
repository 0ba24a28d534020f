/** The quick float64 sweep: the same numbers as the plain one, and an eye for samples that rounding may tip. */
import { describe, expect, test } from "vitest";
import type { Split } from "../../src/core/dataset.ts";
import type { Network } from "../../src/core/network.ts";
import { removalWalk, walkBasis } from "../../src/reference/removal-walk.ts";
import { referenceSweep } from "../../src/reference/sweep.ts";
import { randomSplit, realNetwork, testRandom } from "../support/networks.ts";
import { shuffledOrders } from "../support/sweep-task.ts";

const sum = (counts: Iterable<number>) => [...counts].reduce((total, count) => total + count, 0);
const everyStep = (neurons: number) => Array.from({ length: neurons + 1 }, (_, removed) => removed);

describe("the quick sweep in float64", () => {
  for (const [widths, activation] of [
    [[7, 5, 3], "relu"],
    [[7, 5, 4, 3], "sigmoid"],
    [[7, 4, 3, 5, 3], "tanh"],
  ] as const) {
    test(`gives the numbers of the plain one for ${widths.join("-")}, ${activation}, whatever is removed`, () => {
      const random = testRandom(3);
      const network = realNetwork(random, widths, activation);
      const split = randomSplit(random, 60, 7, 3);
      const constants = network.layers.slice(0, -1).map(({ outputs }) => Array.from({ length: outputs }, () => 0.375));
      const basis = walkBasis(network, split);
      for (const order of shuffledOrders(network, random, 2)) {
        const removed = everyStep(order.neurons.length);
        const plain = referenceSweep(network, split, order, constants, removed);
        const quick = removalWalk(basis, order.neurons, constants, removed);
        expect(quick.map(({ correct }) => sum(correct))).toEqual(Array.from(plain.correct));
        // Float64 sums of a few dozen terms of order 1, in another order.
        for (const [step, { loss }] of quick.entries()) expect(loss).toBeCloseTo(plain.loss[step]!, 12);
      }
    });
  }

  test("counts by class, and steps that leave some out", () => {
    const random = testRandom(4);
    const network = realNetwork(random, [7, 6, 3], "relu");
    const split = randomSplit(random, 50, 7, 3);
    const [order] = shuffledOrders(network, random, 1);
    const basis = walkBasis(network, split);
    const all = removalWalk(basis, order!.neurons, [new Float32Array(6)], everyStep(6));
    const some = removalWalk(basis, order!.neurons, [new Float32Array(6)], [0, 4]);
    expect(some.map(({ correct }) => correct)).toEqual([all[0]!.correct, all[4]!.correct]);
    const constantLabel = walkBasis(network, { ...split, labels: new Uint16Array(50).fill(2) });
    const { correct } = removalWalk(constantLabel, [], [], [0])[0]!;
    expect([...correct.subarray(0, 2)]).toEqual([0, 0]);
    expect(correct[2]).toBeGreaterThan(0);
  });
});

/** h = relu(x); logits (1 + h, 1 + gap, -8), so that one sample's input and a removal decide between the first two. */
const tippable = (gap: number): Network => ({
  activation: "relu",
  layers: [
    { inputs: 1, outputs: 1, weights: Float32Array.of(1), biases: Float32Array.of(0) },
    { inputs: 1, outputs: 3, weights: Float32Array.of(1, 0, 0), biases: Float32Array.of(1, 1 + gap, -8) },
  ],
});
const order = [{ layer: 1, neuron: 0 }];
const split = (label: number): Split => ({
  count: 2,
  inputs: Uint8Array.of(255, 51),
  labels: Uint16Array.of(label, label),
});

describe("a sample that rounding may tip", () => {
  const undecided = (gap: number, label: number) =>
    removalWalk(walkBasis(tippable(gap), split(label)), order, [[0]], [0, 1]).map(({ undecided }) => sum(undecided));

  test("is one whose label's logit is within rounding of another, above or below", () => {
    expect(undecided(2 ** -23, 0)).toEqual([0, 2]);
    expect(undecided(2 ** -23, 1)).toEqual([0, 2]);
    expect(undecided(-(2 ** -23), 0)).toEqual([0, 2]);
    expect(undecided(Math.fround(0.2), 0)).toEqual([1, 0]);
  });

  test("is none where the logits are clear of each other, or the label's is far below the tie of two others", () => {
    expect(undecided(2 ** -10, 0)).toEqual([0, 0]);
    expect(undecided(2 ** -23, 2)).toEqual([0, 0]);
  });

  test("is counted as correct or not as float64 says", () => {
    const at = (label: number) => removalWalk(walkBasis(tippable(2 ** -23), split(label)), order, [[0]], [1])[0]!;
    expect([sum(at(0).undecidedCorrect), sum(at(1).undecidedCorrect)]).toEqual([0, 2]);
  });
});
