/** What is said of a network that does no better than guessing, for every way to lay out and scale its inputs that is tried. */
import { expect, test } from "vitest";
import { chanceHint } from "../../src/cli/display/chance-hints.ts";
import type { Dataset, PagedDataset, Split } from "../../src/core/dataset.ts";
import type { Network } from "../../src/core/network.ts";
import { testRandom } from "../support/networks.ts";

/** Pictures of 2 x 4 x 3 values in 0..1, each class with bright and dark places of its own. */
const SHAPE = [2, 4, 3];
const FEATURES = 24;
const CLASSES = 8;
const COUNT = 160;

/** [classes][features], drawn once. */
const random = testRandom(12);
const codes = Array.from({ length: CLASSES }, () => Array.from({ length: FEATURES }, () => random.nextBelow(2) === 1));
const isBright = (label: number, feature: number) => codes[label]![feature]!;
const noise = (sample: number, feature: number) => ((sample * 31 + feature * 17) % 23) / 230;
const labels = Uint16Array.from({ length: COUNT }, (_, sample) => (sample * 5) % CLASSES);

function splitOf(value: (sample: number, feature: number) => number, bytes: boolean): Split {
  const inputs = Array.from({ length: COUNT * FEATURES }, (_, at) => value(Math.floor(at / FEATURES), at % FEATURES));
  return { count: COUNT, inputs: bytes ? Uint8Array.from(inputs) : Float32Array.from(inputs), labels };
}

const bright = (sample: number, feature: number) =>
  (isBright(labels[sample]!, feature) ? 0.8 : 0.1) + noise(sample, feature);
const dataset = (test: Split): Dataset => ({
  name: "set",
  features: FEATURES,
  sampleShape: SHAPE,
  classes: CLASSES,
  sha256: "",
  train: test,
  validation: test,
  test,
});
const bytes = dataset(splitOf((sample, feature) => Math.round(255 * bright(sample, feature)), true));

/** Its bright places less its dark ones: a class's own are about 8 to 10, those of others about 0. */
const THRESHOLD = 4;

/**
 * A hidden neuron for each class, which is on where the class's bright places are.
 * @param place where a feature of the data is among the network's inputs
 * @param most what the brightest input is
 */
function network(place: (feature: number) => number, most = 1): Network {
  const weights = new Float32Array(CLASSES * FEATURES);
  for (let label = 0; label < CLASSES; label++) {
    for (let feature = 0; feature < FEATURES; feature++) {
      weights[label * FEATURES + place(feature)] = (isBright(label, feature) ? 1 : -1) / most;
    }
  }
  const biases = new Float32Array(CLASSES).fill(-THRESHOLD);
  const identity = Float32Array.from({ length: CLASSES ** 2 }, (_, at) => (at % (CLASSES + 1) === 0 ? 1 : 0));
  const last = { inputs: CLASSES, outputs: CLASSES, weights: identity, biases: new Float32Array(CLASSES) };
  return { activation: "relu", layers: [{ inputs: FEATURES, outputs: CLASSES, weights, biases }, last] };
}

const same = (feature: number) => feature;
/** [row, column, channel] to [channel, row, column], and to [column, row, channel]. */
const channelsFirst = (feature: number) => (feature % 3) * 8 + Math.floor(feature / 3);
const turned = (feature: number) => {
  const [row, column, channel] = [Math.floor(feature / 12), Math.floor(feature / 3) % 4, feature % 3];
  return (column * 2 + row) * 3 + channel;
};
const trying = { tryInputs: true, isScaled: false };

test("nothing is said of a network that fits", async () => {
  expect(await chanceHint(network(same), bytes, trying)).toBeUndefined();
});

test.each<[string, Network, Dataset, string]>([
  ["channels first", network(channelsFirst), bytes, "--channels first"],
  ["rows and columns exchanged", network(turned), bytes, "give the pictures turned so"],
  ["bytes of 0 to 255", network(same, 255), bytes, "--normalize 0,0.00392156862745098"],
])("inputs with %s are found", async (_, net, data, fix) => {
  expect(await chanceHint(net, data, trying)).toMatch(`100.0 % of ${COUNT} test samples would be right: ${fix}`);
  expect(await chanceHint(net, data, { ...trying, tryInputs: false })).toBeUndefined();
});

test("values of 0 to 255 that the network takes as 0 to 1 are found, and read as they are where they were scaled", async () => {
  const floats = dataset(splitOf((sample, feature) => 255 * bright(sample, feature), false));
  // The class that is told by what it lacks: above the threshold all neurons are off.
  const { layers, ...rest } = network(same);
  const [first, last] = layers as [Network["layers"][0], Network["layers"][0]];
  const dark = {
    ...first,
    weights: first.weights.map((weight) => -weight),
    biases: new Float32Array(CLASSES).fill(3 * THRESHOLD),
  };
  const least = { ...last, weights: last.weights.map((weight) => -weight) };
  const net = { ...rest, layers: [dark, least] };
  expect(await chanceHint(net, floats, trying)).toMatch(/values of 0 to 1.*right: --normalize 0,255$/);
  expect(await chanceHint(net, floats, { ...trying, isScaled: true })).toMatch(/right: mind what --normalize/);
});

test("another order of classes is found, in pages as in memory, and typed as a shell takes it", async () => {
  const order = [3, 0, 1, 2, 5, 4, 7, 6];
  const shifted = { ...bytes.test, labels: labels.map((label) => order[label]!) };
  const classNames = ["a b", 'c"d', "e,f", "g", "h", "i", "j", "k"];
  const data = { ...dataset(shifted), classNames };
  const hint = await chanceHint(network(same), data, { tryInputs: false, isScaled: false });
  const list = order.map((label) => classNames[label]!.replace('c"d', '"c""d"').replace("e,f", '"e,f"'));
  expect(hint).toContain(`would be right: --classes '${list.join(",")}'`);
  const { inputs, count } = shifted;
  const test: PagedDataset["test"] = {
    count,
    labels: shifted.labels,
    inputType: "bytes",
    pageSamples: 64,
    readPage: async (page) => inputs.slice(page * 64 * FEATURES, (page + 1) * 64 * FEATURES),
  };
  expect(await chanceHint(network(same), { ...data, train: test, validation: test, test }, trying)).toBe(hint);
});
