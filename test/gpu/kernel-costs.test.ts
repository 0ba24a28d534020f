/** What each kernel says that a dispatch costs, against numbers worked out by hand from its formula and its arrays. */
import { describe, expect, test } from "vitest";
import {
  backward,
  classSums,
  forward,
  gradientSums,
  histogram,
  levels,
  magnitudeSums,
  moments,
  pairs,
  passDown,
  path,
  popcount,
  relevance,
  removals,
  shuffle,
  startSignal,
  tally,
  topLayer,
  walkLayer,
} from "../../src/gpu/generated/shaders.ts";
import {
  createHiddenDelta,
  createOutputDelta,
  createUpdateParameters,
  hiddenDeltaGrid,
  outputDeltaGrid,
  updateParametersGrid,
} from "../../src/gpu/kernels/backward.ts";
import { createAddSums, createNoteOrigins, noteOriginsGrid } from "../../src/gpu/kernels/class-sums.ts";
import { createForwardLayer, forwardGrid } from "../../src/gpu/kernels/forward.ts";
import { createAddGradients } from "../../src/gpu/kernels/gradient-sums.ts";
import { countOnesGrid, createCountOnes, createPackBits, packBitsGrid } from "../../src/gpu/kernels/histogram.ts";
import { createCountLevels, createFindExtremes, levelsGrid } from "../../src/gpu/kernels/levels.ts";
import { createAddMagnitudes } from "../../src/gpu/kernels/magnitude-sums.ts";
import { createAddMoments, momentsGrid } from "../../src/gpu/kernels/moments.ts";
import { countPairsGrid, createCountPairs } from "../../src/gpu/kernels/pairs.ts";
import { createPassDown, passDownGrid } from "../../src/gpu/kernels/pass-down.ts";
import { createAddConductance, createScaleLayer, pathGrid } from "../../src/gpu/kernels/path.ts";
import { countBitsGrid, createCountBits } from "../../src/gpu/kernels/popcount.ts";
import { createDivideRelevance, createPassRelevance, relevanceGrid } from "../../src/gpu/kernels/relevance.ts";
import {
  changesGrid,
  createAddChanges,
  createPassOn,
  createRemoveAlone,
  differencesGrid,
  type RemovalLayer,
  type RemovalPart,
} from "../../src/gpu/kernels/removals.ts";
import { createShuffleSamples, shuffleGrid } from "../../src/gpu/kernels/shuffle.ts";
import { createStartSignal, startSignalGrid } from "../../src/gpu/kernels/start-signal.ts";
import { sumBlockGrid } from "../../src/gpu/kernels/sum-block.ts";
import { createTallyBlocks, tallyGrid } from "../../src/gpu/kernels/tally.ts";
import { createTopLayer, topLayerGrid } from "../../src/gpu/kernels/top-layer.ts";
import { walkGrid } from "../../src/gpu/kernels/walk.ts";
import { createWalkLayer, walkLayerGrid } from "../../src/gpu/kernels/walk-layer.ts";
import { createWalkProduct } from "../../src/gpu/kernels/walk-product.ts";
import { createWalkTally } from "../../src/gpu/kernels/walk-tally.ts";
import { Profiler } from "../../src/gpu/profile/profiler.ts";
import { allocate, uploadUniforms } from "../support/arrays.ts";
import { costOf } from "../support/cost-of.ts";
import { testGpu } from "../support/gpu.ts";

const gpu = await testGpu({ defaultLimits: true, profiler: new Profiler() });

const floats = <const S extends readonly number[]>(...shape: S) => allocate(gpu, "floats", "f32", shape);
const words = <const S extends readonly number[]>(...shape: S) => allocate(gpu, "words", "u32", shape);

