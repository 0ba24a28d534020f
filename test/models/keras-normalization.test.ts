/** Keras's layers that normalise, by configuration and weights; whole files are in real-files.test.ts. */
import { describe, expect, test } from "vitest";
import { kerasChain } from "../../src/models/keras/keras-config.ts";
import { refuseIn } from "../../src/models/refuse.ts";
import { logitsOf } from "../support/model-files.ts";

const refuse = refuseIn("a.keras", "mend it");
type Weights = Readonly<Record<string, readonly number[]>>;

/** Input of a shape, a layer in question, and a sum of all numbers. */
function logits(sample: readonly number[], className: string, config: object, weights: Weights, input: number[]) {
  const features = input.length;
  const layers = [
    { class_name: "InputLayer", config: { batch_shape: [null, ...sample] } },
    { class_name: className, config: { name: "norm", ...config } },
    { class_name: "Flatten", config: { name: "flat" } },
    { class_name: "Dense", config: { name: "sum", units: 1, use_bias: false, activation: "linear" } },
  ];
  const all: Readonly<Record<string, Weights>> = { norm: weights, sum: { kernel: Array(features).fill(1) } };
  const { chain } = kerasChain(
    { class_name: "Sequential", config: { layers } },
    ({ name }, parts) =>
      (part) => {
        const values = parts.includes(part) ? all[name]![part] : undefined;
        if (values === undefined) return undefined;
        return {
          name: part,
          shape: name === "sum" ? [features, 1] : [values.length],
          values: Float64Array.from(values),
        };
      },
    refuse,
  );
  return logitsOf(chain, input)[0];
}

const normalization = { axis: [-1], mean: null, variance: null };
const batch = { axis: -1, epsilon: 0, center: true, scale: true };
const moving = { moving_mean: [1, 2], moving_variance: [4, 16] };

describe("a layer that normalises", () => {
  test.each<[string, string, object, Weights, number]>([
    ["weights", "Normalization", normalization, { mean: [1, 2], variance: [4, 16] }, 4.5 + 2],
    ["its configuration", "Normalization", { ...normalization, mean: 1, variance: 4 }, {}, 4.5 + 4.5],
    ["lists of it", "Normalization", { ...normalization, mean: [1, 2], variance: [4, 16] }, {}, 4.5 + 2],
    ["gamma and beta", "BatchNormalization", batch, { gamma: [2, 3], beta: [1, 5], ...moving }, 9 + 1 + 6 + 5],
    ["beta alone", "BatchNormalization", { ...batch, scale: false }, { beta: [1, 5], ...moving }, 4.5 + 1 + 2 + 5],
    [
      "its epsilon",
      "BatchNormalization",
      { ...batch, center: false, scale: false, epsilon: 5 },
      { ...moving, moving_variance: [4, 20] },
      3 + 1.6,
    ],
  ])("takes %s", (_, className, config, weights, expected) => {
    expect(logits([2], className, config, weights, [10, 10])).toBeCloseTo(expected, 5);
  });

  test("normalises the last axis of an image", () => {
    const weights = { mean: [1, 2], variance: [1, 1] };
    // [2 pixels, 2 channels], of which the second channel alone is scaled.
    expect(logits([2, 2], "Normalization", normalization, weights, [1, 2, 1, 2])).toBe(0);
    const scaled = { ...moving, moving_mean: [0, 0], gamma: [0, 1], beta: [0, 0], moving_variance: [1, 1] };
    expect(logits([2, 2], "BatchNormalization", batch, scaled, [1, 20, 300, 4000])).toBe(4020);
  });

  test("divides by no less than Keras does", () => {
    const weights = { mean: [0, 0], variance: [0, 1] };
    expect(logits([2], "Normalization", normalization, weights, [1, 0])).toBeCloseTo(1e7, 0);
  });

  test.each<[string, readonly number[], string, object, Weights, RegExp]>([
    [
      "of another axis",
      [2],
      "BatchNormalization",
      { ...batch, axis: 2 },
      moving,
      /norm is not understood here\n[\s\S]*axis 2 of \[2\]/,
    ],
    ["of two axes", [1, 2], "Normalization", { ...normalization, axis: [1, 2] }, moving, /axis 1, 2 of \[1, 2\]/],
    [
      "of an open shape",
      [],
      "Normalization",
      normalization,
      { mean: [1, 2], variance: [1, 1] },
      /mean of norm does not fit|axis -1/,
    ],
    [
      "the other way round",
      [2],
      "Normalization",
      { ...normalization, invert: true },
      {},
      /invert of norm is not understood/,
    ],
    ["without its weights", [2], "Normalization", normalization, { mean: [1, 2] }, /variance of norm is missing/],
    [
      "of another width",
      [2],
      "BatchNormalization",
      { ...batch, center: false, scale: false },
      { ...moving, moving_mean: [1] },
      /moving_mean of norm does not fit\n[\s\S]*2 numbers\n.*1/,
    ],
  ])("%s is refused", (_, sample, className, config, weights, message) => {
    expect(() => logits(sample, className, config, weights, [1, 1])).toThrow(message);
  });
});
