/** top-layer.wgsl against src/reference/top-layer.ts, at sizes around its tiles, and where it is used. */

import { expect, test } from "vitest";
import { type Activation, activations, needsKeptSlope } from "../../src/core/activation.ts";
import { activate } from "../../src/core/activation-values.ts";
import type { DenseLayer } from "../../src/core/layers/dense.ts";
import { everyProduct } from "../../src/core/tiles.ts";
import { withTiles } from "../../src/gpu/device/context.ts";
import { lanesOf } from "../../src/gpu/device/packing.ts";
import { fusesTopLayer } from "../../src/gpu/kernels/top-layer.ts";
import { denseOnDevice } from "../../src/gpu/layers/dense.ts";
import { forwardLayer, keptSlope } from "../../src/reference/forward.ts";
import { stepTopLayer, type TopLayerStep } from "../../src/reference/top-layer.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import {
  FIRST,
  noOptimiser,
  runTopLayer,
  runTopLayerUpdate,
  SPARE_ROWS,
  type TopLayerTask,
} from "../support/backward-kernels.ts";
import { testGpu } from "../support/gpu.ts";
import { realLayer, testRandom } from "../support/networks.ts";
import {
  type Bounded,
  boundedHiddenDelta,
  boundedOutputDelta,
  layerGradientBounds,
  slopesOf,
} from "../support/propagated-rounding.ts";
import { lossBound, sumBound, ULP } from "../support/rounding.ts";
import { concatenate, magnitudes, paddedRows, realNumbers } from "../support/rows.ts";
import { sizesText } from "../support/sizes.ts";

const gpu = await testGpu();
const L2 = 0.02;
const LOSS_BEFORE = 1.5;

interface Sizes {
  readonly samples: number;
  readonly inputs: number;
  readonly classes: number;
}

function makeTask({ samples, inputs, classes }: Sizes, activation: Activation): TopLayerTask {
  const random = testRandom(samples + inputs + classes);
  const rows = FIRST + samples;
  const layers = [realLayer(random, inputs, classes), realLayer(random, inputs, classes)];
  const sums = [0, 1].map(() => realNumbers(random, samples * inputs, 2));
  const kept = needsKeptSlope(activation);
  return {
    samples,
    activation,
    layers,
    inputs: sums.map((z) => z.map((value) => activate(value, activation))),
    keptSlopes: sums.map((z) => (kept ? z.map((value) => keptSlope(value, activation)) : [])),
    labels: Uint32Array.from({ length: rows }, () => random.nextBelow(classes)),
    orders: [random.permutation(rows), random.permutation(rows)],
    lossBefore: LOSS_BEFORE,
    optimiser: { ...noOptimiser, l2: L2 },
  };
}

function batchLabels({ labels, orders, samples }: TopLayerTask, network: number): Uint32Array {
  return orders[network]!.subarray(FIRST, FIRST + samples).map((row) => labels[row]!);
}

/** act' of the layer below as the kernel is given it, or works it out. */
function slopesIn({ inputs, keptSlopes, activation }: TopLayerTask, network: number): Bounded {
  const exact = new Float64Array(inputs[network]!.length);
  if (needsKeptSlope(activation)) return { values: Float64Array.from(keptSlopes[network]!), bounds: exact };
  return slopesOf({ values: Float64Array.from(inputs[network]!), bounds: exact }, activation);
}

function wanted(task: TopLayerTask, network: number): TopLayerStep {
  const slopes = slopesIn(task, network).values;
  return stepTopLayer(task.inputs[network]!, task.layers[network]!, batchLabels(task, network), slopes, L2);
}

/** How far each result may be off, from the rounding of the logits on. */
function bounds(task: TopLayerTask, network: number) {
  const { inputs: width, outputs: classes } = task.layers[network]!;
  const layer: DenseLayer = task.layers[network]!;
  const absolute = { ...layer, weights: magnitudes(layer.weights), biases: magnitudes(layer.biases) };
  const inputs = Float64Array.from(task.inputs[network]!);
  const source = { values: inputs, bounds: new Float64Array(inputs.length) };
  const values = forwardLayer(inputs, layer, "identity");
  const sizes = forwardLayer(magnitudes(inputs), absolute, "identity");
  const logits = { values, bounds: sizes.map((size) => sumBound(width + 1, size)) };
  const labels = batchLabels(task, network);
  const delta = boundedOutputDelta(logits, labels, classes);
  const losses = Array.from(labels, (label, s) => {
    const at = (array: Float64Array) => [...array.subarray(s * classes, (s + 1) * classes)];
    return lossBound(at(logits.values), label, Math.max(...at(logits.bounds))) + 2 * ULP * LOSS_BEFORE;
  });
  return {
    losses,
    below: boundedHiddenDelta(delta, layer, slopesIn(task, network)).bounds,
    gradient: layerGradientBounds(delta, source, absolute, L2, task.samples),
  };
}