describe("forward.forward_layer", () => {
  // 7 inputs are 2 quads (8 lanes with the bias), 5 outputs are 2 quads; step 1 has 6 samples.
  const shape = { input_quads: 2, outputs: 5, output_quads: 2, slab_rows: 9, order_rows: 20 };
  const layer = (own_source: number) =>
    uploadUniforms(gpu, forward, "Layer", [{ ...shape, own_source, hidden_quads: 4, hidden_offset: 0 }]);
  const batch = uploadUniforms(gpu, forward, "Batch", [
    { first: 0, count: 9, first_job: 0 },
    { first: 9, count: 6, first_job: 0 },
  ]);
  const jobs = (count: number) => allocate(gpu, "jobs", "Job", [count] as const, forward.structs.Job.size);
  const grid = (count: number) => forwardGrid(2, 6, count);

  test("of three networks, each with its own input", async () => {
    const kernel = (await createForwardLayer(gpu, "", "sigmoid")).bind({
      layer: layer(1),
      batch,
      jobs: jobs(3),
      inputs: floats(3, 9, 8),
      parameters: floats(3, 5, 8),
      outputs: floats(3, 9, 8),
    });
    expect(costOf(kernel, grid(3), 1)).toEqual({
      operations: 3 * 6 * 5 * (16 + 4),
      // outputs 3x6x8 floats, inputs as many, parameters 3x5x8, a job of 4 words each
      bytes: 4 * (144 + 144 + 120 + 12),
    });
  });

  test("of four jobs that share one network and its input", async () => {
    const kernel = (await createForwardLayer(gpu, "", "identity")).bind({
      layer: layer(0),
      batch,
      jobs: jobs(4),
      inputs: floats(1, 9, 8),
      parameters: floats(1, 5, 8),
      outputs: floats(4, 9, 8),
    });
    expect(costOf(kernel, grid(4), 0)).toEqual({
      operations: 4 * 9 * 5 * 16,
      bytes: 4 * (4 * 9 * 8 + 9 * 8 + 5 * 8 + 4 * 4),
    });
  });

  test("from bytes, the same for all networks", async () => {
    const kernel = (await createForwardLayer(gpu, "BYTES", "relu")).bind({
      layer: layer(1),
      batch,
      jobs: jobs(3),
      pixels: words(20, 2),
      parameters: floats(3, 5, 8),
      outputs: floats(3, 9, 8),
    });
    expect(costOf(kernel, grid(3), 1)).toEqual({
      operations: 3 * 6 * 5 * (16 + 1),
      bytes: 4 * (144 + 120 + 12) + 6 * 8,
    });
  });

  test("from floats, the same for all networks, and in each network's order", async () => {
    const resources = { layer: layer(1), batch, jobs: jobs(4), parameters: floats(4, 5, 8), outputs: floats(4, 9, 8) };
    const plain = (await createForwardLayer(gpu, "FLOATS", "relu")).bind({ ...resources, values: floats(20, 8) });
    const sums = 4 * 6 * 5 * (16 + 1);
    // Four networks' outputs, parameters and jobs; then rows of 8 floats, each once, and their numbers.
    const others = 4 * (4 * 6 * 8 + 4 * 5 * 8 + 4 * 4);
    expect(costOf(plain, grid(4), 1)).toEqual({ operations: sums, bytes: others + 6 * 32 });
    const order = words(4, 20);
    const gathered = (await createForwardLayer(gpu, "FLOATS+GATHERED", "relu")).bind({
      ...resources,
      order,
      values: floats(20, 8),
    });
    expect(costOf(gathered, grid(4), 1)).toEqual({ operations: sums, bytes: others + 20 * 32 + 24 * 4 });
  });

  test("from bytes in each network's order, no more of them than there are", async () => {
    const kernel = (await createForwardLayer(gpu, "BYTES+GATHERED", "tanh")).bind({
      layer: layer(1),
      batch,
      jobs: jobs(4),
      order: words(4, 20),
      pixels: words(20, 2),
      parameters: floats(4, 5, 8),
      outputs: floats(4, 9, 8),
    });
    expect(costOf(kernel, grid(4), 1)).toEqual({
      operations: 4 * 6 * 5 * (16 + 6),
      // 24 places in orders point to at most 20 samples
      bytes: 4 * (4 * 6 * 8 + 4 * 5 * 8 + 16) + 20 * 8 + 24 * 4,
    });
  });

  test("with slopes kept, written beside the outputs", async () => {
    const kernel = (await createForwardLayer(gpu, "SLOPES", "gelu")).bind({
      layer: layer(1),
      batch,
      jobs: jobs(3),
      slopes: floats(3, 9, 8),
      inputs: floats(3, 9, 8),
      parameters: floats(3, 5, 8),
      outputs: floats(3, 9, 8),
    });
    expect(costOf(kernel, grid(3), 1)).toEqual({
      operations: 3 * 6 * 5 * (16 + 18 + 7),
      bytes: 4 * (144 + 144 + 144 + 120 + 12),
    });
    const gathered = (await createForwardLayer(gpu, "BYTES+GATHERED+SLOPES", "gelu-tanh")).bind({
      layer: layer(1),
      batch,
      jobs: jobs(4),
      order: words(4, 20),
      slopes: floats(4, 9, 8),
      pixels: words(20, 2),
      parameters: floats(4, 5, 8),
      outputs: floats(4, 9, 8),
    });
    expect(costOf(gathered, grid(4), 1)).toEqual({
      operations: 4 * 6 * 5 * (16 + 10 + 7),
      bytes: 4 * (2 * 4 * 6 * 8 + 4 * 5 * 8 + 16) + 20 * 8 + 24 * 4,
    });
  });

  test("with masks: positions of each curve, and two rows of replacements", async () => {
    const kernel = (await createForwardLayer(gpu, "MASKED", "identity")).bind({
      layer: layer(0),
      batch,
      jobs: jobs(5),
      positions: words(3, 16),
      replacements: floats(2, 16),
      inputs: floats(1, 9, 8),
      parameters: floats(1, 5, 8),
      outputs: floats(5, 9, 8),
    });
    expect(costOf(kernel, grid(5), 1)?.bytes).toBe(4 * (5 * 6 * 8 + 6 * 8 + 5 * 8 + 5 * 4 + 3 * 8 + 2 * 8));
  });
});

