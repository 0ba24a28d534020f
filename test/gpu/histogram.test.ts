/** histogram.wgsl against src/reference/histogram.ts: bits and counts exactly, block sums within rounding. */
import { describe, expect, test } from "vitest";
import { type Activation, activations as activationNames, quantizationThresholds } from "../../src/core/activation.ts";
import { read } from "../../src/gpu/device/device-array.ts";
import { lanesOf } from "../../src/gpu/device/packing.ts";
import { histogram } from "../../src/gpu/generated/shaders.ts";
import {
  countOnesGrid,
  createCountOnes,
  createPackBits,
  type HistogramChunk,
  packBitsGrid,
  WORD,
} from "../../src/gpu/kernels/histogram.ts";
import { classBits } from "../../src/passes/device-split.ts";
import { type Chunk, chunksOf } from "../../src/passes/forward-pass.ts";
import { countOnes, onesPerClass, packBits } from "../../src/reference/histogram.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import { upload, uploadUniforms } from "../support/arrays.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { testRandom } from "../support/networks.ts";
import { sumBound } from "../support/rounding.ts";
import { concatenate, homogeneousRows, realNumbers, smallIntegers } from "../support/rows.ts";
import { awkwardSizes, eachDimension, sizesText } from "../support/sizes.ts";

const gpu = await testGpu();
const JOBS = 2;

function uniform(part: Chunk, slabRows: number, units: number, samples: number, classes: number): HistogramChunk {
  return { ...part, slab_rows: slabRows, unit_lanes: lanesOf(units), units, words: Math.ceil(samples / WORD), classes };
}

/** Packs activations of `JOBS` networks, [samples, units] each, chunk by chunk. */
async function runPackBits(rows: readonly Float32Array[], units: number, chunkRows: number, activation: Activation) {
  const samples = rows[0]!.length / units;
  const words = Math.ceil(samples / WORD);
  const stale = new Uint32Array(JOBS * units * words).fill(0xdeadbeef);
  const bits = upload(gpu, "bits", "u32", [JOBS, units, words], stale);
  const blocks = upload(gpu, "blocks", "f32", [JOBS, units, words * 2], new Float32Array(JOBS * units * words * 2));
  const slabRows = chunkRows + 1;
  const chunks = chunksOf(samples, chunkRows);
  const uniforms = chunks.map((part) => uniform(part, slabRows, units, samples, 1));
  const chunk = uploadUniforms(gpu, histogram, "Chunk", uniforms);
  const kernel = await createPackBits(gpu, activation);
  for (const [step, { first, count }] of chunks.entries()) {
    const slabs = rows.map((own) =>
      homogeneousRows(own.subarray(first * units, (first + count) * units), units, slabRows, Number.NaN),
    );
    const values = upload(gpu, "activations", "f32", [JOBS, slabRows, lanesOf(units)], concatenate(slabs));
    const bound = kernel.bind({ chunk, activations: values, bits, blocks: { ...blocks, shape: [JOBS, units, words] } });
    dispatch(gpu, { kernel: bound, grid: packBitsGrid(units, count, JOBS), step });
  }
  return { bits: await read(gpu, bits), blocks: await read(gpu, blocks), words };
}

