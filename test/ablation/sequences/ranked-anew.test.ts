/** Orders by values that are computed anew, by values that are made up: who goes when, and what is valued. */
import { describe, expect, test } from "vitest";
import { type Left, type OrderAnew, rankedAnew } from "../../../src/ablation/sequences/ranked-anew.ts";
import { hiddenUnits } from "../../../src/core/layers/network-shape.ts";
import { networkShape } from "../../../src/core/network.ts";
import { realNetwork, testRandom } from "../../support/networks.ts";

const network = realNetwork(testRandom(320), [3, 4, 3, 2], "tanh");
const constants = [new Float32Array(4), new Float32Array(3)];
const orderOf = (layers: readonly number[]): OrderAnew => ({ network, constants, layers });
const unitsOf = (left: Left<OrderAnew>) => hiddenUnits(networkShape(left.network));

/** Values that hang on how many neurons are left: ascending where their number is even, else descending. */
async function turning(left: readonly Left<OrderAnew>[]): Promise<number[][]> {
  return left.map((one) => {
    const total = unitsOf(one).reduce((sum, units) => sum + units, 0);
    return Array.from({ length: total }, (_, at) => (total % 2 === 0 ? at : -at));
  });
}

describe("an order by values that are computed anew", () => {
  test("removes the lowest, and looks again at what is left", async () => {
    const [layer, whole] = await rankedAnew([orderOf([1]), orderOf([0, 1])], 1, turning);
    // Of the second layer: 7 neurons in all, so the last first; 6, so the first; then one is left.
    expect([...layer!]).toEqual([6, 4, 5]);
    // Of 7 the last, of 6 the first, and so on, by the numbers that neurons have in the intact network.
    expect([...whole!].slice(0, 5)).toEqual([6, 0, 5, 1, 4]);
    expect([...whole!].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test("removes several between two looks, and the rest at the end", async () => {
    const looks: number[][] = [];
    const [rows] = await rankedAnew([orderOf([0])], 3, async (left) => {
      looks.push(...left.map((one) => [...unitsOf(one)]));
      return turning(left);
    });
    expect(looks).toEqual([
      [4, 3],
      [1, 3],
    ]);
    expect([...rows!]).toEqual([3, 2, 1, 0]);
  });

  test("gives ties to the first layer, and to the first neuron in it", async () => {
    const alike = async (left: readonly Left<OrderAnew>[]) => left.map((one) => new Float64Array(unitsOf(one)[0]! + 9));
    const [rows] = await rankedAnew([orderOf([0, 1])], 2, alike);
    expect([...rows!]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test("leaves out whatever stands for a layer that is gone, whatever its value", async () => {
    const lowest = async (left: readonly Left<OrderAnew>[]) =>
      left.map((one) => Float64Array.from({ length: unitsOf(one).reduce((a, b) => a + b, 0) }, (_, at) => at));
    const [rows] = await rankedAnew([orderOf([0, 1])], 1, lowest);
    expect([...rows!]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test("values the network as it was given before the first removal, and tells how far it is", async () => {
    const [given, shares]: [boolean[], number[]] = [[], []];
    const look = async (left: readonly Left<OrderAnew>[]) => {
      given.push(...left.map((one) => one.network === network));
      return turning(left);
    };
    await rankedAnew([orderOf([0]), orderOf([1])], 2, look, (share) => shares.push(share));
    expect(given).toEqual([true, true, false, false]);
    expect(shares).toEqual([0.5, 1]);
  });
});