describe("backward", () => {
  // Two networks; a layer of 5 units on 7 inputs, 3 units above it; 6 of 8 rows hold samples.
  const moments = { beta1: 0, beta2: 0, one_minus_beta1: 1, one_minus_beta2: 1 };
  const rates = { learning_rate: 0, variance_correction: 1, ...moments, epsilon: 1, l2: 0 };
  const layer = uploadUniforms(gpu, backward, "Layer", [
    {
      input_quads: 2,
      inputs: 7,
      outputs: 5,
      output_quads: 2,
      slab_rows: 8,
      order_rows: 9,
    },
  ]);
  const batch = uploadUniforms(gpu, backward, "Batch", [{ first: 0, count: 6, ...rates }]);

  test("output_delta", async () => {
    const kernel = (await createOutputDelta(gpu)).bind({
      layer,
      batch,
      order: words(2, 9),
      delta: floats(2, 8, 8),
      logits: floats(2, 8, 8),
      labels: words(9),
      losses: floats(2, 8),
    });
    expect(costOf(kernel, outputDeltaGrid(8, 2))).toEqual({
      // 5 classes: 4 for the sum of exponentials, 5 for the delta, and 4 for the loss
      operations: 2 * 6 * (5 * 9 + 4),
      // read: 5 logits, place, label, loss; written: loss, and the delta of all 8 rows
      bytes: 4 * (2 * 6 * (5 + 3 + 1) + 2 * 8 * 8),
    });
  });

  test.each([
    ["sigmoid", 3],
    ["gelu", 1],
  ] as const)("hidden_delta, with %s", async (activation, ofSlope) => {
    const kernel = (await createHiddenDelta(gpu, activation)).bind({
      layer,
      batch,
      delta: floats(2, 8, 8),
      next_delta: floats(2, 8, 8),
      next_parameters: floats(2, 5, 8),
      activations: floats(2, 8, 8),
    });
    expect(costOf(kernel, hiddenDeltaGrid(2, 8, 2))).toEqual({
      // of the 7 inputs: a sum over 5 outputs, and the slope
      operations: 2 * 6 * 7 * (2 * 5 + ofSlope),
      bytes: 4 * 2 * (6 * 8 + 5 * 8 + 6 * 8 + 8 * 8),
    });
  });

  test("update_parameters", async () => {
    const shared = { layer, batch, delta: floats(2, 8, 8), parameters: floats(2, 5, 8) };
    const kernel = (await createUpdateParameters(gpu, "")).bind({
      ...shared,
      first_moments: floats(2, 5, 8),
      second_moments: floats(2, 5, 8),
      inputs: floats(2, 8, 8),
    });
    expect(costOf(kernel, updateParametersGrid(2, 5, 2))).toEqual({
      operations: 2 * 5 * 8 * (2 * 6 + 14),
      // 24 bytes a parameter: it and both moments, read and written
      bytes: 2 * 5 * 8 * 24 + 4 * 2 * 6 * (8 + 8),
    });
  });

  test("update_parameters as a gradient, from bytes", async () => {
    const kernel = (await createUpdateParameters(gpu, "BYTES+GRADIENT")).bind({
      layer,
      batch,
      delta: floats(2, 8, 8),
      parameters: floats(2, 5, 8),
      gradients: floats(2, 5, 8),
      order: words(2, 9),
      pixels: words(9, 2),
    });
    expect(costOf(kernel, updateParametersGrid(2, 5, 2))).toEqual({
      operations: 2 * 5 * 8 * (2 * 6 + 2),
      // 12 places point to at most 9 samples of 8 bytes
      bytes: 2 * 5 * 8 * 8 + 4 * 2 * 6 * 8 + 9 * 8 + 12 * 4,
    });
  });
});

describe("histogram", () => {
  // 3 jobs of 5 units, 4 classes; 70 samples of 200 in this chunk: 3 words of 7.
  const sizes = { first: 0, count: 70, slab_rows: 96, unit_lanes: 8, units: 5, words: 7, classes: 4 };
  const chunk = uploadUniforms(gpu, histogram, "Chunk", [sizes]);
  const bits = words(3, 5, 7);

  test("pack_bits", async () => {
    const blocks = allocate(gpu, "blocks", "f32", [3, 5, 7] as const, 8);
    const kernel = (await createPackBits(gpu, "sigmoid")).bind({ chunk, activations: floats(3, 96, 8), bits, blocks });
    expect(costOf(kernel, packBitsGrid(5, 70, 3))).toEqual({
      operations: 3 * 5 * 70 * 5,
      bytes: 4 * (3 * 5 * 70 + 3 * 5 * 3 * (1 + 2)),
    });
  });

  test("count_ones", async () => {
    const kernel = (await createCountOnes(gpu)).bind({ chunk, bits, class_bits: words(4, 7), counts: words(3, 5, 4) });
    expect(costOf(kernel, countOnesGrid(4, 5, 3))).toEqual({
      operations: 3 * 5 * 4 * 7 * 3,
      bytes: 4 * (3 * 5 * 7 + 4 * 7 + 3 * 5 * 4),
    });
  });
});

