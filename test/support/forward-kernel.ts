/** Made-up work for forward.wgsl in every variant, run on the device and by the reference. */

import type { ActivationLike } from "../../src/core/activation.ts";
import type { DenseLayer } from "../../src/core/layers/dense.ts";
import type { RandomSequence } from "../../src/core/random.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { read } from "../../src/gpu/device/device-array.ts";
import { lanesOf, packPixels, packValues, quadsOf } from "../../src/gpu/device/packing.ts";
import { packStructs } from "../../src/gpu/device/uniforms.ts";
import { forward } from "../../src/gpu/generated/shaders.ts";
import {
  createForwardLayer,
  type ForwardJob,
  type ForwardVariant,
  forwardGrid,
} from "../../src/gpu/kernels/forward.ts";
import { denseOnDevice } from "../../src/gpu/layers/dense.ts";
import { forwardLayer, gatherRows, maskInputs, pixelValues } from "../../src/reference/forward.ts";
import { allocate, upload, uploadUniforms } from "./arrays.ts";
import { dispatch } from "./dispatch.ts";
import { integerLayer, realLayer } from "./networks.ts";
import { binaryBytes, concatenate, homogeneousRows, randomBytes, realNumbers, smallIntegers } from "./rows.ts";

export interface ForwardSizes {
  readonly samples: number;
  readonly inputs: number;
  readonly outputs: number;
}

export interface ForwardTask extends ForwardSizes {
  readonly networks: readonly DenseLayer[];
  /** Slab z of the outputs is for jobs[FIRST_JOB + z]. */
  readonly jobs: readonly ForwardJob[];
  readonly ownSource: boolean;
  /** [FIRST + samples, inputs]. */
  readonly pixels: Uint8Array;
  /** [FIRST + samples, inputs]: the same rows of a split as floats. */
  readonly values: Float32Array;
  /** Per network, [FIRST + samples]. */
  readonly orders: readonly Uint32Array[];
  /** Per slab, [samples, inputs]. */
  readonly slabs: readonly Float32Array[];
  /** Per curve, [inputs]. */
  readonly positions: readonly Uint32Array[];
  /** Per row, [inputs]. */
  readonly replacements: readonly Float32Array[];
}

const FIRST = 3;
const FIRST_JOB = 1;
/** Rows of a slab that are not in the batch: they must stay as they are. */
const SPARE_ROWS = 2;
const UNTOUCHED = -77;
/** Quads before and behind this layer's neurons in a row of positions and replacements. */
const MASK_MARGIN = 1;
/** The position of neurons that are not in the order, and of padding. */
const NEVER = 0xffffffff;

/** @param exact small integers, whose sums are exact in any order; else real numbers. */
export function forwardTask(
  random: RandomSequence,
  sizes: ForwardSizes,
  exact: boolean,
  ownSource = true,
): ForwardTask {
  const { samples, inputs, outputs } = sizes;
  const rows = FIRST + samples;
  const values = (length: number) => (exact ? smallIntegers(random, length) : realNumbers(random, length));
  const layer = exact ? integerLayer : realLayer;
  return {
    ...sizes,
    networks: [layer(random, inputs, outputs), layer(random, inputs, outputs)],
    jobs: [
      { network: 0, curve: 0, replacement: 0, removed: 0 },
      { network: 1, curve: 1, replacement: 2, removed: Math.ceil(inputs / 2) },
      { network: 1, curve: 0, replacement: 0, removed: inputs },
      { network: 0, curve: 1, replacement: 1, removed: 1 },
    ],
    ownSource,
    pixels: (exact ? binaryBytes : randomBytes)(random, rows * inputs),
    orders: [0, 1].map(() => Uint32Array.from({ length: rows }, () => random.nextBelow(rows))),
    slabs: [0, 1, 2].map(() => values(samples * inputs)),
    positions: [random.permutation(inputs), random.permutation(inputs).map((at, i) => (i % 3 === 2 ? NEVER : at))],
    replacements: [0, 1, 2].map(() => values(inputs)),
    values: values(rows * inputs),
  };
}

/** Number of slabs that a task computes. */
export function slabsOf({ jobs }: ForwardTask): number {
  return jobs.length - FIRST_JOB;
}

