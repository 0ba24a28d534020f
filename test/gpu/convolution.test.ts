/** convolution.wgsl in its forms against src/reference/convolution.ts. */
import { describe, expect, test } from "vitest";
import type { ActivationLike } from "../../src/core/activation.ts";
import { type ConvolutionLayer, convolutionShape, convolutionTarget } from "../../src/core/layers/convolution.ts";
import { areaOf, squareWindow } from "../../src/core/layers/maps.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { read } from "../../src/gpu/device/device-array.ts";
import { packStructs } from "../../src/gpu/device/uniforms.ts";
import { convolution } from "../../src/gpu/generated/shaders.ts";
import {
  convolutionParameters,
  convolutionUniform,
  convolveGrid,
  createConvolve,
  mapLayout,
  packConvolutions,
} from "../../src/gpu/kernels/convolution.ts";
import { convolve } from "../../src/reference/convolution.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import { allocate, upload, uploadUniforms } from "../support/arrays.ts";
import { convolutionCases, madeUpConvolution, packedMaps } from "../support/convolutions.ts";
import { dispatch } from "../support/dispatch.ts";
import { kernelGpus } from "../support/kernel-gpus.ts";
import { testRandom } from "../support/networks.ts";
import { activationBound, sumBound } from "../support/rounding.ts";
import { concatenate, magnitudes, realNumbers, smallIntegers } from "../support/rows.ts";

/** Samples of a slab that are not in the batch: they must stay as they are. */
const SPARE = 2;
const UNTOUCHED = -77;
const FIRST_JOB = 1;

interface Task {
  readonly networks: readonly ConvolutionLayer[];
  /** Slab z of the outputs is of the network networkOf[FIRST_JOB + z]. */
  readonly networkOf: readonly number[];
  readonly samples: number;
  /** Per slab, or per network where jobs share them: [samples, positions, channels]. */
  readonly slabs: readonly ArrayLike<number>[];
  readonly ownSource: boolean;
}

const slabsOf = ({ networkOf }: Task) => networkOf.length - FIRST_JOB;
const sourceOf = ({ slabs, ownSource, networkOf }: Task, z: number) =>
  slabs[ownSource ? z : networkOf[FIRST_JOB + z]!]!;
const layerOf = ({ networks, networkOf }: Task, z: number) => networks[networkOf[FIRST_JOB + z]!]!;
const targetOf = ({ networks: [layer] }: Task) => convolutionTarget(layer!, layer!.outputs);

/** Bounds of what is not computed: padding, samples outside the batch. */
const exactAround = { fill: 0, one: 0 };

/** What the device's array must hold, from what is computed of each slab. */
function packed(
  task: Task,
  rowsOf: (z: number) => ArrayLike<number>,
  around = { fill: UNTOUCHED, one: 1 },
): Float32Array {
  const place = { slabRows: task.samples + SPARE, ...around };
  return concatenate(Array.from({ length: slabsOf(task) }, (_, z) => packedMaps(rowsOf(z), targetOf(task), place)));
}

async function run(gpu: GpuContext, task: Task, activation: ActivationLike): Promise<Float32Array> {
  const { networks, networkOf, samples, slabs, ownSource } = task;
  const [layer] = networks as [ConvolutionLayer];
  const shape = convolutionShape(layer.source, layer.window, layer.outputs);
  const target = targetOf(task);
  const slabRows = samples + SPARE;
  const place = { slabRows, fill: Number.NaN };
  const inputs = concatenate(slabs.map((slab) => packedMaps(slab, layer.source, place)));
  const outputs = mapLayout(target, slabsOf(task), slabRows).shape as [number, number, number];
  const untouched = new Float32Array(outputs[0] * outputs[1] * outputs[2]).fill(UNTOUCHED);
  const own = {
    layer: uploadUniforms(gpu, convolution, "Layer", [convolutionUniform(shape, { slabRows, ownSource })]),
    // Another batch comes first, so that a kernel that ignores `step` is seen.
    batch: uploadUniforms(gpu, convolution, "Batch", [
      { count: 1, first_job: 0 },
      { count: samples, first_job: FIRST_JOB },
    ]),
    jobs: allocate(gpu, "jobs", "Job", [networkOf.length], convolution.structs.Job.size),
    inputs: upload(
      gpu,
      "inputs",
      "f32",
      mapLayout(layer.source, slabs.length, slabRows).shape as [number, number, number],
      inputs,
    ),
    parameters: upload(
      gpu,
      "parameters",
      "f32",
      convolutionParameters(shape, networks.length).shape as [number, number, number],
      packConvolutions(networks),
    ),
    outputs: upload(gpu, "outputs", "f32", outputs, untouched),
  };
  const jobs = networkOf.map((network) => ({ network }));
  gpu.device.queue.writeBuffer(own.jobs.buffer, 0, packStructs(convolution.structs.Job, jobs) as BufferSource);
  const kernel = (await createConvolve(gpu, activation)).bind(own);
  dispatch(gpu, { kernel, grid: convolveGrid(gpu, target, samples, slabsOf(task)), step: 1 });
  const result = await read(gpu, own.outputs);
  for (const one of Object.values(own)) one.destroy();
  return result;
}