describe("pairs.count_pairs", () => {
  // 3 jobs, 4 classes, 7 words; rows 2 to 4 of 6 neurons.
  const sizes = { first: 2, rows: 3, units: 6, other_units: 9, words: 7, classes: 4 };
  const bits = words(3, 6, 7);
  const both = words(3, 3, 9, 4);

  test("of two layers", async () => {
    const tile = uploadUniforms(gpu, pairs, "Tile", [{ ...sizes, same: 0 }]);
    const resources = { tile, bits, other_bits: words(3, 9, 7), class_bits: words(4, 7), both };
    const kernel = (await createCountPairs(gpu)).bind(resources);
    expect(costOf(kernel, countPairsGrid({ ...sizes, same: 0 }, 3))).toEqual({
      operations: 3 * 27 * 4 * 7 * 3,
      bytes: 4 * (3 * ((3 + 9) * 7 + 27 * 4) + 4 * 7),
    });
  });

  test("of a layer with itself", async () => {
    const own = { ...sizes, other_units: 6, same: 1 };
    const tile = uploadUniforms(gpu, pairs, "Tile", [own]);
    const kernel = (await createCountPairs(gpu)).bind({ tile, bits, other_bits: bits, class_bits: words(4, 7), both });
    // Neuron 2 with 3, 4 and 5; 3 with 4 and 5; 4 with 5.
    expect(costOf(kernel, countPairsGrid(own, 3))).toEqual({
      operations: 3 * 6 * 4 * 7 * 3,
      bytes: 4 * (3 * ((3 + 6) * 7 + 6 * 4) + 4 * 7),
    });
  });
});

test("popcount.count_bits: sixteen words a round, each an and, a count and an addition", async () => {
  const span = uploadUniforms(gpu, popcount, "Span", [{ words: 70, rounds: 5 }]);
  const kernel = (await createCountBits(gpu)).bind({ span, words: words(70), counts: words(70) });
  expect(costOf(kernel, countBitsGrid(70))).toEqual({ operations: 70 * 5 * 16 * 3, bytes: 4 * 140 });
});

describe("class-sums", () => {
  // 3 jobs of 5 units, 4 classes; 70 samples in this chunk, behind 1,000 of its first block: 2 blocks.
  const part = { first: 1000, count: 70, slab_rows: 96, unit_lanes: 8, units: 5, classes: 4, blocks: 2, offset: 0 };
  const chunk = uploadUniforms(gpu, classSums, "Chunk", [part]);
  const activations = floats(3, 96, 8);

  test("note_origins", async () => {
    const kernel = (await createNoteOrigins(gpu)).bind({ chunk, activations, noted: floats(3, 5) });
    expect(costOf(kernel, noteOriginsGrid(5, 3))).toEqual({ operations: 0, bytes: 2 * 3 * 5 * 4 });
  });

  test("add_sums", async () => {
    const given = { chunk, activations, origins: floats(3, 5), labels: words(1070) };
    const kernel = (await createAddSums(gpu)).bind({ ...given, sums: { ...floats(3, 5, 2, 16), rank: 4 } });
    expect(sumBlockGrid(part, 3)).toEqual([5, 2, 3]);
    expect(costOf(kernel, sumBlockGrid(part, 3))).toEqual({
      operations: 3 * 5 * 70 * 8,
      // 1,050 activations, for each four sums read and written, an origin a neuron, 70 labels
      bytes: 4 * (1050 + 8 * 1050 + 15 + 70),
    });
  });
});

describe("start-signal.start_signal", () => {
  // 5 classes are 2 quads; 70 samples of 3 networks.
  const size = { first: 0, count: 70, slab_rows: 96, quads: 2, classes: 5, first_class: 0 };
  const rows = uploadUniforms(gpu, startSignal, "Rows", [size]);
  const given = { rows, labels: words(70), logits: floats(3, 96, 8), signal: floats(3, 96, 8) };

  test.each([
    // logits read; signals written; labels once
    ["loss", 4 * 5 + 4 + 5 * 5, 5],
    ["label", 5, 0],
    ["logit", 5, 1],
    ["prediction", 4 * 5 + 4 + 5 * 5, 5],
    ["unit", 5, 0],
    ["spread", 4 * 5 + 4 + 5 * 5, 5],
  ] as const)("of the %s", async (kind, operations, logits) => {
    const kernel = (await createStartSignal(gpu, kind)).bind(given);
    expect(costOf(kernel, startSignalGrid(70, 3))).toEqual({
      operations: 3 * 70 * operations,
      bytes: 4 * (3 * 70 * (logits + 8) + 70),
    });
  });
});

