/** backward.wgsl's update_parameters, with gradients written out and with Adam, against src/reference/backward.ts. */

import { describe, expect, test } from "vitest";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { lanesOf } from "../../src/gpu/device/packing.ts";
import { denseOnDevice } from "../../src/gpu/layers/dense.ts";
import { type LayerGradient, parameterGradient, updateParameters } from "../../src/reference/backward.ts";
import { gatherRows, pixelValues } from "../../src/reference/forward.ts";
import { adamBatch } from "../../src/train/adam.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import { FIRST, noOptimiser, runGradients, runUpdate, type UpdateTask } from "../support/backward-kernels.ts";
import { kernelGpus } from "../support/kernel-gpus.ts";
import { integerLayer, realLayer, testRandom } from "../support/networks.ts";
import { sumBound, ULP } from "../support/rounding.ts";
import { binaryBytes, magnitudes, randomBytes, realNumbers, smallIntegers } from "../support/rows.ts";
import { eachDimension, sizesText } from "../support/sizes.ts";

const sources = ["rows", "bytes", "floats"] as const;
type Source = (typeof sources)[number];

interface Sizes {
  readonly samples: number;
  readonly inputs: number;
  readonly outputs: number;
}

function makeTask({ samples, inputs, outputs }: Sizes, source: Source, exact: boolean, l2: number): UpdateTask {
  const random = testRandom(samples + inputs + outputs);
  const values = (length: number) => (exact ? smallIntegers(random, length) : realNumbers(random, length));
  const layer = exact ? integerLayer : realLayer;
  const rows = FIRST + samples;
  return {
    samples,
    layers: [layer(random, inputs, outputs), layer(random, inputs, outputs)],
    delta: [values(samples * outputs), values(samples * outputs)],
    source:
      source === "rows"
        ? { rows: [values(samples * inputs), values(samples * inputs)] }
        : {
            ...(source === "bytes"
              ? { pixels: (exact ? binaryBytes : randomBytes)(random, rows * inputs) }
              : { values: values(rows * inputs) }),
            orders: [random.permutation(rows), random.permutation(rows)],
          },
    optimiser: { ...noOptimiser, l2 },
  };
}

function sourceRows({ source, samples, layers }: UpdateTask, network: number): ArrayLike<number> {
  if ("rows" in source) return source.rows[network]!;
  const batch = source.orders[network]!.subarray(FIRST, FIRST + samples);
  return gatherRows("pixels" in source ? pixelValues(source.pixels) : source.values, layers[0]!.inputs, batch);
}

/** Per network: gradients, and the bound of each from the sum of its terms' magnitudes. */
function wantedGradients(task: UpdateTask): { values: LayerGradient[]; bounds: LayerGradient[] } {
  const { layers, delta, optimiser, samples } = task;
  const values = layers.map((layer, network) =>
    parameterGradient(delta[network]!, sourceRows(task, network), layer, optimiser.l2),
  );
  const sums = layers.map((layer, network) => {
    const absolute = { ...layer, weights: magnitudes(layer.weights) };
    return parameterGradient(
      magnitudes(delta[network]!),
      magnitudes(sourceRows(task, network)),
      absolute,
      optimiser.l2,
    );
  });
  const bounded = (array: Float64Array) => array.map((sum) => sumBound(samples + 1, sum));
  const bounds = sums.map(({ weights, biases }) => ({ weights: bounded(weights), biases: bounded(biases) }));
  return { values, bounds };
}

/** Gradients as parameters lie on the device: a row's weights, its bias, zeros. */
function packed(task: UpdateTask, parts: readonly LayerGradient[]): Float64Array {
  const { inputs, outputs } = task.layers[0]!;
  const lanes = lanesOf(inputs);
  const rows = new Float64Array(parts.length * outputs * lanes);
  parts.forEach(({ weights, biases }, network) => {
    for (let o = 0; o < outputs; o++) {
      const row = (network * outputs + o) * lanes;
      rows.set(weights.subarray(o * inputs, (o + 1) * inputs), row);
      rows[row + inputs] = biases[o]!;
    }
  });
  return rows;
}

function subject(gpu: GpuContext, what: string, task: UpdateTask) {
  const { inputs, outputs } = task.layers[0]!;
  const sizes = sizesText({ samples: task.samples, inputs, outputs });
  return { gpu, what: `backward.update_parameters ${what}, ${sizes}`, shape: [2, outputs, lanesOf(inputs)] };
}

/** Adam's terms as the device has them: rounded to float32. */
function withOptimiser(task: UpdateTask, step: number): UpdateTask {
  const {
    first: _first,
    count: _count,
    ...terms
  } = adamBatch(step, FIRST, task.samples, { learningRate: 0.01, l2: 0.01 });
  const rounded = Object.fromEntries(Object.entries(terms).map(([name, value]) => [name, Math.fround(value)]));
  return { ...task, optimiser: rounded as typeof terms };
}