async function compare(sizes: Sizes, activation: Activation): Promise<void> {
  const task = makeTask(sizes, activation);
  const { samples, inputs, classes } = sizes;
  const slabRows = samples + SPARE_ROWS;
  const got = await runTopLayer(gpu, task);
  const what = `top-layer.step_top_layer ${activation}, ${sizesText({ samples, inputs, classes })}`;
  const [want, bound] = [
    [0, 1].map((network) => wanted(task, network)),
    [0, 1].map((network) => bounds(task, network)),
  ];
  expectWithin(
    { gpu, what: `${what}, delta below`, shape: [2, slabRows, lanesOf(inputs)] },
    got.below_delta,
    concatenate(want.map(({ below_delta }) => paddedRows(below_delta, inputs, slabRows))),
    concatenate(bound.map(({ below }) => paddedRows(below, inputs, slabRows))),
  );
  expectWithin(
    { gpu, what: `${what}, losses`, shape: [2, slabRows] },
    got.losses,
    want.flatMap(({ losses }) => [
      ...losses.map((loss) => loss + LOSS_BEFORE),
      ...new Array<number>(SPARE_ROWS).fill(LOSS_BEFORE),
    ]),
    bound.flatMap(({ losses }) => [...losses, ...new Array<number>(SPARE_ROWS).fill(0)]),
  );
  const packed = (layers: readonly { weights: Float64Array; biases: Float64Array }[]) =>
    denseOnDevice.pack(layers.map(({ weights, biases }) => ({ inputs, outputs: classes, weights, biases }) as never));
  expectWithin(
    { gpu, what: `${what}, gradients`, shape: [2, classes, lanesOf(inputs)] },
    got.gradients,
    packed(want.map(({ gradient }) => gradient)),
    packed(bound.map(({ gradient }) => gradient)).map((value) => value * (1 + ULP)),
  );
}

test("losses, delta below and gradients agree with float64 at every awkward size", async () => {
  for (const samples of [1, 2, 31, 32, 33, 63, 64, 65, 125])
    await compare({ samples, inputs: 5, classes: 3 }, "sigmoid");
  for (const inputs of [1, 2, 3, 4, 7, 8, 37]) await compare({ samples: 5, inputs, classes: 3 }, "sigmoid");
  for (const classes of [1, 2, 3, 4, 5, 8, 15, 16]) await compare({ samples: 5, inputs: 6, classes }, "sigmoid");
});

test.each(activations)("they agree with float64 with %s below", async (activation) => {
  await compare({ samples: 37, inputs: 101, classes: 10 }, activation);
});

test("Adam is given the gradient, and takes the parameters that the delta below was made with", async () => {
  const task = makeTask({ samples: 9, inputs: 13, classes: 10 }, "tanh");
  // The first moment becomes the gradient, and each parameter moves by 1/2.
  const optimiser = {
    ...noOptimiser,
    one_minus_beta1: 1,
    one_minus_beta2: 1,
    learning_rate: 0.5,
    variance_correction: 1,
    l2: L2,
  };
  const [gradients, updated] = [await runTopLayer(gpu, task), await runTopLayerUpdate(gpu, { ...task, optimiser })];
  const shape = [2, 10, lanesOf(13)];
  expectEqual({ gpu, what: "first moments", shape }, updated.first, gradients.gradients);
  expectEqual({ gpu, what: "delta below", shape: [2, 12, lanesOf(13)] }, updated.below_delta, gradients.below_delta);
  const before = denseOnDevice.pack(task.layers);
  const steps = before.map((value, index) => value - 0.5 * Math.sign(gradients.gradients[index]!));
  const bound = before.map((value) => 8 * ULP * (Math.abs(value) + 1));
  // Padding has no gradient: 0 / 0 would show.
  const kept = updated.parameters.map((value, index) => (before[index] === 0 ? 0 : value));
  expectWithin(
    { gpu, what: "parameters", shape },
    kept,
    steps.map((value, index) => (before[index] === 0 ? 0 : value)),
    bound,
  );
});

test("a NaN among the parameters makes the losses NaN or infinite", async () => {
  const task = makeTask({ samples: 2, inputs: 3, classes: 4 }, "sigmoid");
  const layers = task.layers.map((layer) => ({
    ...layer,
    biases: layer.biases.map((b, c) => (c === 2 ? Number.NaN : b)),
  }));
  const { losses } = await runTopLayer(gpu, { ...task, layers });
  // What exp makes of NaN is up to the adapter; the trainer asks for finite losses.
  expect([losses[0], losses[1]].map(Number.isFinite)).toEqual([false, false]);
});

test("it is used where the products have the shared form, for up to 16 classes and 128 rows", () => {
  const shared = withTiles(gpu, everyProduct("shared"));
  expect([fusesTopLayer(shared, 16, 128), fusesTopLayer(shared, 17, 128), fusesTopLayer(shared, 16, 129)]).toEqual([
    true,
    false,
    false,
  ]);
  expect(fusesTopLayer(withTiles(gpu, everyProduct("plain")), 10, 32)).toBe(false);
});
