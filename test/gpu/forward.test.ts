/** forward.wgsl in its variants against src/reference/forward.ts. */

import { describe, expect, test } from "vitest";
import { type ActivationLike, needsKeptSlope, quantizationThresholds } from "../../src/core/activation.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import type { ForwardVariant, SlopesVariant } from "../../src/gpu/kernels/forward.ts";
import { forwardLayer, keptSlope } from "../../src/reference/forward.ts";
import { expectEqual, expectWithin, type Subject } from "../support/agreement.ts";
import {
  expectedOutputs,
  type ForwardTask,
  forwardTask,
  layerOfSlab,
  outputShape,
  packedOutputs,
  runForward,
  runForwardWithSlopes,
  sourceRows,
} from "../support/forward-kernel.ts";
import { kernelGpus } from "../support/kernel-gpus.ts";
import { testRandom } from "../support/networks.ts";
import { activationBound, keptSlopeBound, sumBound } from "../support/rounding.ts";
import { magnitudes } from "../support/rows.ts";
import { eachDimension, sizesText } from "../support/sizes.ts";

const variants: readonly ForwardVariant[] = ["BYTES", "BYTES+GATHERED", "FLOATS", "FLOATS+GATHERED", "", "MASKED"];
const slopesVariants: readonly SlopesVariant[] = ["BYTES+GATHERED+SLOPES", "FLOATS+GATHERED+SLOPES", "SLOPES"];

const realSizes = [
  { samples: 37, inputs: 13, outputs: 11 },
  { samples: 5, inputs: 785, outputs: 6 },
  { samples: 3, inputs: 1, outputs: 1 },
];

const extremeSums = [0, 1e-30, 1e-6, 0.0199, 0.02, 0.0201, 1, 15, 87, 90, 1e4, 3e37].flatMap((z) => [z, -z]);

/** One unit whose pre-activations are the extreme sums. */
function extremeTask(): ForwardTask {
  const layer = { inputs: 1, outputs: 1, weights: Float32Array.of(1), biases: Float32Array.of(0) };
  const plain = forwardTask(testRandom(4), { samples: extremeSums.length, inputs: 1, outputs: 1 }, true);
  const slab = Float32Array.from(extremeSums);
  return { ...plain, networks: [layer, layer], slabs: [slab, slab, slab] };
}

function subject(gpu: GpuContext, task: ForwardTask, variant: ForwardVariant, activation: string) {
  const { samples, inputs, outputs } = task;
  const what = `forward.forward_layer ${variant} ${activation}, ${sizesText({ samples, inputs, outputs })}`;
  return { gpu, what, shape: outputShape(task) };
}

/** Bounds of slab z, [samples, outputs]: the sum's, carried through the activation function, or its derivative. */
function outputBounds(
  task: ForwardTask,
  variant: ForwardVariant,
  activation: ActivationLike,
  z: number,
  boundOf = activationBound,
): Float64Array {
  const rows = sourceRows(task, variant, z);
  const layer = layerOfSlab(task, z);
  const absolute = { ...layer, weights: magnitudes(layer.weights), biases: magnitudes(layer.biases) };
  const sums = forwardLayer(magnitudes(rows), absolute, "identity");
  const values = forwardLayer(rows, layer, "identity");
  return values.map((value, index) => boundOf(value, sumBound(task.inputs + 1, sums[index]!), activation));
}

/** Bounds as they lie on the device: padding and rows outside the batch must be exact. */
function packedBounds(
  task: ForwardTask,
  variant: ForwardVariant,
  activation: ActivationLike,
  boundOf = activationBound,
): Float64Array {
  const [slabs, slabRows, lanes] = outputShape(task);
  const bounds = new Float64Array(slabs * slabRows * lanes);
  for (let z = 0; z < slabs; z++) {
    for (const [index, bound] of outputBounds(task, variant, activation, z, boundOf).entries()) {
      const row = z * slabRows + Math.floor(index / task.outputs);
      bounds[row * lanes + (index % task.outputs)] = bound;
    }
  }
  return bounds;
}

/** act'(z) for every unit; what stands in the padding of a row is nobody's business. */
function expectSlopes(
  subject: Subject,
  task: ForwardTask,
  variant: ForwardVariant,
  activation: ActivationLike,
  got: Float32Array,
): void {
  const sums = expectedOutputs(task, variant, "identity");
  const want = packedOutputs(task, (z) => sums[z]!.map((value) => keptSlope(value, activation)));
  const bounds = packedBounds(task, variant, activation, keptSlopeBound);
  const [lanes, rows] = [outputShape(task)[2], outputShape(task)[1]];
  const ofUnits = got.map((value, at) => {
    const inBatch = Math.floor(at / lanes) % rows < task.samples;
    return inBatch && at % lanes >= task.outputs ? want[at]! : value;
  });
  expectWithin(subject, ofUnits, want, bounds);
}

