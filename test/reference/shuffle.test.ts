/** The shuffle is a permutation, and a fair one as far as a small test can tell. */
import { expect, test } from "vitest";
import { shuffleSamples } from "../../src/reference/shuffle.ts";
import { shuffleKeys } from "../../src/train/shuffle-keys.ts";
import { awkwardSizes } from "../support/sizes.ts";

test("every order holds every sample once", () => {
  for (const samples of [...awkwardSizes, 1000]) {
    const order = shuffleSamples(shuffleKeys(0, [0], 0), samples);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: samples }, (_, index) => index));
  }
});

test("over many epochs each sample comes at each position equally often", () => {
  const samples = 7;
  const epochs = 7000;
  const counts = new Uint32Array(samples * samples);
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffleSamples(shuffleKeys(0, [0], epoch), samples).forEach((sample, position) => {
      counts[position * samples + sample]!++;
    });
  }
  // Binomial with mean 1000 and standard deviation 29.3: six deviations.
  for (const count of counts) expect(Math.abs(count - epochs / samples)).toBeLessThan(6 * 29.3);
});

test("neighbours in one epoch are rarely neighbours in the next", () => {
  const samples = 1000;
  const place = new Uint32Array(samples);
  shuffleSamples(shuffleKeys(0, [0], 1), samples).forEach((sample, position) => {
    place[sample] = position;
  });
  const order = shuffleSamples(shuffleKeys(0, [0], 0), samples);
  let kept = 0;
  for (let i = 1; i < samples; i++) if (Math.abs(place[order[i]!]! - place[order[i - 1]!]!) === 1) kept++;
  // Two of the 999 pairs are expected to stay neighbours; Poisson(2) exceeds 12 once in a million.
  expect(kept).toBeLessThan(13);
});
