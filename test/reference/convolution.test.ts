/** The twin of the convolution kernels: against values that others worked out, and its derivatives by differences. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { quantizationThresholds } from "../../src/core/activation.ts";
import { type ConvolutionLayer, convolutionTarget } from "../../src/core/layers/convolution.ts";
import { areaOf, type MapShape, positionsRead, squareWindow, windowPlaces } from "../../src/core/layers/maps.ts";
import { convolutionDelta, convolutionGradient, convolve, eachProduct } from "../../src/reference/convolution.ts";
import { convolutionCases, madeUpConvolution } from "../support/convolutions.ts";
import { testRandom } from "../support/networks.ts";
import { realNumbers } from "../support/rows.ts";

/** Exact values of tiny networks: weights and samples are dyadic, so that counts are the same in any precision. */
interface Fixture {
  readonly name: string;
  readonly activation: "relu" | "tanh";
  readonly sampleShape: readonly [number, number, number];
  readonly layers: readonly {
    readonly weight: number[][][][];
    readonly bias: number[];
    readonly padding: number;
    readonly stride: number;
  }[];
  /** [samples, channels, y, x] */
  readonly samples: number[][][][];
  readonly labels: number[];
  readonly hidden: readonly {
    readonly units: number;
    readonly area: number;
    readonly onesPerClass: number[][];
    readonly meanActivation: number[];
  }[];
}
const fixtures = JSON.parse(readFileSync(new URL("./convolutions.json", import.meta.url), "utf8")) as Fixture[];

function layerOf(source: MapShape, { weight, bias, padding, stride }: Fixture["layers"][number]): ConvolutionLayer {
  const window = squareWindow(weight[0]![0]!.length, stride, padding);
  const weights = Float32Array.from(weight.flat(3));
  return { source, window, outputs: bias.length, weights, biases: Float32Array.from(bias) };
}

/** [samples, positions, channels]. */
const mapsOf = (samples: number[][][][]) =>
  Float64Array.from(
    samples.flatMap((channels) =>
      channels[0]!.flatMap((row, y) => row.flatMap((_, x) => channels.map((channel) => channel[y]![x]!))),
    ),
  );

/** Of each unit: positions above the threshold, by class of the sample. */
function onesPerClass(values: Float64Array, units: number, { labels, activation }: Fixture): number[][] {
  const perSample = values.length / labels.length;
  const counts = Array.from({ length: units }, () => [0, 0, 0]);
  for (const [at, value] of values.entries()) {
    if (value > quantizationThresholds[activation]) counts[at % units]![labels[Math.floor(at / perSample)]!]!++;
  }
  return counts;
}

describe.each(fixtures)("the convolutions of $name", (fixture) => {
  test("have the counts and means of its maps that are known", () => {
    const [channels, height, width] = fixture.sampleShape;
    let source: MapShape = { channels, height, width };
    let values: Float64Array = mapsOf(fixture.samples);
    for (const [index, said] of fixture.layers.entries()) {
      const layer = layerOf(source, said);
      const { units, area, onesPerClass: ones, meanActivation } = fixture.hidden[index]!;
      values = convolve(values, layer, fixture.activation);
      source = convolutionTarget(layer, units);
      expect(areaOf(source)).toBe(area);
      expect(onesPerClass(values, units, fixture)).toEqual(ones);
      const means = meanActivation.map((_, unit) => {
        const own = values.filter((_value, at) => at % units === unit);
        return own.reduce((sum, value) => sum + value, 0) / own.length;
      });
      for (const [unit, mean] of means.entries()) expect(mean).toBeCloseTo(meanActivation[unit]!, 12);
    }
  });
});

test.each(convolutionCases)("$name: derivatives are those of differences", (one) => {
  const random = testRandom(6);
  const layer = madeUpConvolution(random, one, false);
  const samples = 2;
  const inputs = Float64Array.from(realNumbers(random, samples * one.source.channels * areaOf(one.source)));
  const outputs = convolve(inputs, layer, "identity");
  const delta = Float64Array.from(realNumbers(random, outputs.length));
  // Linear in inputs, weights and biases, so that a difference is the derivative.
  const loss = (own: Parameters<typeof convolve>[1], maps: Float64Array) =>
    convolve(maps, own, "identity").reduce((sum, value, at) => sum + value * delta[at]!, 0);
  const moved = (values: ArrayLike<number>, at: number, by: number) =>
    Float64Array.from(values, (value, index) => (index === at ? value + by : value));
  const some = (length: number) => [0, Math.floor(length / 3), Math.floor(length / 2), length - 1];
  const gradient = convolutionGradient(delta, inputs, layer, 0);
  for (const at of some(layer.weights.length)) {
    const by = (step: number) => loss({ ...layer, weights: moved(layer.weights, at, step) }, inputs);
    expect(gradient.weights[at]).toBeCloseTo((by(1) - by(-1)) / 2, 9);
  }
  for (const at of some(layer.biases.length)) {
    const by = (step: number) => loss({ ...layer, biases: moved(layer.biases, at, step) }, inputs);
    expect(gradient.biases[at]).toBeCloseTo((by(1) - by(-1)) / 2, 9);
  }
  const slopes = Float64Array.from(realNumbers(random, inputs.length));
  const below = convolutionDelta(delta, layer, slopes);
  for (const at of some(inputs.length)) {
    const by = (step: number) => loss(layer, moved(inputs, at, step));
    expect(below[at]).toBeCloseTo((slopes[at]! * (by(1) - by(-1))) / 2, 9);
  }
  // Twice the weights times l2, and none for biases.
  const pulled = convolutionGradient(delta, inputs, layer, 0.5);
  expect(pulled.weights[0]! - gradient.weights[0]!).toBeCloseTo(layer.weights[0]!, 12);
  expect(pulled.biases).toEqual(gradient.biases);
});

test.each(convolutionCases)("$name: places and positions are as many as are visited", ({ source, window, outputs }) => {
  const places = new Set<number>();
  let products = 0;
  eachProduct({ source, window, outputs }, 1, (output) => {
    places.add(Math.floor(output / outputs));
    products++;
  });
  expect(products).toBe(positionsRead(source, window) * source.channels * outputs);
  expect(places.size).toBeLessThanOrEqual(areaOf(windowPlaces(source, window)));
});

test("a window that is larger than map and zeros has no place", () => {
  expect(windowPlaces({ height: 3, width: 9 }, squareWindow(4))).toEqual({ height: 0, width: 6 });
});