describe.each(await kernelGpus())("$kernels", ({ gpu, ownActivations }) => {
  describe.each(variants)("a layer in variant '%s'", (variant) => {
    test("equals the reference on small integers at every awkward size, and writes nothing else", async () => {
      const random = testRandom(1);
      for (const sizes of eachDimension(["samples", "inputs", "outputs"])) {
        for (const activation of ["identity", "relu"] as const) {
          const task = forwardTask(random, sizes, true);
          const want = packedOutputs(task, (z) => expectedOutputs(task, variant, activation)[z]!);
          expectEqual(subject(gpu, task, variant, activation), await runForward(gpu, task, variant, activation), want);
        }
      }
    });

    test.each(ownActivations)("agrees with float64 on real inputs with %s", async (activation) => {
      const random = testRandom(2);
      for (const sizes of realSizes) {
        const task = forwardTask(random, sizes, false);
        const want = packedOutputs(task, (z) => expectedOutputs(task, variant, activation)[z]!);
        const bounds = packedBounds(task, variant, activation);
        expectWithin(
          subject(gpu, task, variant, activation),
          await runForward(gpu, task, variant, activation),
          want,
          bounds,
        );
      }
    });
  });

  describe.each(slopesVariants)("a layer in variant '%s'", (variant) => {
    test.each(ownActivations.filter(needsKeptSlope))(
      "keeps the slopes of %s beside its outputs",
      async (activation) => {
        const random = testRandom(2);
        const plain = variant.replace(/\+?SLOPES/, "") as ForwardVariant;
        for (const sizes of realSizes) {
          const task = forwardTask(random, sizes, false);
          const got = await runForwardWithSlopes(gpu, task, variant, activation);
          expect(got.outputs).toEqual(await runForward(gpu, task, plain, activation));
          expectSlopes(subject(gpu, task, variant, `slopes of ${activation}`), task, variant, activation, got.slopes);
        }
      },
    );
  });

  test.each(ownActivations.filter(needsKeptSlope))(
    "slopes of %s have their limits from tiny to huge sums",
    async (activation) => {
      const task = extremeTask();
      const got = await runForwardWithSlopes(gpu, task, "SLOPES", activation);
      expectSlopes(
        subject(gpu, task, "SLOPES", `slopes of ${activation}, extreme`),
        task,
        "SLOPES",
        activation,
        got.slopes,
      );
    },
  );

  test.each(["", "MASKED"] as const)(
    "jobs of one network share its rows in variant '%s' where own_source is 0",
    async (variant) => {
      const task = forwardTask(testRandom(3), { samples: 9, inputs: 7, outputs: 5 }, true, false);
      const want = packedOutputs(task, (z) => expectedOutputs(task, variant, "identity")[z]!);
      expectEqual(subject(gpu, task, variant, "shared"), await runForward(gpu, task, variant, "identity"), want);
    },
  );

  test.each(ownActivations)("%s keeps its sign and its limits from tiny to huge sums", async (activation) => {
    const task = extremeTask();
    const want = packedOutputs(task, (z) => expectedOutputs(task, "", activation)[z]!);
    const got = await runForward(gpu, task, "", activation);
    expectWithin(
      subject(gpu, task, "", `${activation} of extreme sums`),
      got,
      want,
      packedBounds(task, "", activation),
    );
    // The one-bit quantisation compares with theta, so the side on which a value lies must be exact.
    const theta = Math.fround(quantizationThresholds[activation]);
    const lanes = outputShape(task)[2];
    for (const [s, z] of extremeSums.entries()) {
      const t = got[s * lanes]!;
      if (Math.abs(z) >= 1e-6) expect([s, t > theta]).toEqual([s, z > 0]);
    }
  });

  test("a NaN among the parameters shows in the output", async () => {
    const plain = forwardTask(testRandom(5), { samples: 2, inputs: 2, outputs: 1 }, false);
    const networks = plain.networks.map((layer) => ({ ...layer, biases: Float32Array.of(Number.NaN) }));
    for (const activation of ownActivations) {
      const got = await runForward(gpu, { ...plain, networks }, "BYTES", activation);
      expect([activation, got[0]]).toEqual([activation, Number.NaN]);
    }
    for (const activation of ownActivations.filter(needsKeptSlope)) {
      const got = await runForwardWithSlopes(gpu, { ...plain, networks }, "SLOPES", activation);
      expect([activation, got.slopes[0]]).toEqual([activation, Number.NaN]);
    }
  });
});
