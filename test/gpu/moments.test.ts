/** moments.wgsl against src/reference/moments.ts. */
import { describe, test } from "vitest";
import { read } from "../../src/gpu/device/device-array.ts";
import { lanesOf, quadsOf } from "../../src/gpu/device/packing.ts";
import { moments as shader } from "../../src/gpu/generated/shaders.ts";
import { createAddMoments, type MomentPair, momentsGrid } from "../../src/gpu/kernels/moments.ts";
import { SUM_BLOCK, sumBlocks } from "../../src/gpu/kernels/sum-block.ts";
import { chunksOf } from "../../src/passes/forward-pass.ts";
import { addMoments, type MomentSide } from "../../src/reference/moments.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import { upload, uploadUniforms } from "../support/arrays.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { testRandom } from "../support/networks.ts";
import { ULP } from "../support/rounding.ts";
import { concatenate, homogeneousRows, paddedRows, realNumbers, smallIntegers } from "../support/rows.ts";
import { eachDimension, sizesText } from "../support/sizes.ts";

const gpu = await testGpu({ defaultLimits: true });
const SPARE = 8;

interface Side extends MomentSide {
  readonly outputs: Float32Array;
  readonly constants: Float32Array;
  readonly signals: readonly Float32Array[];
}

interface Task {
  readonly samples: number;
  readonly left: Side;
  readonly right: Side;
}

/** @param right units; absent: the layer with itself */
function makeTask(samples: number, left: number, right: number | undefined, signals: number, exact: boolean): Task {
  const random = testRandom(330 + samples + left + (right ?? 0));
  const numbers = (count: number) => (exact ? smallIntegers(random, count, 2) : realNumbers(random, count, 2));
  const sideOf = (units: number): Side => ({
    units,
    outputs: numbers(samples * units),
    constants: numbers(units),
    signals: Array.from({ length: signals }, () => numbers(samples * units)),
  });
  const own = sideOf(left);
  return { samples, left: own, right: right === undefined ? own : sideOf(right) };
}

/** What of a strip's sums nobody reads: the padding of rows and columns, and what lies left of the diagonal's quads. */
function isRead({ left, right }: Task, j: number, k: number): boolean {
  return j < left.units && k < right.units && (left !== right || Math.floor(k / 4) >= Math.floor(j / 4));
}

/** Chunk by chunk, strip by strip: [left units, right units, blocks], zeros where nobody reads. */
async function run(task: Task, chunkRows: number, stripQuads: number): Promise<Float64Array> {
  const { samples, left, right } = task;
  const blocks = sumBlocks(0, samples);
  const [leftQuads, rightQuads] = [quadsOf(left.units), quadsOf(right.units)];
  const slabRows = chunkRows + 1;
  const got = new Float64Array(left.units * right.units * blocks);
  for (let firstQuad = 0; firstQuad < leftQuads; firstQuad += stripQuads) {
    const quads = Math.min(stripQuads, leftQuads - firstQuad);
    const sizes: MomentPair = {
      slab_rows: slabRows,
      left_quads: leftQuads,
      right_quads: rightQuads,
      first_quad: firstQuad,
      strip_quads: quads,
      same: left === right ? 1 : 0,
      signals: left.signals.length,
      blocks,
    };
    const size = 4 * quads * rightQuads * blocks * 4;
    const sums = upload(gpu, "sums", "f32", [size + SPARE], new Float32Array(size + SPARE).fill(7, size));
    const parts = chunksOf(samples, chunkRows).map(({ first, count }) => ({ first, count, earlier: first }));
    const part = uploadUniforms(gpu, shader, "Part", parts);
    for (const [step, chunk] of parts.entries()) {
      const slab = (name: string, { units }: Side, rows: readonly Float32Array[], pad: typeof paddedRows) => {
        const own = rows.map((all) => all.subarray(chunk.first * units, (chunk.first + chunk.count) * units));
        const shape = [rows.length, slabRows, lanesOf(units)] as const;
        return upload(gpu, name, "f32", shape, concatenate(own.map((values) => pad(values, units, slabRows, 1e30))));
      };
      const constants = (side: Side) =>
        upload(gpu, "constants", "f32", [lanesOf(side.units)], paddedRows(side.constants, side.units, 1, 0));
      const shared = {
        pair: uploadUniforms(gpu, shader, "Pair", [sizes]),
        part,
        left_outputs: slab("left outputs", left, [left.outputs], homogeneousRows),
        right_outputs: slab("right outputs", right, [right.outputs], homogeneousRows),
        left_constants: constants(left),
        right_constants: constants(right),
        sums: { ...sums, rank: 3 as const },
      };
      const kernel =
        left.signals.length === 0
          ? (await createAddMoments(gpu, "")).bind(shared)
          : (await createAddMoments(gpu, "SIGNALS")).bind({
              ...shared,
              left_signals: slab("left signals", left, left.signals, paddedRows),
              right_signals: slab("right signals", right, right.signals, paddedRows),
            });
      dispatch(gpu, { kernel, grid: momentsGrid(sizes, chunk), step });
    }
    const all = await read(gpu, sums);
    expectEqual({ gpu, what: "moments, untouched", shape: [SPARE] }, all.slice(-SPARE), new Array(SPARE).fill(7));
    for (let row = 0; row < 4 * quads; row++) {
      for (let k = 0; k < right.units; k++) {
        const j = 4 * firstQuad + row;
        if (!isRead(task, j, k)) continue;
        for (let block = 0; block < blocks; block++) {
          const slot = ((row * rightQuads + Math.floor(k / 4)) * blocks + block) * 4 + (k % 4);
          got[(j * right.units + k) * blocks + block] = all[slot]!;
        }
      }
    }
  }
  return got;
}

