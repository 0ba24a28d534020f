/** stream.wgsl against src/reference/stream.ts. */
import { describe, test } from "vitest";
import { read } from "../../src/gpu/device/device-array.ts";
import { stream } from "../../src/gpu/generated/shaders.ts";
import { createTriad, STREAM_SCALE, triadGrid } from "../../src/gpu/kernels/stream.ts";
import { triad } from "../../src/reference/stream.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import { upload, uploadUniforms } from "../support/arrays.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { testRandom } from "../support/networks.ts";
import { sumBound } from "../support/rounding.ts";
import { magnitudes, realNumbers, smallIntegers } from "../support/rows.ts";

const gpu = await testGpu();

/** Quads behind the last one that takes part: they must stay as they are. */
const SPARE_QUADS = 3;
const UNTOUCHED = -77;

async function runTriad(addends: Float32Array, factors: Float32Array): Promise<Float32Array> {
  const quads = addends.length / 4;
  const lanes = 4 * (quads + SPARE_QUADS);
  const padded = (values: Float32Array) => {
    const all = new Float32Array(lanes).fill(1);
    all.set(values);
    return upload(gpu, "triad", "f32", [lanes], all);
  };
  const sums = upload(gpu, "sums", "f32", [lanes], new Float32Array(lanes).fill(UNTOUCHED));
  const span = uploadUniforms(gpu, stream, "Span", [{ quads }]);
  const kernel = (await createTriad(gpu)).bind({ span, addends: padded(addends), factors: padded(factors), sums });
  dispatch(gpu, { kernel, grid: triadGrid(quads) });
  return await read(gpu, sums);
}

const withSpare = (values: Float64Array, spare: number) =>
  Float64Array.from({ length: values.length + 4 * SPARE_QUADS }, (_, index) => values[index] ?? spare);

describe("the triad", () => {
  test("equals the reference on small integers below, at and above a workgroup, and writes nothing else", async () => {
    for (const quads of [1, 37, 255, 256, 257, 513]) {
      const [addends, factors] = [1, 2].map((seed) => smallIntegers(testRandom(seed), 4 * quads));
      const want = withSpare(triad(addends!, factors!, STREAM_SCALE), UNTOUCHED);
      const subject = { gpu, what: `stream.triad, ${quads} quads`, shape: [want.length] };
      expectEqual(subject, await runTriad(addends!, factors!), want);
    }
  });

  test("agrees with float64 on real numbers", async () => {
    const [addends, factors] = [3, 4].map((seed) => realNumbers(testRandom(seed), 4 * 300));
    const want = withSpare(triad(addends!, factors!, STREAM_SCALE), UNTOUCHED);
    const sizes = triad(magnitudes(addends!), magnitudes(factors!), STREAM_SCALE);
    const bounds = withSpare(
      sizes.map((size) => sumBound(1, size)),
      0,
    );
    const subject = { gpu, what: "stream.triad", shape: [want.length] };
    expectWithin(subject, await runTriad(addends!, factors!), want, bounds);
  });
});