async function compareStep(gpu: GpuContext, task: UpdateTask, hasHistory: boolean): Promise<void> {
  const gradients = wantedGradients(task);
  const g = packed(task, gradients.values);
  const gBound = packed(task, gradients.bounds);
  const random = testRandom(7);
  const history = (scale: number) => (hasHistory ? realNumbers(random, g.length, scale) : new Float32Array(g.length));
  // Padding has no gradient and no history, so it must stay 0.
  const kept = (values: Float32Array) => values.map((value, index) => (g[index] === 0 ? 0 : value));
  const moments = { first: kept(history(0.1)), second: kept(history(0.01).map(Math.abs)) };
  const want = Float64Array.from(denseOnDevice.pack(task.layers));
  const first = Float64Array.from(moments.first);
  const second = Float64Array.from(moments.second);
  const before = Float64Array.from(want);
  updateParameters(want, g, first, second, task.optimiser);

  const { beta1, one_minus_beta1, one_minus_beta2, epsilon, learning_rate, variance_correction } = task.optimiser;
  // Each moment is a sum of two products, and the gradient's bound enters as its slope.
  const firstBound = first.map((_, i) => {
    const size = beta1 * Math.abs(moments.first[i]!) + one_minus_beta1 * Math.abs(g[i]!);
    return sumBound(2, size) + one_minus_beta1 * gBound[i]!;
  });
  const secondBound = second.map((_, i) => {
    const slope = 2 * Math.abs(g[i]!) + gBound[i]!;
    return sumBound(3, second[i]!) + one_minus_beta2 * slope * gBound[i]!;
  });
  // The quotient's relative error: its numerator's, half of v's (a square root), and 2.5 ULP of the division, 4.5 of the
  // square root, 3 of the products and the sum. One more rounding for the difference.
  const bound = want.map((value, i) => {
    const scale = Math.sqrt(second[i]!) * variance_correction + epsilon;
    const numerator = firstBound[i]! + Math.abs(first[i]!) * (secondBound[i]! / (second[i]! + 1e-30) + 10 * ULP);
    return (learning_rate * numerator) / scale + 2 * ULP * (Math.abs(value) + Math.abs(before[i]!));
  });
  const got = await runUpdate(gpu, task, moments);
  expectWithin(subject(gpu, "first moments", task), got.first, first, firstBound);
  expectWithin(subject(gpu, "second moments", task), got.second, second, secondBound);
  expectWithin(subject(gpu, "parameters", task), got.parameters, want, bound);
}

describe.each(await kernelGpus())("$kernels", ({ gpu }) => {
  describe.each(sources)("with a source of %s", (source) => {
    test("gradients equal the reference on small integers at every awkward size, with l2 on weights alone", async () => {
      for (const sizes of eachDimension(["samples", "inputs", "outputs"])) {
        const task = makeTask(sizes, source, true, 0.5);
        const want = packed(task, wantedGradients(task).values);
        expectEqual(subject(gpu, "GRADIENT", task), await runGradients(gpu, task), want);
      }
    });

    test("gradients agree with float64 on real inputs", async () => {
      for (const sizes of [
        { samples: 37, inputs: 13, outputs: 11 },
        { samples: 513, inputs: 3, outputs: 2 },
      ]) {
        const task = makeTask(sizes, source, false, 0.01);
        const { values, bounds } = wantedGradients(task);
        const got = await runGradients(gpu, task);
        expectWithin(subject(gpu, "GRADIENT", task), got, packed(task, values), packed(task, bounds));
      }
    });

    test.each([1, 2, 1000])("step %i of Adam agrees with float64", async (step) => {
      const plain = makeTask({ samples: 9, inputs: 13, outputs: 11 }, source, false, 0.01);
      await compareStep(gpu, withOptimiser(plain, step), step > 1);
    });
  });

  test("a parameter without gradient stays as it is, to the bit", async () => {
    const plain = makeTask({ samples: 5, inputs: 6, outputs: 3 }, "rows", false, 0);
    const silent = { ...plain, delta: plain.delta.map((delta) => new Float32Array(delta.length)) };
    const task = withOptimiser(silent, 1);
    const zeros = new Float32Array(denseOnDevice.pack(task.layers).length);
    const quiet = { ...task, optimiser: { ...task.optimiser, l2: 0 } };
    const { parameters } = await runUpdate(gpu, quiet, { first: zeros, second: zeros });
    expect(parameters).toEqual(denseOnDevice.pack(task.layers));
  });
});
