/** The fixed, stratified split of the embedded digits: shares, totals, completeness, order. */
import { describe, expect, test } from "vitest";
import { classCounts } from "../../src/core/class-counts.ts";
import { splitNames } from "../../src/core/dataset.ts";
import { type PackedDigits, splitEmbeddedDigits } from "../../src/data/digits/embedded-digits.ts";

const FEATURES = 784;

/** Digits grouped by class; each image carries its own number in its first two pixels and its label in the last. */
function packed(counts: readonly number[]): PackedDigits {
  const labels = Uint8Array.from(counts.flatMap((count, label) => new Array<number>(count).fill(label)));
  const images = new Uint8Array(labels.length * FEATURES);
  for (const [index, label] of labels.entries()) {
    images[index * FEATURES] = index & 255;
    images[index * FEATURES + 1] = index >> 8;
    images[index * FEATURES + FEATURES - 1] = label;
  }
  return { images, labels };
}

/** The numbers that `packed` wrote into the images of a split, in the split's order. */
function numbers(split: { count: number; inputs: Uint8Array | Float32Array }): number[] {
  return Array.from({ length: split.count }, (_, row) => {
    return split.inputs[row * FEATURES]! + 256 * split.inputs[row * FEATURES + 1]!;
  });
}

/** A tenth of the package's counts, roughly; every remainder modulo 5 occurs. Sum 1000. */
const uneven = [100, 113, 99, 104, 97, 87, 101, 107, 94, 98];

describe("splitEmbeddedDigits", () => {
  test("splits 3 : 1 : 1 with exact totals", async () => {
    const dataset = await splitEmbeddedDigits(packed(uneven));
    expect(splitNames.map((name) => dataset[name].count)).toEqual([600, 200, 200]);
    expect(dataset).toMatchObject({ name: "mnist", features: FEATURES, sampleShape: [28, 28], classes: 10 });
    expect(dataset.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each([[uneven], [new Array(10).fill(6)], [new Array(10).fill(8)], [[13, 7, 9, 21, 5, 6, 8, 30, 11, 14]]])(
    "gives every class its share to within one sample for counts %j",
    async (counts) => {
      const dataset = await splitEmbeddedDigits(packed(counts));
      const total = counts.reduce((a: number, b: number) => a + b);
      for (const name of splitNames) {
        const shares = classCounts(dataset[name].labels, 10);
        for (const [label, count] of counts.entries()) {
          const proportional = (count * dataset[name].count) / total;
          expect(Math.abs(shares[label]! - proportional), `${name}, class ${label}`).toBeLessThanOrEqual(1);
        }
      }
    },
  );

  test("puts every sample, with its own label, in exactly one split", async () => {
    const dataset = await splitEmbeddedDigits(packed(uneven));
    const all = splitNames.flatMap((name) => numbers(dataset[name]));
    expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    for (const name of splitNames) {
      const { count, inputs, labels } = dataset[name];
      const written = Array.from({ length: count }, (_, row) => inputs[(row + 1) * FEATURES - 1]);
      expect([...labels]).toEqual(written);
    }
  });

  test("mixes the classes and takes samples from the whole of each class", async () => {
    const dataset = await splitEmbeddedDigits(packed(uneven));
    for (const name of splitNames) {
      const { count, labels } = dataset[name];
      // Sorted labels change 9 times; in random order about nine tenths of all neighbours differ.
      const changes = labels.filter((label, row) => row > 0 && label !== labels[row - 1]).length;
      expect(changes).toBeGreaterThan(0.8 * count);
      // Without the permutation each split would hold one stretch of each class: digit 0 is samples 0..99.
      const zeros = numbers(dataset[name]).filter((number) => number < 100);
      expect(Math.max(...zeros) - Math.min(...zeros)).toBeGreaterThan(70);
    }
  });

  test("is the same every time, for ever", async () => {
    const dataset = await splitEmbeddedDigits(packed(uneven));
    expect(numbers(dataset.train).slice(0, 6)).toEqual([208, 292, 881, 59, 33, 681]);
    expect(numbers(dataset.validation).slice(0, 6)).toEqual([678, 899, 728, 893, 51, 609]);
    expect(dataset.sha256).toBe("9054421a80d8d5f4aa1eebfbda2e119298fafb572bb368e82453f450a1feb866");
  });

  test("refuses digits of which a class cannot be validated, and names the class", async () => {
    const counts = [...uneven];
    counts[7] = 0;
    await expect(splitEmbeddedDigits(packed(counts))).rejects.toThrow("class 7 has no validation samples");
  });

  test("refuses images and labels that do not fit together", async () => {
    const { images, labels } = packed(uneven);
    await expect(splitEmbeddedDigits({ images, labels: labels.subarray(1) })).rejects.toThrow(RangeError);
  });
});
