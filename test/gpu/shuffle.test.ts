/** shuffle.wgsl against src/reference/shuffle.ts, exactly. */
import { expect, test } from "vitest";
import { read } from "../../src/gpu/device/device-array.ts";
import { shuffle } from "../../src/gpu/generated/shaders.ts";
import { createShuffleSamples, halfBitsFor, ROUNDS, shuffleGrid } from "../../src/gpu/kernels/shuffle.ts";
import { shuffleSamples } from "../../src/reference/shuffle.ts";
import { shuffleKeys } from "../../src/train/shuffle-keys.ts";
import { expectEqual } from "../support/agreement.ts";
import { upload, uploadUniforms } from "../support/arrays.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { awkwardSizes } from "../support/sizes.ts";

const gpu = await testGpu();

async function runShuffle(roundKeys: Uint32Array, samples: number): Promise<Uint32Array> {
  const networks = roundKeys.length / ROUNDS;
  const order = upload(gpu, "order", "u32", [networks, samples], new Uint32Array(networks * samples).fill(0xdeadbeef));
  const kernel = (await createShuffleSamples(gpu)).bind({
    permutation: uploadUniforms(gpu, shuffle, "Permutation", [{ samples, half_bits: halfBitsFor(samples) }]),
    round_keys: upload(gpu, "round keys", "u32", [networks, ROUNDS], roundKeys),
    order,
  });
  dispatch(gpu, { kernel, grid: shuffleGrid(samples, networks) });
  return await read(gpu, order);
}

test("every network's order equals the reference, at awkward sizes, powers of four and a full training set", async () => {
  for (const samples of [...awkwardSizes, 15, 16, 17, 255, 256, 257, 1023, 1024, 1025, 50_000]) {
    const networks = samples > 10_000 ? 2 : 3;
    const keys = shuffleKeys(7, [0, 5, 2].slice(0, networks), samples);
    const want = Array.from({ length: networks }, (_, r) => [
      ...shuffleSamples(keys.subarray(r * ROUNDS, (r + 1) * ROUNDS), samples),
    ]).flat();
    const what = `shuffle.shuffle_samples, ${samples} samples`;
    expectEqual({ gpu, what, shape: [networks, samples] }, await runShuffle(keys, samples), want);
  }
});

test("the permuted domain is the smallest power of four that holds the samples", () => {
  for (let half = 1; half <= 15; half++) {
    expect(halfBitsFor(4 ** half)).toBe(half);
    if (half < 15) expect(halfBitsFor(4 ** half + 1)).toBe(half + 1);
    if (half > 1) expect(halfBitsFor(4 ** half - 1)).toBe(half);
  }
  expect(halfBitsFor(1)).toBe(1);
});

test("round keys depend on seed, repeat and epoch alone, not on the company", () => {
  const alone = shuffleKeys(1, [3], 4);
  expect(shuffleKeys(1, [0, 3, 9], 4).slice(ROUNDS, 2 * ROUNDS)).toEqual(alone);
  for (const other of [shuffleKeys(2, [3], 4), shuffleKeys(1, [2], 4), shuffleKeys(1, [3], 5)]) {
    expect(other).not.toEqual(alone);
  }
});