describe("gradient-sums.add_gradients", () => {
  // 3 networks of 5 units; 70 samples in this chunk, behind 1,000 of its first block: 2 blocks.
  const part = { first: 1000, count: 70, slab_rows: 96, unit_lanes: 8, units: 5, classes: 0, blocks: 2, offset: 0 };
  const chunk = uploadUniforms(gpu, gradientSums, "Chunk", [part]);
  const shared = { chunk, activations: floats(3, 96, 8), delta: floats(3, 96, 8), sums: floats(3, 5, 8) };

  test("with sigmoid", async () => {
    const kernel = (await createAddGradients(gpu, "", "sigmoid")).bind(shared);
    expect(costOf(kernel, sumBlockGrid(part, 3))).toEqual({
      operations: 3 * 5 * 70 * (8 + 3),
      // 1,050 outputs, as many deltas read and written; 4 sums of 2 blocks a neuron, read and written
      bytes: 4 * (3 * 1050 + 15 * 2 * 8),
    });
  });

  test("with gelu, whose z are read besides", async () => {
    const kernel = (await createAddGradients(gpu, "PREACTIVATIONS", "gelu")).bind({
      ...shared,
      preactivations: floats(3, 96, 8),
    });
    expect(costOf(kernel, sumBlockGrid(part, 3))).toEqual({
      operations: 3 * 5 * 70 * (8 + 1 + 7),
      bytes: 4 * (4 * 1050 + 15 * 2 * 8),
    });
  });
});

test("magnitude-sums.add_magnitudes", async () => {
  const part = { first: 1000, count: 70, slab_rows: 96, unit_lanes: 8, units: 5, classes: 0, blocks: 2, offset: 0 };
  const chunk = uploadUniforms(gpu, magnitudeSums, "Chunk", [part]);
  const kernel = (await createAddMagnitudes(gpu)).bind({ chunk, values: floats(3, 96, 8), sums: floats(3, 5, 2) });
  expect(costOf(kernel, sumBlockGrid(part, 3))).toEqual({
    operations: 3 * 5 * 70 * 2,
    // 1,050 values; sums of 2 blocks a neuron, read and written
    bytes: 4 * (1050 + 15 * 2 * 2),
  });
});

describe("relevance", () => {
  // 7 inputs are 2 quads, 5 outputs are 2 quads; 70 samples of 3 networks.
  const sizes = { inputs: 7, input_quads: 2, outputs: 5, output_quads: 2, slab_rows: 96 };
  const shared = {
    layer: uploadUniforms(gpu, relevance, "Layer", [sizes]),
    rows: uploadUniforms(gpu, relevance, "Rows", [{ count: 70 }]),
    parameters: floats(3, 5, 8),
    activations: floats(3, 96, 8),
  };

  test("divide_relevance", async () => {
    const kernel = (await createDivideRelevance(gpu)).bind({ ...shared, relevance: floats(3, 96, 8) });
    expect(costOf(kernel, relevanceGrid(2, 70, 3))).toEqual({
      operations: 3 * 70 * 5 * 8 * 3,
      // parameters; 8 activations and 8 lanes of relevance, read and written, a sample
      bytes: 4 * 3 * (40 + 70 * (8 + 16)),
    });
  });

  test("pass_relevance", async () => {
    const kernel = (await createPassRelevance(gpu)).bind({
      ...shared,
      shares: floats(3, 96, 8),
      below: floats(3, 96, 8),
    });
    expect(costOf(kernel, relevanceGrid(2, 70, 3))).toEqual({
      operations: 3 * 70 * 5 * 8 * 4,
      bytes: 4 * 3 * (40 + 70 * (8 + 8 + 8)),
    });
  });
});

describe("path", () => {
  // 5 units are 2 quads; 96 rows of 3 networks.
  const layer = uploadUniforms(gpu, path, "Layer", [{ units: 5, quads: 2, slab_rows: 96, inputs: 7, input_lanes: 8 }]);
  const step = uploadUniforms(gpu, path, "Step", [{ share: 0.5, begins: 0 }]);
  const rows = () => floats(3, 96, 8);
  const lanes = 3 * 96 * 8;

  test("scale_layer, slopes kept or not", async () => {
    const shared = { layer, step, parameters: floats(3, 5, 8), preactivations: rows(), outputs: rows() };
    const plain = (await createScaleLayer(gpu, "", "sigmoid")).bind(shared);
    expect(costOf(plain, pathGrid(2, 96, 3))).toEqual({ operations: lanes * (3 + 4), bytes: 4 * (2 * lanes + 15) });
    const kept = (await createScaleLayer(gpu, "SLOPES", "gelu")).bind({ ...shared, slopes: rows() });
    expect(costOf(kept, pathGrid(2, 96, 3))).toEqual({
      operations: lanes * (3 + 18 + 7),
      bytes: 4 * (3 * lanes + 15),
    });
  });

  test("add_conductance", async () => {
    const given = { begin: rows(), end: rows(), middle: rows(), delta: rows(), conductance: rows() };
    const kernel = (await createAddConductance(gpu, "", "sigmoid")).bind({ layer, step, ...given });
    // three outputs read; two arrays read and written
    expect(costOf(kernel, pathGrid(2, 96, 3))).toEqual({ operations: lanes * (3 + 3), bytes: 4 * lanes * 7 });
  });
});

