/** The packed reference and the plain definition say the same. */
import { expect, test } from "vitest";
import { countOnes, meanActivations, onesPerClass, packBits } from "../../src/reference/histogram.ts";
import { testRandom } from "../support/networks.ts";
import { realNumbers } from "../support/rows.ts";

test("a value above the threshold is a one, a value at it is not", () => {
  const { bits, blocks } = packBits([0.4, 0.5, 0.6, 0.75], 1, 0.5);
  expect([...bits]).toEqual([0b1100]);
  expect(blocks[0]).toBe(0.4);
  expect(blocks[1]).toBeCloseTo(0.1 + 0.2 + 0.35, 12);
});

test("pivots and deviations give the mean back, and bits the counts", () => {
  const [samples, units] = [71, 3];
  const random = testRandom(1);
  const values = realNumbers(random, samples * units);
  const labels = Uint32Array.from({ length: samples }, () => random.nextBelow(2));
  const { bits, blocks } = packBits(values, units, 0);
  const words = Math.ceil(samples / 32);
  const means = meanActivations(values, units);
  for (let u = 0; u < units; u++) {
    let total = 0;
    for (let w = 0; w < words; w++) {
      const slot = 2 * (u * words + w);
      total += Math.min(32, samples - 32 * w) * blocks[slot]! + blocks[slot + 1]!;
    }
    expect(total / samples).toBeCloseTo(means[u]!, 12);
  }
  const classBits = new Uint32Array(2 * words);
  labels.forEach((label, s) => {
    classBits[label * words + Math.floor(s / 32)]! |= 1 << (s % 32);
  });
  expect(countOnes(bits, classBits, units, 2)).toEqual(onesPerClass(values, labels, 2, 0));
});