function madeUp(
  seed: number,
  one: (typeof convolutionCases)[number],
  samples: number,
  exact: boolean,
  ownSource = true,
): Task {
  const random = testRandom(seed);
  const networks = [0, 1].map(() => madeUpConvolution(random, one, exact));
  const values = one.source.channels * areaOf(one.source) * samples;
  const slabs = [0, 1, 2].map(() => (exact ? smallIntegers(random, values) : realNumbers(random, values)));
  return { networks, networkOf: [0, 1, 1, 0], samples, slabs, ownSource };
}

const subject = (gpu: GpuContext, name: string, task: Task) => ({
  gpu,
  what: `convolution.convolve ${name}, ${task.samples} samples`,
  shape: mapLayout(targetOf(task), slabsOf(task), task.samples + SPARE).shape,
});

/** Products that are summed for an output, at most, and the bias. */
const termsOf = ({ source, window: { kernel } }: ConvolutionLayer) => source.channels * kernel.y * kernel.x + 1;

describe.each((await kernelGpus()).filter(({ kernels }) => !kernels.startsWith("shared")))(
  "$kernels",
  ({ gpu, ownActivations }) => {
    test.each(convolutionCases)(
      "$name: equals the reference on small integers, and writes nothing else",
      async (one) => {
        for (const samples of [1, 3, 4, 5, 31, 33]) {
          for (const activation of ["identity", "relu"] as const) {
            const task = madeUp(1, one, samples, true);
            const want = packed(task, (z) => convolve(sourceOf(task, z), layerOf(task, z), activation));
            expectEqual(subject(gpu, one.name, task), await run(gpu, task, activation), want);
          }
        }
      },
    );

    test.each(ownActivations)("agrees with float64 on real maps with %s", async (activation) => {
      for (const one of convolutionCases) {
        const task = madeUp(2, one, 7, false);
        const sums = Array.from({ length: slabsOf(task) }, (_, z) =>
          convolve(sourceOf(task, z), layerOf(task, z), "identity"),
        );
        const bounds = packed(
          task,
          (z) => {
            const layer = layerOf(task, z);
            const absolute = { ...layer, weights: magnitudes(layer.weights), biases: magnitudes(layer.biases) };
            const all = convolve(magnitudes(sourceOf(task, z)), absolute, "identity");
            return sums[z]!.map((sum, at) => activationBound(sum, sumBound(termsOf(layer), all[at]!), activation));
          },
          exactAround,
        );
        const want = packed(task, (z) => convolve(sourceOf(task, z), layerOf(task, z), activation));
        expectWithin(subject(gpu, `${one.name} ${activation}`, task), await run(gpu, task, activation), want, bounds);
      }
    });

    test("jobs of one network share its maps where own_source is 0", async () => {
      const one = convolutionCases[0]!;
      const task = madeUp(3, one, 9, true, false);
      const want = packed(task, (z) => convolve(sourceOf(task, z), layerOf(task, z), "identity"));
      expectEqual(subject(gpu, "shared maps", task), await run(gpu, task, "identity"), want);
    });

    test("a network has the same bits alone and among others, in any batch", async () => {
      const one = {
        name: "bits",
        source: { channels: 5, height: 6, width: 6 },
        window: squareWindow(3, 1, 1),
        outputs: 18,
      };
      const task = madeUp(4, one, 33, false);
      const among = await run(gpu, task, "tanh");
      const alone = await run(
        gpu,
        { ...task, networks: [layerOf(task, 1)], networkOf: [0, 0], slabs: [task.slabs[1]!] },
        "tanh",
      );
      const each = alone.length;
      expect(among.subarray(each, 2 * each)).toEqual(alone);
      const firstFive = { ...task, samples: 5, networks: [layerOf(task, 1)], networkOf: [0, 0] };
      const few = await run(gpu, { ...firstFive, slabs: [Array.from(task.slabs[1]!).slice(0, 5 * 5 * 36)] }, "tanh");
      const written = 5 * 36 * 20;
      expect(few.subarray(0, written)).toEqual(alone.subarray(0, written));
    });

    test("a NaN among the parameters shows in the output", async () => {
      const plain = madeUp(5, convolutionCases[1]!, 2, false);
      const networks = plain.networks.map((layer) => ({ ...layer, biases: layer.biases.map(() => Number.NaN) }));
      expect((await run(gpu, { ...plain, networks }, "relu"))[0]).toBeNaN();
    });
  },
);