/** Rows of slab z as the variant reads them, [samples, inputs]. */
export function sourceRows(task: ForwardTask, variant: ForwardVariant, z: number): Float64Array {
  const { samples, inputs, pixels, values, orders, slabs, positions, replacements } = task;
  const { network, curve, replacement, removed } = task.jobs[FIRST_JOB + z]!;
  if (variant === "BYTES") return pixelValues(pixels.subarray(FIRST * inputs));
  if (variant === "FLOATS") return Float64Array.from(values.subarray(FIRST * inputs));
  if (variant.includes("GATHERED")) {
    const all = variant.startsWith("BYTES") ? pixelValues(pixels) : values;
    return gatherRows(all, inputs, orders[network]!.subarray(FIRST, FIRST + samples));
  }
  const rows = Float64Array.from(slabs[task.ownSource ? z : network]!);
  return variant === "MASKED" ? maskInputs(rows, positions[curve]!, replacements[replacement]!, removed) : rows;
}

/** What the device's array must hold, [slabs, slabRows, lanes]: `rowsOf` gives the plain rows of slab z. */
export function packedOutputs(task: ForwardTask, rowsOf: (z: number) => ArrayLike<number>): Float32Array {
  const slabs = Array.from({ length: slabsOf(task) }, (_, z) =>
    homogeneousRows(rowsOf(z), task.outputs, task.samples + SPARE_ROWS, UNTOUCHED),
  );
  return concatenate(slabs);
}

/** The layer that slab z is computed with. */
export function layerOfSlab(task: ForwardTask, z: number): DenseLayer {
  return task.networks[task.jobs[FIRST_JOB + z]!.network]!;
}

export function expectedOutputs(
  task: ForwardTask,
  variant: ForwardVariant,
  activation: ActivationLike,
): Float64Array[] {
  return Array.from({ length: slabsOf(task) }, (_, z) =>
    forwardLayer(sourceRows(task, variant, z), layerOfSlab(task, z), activation),
  );
}

/** [slabs, slabRows, lanes of the outputs]. */
export function outputShape(task: ForwardTask): readonly [number, number, number] {
  return [slabsOf(task), task.samples + SPARE_ROWS, lanesOf(task.outputs)];
}

/** Runs the kernel; `outputs` as it is on the device. */
export async function runForward(
  gpu: GpuContext,
  task: ForwardTask,
  variant: ForwardVariant,
  activation: ActivationLike,
): Promise<Float32Array> {
  return (await runForwardWithSlopes(gpu, task, variant, activation)).outputs;
}

/** Runs the kernel; both arrays as they are on the device. Variants without SLOPES leave `slopes` as it was. */
export async function runForwardWithSlopes(
  gpu: GpuContext,
  task: ForwardTask,
  variant: ForwardVariant,
  activation: ActivationLike,
): Promise<{ readonly outputs: Float32Array; readonly slopes: Float32Array }> {
  const { samples, inputs, outputs, networks } = task;
  const shape = outputShape(task);
  const fill = new Float32Array(shape[0] * shape[1] * shape[2]).fill(UNTOUCHED);
  const parameters = [networks.length, outputs, lanesOf(inputs)] as const;
  const shared = {
    ...uploadTables(gpu, task, shape[1]),
    parameters: upload(gpu, "parameters", "f32", parameters, denseOnDevice.pack(networks)),
    outputs: upload(gpu, "outputs", "f32", shape, fill),
    slopes: upload(gpu, "slopes", "f32", shape, fill),
  };
  const kernel = await bindVariant(gpu, task, variant, activation, shared);
  dispatch(gpu, { kernel, grid: forwardGrid(quadsOf(outputs), samples, slabsOf(task)), step: 1 });
  const result = { outputs: await read(gpu, shared.outputs), slopes: await read(gpu, shared.slopes) };
  for (const owned of Object.values(shared)) owned.destroy();
  return result;
}

