/** Counts of bits, of all samples and by class, against counting sample by sample. */
import { expect, test } from "vitest";
import { ones, rightPerClass, rightWords } from "../../src/passes/right-bits.ts";
import { randomSplit, testRandom } from "../support/networks.ts";

test("the ones of words are counted, the highest and the lowest bit included", () => {
  expect(ones(Uint32Array.of(0))).toBe(0);
  expect(ones(Uint32Array.of(0xffffffff, 0x80000000, 1, 0x55555555))).toBe(32 + 1 + 1 + 16);
});

test("rows hold whole blocks of 64 samples", () => {
  expect([1, 64, 65, 128, 10_000].map(rightWords)).toEqual([2, 2, 4, 4, 314]);
});

test.each([1, 31, 32, 33, 64, 65, 200])("of %i samples, each is counted in its own class and evaluation", (samples) => {
  const random = testRandom(samples);
  const [classes, evaluations] = [3, 4];
  const split = randomSplit(random, samples, 2, classes);
  const words = rightWords(samples);
  const right = new Uint32Array(evaluations * words);
  const want = new Uint32Array(evaluations * classes);
  for (let evaluation = 0; evaluation < evaluations; evaluation++) {
    for (let s = 0; s < samples; s++) {
      if (random.nextBelow(2) === 0) continue;
      const word = evaluation * words + Math.floor(s / 32);
      right[word] = (right[word]! | (1 << (s % 32))) >>> 0;
      want[evaluation * classes + split.labels[s]!]!++;
    }
  }
  expect(rightPerClass(right, split, classes)).toEqual(want);
});
