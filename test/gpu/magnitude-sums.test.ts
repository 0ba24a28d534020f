/** magnitude-sums.wgsl against src/reference/magnitude-sums.ts. */
import { describe, test } from "vitest";
import { read } from "../../src/gpu/device/device-array.ts";
import { lanesOf } from "../../src/gpu/device/packing.ts";
import { magnitudeSums as shader } from "../../src/gpu/generated/shaders.ts";
import { createAddMagnitudes } from "../../src/gpu/kernels/magnitude-sums.ts";
import { SUM_BLOCK, sumBlockGrid, sumBlocks } from "../../src/gpu/kernels/sum-block.ts";
import { chunksOf } from "../../src/passes/forward-pass.ts";
import { addMagnitudes } from "../../src/reference/magnitude-sums.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import { upload, uploadUniforms } from "../support/arrays.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { testRandom } from "../support/networks.ts";
import { sumBound } from "../support/rounding.ts";
import { concatenate, homogeneousRows, realNumbers, smallIntegers } from "../support/rows.ts";
import { eachDimension, sizesText } from "../support/sizes.ts";

const gpu = await testGpu({ defaultLimits: true });
const NETWORKS = 2;
const SPARE = 8;

/** [networks, units, blocks], chunk by chunk. @param values per network: [samples, units] */
async function run(values: readonly Float32Array[], units: number, chunkRows: number): Promise<Float32Array> {
  const samples = values[0]!.length / units;
  const blocks = sumBlocks(0, samples);
  const size = NETWORKS * units * blocks;
  const sums = upload(gpu, "sums", "f32", [size + SPARE], new Float32Array(size + SPARE).fill(7, size));
  const slabRows = chunkRows + 1;
  const sizes = { slab_rows: slabRows, unit_lanes: lanesOf(units), units, classes: 0, blocks, offset: 0 };
  const parts = chunksOf(samples, chunkRows).map((part) => ({ ...part, ...sizes }));
  const chunk = uploadUniforms(gpu, shader, "Chunk", parts);
  for (const [step, part] of parts.entries()) {
    const slabs = values.map((all) => {
      const own = all.subarray(part.first * units, (part.first + part.count) * units);
      return homogeneousRows(own, units, slabRows, 1e30);
    });
    const given = upload(gpu, "values", "f32", [NETWORKS, slabRows, lanesOf(units)], concatenate(slabs));
    const kernel = (await createAddMagnitudes(gpu)).bind({ chunk, values: given, sums: { ...sums, rank: 3 } });
    dispatch(gpu, { kernel, grid: sumBlockGrid(part, NETWORKS), step });
  }
  const found = await read(gpu, sums);
  expectEqual({ gpu, what: "untouched", shape: [SPARE] }, found.slice(-SPARE), new Array(SPARE).fill(7));
  return found.slice(0, -SPARE);
}

describe("sums of sizes", () => {
  const random = testRandom(64);
  const wanted = (values: readonly Float32Array[], units: number) =>
    values.flatMap((own) => [...addMagnitudes(own, units, SUM_BLOCK)]);

  test("of small integers equal the reference at every awkward size, in chunks or whole", async () => {
    const long = [1023, 1024, 1025, 2049].map((samples) => ({ samples, units: 3 }));
    for (const { samples, units } of [...eachDimension(["samples", "units"]), ...long]) {
      const values = [0, 1].map(() => smallIntegers(random, samples * units, 3));
      for (const chunkRows of new Set([64, 192, Math.ceil(samples / 64) * 64])) {
        const what = `magnitude-sums, ${sizesText({ samples, units })} in chunks of ${chunkRows}`;
        const shape = [NETWORKS, units, sumBlocks(0, samples)];
        expectEqual({ gpu, what, shape }, await run(values, units, chunkRows), wanted(values, units));
      }
    }
  });

  test("of real numbers are within the rounding of a sum of as many terms", async () => {
    const values = [0, 1].map(() => realNumbers(random, 1500 * 5, 3));
    const want = wanted(values, 5);
    const bounds = want.map((size) => sumBound(SUM_BLOCK, size));
    expectWithin({ gpu, what: "magnitude-sums", shape: [NETWORKS, 5, 2] }, await run(values, 5, 512), want, bounds);
  });
});
