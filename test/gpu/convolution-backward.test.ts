/** convolution-backward.wgsl against src/reference/convolution.ts. */
import { describe, expect, test } from "vitest";
import { type Activation, activations, needsKeptSlope } from "../../src/core/activation.ts";
import { activate } from "../../src/core/activation-values.ts";
import { type ConvolutionLayer, convolutionShape, convolutionTarget } from "../../src/core/layers/convolution.ts";
import { areaOf, type MapShape } from "../../src/core/layers/maps.ts";
import { read } from "../../src/gpu/device/device-array.ts";
import { convolutionBackward } from "../../src/gpu/generated/shaders.ts";
import {
  convolutionParameters,
  convolutionUniform,
  mapLayout,
  packConvolutions,
} from "../../src/gpu/kernels/convolution.ts";
import {
  convolveDeltaGrid,
  createConvolveDelta,
  createUpdateConvolution,
  updateConvolutionGrid,
} from "../../src/gpu/kernels/convolution-backward.ts";
import { convolutionDelta, convolutionGradient, type RealConvolution } from "../../src/reference/convolution.ts";
import { keptSlope } from "../../src/reference/forward.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import { upload, uploadUniforms } from "../support/arrays.ts";
import { noOptimiser } from "../support/backward-kernels.ts";
import { type ConvolutionCase, convolutionCases, madeUpConvolution, packedMaps } from "../support/convolutions.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { testRandom } from "../support/networks.ts";
import { slopesOf } from "../support/propagated-rounding.ts";
import { sumBound } from "../support/rounding.ts";
import { concatenate, magnitudes, realNumbers, smallIntegers } from "../support/rows.ts";

const gpu = await testGpu();
/** Samples of a slab that are not in the batch. */
const SPARE = 3;
type Shape3 = [number, number, number];

interface Task {
  readonly networks: readonly ConvolutionLayer[];
  readonly samples: number;
  readonly activation: Activation;
  /** Per network, [samples, positions, channels]: of the map below, of the layer's own outputs. */
  readonly maps: readonly ArrayLike<number>[];
  readonly deltas: readonly ArrayLike<number>[];
  /** act' of the map below, as the kernel is given it or works it out. */
  readonly slopes: readonly Float64Array[];
}

function madeUp(one: ConvolutionCase, samples: number, activation: Activation, exact: boolean): Task {
  const random = testRandom(samples + one.outputs);
  const values = (length: number) => (exact ? smallIntegers(random, length) : realNumbers(random, length, 2));
  const networks = [0, 1].map(() => madeUpConvolution(random, one, exact));
  const [below, above] = [one.source, convolutionTarget(one, one.outputs)].map(
    (map) => samples * map.channels * areaOf(map),
  ) as [number, number];
  const sums = networks.map(() => values(below));
  const maps = sums.map((z) => z.map((value) => activate(value, activation)));
  const slopes = sums.map((z, network) =>
    needsKeptSlope(activation)
      ? Float64Array.from(z, (value) => Math.fround(keptSlope(value, activation)))
      : slopesOf({ values: Float64Array.from(maps[network]!), bounds: new Float64Array(below) }, activation).values,
  );
  return { networks, samples, activation, maps, slopes, deltas: networks.map(() => values(above)) };
}

/** Rows of lanes of all networks; deltas have no lane of 1. */
function packed(
  perNetwork: readonly ArrayLike<number>[],
  map: MapShape,
  samples: number,
  around: { readonly fill: number; readonly one: number },
): Float32Array {
  return concatenate(perNetwork.map((values) => packedMaps(values, map, { slabRows: samples + SPARE, ...around })));
}

