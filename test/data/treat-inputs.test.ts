/** Inputs on another scale: the definition in float32, moments, and what cannot be done. */
import { describe, expect, test } from "vitest";
import type { Dataset, PagedDataset, Split } from "../../src/core/dataset.ts";
import { RunError } from "../../src/core/errors.ts";
import { treatedAsAsked, treatedDataset } from "../../src/data/inputs/treat-inputs.ts";
import { testRandom } from "../support/networks.ts";

const random = testRandom(17);
const split = (inputs: Uint8Array | Float32Array, features: number): Split => ({
  count: inputs.length / features,
  inputs,
  labels: Uint16Array.from({ length: inputs.length / features }, (_, sample) => sample % 2),
});

function datasetOf(features: number, train: Split, test = train): Dataset {
  const facts = { name: "made", features, sampleShape: [features], classes: 2, sha256: "0".repeat(64) };
  return { ...facts, train, validation: train, test };
}

/** The same samples, read a few at a time. */
function paged({ train, validation, test, ...facts }: Dataset, pageSamples: number): PagedDataset {
  const pages = ({ count, inputs, labels }: Split) => ({
    count,
    labels,
    inputType: inputs instanceof Uint8Array ? ("bytes" as const) : ("floats" as const),
    pageSamples,
    readPage: async (page: number) =>
      inputs.subarray(page * pageSamples * facts.features, (page + 1) * pageSamples * facts.features),
  });
  return { ...facts, train: pages(train), validation: pages(validation), test: pages(test) };
}

describe("a treatment", () => {
  test("is one subtraction and one division in float32, bytes being b / 255 in float32", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const means = Float32Array.of(0.1307, 0.2);
    const deviations = Float32Array.of(0.3081, 0.7);
    const { train, treatment } = treatedDataset(datasetOf(2, split(bytes, 2)), { means, deviations }, "network");
    const wanted = Array.from(bytes, (byte) => {
      const value = Math.fround(Math.fround(byte / 255) - means[byte % 2]!);
      return Math.fround(value / deviations[byte % 2]!);
    });
    expect([...train.inputs]).toEqual(wanted);
    expect(treatment).toEqual({ means, deviations, origin: "network", source: "bytes" });
  });

  test("names the first input that it takes out of single precision", () => {
    const train = split(Float32Array.of(0, 1, 2, 3e38), 2);
    const treatment = { means: Float32Array.of(0, 0), deviations: Float32Array.of(1, 0.5) };
    const attempt = () => treatedDataset(datasetOf(2, train), treatment, "normalize");
    expect(attempt).toThrow(RunError);
    expect(attempt).toThrow(/made, train sample 1, feature 1 \(from 0\): a rescaled input is not a finite number/);
  });
});

describe("--normalize with a mean and a deviation of each channel", () => {
  const mean = [0.4914, 0.4822, 0.4465];
  const sd = [0.247, 0.2435, 0.2616];
  const pixels = 5 * 4;
  const features = 3 * pixels;
  const values = Array.from({ length: features * 9 }, () => random.nextBelow(256));
  const layouts = [
    ["first", [3, 5, 4], (place: number) => Math.floor(place / pixels)],
    ["last", [5, 4, 3], (place: number) => place % 3],
  ] as const;

  test.each(
    layouts.flatMap(([order, shape, channelOf]) =>
      (["bytes", "floats"] as const).map((type) => ({ order, shape, channelOf, type })),
    ),
  )("is a loop of float32 steps, of $type, channels $order, whole and page by page", async (row) => {
    const { shape, channelOf, type } = row;
    const inputs = type === "bytes" ? Uint8Array.from(values) : Float32Array.from(values, (value) => value / 7);
    const wanted = Array.from(inputs, (input, index) => {
      const channel = channelOf(index % features);
      const value = type === "bytes" ? Math.fround(input / 255) : input;
      return Math.fround(Math.fround(value - Math.fround(mean[channel]!)) / Math.fround(sd[channel]!));
    });
    const data = { ...datasetOf(features, split(inputs, features)), sampleShape: shape };
    const whole = await treatedAsAsked(data, { normalize: { mean, sd } });
    expect([...whole.train.inputs]).toEqual(wanted);
    const pages = (await treatedAsAsked(paged(data, 4), { normalize: { mean, sd } })) as PagedDataset;
    const read: number[] = [];
    for (let page = 0; page < 3; page++) read.push(...(await pages.test.readPage(page)));
    expect(read).toEqual(wanted);
    expect(pages.treatment).toEqual(whole.treatment);
  });

  test("is refused of samples without channels, by the name of the data", async () => {
    const data = datasetOf(features, split(Uint8Array.from(values), features));
    await expect(treatedAsAsked(data, { normalize: { mean, sd } })).rejects.toThrow(/^made: means and deviations of/);
  });
});

describe("--standardize", () => {
  test("makes 0 of a feature that never varies, though the mean of equal numbers may round to another number", async () => {
    // 1000 thousandths of 0.1 do not add up to 0.1 in float64: the deviation would be about 1e-16, and inputs about 1.
    const value = Math.fround(0.1);
    expect(Array.from({ length: 1000 }, () => value).reduce((sum, one) => sum + one / 1000, 0)).not.toBe(value);
    const inputs = Float32Array.from({ length: 3000 }, (_, index) => [value, random.nextBelow(100), -7.3][index % 3]!);
    const other = Float32Array.of(value, 50, -7.3, Math.fround(0.2), 50, -7.3);
    const data = await treatedAsAsked(datasetOf(3, split(inputs, 3), split(other, 3)), { standardize: true });
    const column = (of: Split, feature: number) => [...of.inputs].filter((_, index) => index % 3 === feature);
    expect(new Set(column(data.train, 0))).toEqual(new Set([0]));
    expect(new Set(column(data.train, 2))).toEqual(new Set([0]));
    // One that varies in the test samples alone differs by what it differs, not by 1e16.
    expect(column(data.test, 0)).toEqual([0, Math.fround(Math.fround(0.2) - value)]);
    expect(data.treatment!.deviations[0]).toBe(1);
  });

  test.each(["bytes", "floats"] as const)("has the same means and deviations page by page, of %s", async (type) => {
    const values = Array.from({ length: 5 * 37 }, () => random.nextBelow(256));
    const inputs = type === "bytes" ? Uint8Array.from(values) : Float32Array.from(values, (value) => value / 7);
    const whole = datasetOf(5, split(inputs, 5));
    const kept = await treatedAsAsked(whole, { standardize: true });
    const pages = (await treatedAsAsked(paged(whole, 8), { standardize: true })) as PagedDataset;
    expect(pages.treatment).toEqual(kept.treatment);
    expect(pages.train.inputType).toBe("floats");
    const read: number[] = [];
    for (let page = 0; page < 5; page++) read.push(...(await pages.train.readPage(page)));
    expect(read).toEqual([...kept.train.inputs]);
  });
});
