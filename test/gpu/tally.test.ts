/** tally.wgsl against src/reference/tally.ts: correct predictions exactly, losses within rounding. */
import { expect, test } from "vitest";
import { read } from "../../src/gpu/device/device-array.ts";
import { lanesOf } from "../../src/gpu/device/packing.ts";
import { tally } from "../../src/gpu/generated/shaders.ts";
import { BLOCK, createTallyBlocks, tallyGrid } from "../../src/gpu/kernels/tally.ts";
import { chunksOf } from "../../src/passes/forward-pass.ts";
import { tallyBlocks } from "../../src/reference/tally.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import { upload, uploadUniforms } from "../support/arrays.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { testRandom } from "../support/networks.ts";
import { lossBound, sumBound } from "../support/rounding.ts";
import { concatenate, homogeneousRows, realNumbers, smallIntegers } from "../support/rows.ts";
import { eachDimension, sizesText } from "../support/sizes.ts";

const gpu = await testGpu();

/** Jobs 1 and 2 of 4: rows of the others must stay as they are. */
const JOBS = 4;
const FIRST_JOB = 1;
const UNTOUCHED = 999;

/** `logits` of two jobs, [samples, classes] each, tallied in chunks. */
async function runTally(logits: readonly Float32Array[], labels: Uint32Array, classes: number, chunkRows: number) {
  const blocks = Math.ceil(labels.length / BLOCK);
  const right = upload(gpu, "right", "u32", [JOBS, 2 * blocks], new Uint32Array(JOBS * 2 * blocks).fill(UNTOUCHED));
  const losses = upload(gpu, "losses", "f32", [JOBS, blocks], new Float32Array(JOBS * blocks).fill(UNTOUCHED));
  const slabRows = chunkRows + 1;
  const chunks = chunksOf(labels.length, chunkRows);
  const lanes = lanesOf(classes);
  const shared = { slab_rows: slabRows, lanes, classes, first_job: FIRST_JOB, blocks };
  const range = uploadUniforms(
    gpu,
    tally,
    "Range",
    chunks.map((chunk) => ({ ...chunk, ...shared })),
  );
  const labelArray = upload(gpu, "labels", "u32", [labels.length], labels);
  const kernel = await createTallyBlocks(gpu);
  for (const [step, { first, count }] of chunks.entries()) {
    const slabs = logits.map((own) =>
      homogeneousRows(own.subarray(first * classes, (first + count) * classes), classes, slabRows, Number.NaN),
    );
    const array = upload(gpu, "logits", "f32", [2, slabRows, lanes], concatenate(slabs));
    const bound = kernel.bind({ range, logits: array, labels: labelArray, right, losses });
    dispatch(gpu, { kernel: bound, grid: tallyGrid(count, 2), step });
  }
  return { right: await read(gpu, right), losses: await read(gpu, losses), blocks };
}

/** [jobs, blocks] with the rows of jobs that were not tallied. */
function allJobs(tallied: readonly ArrayLike<number>[], other: number): number[] {
  const idle = Array.from(tallied[0]!, () => other);
  return [idle, ...tallied.map((row) => Array.from(row)), idle].flat();
}

/** Bound of each block's loss: its samples', and that of adding them up. */
function blockBounds(logits: Float32Array, labels: Uint32Array, classes: number, losses: Float64Array): number[] {
  return Array.from(losses, (sum, block) => {
    let bound = sumBound(BLOCK, sum);
    for (let s = block * BLOCK; s < Math.min(labels.length, (block + 1) * BLOCK); s++) {
      bound += lossBound([...logits.subarray(s * classes, (s + 1) * classes)], labels[s]!);
    }
    return bound;
  });
}

async function compare(logits: readonly Float32Array[], labels: Uint32Array, classes: number, chunkRows: number) {
  const got = await runTally(logits, labels, classes, chunkRows);
  const want = logits.map((own) => tallyBlocks(own, labels, classes));
  const what = `tally.tally_blocks, ${sizesText({ samples: labels.length, classes })} in chunks of ${chunkRows}`;
  const shape = [JOBS, got.blocks];
  expectEqual(
    { gpu, what, shape: [JOBS, 2 * got.blocks] },
    got.right,
    allJobs(
      want.map(({ right }) => right),
      UNTOUCHED,
    ),
  );
  const bounds = want.map(({ losses }, job) => blockBounds(logits[job]!, labels, classes, losses));
  const wantLosses = allJobs(
    want.map(({ losses }) => losses),
    UNTOUCHED,
  );
  expectWithin({ gpu, what: `${what}, losses`, shape }, got.losses, wantLosses, allJobs(bounds, 0));
}

test("correct predictions equal the reference with ties at every awkward size, in chunks or whole", async () => {
  const random = testRandom(1);
  for (const { samples, classes } of eachDimension(["samples", "classes"])) {
    const labels = Uint32Array.from({ length: samples }, () => random.nextBelow(classes));
    // Few distinct values: ties are common, and go to the lowest class.
    const logits = [0, 1].map(() => smallIntegers(random, samples * classes, 1));
    for (const chunkRows of [64, Math.ceil(samples / BLOCK) * BLOCK]) await compare(logits, labels, classes, chunkRows);
  }
});

test("losses of real logits agree with float64, small and large, over several chunks", async () => {
  const random = testRandom(2);
  const labels = Uint32Array.from({ length: 307 }, () => random.nextBelow(10));
  for (const scale of [1, 80, 1e4]) {
    await compare(
      [0, 1].map(() => realNumbers(random, 307 * 10, scale)),
      labels,
      10,
      128,
    );
  }
});

test("the size of the chunks never changes a bit of the result", async () => {
  const random = testRandom(3);
  const labels = Uint32Array.from({ length: 300 }, () => random.nextBelow(10));
  const logits = [0, 1].map(() => realNumbers(random, 300 * 10, 3));
  const whole = await runTally(logits, labels, 10, 320);
  for (const rows of [64, 128, 192]) expect(await runTally(logits, labels, 10, rows)).toEqual(whole);
});
