/** Networks by epoch, within a bound of memory. */
import { describe, expect, test } from "vitest";
import type { TrainedNetwork } from "../../src/core/network.ts";
import { EpochStore } from "../../web/engine/epoch-store.ts";
import { realNetwork, testRandom } from "../support/networks.ts";

const network = realNetwork(testRandom(1), [4, 3, 2], "relu");
/** 23 parameters of four bytes. */
const BYTES = 92;
const trainedTo = (epoch: number, repeat = 0): TrainedNetwork => ({ repeat, network, trainLoss: [epoch] });

describe("an epoch", () => {
  test("is kept once all repeats have come to it, in whatever order", () => {
    const store = new EpochStore(2);
    store.add(1, [trainedTo(1, 1)]);
    expect(store.kept).toEqual([]);
    expect(() => store.networks(1)).toThrow(/epoch 1 is not kept/);
    store.add(1, [trainedTo(1, 0)]);
    expect(store.kept).toEqual([1]);
    expect(store.networks(1).map(({ repeat }) => repeat)).toEqual([0, 1]);
  });

  test("that comes again takes the place of the first, and no further memory", () => {
    const store = new EpochStore(1, 2 * BYTES);
    for (let time = 0; time < 5; time++) store.add(1, [trainedTo(time)]);
    store.add(2, [trainedTo(2)]);
    expect(store.kept).toEqual([1, 2]);
    expect(store.networks(1)[0]!.trainLoss).toEqual([4]);
  });

  test.each([1, 2, 3, 7, 8])("is thinned out to every second where %d fit, and the newest always stays", (fit) => {
    const store = new EpochStore(1, fit * BYTES);
    for (let epoch = 1; epoch <= 40; epoch++) {
      store.add(epoch, [trainedTo(epoch)]);
      const { kept } = store;
      expect(kept.at(-1)).toBe(epoch);
      expect(kept.length).toBeLessThanOrEqual(Math.max(1, fit));
      const stride = kept.length > 1 ? kept[0]! : 1;
      for (const [place, own] of kept.slice(0, -1).entries()) expect(own).toBe(stride * (place + 1));
    }
    // Half of what fits is used at the least.
    expect(store.kept.length).toBeGreaterThanOrEqual(Math.floor(fit / 2));
  });
});