function uploadTask({ networks, samples, maps, deltas, slopes }: Task, optimiser = noOptimiser) {
  const [layer] = networks as [ConvolutionLayer];
  const shape = convolutionShape(layer.source, layer.window, layer.outputs);
  const target = convolutionTarget(layer, layer.outputs);
  const slabRows = samples + SPARE;
  const layoutOf = (map: MapShape) => mapLayout(map, networks.length, slabRows).shape as Shape3;
  // Samples outside the batch would poison any sum that they enter.
  const stale = { fill: Number.NaN, one: 0 };
  return {
    shape,
    layer: uploadUniforms(gpu, convolutionBackward, "Layer", [
      convolutionUniform(shape, { slabRows, ownSource: true }),
    ]),
    // The batch of step 1 is meant; a kernel that reads step 0 sees another.
    batch: uploadUniforms(gpu, convolutionBackward, "Batch", [
      { ...noOptimiser, first: 0, count: 1 },
      { ...optimiser, first: 0, count: samples },
    ]),
    above: upload(gpu, "above", "f32", layoutOf(target), packed(deltas, target, samples, stale)),
    maps: upload(gpu, "maps", "f32", layoutOf(layer.source), packed(maps, layer.source, samples, { ...stale, one: 1 })),
    below: upload(gpu, "below", "f32", layoutOf(layer.source), packed(slopes, layer.source, samples, stale)),
    parameters: upload(
      gpu,
      "parameters",
      "f32",
      convolutionParameters(shape, networks.length).shape as Shape3,
      packConvolutions(networks),
    ),
  };
}

async function runDelta(task: Task): Promise<Float32Array> {
  const { shape, layer, batch, above, maps, below, parameters } = uploadTask(task);
  const kernel = (await createConvolveDelta(gpu, task.activation)).bind({
    layer,
    batch,
    delta: below,
    next_delta: above,
    next_parameters: parameters,
    activations: maps,
  });
  const grid = convolveDeltaGrid(shape.source, task.samples + SPARE, task.networks.length);
  dispatch(gpu, { kernel, grid, step: 1 });
  return read(gpu, below);
}

async function runUpdate(task: Task, optimiser: typeof noOptimiser, variant: "" | "GRADIENT"): Promise<Float32Array> {
  const { shape, layer, batch, above, maps, parameters } = uploadTask(task, optimiser);
  const { shape: rows } = convolutionParameters(shape, task.networks.length);
  const array = (name: string) =>
    upload(gpu, name, "f32", rows as Shape3, new Float32Array(rows[0]! * rows[1]! * rows[2]!));
  const own = { layer, batch, delta: above, inputs: maps, parameters };
  const grid = updateConvolutionGrid(rows[2]! / 4, shape.units, task.networks.length);
  if (variant === "GRADIENT") {
    const gradients = array("gradients");
    dispatch(gpu, { kernel: (await createUpdateConvolution(gpu, variant)).bind({ ...own, gradients }), grid, step: 1 });
    return read(gpu, gradients);
  }
  const moments = { first_moments: array("first moments"), second_moments: array("second moments") };
  dispatch(gpu, { kernel: (await createUpdateConvolution(gpu, variant)).bind({ ...own, ...moments }), grid, step: 1 });
  return read(gpu, moments.first_moments);
}

const subject = (what: string, task: Task, shape: readonly number[]) => ({
  gpu,
  what: `convolution-backward.${what}, ${task.samples} samples`,
  shape,
});
const deltaSubject = (task: Task) =>
  subject(
    `convolve_delta ${task.activation}`,
    task,
    mapLayout(task.networks[0]!.source, 2, task.samples + SPARE).shape,
  );

const zeros = { fill: 0, one: 0 };
const absolute = (layer: ConvolutionLayer): RealConvolution => ({ ...layer, weights: magnitudes(layer.weights) });

/** The gradients of all networks as parameters lie on the device. */
function packedGradients(task: Task, ofNetwork: (network: number) => ReturnType<typeof convolutionGradient>) {
  return packConvolutions(
    task.networks.map((layer, network) => {
      const { weights, biases } = ofNetwork(network);
      return { ...layer, weights: Float32Array.from(weights), biases: Float32Array.from(biases) };
    }),
  );
}

const gradientSubject = (task: Task, what: string) => {
  const [{ source, window, outputs }] = task.networks as [ConvolutionLayer];
  const shape = convolutionShape(source, window, outputs);
  return subject(`update_convolution ${what}`, task, convolutionParameters(shape, 2).shape);
};