describe("pass-down.pass_down", () => {
  // 70 samples of 3 networks, 2 quads a row: a value or z and a signal read, a delta written.
  const size = { layer: uploadUniforms(gpu, passDown, "Layer", [{ slab_rows: 96, quads: 2 }]) };
  const part = uploadUniforms(gpu, passDown, "Part", [{ count: 70, earlier: 0 }]);
  const shared = { ...size, part, signal: floats(3, 96, 8), delta: floats(3, 96, 8) };
  const bytes = 4 * 3 * (3 * 70 * 8);

  test("with sigmoid", async () => {
    const kernel = (await createPassDown(gpu, "", "sigmoid")).bind({ ...shared, activations: floats(3, 96, 8) });
    expect(costOf(kernel, passDownGrid(2, 70, 3))).toEqual({ operations: 3 * 70 * 8 * 3, bytes });
  });

  test("with gelu", async () => {
    const resources = { ...shared, preactivations: floats(3, 96, 8) };
    const kernel = (await createPassDown(gpu, "PREACTIVATIONS", "gelu")).bind(resources);
    expect(costOf(kernel, passDownGrid(2, 70, 3))).toEqual({ operations: 3 * 70 * 8 * (1 + 7), bytes });
  });
});

describe("moments.add_moments", () => {
  // Quads 1 and 2 of a layer of 3 quads; 70 samples, behind 1,000 of their first block: 2 blocks.
  const strip = { slab_rows: 96, left_quads: 3, first_quad: 1, strip_quads: 2, blocks: 2 };
  const ofPart = { count: 70, earlier: 1000 };
  const part = uploadUniforms(gpu, moments, "Part", [ofPart]);
  const left = { left_outputs: floats(1, 96, 12), left_constants: floats(12) };

  test("of a layer with itself, right of the diagonal alone", async () => {
    const sizes = { ...strip, right_quads: 3, same: 1, signals: 0 };
    const kernel = (await createAddMoments(gpu, "")).bind({
      pair: uploadUniforms(gpu, moments, "Pair", [sizes]),
      part,
      ...left,
      right_outputs: left.left_outputs,
      right_constants: left.left_constants,
      sums: floats(8, 3, 8),
    });
    expect(costOf(kernel, momentsGrid(sizes, ofPart))).toEqual({
      // Quad 1 with 1 and 2, quad 2 with 2: 3 tiles of 16 products and sums.
      operations: 3 * 16 * 70 * 2,
      // 12 outputs a sample and constants once; 4 quads of sums a tile and block, read and written
      bytes: 4 * (12 * 71 + 2 * 3 * 4 * 2 * 4),
    });
  });

  test("of two layers, by two signals", async () => {
    const sizes = { ...strip, right_quads: 2, same: 0, signals: 2 };
    const kernel = (await createAddMoments(gpu, "SIGNALS")).bind({
      pair: uploadUniforms(gpu, moments, "Pair", [sizes]),
      part,
      ...left,
      right_outputs: floats(1, 96, 8),
      right_constants: floats(8),
      left_signals: floats(2, 96, 12),
      right_signals: floats(2, 96, 8),
      sums: floats(8, 2, 8),
    });
    expect(costOf(kernel, momentsGrid(sizes, ofPart))).toEqual({
      operations: 4 * 16 * 70 * 7,
      // Of each layer 8 lanes: an output and two signals a sample, and a constant.
      bytes: 4 * (16 * (3 * 70 + 1) + 2 * 4 * 4 * 2 * 4),
    });
  });
});

describe("removals", () => {
  // Groups of 4 of 7 neurons in two modes, 3 networks, 70 samples; 5 units above are 2 quads.
  const sizes: RemovalLayer = {
    neurons: 7,
    neuron_lanes: 8,
    units: 5,
    quads: 2,
    slab_rows: 96,
    group: 4,
    modes: 2,
    first_mode: 0,
    blocks: 2,
  };
  const [layer] = [uploadUniforms(gpu, removals, "Layer", [sizes])];
  // Behind 1,000 of the first block: 2 blocks.
  const ofPart: RemovalPart = { neuron: 0, first: 1000, count: 70, earlier: 1000 };
  const part = uploadUniforms(gpu, removals, "Part", [ofPart]);
  const neurons = { activations: floats(3, 96, 8), means: floats(3, 7), parameters: floats(3, 5, 8) };
  const above = { preactivations: floats(3, 96, 8), differences: floats(24, 96, 8) };
  const lanes = 3 * 70 * 8;

  test("remove_alone", async () => {
    const kernel = (await createRemoveAlone(gpu, "sigmoid")).bind({ layer, part, ...neurons, ...above });
    expect(costOf(kernel, differencesGrid(2, 70, 3))).toEqual({
      operations: lanes * (4 + 8 * (4 + 3)),
      // z, and 8 differences; of 4 neurons an output a sample, a mean and 5 weights
      bytes: 4 * (9 * lanes + 3 * 4 * (70 + 1 + 5)),
    });
  });

  test("pass_on", async () => {
    const kernel = (await createPassOn(gpu, "sigmoid")).bind({ layer, part, ...above });
    expect(costOf(kernel, differencesGrid(2, 70, 24))).toEqual({
      operations: 8 * lanes * (2 * 4 + 2),
      // differences of 8 slabs a network, read and written, and z
      bytes: 4 * (2 * 8 + 1) * lanes,
    });
  });

  test("add_changes, from slabs and from the neurons themselves", async () => {
    const shared = { layer, part, predictions: floats(3, 96, 8), labels: words(1070), sums: floats(3, 14, 8) };
    const grid = changesGrid(sizes, ofPart, 3);
    expect(grid).toEqual([8, 2, 3]);
    const jobs = 3 * 8;
    const sums = 2 * jobs * 2 * 4; // 4 of 2 blocks, read and written
    const slabs = (await createAddChanges(gpu, "")).bind({ ...shared, changes: floats(24, 96, 8) });
    expect(costOf(slabs, grid)).toEqual({
      operations: jobs * 70 * (5 * 25 + 12),
      bytes: 4 * (jobs * 70 * 5 + 3 * 70 * 5 + 70 + sums),
    });
    const last = (await createAddChanges(gpu, "LAST")).bind({ ...shared, ...neurons });
    expect(costOf(last, grid)).toEqual({
      operations: jobs * 70 * (5 * 27 + 12),
      bytes: 4 * (3 * 4 * (70 + 5) + 3 * 70 * 5 + 70 + sums),
    });
  });
});

