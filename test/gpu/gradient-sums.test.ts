/** gradient-sums.wgsl against src/reference/gradient-sums.ts. */
import { describe, test } from "vitest";
import { type Activation, activations, needsKeptSlope } from "../../src/core/activation.ts";
import { activate } from "../../src/core/activation-values.ts";
import { read } from "../../src/gpu/device/device-array.ts";
import { lanesOf } from "../../src/gpu/device/packing.ts";
import { gradientSums as shader } from "../../src/gpu/generated/shaders.ts";
import { createAddGradients } from "../../src/gpu/kernels/gradient-sums.ts";
import { SUM_BLOCK, sumBlockGrid, sumBlocks } from "../../src/gpu/kernels/sum-block.ts";
import { chunksOf } from "../../src/passes/forward-pass.ts";
import { derivative } from "../../src/reference/backward.ts";
import { keptSlope } from "../../src/reference/forward.ts";
import { addGradients } from "../../src/reference/gradient-sums.ts";
import { expectEqual, expectWithin, type Subject } from "../support/agreement.ts";
import { upload, uploadUniforms } from "../support/arrays.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { testRandom } from "../support/networks.ts";
import { derivativeBound, keptSlopeBound, ULP } from "../support/rounding.ts";
import { concatenate, homogeneousRows, paddedRows, realNumbers, smallIntegers } from "../support/rows.ts";
import { eachDimension, sizesText } from "../support/sizes.ts";

const gpu = await testGpu({ defaultLimits: true });
const NETWORKS = 2;
const SPARE = 8;

interface Task {
  readonly samples: number;
  readonly units: number;
  readonly activation: Activation;
  /** Per network, [samples, units]: g, z and t. */
  readonly gradients: readonly Float32Array[];
  readonly sums: readonly Float32Array[];
  readonly outputs: readonly Float32Array[];
}

function makeTask(samples: number, units: number, activation: Activation, exact: boolean): Task {
  const random = testRandom(80 + samples + units);
  const rows = () => (exact ? smallIntegers(random, samples * units, 3) : realNumbers(random, samples * units, 2));
  const sums = [rows(), rows()];
  const outputs = sums.map((z) => z.map((value) => activate(value, activation)));
  return { samples, units, activation, gradients: [rows(), rows()], sums, outputs };
}

/** Chunk by chunk: sums [networks, units, blocks, 4], and what is left of each sample, [networks, samples, units]. */
async function run({ samples, units, activation, gradients, sums, outputs }: Task, chunkRows: number) {
  const blocks = sumBlocks(0, samples);
  const lanes = lanesOf(units);
  const size = NETWORKS * units * blocks * 4;
  const found = upload(gpu, "sums", "f32", [size + SPARE], new Float32Array(size + SPARE).fill(7, size));
  const slabRows = chunkRows + 1;
  const sizes = { slab_rows: slabRows, unit_lanes: lanes, units, classes: 0, blocks, offset: 0 };
  const parts = chunksOf(samples, chunkRows).map((part) => ({ ...part, ...sizes }));
  const chunk = uploadUniforms(gpu, shader, "Chunk", parts);
  const deltas = gradients.map(() => new Float32Array(samples * units));
  for (const [step, part] of parts.entries()) {
    const slabs = (rows: readonly Float32Array[], pad: typeof paddedRows) => {
      const own = rows.map((all) => all.subarray(part.first * units, (part.first + part.count) * units));
      return concatenate(own.map((values) => pad(values, units, slabRows, 1e30)));
    };
    const shape = [NETWORKS, slabRows, lanes] as const;
    const delta = upload(gpu, "delta", "f32", shape, slabs(gradients, paddedRows));
    const shared = {
      chunk,
      delta,
      sums: { ...found, rank: 3 as const },
      activations: upload(gpu, "activations", "f32", shape, slabs(outputs, homogeneousRows)),
    };
    const kernel = needsKeptSlope(activation)
      ? (await createAddGradients(gpu, "PREACTIVATIONS", activation)).bind({
          ...shared,
          preactivations: upload(gpu, "preactivations", "f32", shape, slabs(sums, homogeneousRows)),
        })
      : (await createAddGradients(gpu, "", activation)).bind(shared);
    dispatch(gpu, { kernel, grid: sumBlockGrid(part, NETWORKS), step });
    const left = await read(gpu, delta);
    deltas.forEach((rows, network) => {
      for (let row = 0; row < part.count; row++) {
        const from = (network * slabRows + row) * lanes;
        rows.set(left.subarray(from, from + units), (part.first + row) * units);
      }
    });
  }
  const all = await read(gpu, found);
  expectEqual(subject("untouched", [SPARE]), all.slice(-SPARE), new Array(SPARE).fill(7));
  return { sums: all.slice(0, -SPARE), delta: concatenate(deltas) };
}

