/** popcount.wgsl against src/reference/popcount.ts. */
import { expect, test } from "vitest";
import { read } from "../../src/gpu/device/device-array.ts";
import { popcount } from "../../src/gpu/generated/shaders.ts";
import { countBitsGrid, createCountBits } from "../../src/gpu/kernels/popcount.ts";
import { countBits } from "../../src/reference/popcount.ts";
import { expectEqual } from "../support/agreement.ts";
import { upload, uploadUniforms } from "../support/arrays.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { testRandom } from "../support/networks.ts";

const gpu = await testGpu();
/** Words behind the last that takes part, whose counts must stay as they are. */
const SPARE = 3;
const UNTOUCHED = 0xdeadbeef;

test("equals the reference below, at and above a workgroup, for any rounds, and writes nothing else", async () => {
  const random = testRandom(41);
  for (const count of [1, 2, 63, 64, 65, 257]) {
    for (const rounds of [0, 1, 37]) {
      const words = Uint32Array.from({ length: count + SPARE }, () => random.nextUint32());
      const counts = upload(gpu, "counts", "u32", [words.length], new Uint32Array(words.length).fill(UNTOUCHED));
      const kernel = (await createCountBits(gpu)).bind({
        span: uploadUniforms(gpu, popcount, "Span", [{ words: count, rounds }]),
        words: upload(gpu, "words", "u32", [words.length], words),
        counts,
      });
      dispatch(gpu, { kernel, grid: countBitsGrid(count) });
      const want = [...countBits(words.subarray(0, count), rounds), ...new Array(SPARE).fill(UNTOUCHED)];
      const subject = { gpu, what: `popcount.count_bits, ${count} words, ${rounds} rounds`, shape: [words.length] };
      expectEqual(subject, await read(gpu, counts), want);
    }
  }
});

test("the reference counts all bits of a word that is nothing else, once a lane, in a round that lets all through", () => {
  // 2654435769 r is odd in round 1: 0x9e3779b9 has 20 ones.
  expect([...countBits([0xffffffff, 0], 2)]).toEqual([16 * 20, 0]);
});
