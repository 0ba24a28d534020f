/** Networks and data that do not hold together: what is wrong with them, and the place that a refusal must name. */
import type * as library from "../../src/index.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { tinyDataset } from "../support/tiny-study.ts";

/** Anything at all, as callers without types pass it. */
// biome-ignore lint/suspicious/noExplicitAny: what is tested is what types would have refused
export type Anything = any;

const [first, second, third] = plantedNetwork.layers as [library.DenseLayer, library.DenseLayer, library.DenseLayer];
const rest = [second, third];
export const withFirst = (change: object): Anything => ({
  ...plantedNetwork,
  layers: [{ ...first, ...change }, ...rest],
});
const withData = (change: object): Anything => ({ ...tinyDataset, ...change });
const withTest = (change: object): Anything => withData({ test: { ...tinyDataset.test, ...change } });
const withValue = <T extends Float32Array | Uint16Array>(array: T, index: number, value: number): T => {
  const copy = array.slice() as T;
  copy[index] = value;
  return copy;
};
const floats = (value: number) => {
  const asFloats = (split: library.Split) => ({ ...split, inputs: Float32Array.from(split.inputs) });
  const { train, validation, test } = tinyDataset;
  const spoilt = withValue(Float32Array.from(test.inputs), 40, value);
  return withData({ train: asFloats(train), validation: asFloats(validation), test: { ...test, inputs: spoilt } });
};
function transferred<T extends Float32Array | Uint8Array | Uint16Array>(array: T): T {
  const copy = array.slice();
  structuredClone(copy, { transfer: [copy.buffer as ArrayBuffer] });
  return copy as T;
}

export const networks: readonly (readonly [wrong: string, where: RegExp, network: Anything])[] = [
  ["no network", /network/, undefined],
  ["null", /network/, null],
  ["a number", /network/, 5],
  ["zero layers", /network/, { ...plantedNetwork, layers: [] }],
  ["layers missing", /network/, { activation: "relu" }],
  ["a layer that is null", /layers\[0\]/, { ...plantedNetwork, layers: [null, ...rest] }],
  ["too few weights", /layers\[0\]/, withFirst({ weights: first.weights.slice(1) })],
  ["too many weights", /layers\[0\]/, withFirst({ weights: new Float32Array(first.weights.length + 1) })],
  ["no weights", /layers\[0\]/, withFirst({ weights: undefined })],
  ["weights in a plain array", /layers\[0\]/, withFirst({ weights: [...first.weights] })],
  ["weights in float64", /layers\[0\]/, withFirst({ weights: Float64Array.from(first.weights) })],
  ["weights that were transferred", /layers\[0\]/, withFirst({ weights: transferred(first.weights) })],
  ["a weight that is not a number", /layers\[0\]/, withFirst({ weights: withValue(first.weights, 7, Number.NaN) })],
  ["an infinite weight", /layers\[0\]/, withFirst({ weights: withValue(first.weights, 7, Number.POSITIVE_INFINITY) })],
  ["too few biases", /layers\[0\]/, withFirst({ biases: first.biases.slice(1) })],
  ["a bias that is not a number", /layers\[0\]/, withFirst({ biases: withValue(first.biases, 1, Number.NaN) })],
  ["zero outputs", /layers\[0\]/, withFirst({ outputs: 0, weights: new Float32Array(0), biases: new Float32Array(0) })],
  ["a fractional width", /layers\[0\]/, withFirst({ inputs: 35.5 })],
  ["a negative width", /layers\[0\]/, withFirst({ inputs: -36 })],
  ["an infinite width", /layers\[0\]/, withFirst({ inputs: Number.POSITIVE_INFINITY })],
  ["layers that do not fit", /layers\[1\]/, { ...plantedNetwork, layers: [third, first] }],
  ["an unknown activation", /network/, { ...plantedNetwork, activation: "rleu" }],
  ["no activation", /network/, { ...plantedNetwork, activation: undefined }],
  ["too few activations", /network/, { ...plantedNetwork, activation: [{ kind: "relu" }] }],
  [
    "an activation without its parameter",
    /network/,
    { ...plantedNetwork, activation: [{ kind: "elu" }, { kind: "relu" }] },
  ],
  [
    "a negative parameter",
    /network/,
    { ...plantedNetwork, activation: [{ kind: "elu", alpha: -1 }, { kind: "relu" }] },
  ],
];