describe("levels", () => {
  // 3 jobs of 5 units, 4 classes, 16 levels; 70 samples in this chunk: 3 strips.
  const sizes = { first: 0, count: 70, slab_rows: 96, unit_lanes: 8, units: 5, levels: 16, classes: 4 };
  const shared = { chunk: uploadUniforms(gpu, levels, "Chunk", [sizes]), activations: floats(3, 96, 8) };

  test("find_extremes", async () => {
    const kernel = (await createFindExtremes(gpu)).bind({ ...shared, extremes: words(3, 5, 2) });
    expect(costOf(kernel, levelsGrid(5, 70, 3))).toEqual({
      operations: 3 * 5 * 70 * 5,
      bytes: 4 * (3 * 5 * 70 + 3 * 5 * 3 * 2 * 2),
    });
  });

  test("count_levels", async () => {
    const given = { labels: words(70), edges: floats(3, 5, 15), counts: words(3, 5, 16, 4) };
    const kernel = (await createCountLevels(gpu)).bind({ ...shared, ...given });
    expect(costOf(kernel, levelsGrid(5, 70, 3))).toEqual({
      operations: 3 * 5 * 70 * (4 * 3 + 1),
      bytes: 4 * (3 * 5 * 70 * 3 + 3 * 5 * 15 + 70),
    });
  });
});

test("tally.tally_blocks", async () => {
  const sizes = { first: 0, count: 70, slab_rows: 128, lanes: 12, classes: 10, first_job: 0, blocks: 2 };
  const kernel = (await createTallyBlocks(gpu)).bind({
    range: uploadUniforms(gpu, tally, "Range", [sizes]),
    logits: floats(3, 128, 12),
    labels: words(70),
    right: words(3, 4),
    losses: floats(3, 2),
  });
  expect(costOf(kernel, tallyGrid(70, 3))).toEqual({
    operations: 3 * 70 * (4 * 10 + 4),
    bytes: 4 * (3 * 70 * 10 + 70 + 3 * 2 * 3),
  });
});

test("shuffle.shuffle_samples", async () => {
  const kernel = (await createShuffleSamples(gpu)).bind({
    permutation: uploadUniforms(gpu, shuffle, "Permutation", [{ samples: 50, half_bits: 3 }]),
    round_keys: words(2, 8),
    order: words(2, 50),
  });
  expect(costOf(kernel, shuffleGrid(50, 2))).toEqual({
    operations: 2 * 64 * 8 * 12, // every value of the domain of 64 is met, in 8 rounds
    bytes: 4 * (2 * 50 + 2 * 8),
  });
});

test("top-layer.step_top_layer", async () => {
  // Two networks; 3 classes on 7 inputs (2 quads); 6 of 8 rows hold samples.
  const moments = { beta1: 0, beta2: 0, one_minus_beta1: 1, one_minus_beta2: 1 };
  const rates = { learning_rate: 0, variance_correction: 1, ...moments, epsilon: 1, l2: 0 };
  const sizes = { input_quads: 2, inputs: 7, outputs: 3, output_quads: 1 };
  const kernel = (await createTopLayer(gpu, "", "sigmoid")).bind({
    layer: uploadUniforms(gpu, topLayer, "Layer", [{ ...sizes, slab_rows: 8, order_rows: 9 }]),
    batch: uploadUniforms(gpu, topLayer, "Batch", [{ first: 0, count: 6, ...rates }]),
    order: words(2, 9),
    labels: words(9),
    losses: floats(2, 8),
    inputs: floats(2, 8, 8),
    below_delta: floats(2, 8, 8),
    parameters: floats(2, 3, 8),
    first_moments: floats(2, 3, 8),
    second_moments: floats(2, 3, 8),
  });
  const forward = 6 * 3 * 16;
  const softmax = 6 * (4 * 3 + 4 + 5 * 3);
  const below = 6 * 7 * (2 * 3 + 3);
  const update = 24 * (2 * 6 + 14);
  expect(costOf(kernel, topLayerGrid(2))).toEqual({
    operations: 2 * (forward + softmax + below + update),
    bytes: 4 * 2 * (24 * 6 + 6 * 4 + 6 * 8 + 8 * 8),
  });
});