describe.each(convolutionCases)("$name", (one) => {
  test("deltas equal the reference on small integers; padding and samples outside the batch are 0", async () => {
    for (const samples of [1, 4, 7]) {
      const task = madeUp(one, samples, "relu", true);
      const wanted = task.networks.map((layer, r) => convolutionDelta(task.deltas[r]!, layer, task.slopes[r]!));
      expectEqual(deltaSubject(task), await runDelta(task), packed(wanted, one.source, samples, zeros));
    }
  });

  test("gradients equal the reference on small integers, with l2 on weights alone", async () => {
    for (const samples of [1, 4, 7]) {
      const task = madeUp(one, samples, "identity", true);
      const wanted = packedGradients(task, (r) =>
        convolutionGradient(task.deltas[r]!, task.maps[r]!, task.networks[r]!, 0.5),
      );
      const got = await runUpdate(task, { ...noOptimiser, l2: 0.5 }, "GRADIENT");
      expectEqual(gradientSubject(task, "GRADIENT"), got, wanted);
    }
  });
});

test.each(activations)("deltas agree with float64 on real maps below %s", async (activation) => {
  for (const one of convolutionCases) {
    const task = madeUp(one, 5, activation, false);
    const { outputs, window, source } = one;
    const terms = outputs * window.kernel.y * window.kernel.x;
    const wanted = task.networks.map((layer, r) => convolutionDelta(task.deltas[r]!, layer, task.slopes[r]!));
    const bounds = task.networks.map((layer, r) => {
      const ones = new Float64Array(task.slopes[r]!.length).fill(1);
      const sums = convolutionDelta(task.deltas[r]!, layer, ones);
      const sizes = convolutionDelta(magnitudes(task.deltas[r]!), absolute(layer), ones);
      const exact = { values: Float64Array.from(task.maps[r]!), bounds: new Float64Array(ones.length) };
      const slopeBounds = needsKeptSlope(activation) ? exact.bounds : slopesOf(exact, activation).bounds;
      return sums.map((sum, at) => {
        const slope = Math.abs(task.slopes[r]![at]!);
        return sumBound(terms + 1, sizes[at]!) * (slope + slopeBounds[at]!) + Math.abs(sum) * slopeBounds[at]! + 1e-30;
      });
    });
    expectWithin(
      deltaSubject(task),
      await runDelta(task),
      packed(wanted, source, 5, zeros),
      packed(bounds, source, 5, zeros),
    );
  }
});

test("gradients agree with float64 on real maps", async () => {
  for (const one of convolutionCases) {
    const task = madeUp(one, 9, "identity", false);
    const terms = 9 * areaOf(convolutionTarget(one, one.outputs)) + 2;
    const wanted = packedGradients(task, (r) =>
      convolutionGradient(task.deltas[r]!, task.maps[r]!, task.networks[r]!, 0.01),
    );
    const bounds = packedGradients(task, (r) => {
      const sizes = convolutionGradient(
        magnitudes(task.deltas[r]!),
        magnitudes(task.maps[r]!),
        absolute(task.networks[r]!),
        0.01,
      );
      const bounded = (values: Float64Array) => values.map((size) => sumBound(terms, size));
      return { weights: bounded(sizes.weights), biases: bounded(sizes.biases) };
    });
    const got = await runUpdate(task, { ...noOptimiser, l2: 0.01 }, "GRADIENT");
    expectWithin(gradientSubject(task, "GRADIENT"), got, wanted, bounds);
  }
});

test("Adam is given the gradient", async () => {
  const task = madeUp(convolutionCases[0]!, 3, "identity", true);
  const optimiser = { ...noOptimiser, one_minus_beta1: 1, one_minus_beta2: 1, epsilon: 1, l2: 0.5 };
  const moments = await runUpdate(task, optimiser, "");
  expectEqual(gradientSubject(task, "first moments"), moments, await runUpdate(task, optimiser, "GRADIENT"));
  expect(moments.some((value) => value !== 0)).toBe(true);
});