const subject = (what: string, shape: readonly number[]): Subject => ({ gpu, what: `gradient-sums, ${what}`, shape });

function slopeAt({ activation, sums, outputs }: Task, network: number, index: number): number {
  const z = sums[network]![index]!;
  return needsKeptSlope(activation) ? keptSlope(z, activation) : derivative(outputs[network]![index]!, activation);
}

function wanted(task: Task) {
  const { gradients, outputs, units } = task;
  const each = [0, 1].map((network) => {
    const slopes = gradients[network]!.map((_, index) => slopeAt(task, network, index));
    return addGradients(gradients[network]!, outputs[network]!, slopes, units, SUM_BLOCK);
  });
  const joined = (part: "sums" | "delta") => Float64Array.from(each.flatMap((one) => [...one[part]]));
  return { sums: joined("sums"), delta: joined("delta") };
}

const shapesOf = ({ samples, units }: Task) => ({
  sums: [NETWORKS, units, sumBlocks(0, samples), 4],
  delta: [NETWORKS, samples, units],
});

describe("sums of gradients", () => {
  test("of small integers equal the reference at every awkward size, in chunks or whole, and hand on act' g", async () => {
    const cases = [
      ...eachDimension(["samples", "units"]),
      ...[1023, 1024, 1025, 2049].map((samples) => ({ samples, units: 3 })),
    ];
    for (const { samples, units } of cases) {
      const task = makeTask(samples, units, "relu", true);
      const want = wanted(task);
      for (const chunkRows of new Set([64, 192, Math.ceil(samples / 64) * 64])) {
        const got = await run(task, chunkRows);
        const what = `${sizesText({ samples, units })} in chunks of ${chunkRows}`;
        expectEqual(subject(`sums, ${what}`, shapesOf(task).sums), got.sums, want.sums);
        expectEqual(subject(`delta, ${what}`, shapesOf(task).delta), got.delta, want.delta);
      }
    }
  });

  test.each(activations)("of real numbers are within the rounding of float32 with %s", async (activation) => {
    const task = makeTask(1100, 5, activation, false);
    const want = wanted(task);
    const got = await run(task, 512);
    const sizes = addGradientSizes(task);
    // A product rounds once, its square three times as much; then the sum.
    const sumBounds = sizes.map((size) => (4 * Math.sqrt(SUM_BLOCK + 1) + 4) * ULP * size + ULP * ULP);
    expectWithin(subject(`sums, ${activation}`, shapesOf(task).sums), got.sums, want.sums, sumBounds);
    const deltaBounds = [0, 1].flatMap((network) =>
      Array.from(task.gradients[network]!, (g, index) => {
        const [z, t] = [task.sums[network]![index]!, task.outputs[network]![index]!];
        const bound = needsKeptSlope(activation) ? keptSlopeBound(z, 0, activation) : derivativeBound(t, 0, activation);
        return Math.abs(g) * (bound + ULP * Math.abs(slopeAt(task, network, index))) + ULP * ULP;
      }),
    );
    expectWithin(subject(`delta, ${activation}`, shapesOf(task).delta), got.delta, want.delta, deltaBounds);
  });
});

/** The sums of sizes in the place of g t. */
function addGradientSizes(task: Task): Float64Array {
  const { sums } = wanted(task);
  return sums.map((value, at) => (at % 4 === 2 ? sums[at - 1]! : value));
}
