/** relevance.wgsl against src/reference/relevance.ts. */
import { describe, expect, test } from "vitest";
import type { DenseLayer } from "../../src/core/layers/dense.ts";
import { read } from "../../src/gpu/device/device-array.ts";
import { lanesOf, quadsOf } from "../../src/gpu/device/packing.ts";
import { relevance as shader } from "../../src/gpu/generated/shaders.ts";
import { createDivideRelevance, createPassRelevance, relevanceGrid } from "../../src/gpu/kernels/relevance.ts";
import { denseOnDevice } from "../../src/gpu/layers/dense.ts";
import { divideRelevance, passRelevance } from "../../src/reference/relevance.ts";
import { SMALLEST_NORMAL, ULP } from "../../src/reference/rounding.ts";
import { expectWithin } from "../support/agreement.ts";
import { upload, uploadUniforms } from "../support/arrays.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { realLayer, testRandom } from "../support/networks.ts";

import { concatenate, homogeneousRows, magnitudes, paddedRows, realNumbers } from "../support/rows.ts";
import { eachDimension, sizesText } from "../support/sizes.ts";

const gpu = await testGpu({ defaultLimits: true });
const NETWORKS = [0, 1];
/** Rows past the chunk, which must stay as they were. */
const SPARE = 3;
const UNTOUCHED = 7;

interface Task {
  readonly samples: number;
  readonly layers: readonly DenseLayer[];
  /** Per network: t [samples, inputs], and what the layer has [samples, outputs]. */
  readonly activations: readonly Float32Array[];
  readonly relevance: readonly Float32Array[];
}

function makeTask({ samples, inputs, outputs }: Record<"samples" | "inputs" | "outputs", number>): Task {
  const random = testRandom(100 + samples + inputs + outputs);
  return {
    samples,
    layers: NETWORKS.map(() => realLayer(random, inputs, outputs)),
    // Some neurons are silent, some negative, as those of tanh.
    activations: NETWORKS.map(() => realNumbers(random, samples * inputs, 2).map((t) => (Math.abs(t) < 0.4 ? 0 : t))),
    relevance: NETWORKS.map(() => realNumbers(random, samples * outputs, 3)),
  };
}

/** [networks, samples + SPARE, lanes] of what is written. */
async function run(task: Task, kernel: "divide" | "pass"): Promise<Float32Array> {
  const { samples, layers, activations, relevance } = task;
  const { inputs, outputs } = layers[0]!;
  const slabRows = samples + SPARE;
  const slab = (name: string, rows: readonly Float32Array[], width: number, pad: typeof paddedRows) => {
    const packed = concatenate(rows.map((own) => pad(own, width, slabRows, UNTOUCHED)));
    return upload(gpu, name, "f32", [rows.length, slabRows, lanesOf(width)], packed);
  };
  const sizes = { inputs, input_quads: quadsOf(inputs), outputs, output_quads: quadsOf(outputs), slab_rows: slabRows };
  const shared = {
    layer: uploadUniforms(gpu, shader, "Layer", [sizes]),
    rows: uploadUniforms(gpu, shader, "Rows", [{ count: 1 }, { count: samples }]),
    parameters: upload(gpu, "parameters", "f32", [2, outputs, lanesOf(inputs)], denseOnDevice.pack(layers)),
    activations: slab("activations", activations, inputs, homogeneousRows),
  };
  const above = slab("above", relevance, outputs, paddedRows);
  if (kernel === "divide") {
    const bound = (await createDivideRelevance(gpu)).bind({ ...shared, relevance: above });
    dispatch(gpu, { kernel: bound, grid: relevanceGrid(quadsOf(outputs), samples, 2), step: 1 });
    return read(gpu, above);
  }
  const below = upload(
    gpu,
    "below",
    "f32",
    [2, slabRows, lanesOf(inputs)],
    new Float32Array(2 * slabRows * lanesOf(inputs)).fill(UNTOUCHED),
  );
  const bound = (await createPassRelevance(gpu)).bind({ ...shared, shares: above, below });
  dispatch(gpu, { kernel: bound, grid: relevanceGrid(quadsOf(inputs), samples, 2), step: 1 });
  return read(gpu, below);
}

function packed({ samples }: Task, width: number, rowsOf: (network: number) => ArrayLike<number>, spare: number) {
  return concatenate(NETWORKS.map((network) => paddedRows(rowsOf(network), width, samples + SPARE, spare)));
}

const subject = ({ samples, layers }: Task, entry: string, width: number) => {
  const { inputs, outputs } = layers[0]!;
  const what = `relevance.${entry}, ${sizesText({ samples, inputs, outputs })}`;
  return { gpu, what, shape: [2, samples + SPARE, lanesOf(width)] };
};

describe("relevance", () => {
  const cases = eachDimension(["samples", "inputs", "outputs"]) as readonly Record<
    "samples" | "inputs" | "outputs",
    number
  >[];

  test("is divided by what is positive of a unit's inputs at every awkward size, biases left out", async () => {
    for (const sizes of cases) {
      const task = makeTask(sizes);
      const want = (network: number) =>
        divideRelevance(task.relevance[network]!, task.activations[network]!, task.layers[network]!);
      // Nothing cancels in a sum of positive terms: so many roundings of itself, and a division.
      const roundings = 4 * Math.sqrt(sizes.inputs + 1) + 2.5;
      const bounds = (network: number) =>
        want(network).map((value) => roundings * ULP * Math.abs(value) + SMALLEST_NORMAL);
      const { outputs } = sizes;
      expectWithin(
        subject(task, "divide_relevance", outputs),
        await run(task, "divide"),
        packed(task, outputs, want, UNTOUCHED),
        packed(task, outputs, bounds, 0),
      );
    }
  });

  test("is passed down by those shares at every awkward size, and is 0 for silent neurons", async () => {
    for (const sizes of cases) {
      const task = makeTask(sizes);
      const want = (network: number) =>
        passRelevance(task.relevance[network]!, task.activations[network]!, task.layers[network]!);
      // Sums of the sizes of what is passed down, as the relevance above has either sign.
      const bounds = (network: number) =>
        passRelevance(magnitudes(task.relevance[network]!), task.activations[network]!, task.layers[network]!).map(
          (size) => (4 * Math.sqrt(sizes.outputs + 1) + 2) * ULP * size + SMALLEST_NORMAL,
        );
      const { inputs } = sizes;
      const got = await run(task, "pass");
      expectWithin(
        subject(task, "pass_relevance", inputs),
        got,
        packed(task, inputs, want, UNTOUCHED),
        packed(task, inputs, bounds, 0),
      );
      for (const [at, t] of task.activations[0]!.entries()) {
        if (t !== 0) continue;
        expect(Math.abs(got[Math.floor(at / inputs) * lanesOf(inputs) + (at % inputs)]!)).toBe(0);
      }
    }
  });

  test("of a unit that nothing excites goes to nobody: 0, and no division by 0", async () => {
    const layer: DenseLayer = { inputs: 2, outputs: 1, weights: Float32Array.of(-1, 2), biases: Float32Array.of(9) };
    const task: Task = {
      samples: 1,
      layers: [layer, layer],
      activations: NETWORKS.map(() => Float32Array.of(3, 0)),
      relevance: NETWORKS.map(() => Float32Array.of(5)),
    };
    expect([...(await run(task, "divide")).subarray(0, 1)]).toEqual([0]);
  });
});
