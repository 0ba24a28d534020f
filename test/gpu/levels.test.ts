/** levels.wgsl against src/reference/levels.ts, exactly, and countLevels, the whole pass, against both. */
import { describe, expect, test } from "vitest";
import { classCounts } from "../../src/core/class-counts.ts";
import type { Split } from "../../src/core/dataset.ts";
import type { Network } from "../../src/core/network.ts";
import { binRules, equalFrequencyEdges, equalWidthEdges, type Quantization } from "../../src/core/quantization.ts";
import { read } from "../../src/gpu/device/device-array.ts";
import { lanesOf } from "../../src/gpu/device/packing.ts";
import { levels as shader } from "../../src/gpu/generated/shaders.ts";
import { createCountLevels, createFindExtremes, decodeExtremes, levelsGrid } from "../../src/gpu/kernels/levels.ts";
import { neuronLevels } from "../../src/measures/neuron-levels.ts";
import { uploadNetworks } from "../../src/passes/device-networks.ts";
import { uploadSplit } from "../../src/passes/device-split.ts";
import { countNeurons } from "../../src/passes/evidence/bits.ts";
import { countLevels } from "../../src/passes/evidence/level-counts.ts";
import { chunksOf } from "../../src/passes/forward-pass.ts";
import { readActivations } from "../../src/passes/read-activations.ts";
import * as reference from "../../src/reference/levels.ts";
import { expectEqual } from "../support/agreement.ts";
import { upload, uploadUniforms } from "../support/arrays.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { randomSplit, realNetwork, testRandom } from "../support/networks.ts";
import { concatenate, homogeneousRows, smallIntegers } from "../support/rows.ts";
import { awkwardSizes, eachDimension, sizesText } from "../support/sizes.ts";

const gpu = await testGpu();
const JOBS = 2;
/** Rows to spare behind the last job, which must stay as they were. */
const SPARE = 8;

/** Both kernels over activations of `JOBS` networks, [samples, units] each, chunk by chunk. */
async function run(
  rows: readonly Float32Array[],
  units: number,
  labels: Uint32Array,
  edges: Float32Array,
  levels: number,
  classes: number,
  chunkRows: number,
) {
  const samples = labels.length;
  const sizes = [2, levels * classes].map((each) => JOBS * units * each);
  const [extremes, counts] = sizes.map((size) => {
    const initial = new Uint32Array(size + SPARE).fill(7, size);
    return upload(gpu, "written", "u32", [size + SPARE], initial);
  });
  const slabRows = chunkRows + 1;
  const chunks = chunksOf(samples, chunkRows);
  const size = { slab_rows: slabRows, unit_lanes: lanesOf(units), units, levels, classes };
  const parts = chunks.map((part) => ({ ...part, ...size }));
  const chunk = uploadUniforms(gpu, shader, "Chunk", parts);
  const given = {
    labels: upload(gpu, "labels", "u32", [samples], labels),
    edges: upload(gpu, "edges", "f32", [JOBS, units, levels - 1], edges),
  };
  for (const [step, { first, count }] of chunks.entries()) {
    const slabs = rows.map((own) =>
      homogeneousRows(own.subarray(first * units, (first + count) * units), units, slabRows, 1e30),
    );
    const activations = upload(gpu, "activations", "f32", [JOBS, slabRows, lanesOf(units)], concatenate(slabs));
    const shared = { chunk, activations };
    const find = (await createFindExtremes(gpu)).bind({ ...shared, extremes: { ...extremes!, rank: 3 } });
    const tally = (await createCountLevels(gpu)).bind({ ...shared, ...given, counts: { ...counts!, rank: 4 } });
    const grid = levelsGrid(units, count, JOBS);
    dispatch(gpu, { kernel: find, grid, step }, { kernel: tally, grid, step });
  }
  const [found, counted] = [await read(gpu, extremes!), await read(gpu, counts!)];
  expect([...found.slice(-SPARE), ...counted.slice(-SPARE)]).toEqual(new Array(2 * SPARE).fill(7));
  return { extremes: decodeExtremes(found.slice(0, -SPARE)), counts: counted.slice(0, -SPARE) };
}

describe("extremes and histograms", () => {
  const random = testRandom(31);
  const cases = [
    ...eachDimension(["samples", "units", "classes"]).map((sizes) => ({ ...sizes, levels: 4 })),
    ...[4, 8, 16, 32, 64, 128, 256].map((levels) => ({ samples: 37, units: 3, classes: 2, levels })),
  ];
  test("equal the reference at every awkward size, in chunks or whole, also where outputs tie with edges", async () => {
    for (const sizes of cases) {
      const { samples, units, classes, levels } = sizes;
      const labels = Uint32Array.from({ length: samples }, () => random.nextBelow(classes));
      const rows = Array.from({ length: JOBS }, () => smallIntegers(random, samples * units, 3));
      const each = units * (levels - 1);
      // Small integers, ascending, some of them equal.
      const edges = Float32Array.from({ length: JOBS * each }, (_, slot) =>
        Math.floor(((slot % (levels - 1)) * 6) / levels - 2),
      );
      const want = rows.map((own, job) =>
        reference.countLevels(own, labels, edges.subarray(job * each, (job + 1) * each), levels, classes),
      );
      for (const chunkRows of new Set([64, Math.ceil(samples / 64) * 64])) {
        const got = await run(rows, units, labels, edges, levels, classes, chunkRows);
        const what = `levels, ${sizesText(sizes)} in chunks of ${chunkRows}`;
        const extremes = rows.flatMap((own) => [...reference.findExtremes(own, units)]);
        expectEqual({ gpu, what, shape: [JOBS, units, 2] }, got.extremes, extremes);
        const shape = [JOBS, units, levels, classes];
        expectEqual(
          { gpu, what, shape },
          got.counts,
          want.flatMap((own) => [...own]),
        );
      }
    }
  });

  test("floats of both signs and all sizes keep their order", async () => {
    const values = Float32Array.of(-3e38, -2, -1.5, -1e-30, 0, 1e-30, 0.5, 2, 3e38);
    for (let first = 0; first < values.length; first++) {
      for (let end = first + 1; end <= values.length; end++) {
        const some = values.slice(first, end).reverse();
        const got = await run([some, some], 1, new Uint32Array(some.length), new Float32Array(6), 4, 1, 64);
        expect([...got.extremes.slice(0, 2)]).toEqual([values[first], values[end - 1]]);
      }
    }
  });
});

