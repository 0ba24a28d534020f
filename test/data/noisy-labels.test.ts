/** Wrong labels: as many as are asked for, of the training samples alone, the same whenever the seed is. */
import { expect, test } from "vitest";
import { noisyCount, withNoisyLabels } from "../../src/data/splits/noisy-labels.ts";
import { randomSplit, testRandom } from "../support/networks.ts";
import { tinyDataset } from "../support/tiny-study.ts";

const random = testRandom(1);
const dataset = { ...tinyDataset, classes: 10, train: randomSplit(random, 6000, 36, 10) };
const wrong = (labels: Uint16Array) => [...labels.keys()].filter((at) => labels[at] !== dataset.train.labels[at]);

test.each([0.1, 0.3, 1])("a share of %f of the training samples gets another class, and no other sample", (share) => {
  const noisy = withNoisyLabels(dataset, { noisyLabels: share, seed: 3 });
  expect(wrong(noisy.train.labels)).toHaveLength(noisyCount(6000, share));
  expect(noisyCount(6000, share)).toBe(6000 * share);
  expect(noisy.train.inputs).toBe(dataset.train.inputs);
  expect([noisy.validation, noisy.test, noisy.sha256]).toEqual([dataset.validation, dataset.test, dataset.sha256]);
  expect(noisy.train.labels.every((label) => label < 10)).toBe(true);
});

test("all other classes are equally likely, and what is wrong hangs on the seed", () => {
  const noisy = (seed: number) => withNoisyLabels(dataset, { noisyLabels: 0.5, seed }).train.labels;
  expect(noisy(3)).toEqual(noisy(3));
  expect(noisy(4)).not.toEqual(noisy(3));
  const labels = noisy(3);
  const steps = wrong(labels).map((at) => (labels[at]! - dataset.train.labels[at]! + 10) % 10);
  // 3000 draws of nine: a standard deviation is 17.2.
  for (let step = 1; step < 10; step++) {
    expect(Math.abs(steps.filter((own) => own === step).length - 3000 / 9)).toBeLessThan(5 * 17.2);
  }
});

test("nothing is copied where no label is to be wrong", () => {
  expect(withNoisyLabels(dataset, { seed: 3 })).toBe(dataset);
  expect(withNoisyLabels(dataset, { noisyLabels: 1e-9, seed: 3 })).toBe(dataset);
});