function uploadTables(gpu: GpuContext, task: ForwardTask, slabRows: number) {
  const { samples, inputs, outputs } = task;
  const layer = {
    input_quads: quadsOf(inputs),
    outputs,
    output_quads: quadsOf(outputs),
    slab_rows: slabRows,
    order_rows: FIRST + samples,
    own_source: task.ownSource ? 1 : 0,
    hidden_quads: quadsOf(inputs) + 2 * MASK_MARGIN,
    hidden_offset: MASK_MARGIN,
  };
  // Another batch comes first, so that a kernel that ignores `step` is seen.
  const batches = [
    { first: 0, count: 1, first_job: 0 },
    { first: FIRST, count: samples, first_job: FIRST_JOB },
  ];
  const jobs = allocate(gpu, "jobs", "Job", [task.jobs.length], forward.structs.Job.size);
  gpu.device.queue.writeBuffer(jobs.buffer, 0, packStructs(forward.structs.Job, task.jobs) as BufferSource);
  return {
    layer: uploadUniforms(gpu, forward, "Layer", [layer]),
    batch: uploadUniforms(gpu, forward, "Batch", batches),
    jobs,
  };
}

type Shared = ReturnType<typeof uploadTables> & {
  readonly parameters: ReturnType<typeof upload<"f32", readonly [number, number, number]>>;
  readonly outputs: ReturnType<typeof upload<"f32", readonly [number, number, number]>>;
};

async function bindVariant(
  gpu: GpuContext,
  task: ForwardTask,
  variant: ForwardVariant,
  activation: ActivationLike,
  shared: Shared,
) {
  const { samples, inputs } = task;
  const rows = FIRST + samples;
  const quads = quadsOf(inputs);
  const pixels = () => upload(gpu, "pixels", "u32", [rows, quads], packPixels(task.pixels, rows, inputs));
  const values = () => upload(gpu, "values", "f32", [rows, 4 * quads], packValues(task.values, rows, inputs));
  const order = () => upload(gpu, "order", "u32", [2, rows], Uint32Array.from(task.orders.flatMap((one) => [...one])));
  const slabs = () => {
    const slabRows = samples + SPARE_ROWS;
    const packed = concatenate(task.slabs.map((slab) => homogeneousRows(slab, inputs, slabRows, Number.NaN)));
    return upload(gpu, "inputs", "f32", [task.slabs.length, slabRows, 4 * quads], packed);
  };
  switch (variant) {
    case "BYTES":
      return (await createForwardLayer(gpu, variant, activation)).bind({ ...shared, pixels: pixels() });
    case "BYTES+GATHERED":
    case "BYTES+GATHERED+SLOPES": {
      const sources = { pixels: pixels(), order: order() };
      return (await createForwardLayer(gpu, variant, activation)).bind({ ...shared, ...sources });
    }
    case "FLOATS":
      return (await createForwardLayer(gpu, variant, activation)).bind({ ...shared, values: values() });
    case "FLOATS+GATHERED":
    case "FLOATS+GATHERED+SLOPES": {
      const sources = { values: values(), order: order() };
      return (await createForwardLayer(gpu, variant, activation)).bind({ ...shared, ...sources });
    }
    case "":
    case "SLOPES":
      return (await createForwardLayer(gpu, variant, activation)).bind({ ...shared, inputs: slabs() });
    case "MASKED":
      return (await createForwardLayer(gpu, variant, activation)).bind({
        ...shared,
        inputs: slabs(),
        positions: upload(gpu, "positions", "u32", [2, 4 * (quads + 2)], maskRows(task.positions, inputs, 0, NEVER)),
        replacements: upload(gpu, "replacements", "f32", [3, 4 * (quads + 2)], replacementRows(task)),
      });
  }
}

/** Rows with a margin of quads on both sides that another layer's neurons would fill. */
function maskRows(rows: readonly ArrayLike<number>[], inputs: number, margin: number, padding: number): Uint32Array {
  const lanes = lanesOf(inputs);
  return Uint32Array.from(
    rows.flatMap((row) => [
      ...new Array<number>(4 * MASK_MARGIN).fill(margin),
      ...Array.from(row),
      ...new Array<number>(lanes - inputs).fill(padding),
      ...new Array<number>(4 * MASK_MARGIN).fill(margin),
    ]),
  );
}

function replacementRows({ replacements, inputs }: ForwardTask): Float32Array {
  const row = 4 * (quadsOf(inputs) + 2 * MASK_MARGIN);
  const packed = new Float32Array(replacements.length * row).fill(UNTOUCHED);
  replacements.forEach((values, index) => {
    packed.set(values, index * row + 4 * MASK_MARGIN);
  });
  return packed;
}