const CLASSES = 3;

async function count(networks: readonly Network[], split: Split, quantization: Quantization, rows?: number) {
  using device = uploadNetworks(gpu, networks);
  using samples = uploadSplit(gpu, "validation", split, networks[0]!.layers[0]!.inputs, CLASSES);
  return await countLevels(gpu, device, samples, quantization, rows);
}

describe.each(binRules)("counting the whole validation set with %s bins", (bins) => {
  const random = testRandom(32);
  const networks = [0, 1].map(() => realNetwork(random, [9, 7, 5, 3], "relu"));
  const split = randomSplit(random, 301, 9, CLASSES);

  test("gives each neuron's own edges and counts, from the outputs that the device computes", async () => {
    const got = await count(networks, split, { bits: 3, bins }, 64);
    using samples = uploadSplit(gpu, "validation", split, 9, CLASSES);
    for (const [index, network] of networks.entries()) {
      for (const layer of [1, 2]) {
        const outputs = await readActivations(gpu, network, samples, layer);
        const { edges, counts, levels } = got[index]![layer - 1]!;
        expect(levels).toBe(8);
        for (let neuron = 0; neuron < [7, 5][layer - 1]!; neuron++) {
          const own = outputs.slice(neuron * 301, (neuron + 1) * 301);
          const want =
            bins === "equal-width"
              ? equalWidthEdges(Math.min(...own), Math.max(...own), 8)
              : equalFrequencyEdges(own.slice().sort(), 8);
          expect(edges!.subarray(7 * neuron, 7 * neuron + 7)).toEqual(want);
          const histogram = reference.countLevels(own, split.labels, want, 8, CLASSES);
          expect(counts.subarray(21 * neuron, 21 * neuron + 21)).toEqual(histogram.subarray(CLASSES));
        }
      }
    }
  });

  test("gives the same whatever the chunks are, and with other networks beside it", async () => {
    const whole = await count(networks, split, { bits: 2, bins });
    for (const rows of [64, 192]) expect(await count(networks, split, { bits: 2, bins }, rows)).toEqual(whole);
    expect(await count([networks[1]!], split, { bits: 2, bins })).toEqual(whole.slice(1));
  });

  test("puts a constant neuron into one level", async () => {
    const network = realNetwork(testRandom(33), [9, 2, 3], "sigmoid");
    network.layers[0]!.weights.fill(0, 0, 9);
    const [layer] = (await count([network], split, { bits: 4, bins }))[0]!;
    // The lowest level holds the rest: all.
    expect(layer!.counts.subarray(0, 15 * CLASSES)).toEqual(new Uint32Array(15 * CLASSES));
  });
});

test("what is not in a level above is in the lowest, at every awkward number of samples", async () => {
  const random = testRandom(34);
  const network = realNetwork(random, [3, 2, CLASSES], "tanh");
  for (const samples of awkwardSizes) {
    const split = randomSplit(random, samples, 3, CLASSES);
    const [layer] = (await count([network], split, { bits: 2, bins: "equal-width" }))[0]!;
    const neurons = [0, 1].map((unit) => neuronLevels(layer!, unit, classCounts(split.labels, CLASSES)));
    for (const { countsPerLevel } of neurons) {
      expect(countsPerLevel.reduce((sum, one) => sum + one, 0)).toBe(samples);
      // More samples above than the class has would leave a huge rest: the least output is in the lowest level.
      const lowest = countsPerLevel.subarray(0, CLASSES).reduce((sum, one) => sum + one, 0);
      expect(lowest).toBeGreaterThanOrEqual(1);
      expect(lowest).toBeLessThanOrEqual(samples);
    }
  }
});

test("two equal-width levels of a sigmoid that reaches from 0 to 1 are its one bit", async () => {
  const hidden = { inputs: 1, outputs: 1, weights: Float32Array.of(400), biases: Float32Array.of(-200) };
  const logits = { inputs: 1, outputs: CLASSES, weights: new Float32Array(3), biases: new Float32Array(3) };
  const network: Network = { activation: "sigmoid", layers: [hidden, logits] };
  const split = randomSplit(testRandom(35), 200, 1, CLASSES);
  using device = uploadNetworks(gpu, [network]);
  using samples = uploadSplit(gpu, "validation", split, 1, CLASSES);
  const [bit] = (await countNeurons(gpu, device, samples))[0]!;
  const [halves] = (await countLevels(gpu, device, samples, { bits: 1, bins: "equal-width" }))[0]!;
  expect(Math.abs(halves!.edges![0]! - 0.5)).toBeLessThan(1e-6);
  expect([...halves!.counts]).toEqual([...bit!.levels.counts]);
});