export const misfits: readonly (readonly [wrong: string, where: RegExp, network: Anything])[] = [
  ["other inputs than the data's", /network/, { activation: "relu", layers: [second, third] }],
  [
    "fewer outputs than the data's classes",
    /network/,
    {
      activation: "relu",
      layers: [
        first,
        {
          inputs: first.outputs,
          outputs: 2,
          weights: new Float32Array(2 * first.outputs),
          biases: new Float32Array(2),
        },
      ],
    },
  ],
  [
    "no hidden layer",
    /network/,
    {
      activation: "relu",
      layers: [{ inputs: 36, outputs: 3, weights: new Float32Array(108), biases: new Float32Array(3) }],
    },
  ],
];

export const datasets: readonly (readonly [wrong: string, where: RegExp, dataset: Anything])[] = [
  ["no data", /data/, undefined],
  ["a number", /data/, 7],
  ["no name", /data/, withData({ name: "" })],
  ["zero features", /data/, withData({ features: 0, sampleShape: [0] })],
  ["features that are not a number", /data/, withData({ features: Number.NaN })],
  ["a shape of another size", /data/, withData({ sampleShape: [6, 7] })],
  ["no shape", /data/, withData({ sampleShape: undefined })],
  ["zero classes", /data/, withData({ classes: 0 })],
  ["fractional classes", /data/, withData({ classes: 2.5 })],
  ["fewer classes than labels have", /data.*train.*sample 2/, withData({ classes: 2 })],
  ["fewer names than classes", /data/, withData({ classNames: ["one", "two"] })],
  ["no checksum", /data/, withData({ sha256: undefined })],
  ["no test part", /test/, withData({ test: undefined })],
  ["zero samples", /test/, withTest({ count: 0, inputs: new Uint8Array(0), labels: new Uint16Array(0) })],
  ["a negative count", /test/, withTest({ count: -60 })],
  ["more samples than inputs", /test/, withTest({ count: 61 })],
  ["too few inputs", /test/, withTest({ inputs: tinyDataset.test.inputs.slice(1) })],
  ["inputs in a plain array", /test/, withTest({ inputs: [...tinyDataset.test.inputs] })],
  ["inputs that are clamped bytes", /test/, withTest({ inputs: Uint8ClampedArray.from(tinyDataset.test.inputs) })],
  ["inputs that were transferred", /test/, withTest({ inputs: transferred(tinyDataset.test.inputs) })],
  ["inputs of two types", /test/, withTest({ inputs: Float32Array.from(tinyDataset.test.inputs) })],
  ["an input that is not a number", /test, sample 1, value 4/, floats(Number.NaN)],
  ["an infinite input", /test, sample 1, value 4/, floats(Number.NEGATIVE_INFINITY)],
  ["too few labels", /test/, withTest({ labels: tinyDataset.test.labels.slice(1) })],
  ["labels that may be negative", /test/, withTest({ labels: Int16Array.from(tinyDataset.test.labels) })],
  [
    "fractional labels",
    /test/,
    withTest({ labels: Float32Array.from(tinyDataset.test.labels, (label) => label + 0.5) }),
  ],
  ["a label that wrapped around", /test, sample 3/, withTest({ labels: withValue(tinyDataset.test.labels, 3, -1) })],
  ["a label out of range", /test, sample 3/, withTest({ labels: withValue(tinyDataset.test.labels, 3, 3) })],
  ["pages", /test/, withTest({ readPage: async () => new Uint8Array(0), inputType: "bytes", pageSamples: 64 })],
];