describe("walks", () => {
  // They remove 12 neurons of a layer of 20; the layer above has 6 units (2 quads). 70 samples are 2 blocks.
  const sizes = { source_lanes: 24, source_units: 20, unit_quads: 2, units: 6, slab_rows: 128 };
  const walk = (stride: number) =>
    uploadUniforms(gpu, walkLayer, "Walk", [
      {
        ...sizes,
        lead: stride,
        stride,
        walk_length: 14,
        neurons: 12,
        steps: 13,
        networks: 1,
        starts: 1,
        blocks: 2,
      },
    ]);
  const part = uploadUniforms(gpu, walkLayer, "Part", [
    { first: 0, count: 70, first_step: 0, steps: 4, jobs: 2 },
    { first: 0, count: 70, first_step: 4, steps: 4, jobs: 2 },
  ]);
  const arrays = {
    part,
    walks: words(2, 28),
    activations: floats(1, 128, 24),
    transposed: floats(1, 20, 8),
    state: floats(4, 128, 8),
  };
  const tallied = { ...arrays, labels: words(70), tallies: floats(26, 4) };
  const grid = walkGrid(gpu, 70, 2);

  /** Of `removals` in each of 2 walks: state (read, and written unless single), weights and values, the walks' rows. */
  const removalBytes = (removals: number, moves: number) =>
    4 * (2 * 70 * 8 * moves + 2 * removals * (8 + 70) + 2 * 2 * (2 + removals));
  const tallyBytes = 4 * (70 + 2 * 4 * 2 * 2);
  const tallyOperations = 4 * 6 + 4;

  test("walk_tally: step 0 removes nothing, so the first part has one removal less", async () => {
    const kernel = (await createWalkTally(gpu, "", 6)).bind({ ...tallied, walk: walk(1) });
    expect([0, 1].map((step) => costOf(kernel, grid, step))).toEqual(
      [3, 4].map((removals) => ({
        operations: 2 * 70 * (removals * 13 + 4 * tallyOperations),
        bytes: removalBytes(removals, 2) + tallyBytes,
      })),
    );
  });

  test("walk_product: activations and a product to the classes at each step", async () => {
    const product = floats(1, 9, 12);
    const bound = { ...tallied, walk: walk(1), product };
    const kernel = (await createWalkProduct(gpu, "", "sigmoid", 6)).bind(bound);
    const operations = 2 * 70 * (4 * 13 + 4 * (6 * 4 + 2 * 7 * 6 + tallyOperations));
    const bytes = removalBytes(4, 2) + tallyBytes + 4 * 8 * 12;
    expect(costOf(kernel, grid, 1)).toEqual({ operations, bytes });
    const single = (await createWalkProduct(gpu, "SINGLE", "sigmoid", 6)).bind({ ...bound, right: words(26, 4) });
    const rightBytes = 4 * (2 * 4 * 2 * 2);
    expect(costOf(single, grid, 1)).toEqual({ operations, bytes: bytes - 4 * 2 * 70 * 8 + rightBytes });
    const masked = (await createWalkProduct(gpu, "MASKED", "sigmoid", 6)).bind({ ...bound, masks: words(2, 16) });
    expect(costOf(masked, grid, 1)).toEqual({ operations, bytes: bytes + 4 * 2 * 16 });
  });

  test("walk_layer: activations of each evaluation are written", async () => {
    const kernel = (await createWalkLayer(gpu, "", "tanh")).bind({
      ...arrays,
      walk: walk(1),
      outputs: floats(8, 128, 8),
    });
    expect(costOf(kernel, walkLayerGrid(2, 70, 2), 1)).toEqual({
      operations: 2 * 70 * (4 * 13 + 4 * 6 * 6),
      bytes: removalBytes(4, 2) + 4 * 2 * 4 * 70 * 8,
    });
  });

  test("walk_layer with a stride that ends where all neurons are removed", async () => {
    const kernel = (await createWalkLayer(gpu, "", "relu")).bind({
      ...arrays,
      walk: walk(2),
      outputs: floats(8, 128, 8),
    });
    // Evaluations 4 to 7 follow 8, 10, 12 and 12 removals; 6 were done before.
    expect(costOf(kernel, walkLayerGrid(2, 70, 2), 1)).toEqual({
      operations: 2 * 70 * (6 * 13 + 4 * 6),
      bytes: removalBytes(6, 2) + 4 * 2 * 4 * 70 * 8,
    });
  });
});

test("without a profiler no cost is worked out", async () => {
  const plain = await testGpu();
  const sizes = { first: 0, count: 1, slab_rows: 64, lanes: 4, classes: 2, first_job: 0, blocks: 1 };
  const kernel = (await createTallyBlocks(plain)).bind({
    range: uploadUniforms(plain, tally, "Range", [sizes]),
    logits: allocate(plain, "logits", "f32", [1, 64, 4]),
    labels: allocate(plain, "labels", "u32", [64]),
    right: allocate(plain, "right", "u32", [1, 2]),
    losses: allocate(plain, "losses", "f32", [1, 1]),
  });
  expect(costOf(kernel, tallyGrid(1, 1))).toBeUndefined();
});