describe("packing bits", () => {
  test("bits and block sums equal the reference on half-integers at every awkward size, in chunks or whole", async () => {
    const random = testRandom(1);
    for (const { samples, units } of eachDimension(["samples", "units"])) {
      // Multiples of 1/2 hit the sigmoid's threshold exactly: a value at the threshold is a 0.
      const rows = [0, 1].map(() => smallIntegers(random, samples * units, 2).map((value) => value / 2));
      const want = rows.map((own) => packBits(own, units, 0.5));
      for (const chunkRows of [32, 64, Math.ceil(samples / WORD) * WORD]) {
        const got = await runPackBits(rows, units, chunkRows, "sigmoid");
        const what = `histogram.pack_bits, ${sizesText({ samples, units })} in chunks of ${chunkRows}`;
        expectEqual(
          { gpu, what, shape: [JOBS, units, got.words] },
          got.bits,
          want.flatMap(({ bits }) => [...bits]),
        );
        const wantBlocks = want.flatMap(({ blocks }) => [...blocks]);
        expectEqual({ gpu, what: `${what}, blocks`, shape: [JOBS, units, got.words, 2] }, got.blocks, wantBlocks);
      }
    }
  });

  test.each(activationNames)(
    "block sums of real numbers agree with float64, and %s has its own threshold",
    async (name) => {
      const [samples, units] = [517, 7];
      const random = testRandom(2);
      const rows = [0, 1].map(() => realNumbers(random, samples * units));
      const got = await runPackBits(rows, units, 256, name);
      const want = rows.map((own) => packBits(own, units, quantizationThresholds[name]));
      const shape = [JOBS, units, got.words];
      expectEqual(
        { gpu, what: `histogram.pack_bits ${name}`, shape },
        got.bits,
        want.flatMap(({ bits }) => [...bits]),
      );
      const wantBlocks = want.flatMap(({ blocks }) => [...blocks]);
      // The pivot is a copy; deviations are at most 2 each, 32 of them.
      const bounds = wantBlocks.map((_, index) => (index % 2 === 0 ? 0 : sumBound(WORD, 2 * WORD)));
      const what = `histogram.pack_bits ${name}, blocks`;
      expectWithin({ gpu, what, shape: [...shape, 2] }, got.blocks, wantBlocks, bounds);
    },
  );
});

async function runCountOnes(bits: readonly Uint32Array[], classes: number, units: number, labels: Uint32Array) {
  const words = Math.ceil(labels.length / WORD);
  const packed = Uint32Array.from(bits.flatMap((own) => [...own]));
  const stale = new Uint32Array(JOBS * units * classes).fill(0xdeadbeef);
  const counts = upload(gpu, "counts", "u32", [JOBS, units, classes], stale);
  const whole = { first: 0, count: labels.length };
  const kernel = (await createCountOnes(gpu)).bind({
    chunk: uploadUniforms(gpu, histogram, "Chunk", [uniform(whole, 1, units, labels.length, classes)]),
    bits: upload(gpu, "bits", "u32", [JOBS, units, words], packed),
    class_bits: upload(gpu, "class bits", "u32", [classes, words], classBits(labels, classes)),
    counts,
  });
  dispatch(gpu, { kernel, grid: countOnesGrid(classes, units, JOBS) });
  return await read(gpu, counts);
}

describe("counting ones", () => {
  test("counts equal the reference and the definition at every awkward size", async () => {
    const random = testRandom(3);
    for (const { samples, units, classes } of eachDimension(["samples", "units", "classes"])) {
      const labels = Uint32Array.from({ length: samples }, () => random.nextBelow(classes));
      const rows = [0, 1].map(() => realNumbers(random, samples * units));
      const bits = rows.map((own) => packBits(own, units, 0).bits);
      const what = `histogram.count_ones, ${sizesText({ samples, units, classes })}`;
      const want = bits.flatMap((own) => [...countOnes(own, classBits(labels, classes), units, classes)]);
      const got = await runCountOnes(bits, classes, units, labels);
      expectEqual({ gpu, what, shape: [JOBS, units, classes] }, got, want);
      expect(want).toEqual(rows.flatMap((own) => [...onesPerClass(own, labels, classes, 0)]));
    }
  });

  test("bits past the last sample, set by nobody but a fault, are not counted", async () => {
    for (const samples of awkwardSizes) {
      const all = new Uint32Array(Math.ceil(samples / WORD)).fill(0xffffffff);
      const got = await runCountOnes([all, all], 1, 1, new Uint32Array(samples));
      expect([...got]).toEqual([samples, samples]);
    }
  });
});