/** Of the reference, or of its sums of sizes. */
function wanted(task: Task, ofSizes = false): Float64Array {
  const size = (values: ArrayLike<number>) => Float64Array.from(values, Math.abs);
  const sized = (side: MomentSide): MomentSide => ({
    units: side.units,
    outputs: Float64Array.from(side.outputs, (t, at) => Math.abs(t) + Math.abs(side.constants[at % side.units]!)),
    constants: new Float64Array(side.units),
    signals: side.signals.map(size),
  });
  const { left, right, samples } = task;
  const sums = ofSizes ? addMoments(sized(left), sized(right), SUM_BLOCK) : addMoments(left, right, SUM_BLOCK);
  const blocks = sumBlocks(0, samples);
  return sums.map((sum, at) => {
    const cell = Math.floor(at / blocks);
    return isRead(task, Math.floor(cell / right.units), cell % right.units) ? sum : 0;
  });
}

const subject = ({ samples, left, right }: Task, what: string) => {
  const sizes = sizesText({ samples, left: left.units, right: right.units });
  return { gpu, what: `moments, ${what}, ${sizes}`, shape: [left.units, right.units, sumBlocks(0, samples)] };
};

describe("sums of products", () => {
  test("of small integers equal the reference at every awkward size, in chunks and strips or whole", async () => {
    for (const { samples, left, right } of eachDimension(["samples", "left", "right"])) {
      const task = makeTask(samples, left, right, 0, true);
      for (const [rows, quads] of [
        [64, 1],
        [Math.ceil(samples / 64) * 64, quadsOf(left)],
      ] as const) {
        expectEqual(subject(task, `${rows} rows, ${quads} quads`), await run(task, rows, quads), wanted(task));
      }
    }
  });

  test.each([1, 3])("by %i signals equal it, of two layers and of one with itself, over blocks", async (signals) => {
    for (const samples of [1023, 1025]) {
      for (const right of [3, undefined]) {
        const task = makeTask(samples, 6, right, signals, true);
        for (const rows of [448, 1088]) {
          expectEqual(subject(task, `${signals} signals, ${rows} rows`), await run(task, rows, 1), wanted(task));
        }
      }
    }
  });

  test.each([0, 4])("of real numbers are within the rounding of float32, by %i signals", async (signals) => {
    const task = makeTask(1100, 5, 6, signals, false);
    // Two differences, two products and a sum of signals round, each by a share of the sizes; then the sum over samples.
    const shares = 4 * Math.sqrt(SUM_BLOCK + 1) + 4 + 4 * Math.sqrt(signals + 1);
    const bounds = wanted(task, true).map((size) => shares * ULP * size);
    expectWithin(subject(task, `${signals} signals`), await run(task, 512, 2), wanted(task), bounds);
  });
});
