/**
 * What an adapter can do at most, as far as kernels of this program can show it: the best large matrix product and the
 * best streaming bandwidth. Shares of it are stated beside every other figure.
 */
import type { Clock } from "../core/platform.ts";
import type { Ceilings } from "../core/profile.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { read, write } from "../gpu/device/device-array.ts";
import { f32, uniforms } from "../gpu/device/layout.ts";
import { Owned } from "../gpu/device/owned.ts";
import { submit } from "../gpu/device/recorder.ts";
import { writeUniforms } from "../gpu/device/uniforms.ts";
import { stream } from "../gpu/generated/shaders.ts";
import { createTriad, STREAM_SCALE, triadGrid } from "../gpu/kernels/stream.ts";
import { sumBound } from "../reference/rounding.ts";
import { triad } from "../reference/stream.ts";
import { requireAgreement } from "./agreement.ts";
import { madeUpNumbers, type TimedProduct, timeProduct } from "./product.ts";
import { rate, type Timing, timedDispatches } from "./timing.ts";

interface TimedStream {
  readonly timing: Timing;
  readonly values: number;
  readonly bytes: number;
}

/** Sides of the square products that are tried, smallest first. */
const SIDES = [256, 512, 1024, 2048, 4096];
/** A product of the next side takes eight times as long; none should take more than about 100 ms. */
const LONGEST_MS = 12;
/** Runs of each where only the ceilings are asked for. */
const CEILING_RUNS = 10;

/** The square product with the highest throughput; sides grow until one lasts LONGEST_MS. */
export async function bestLargeProduct(gpu: GpuContext, clock: Clock, runs: number): Promise<TimedProduct> {
  let best: TimedProduct | undefined;
  for (const side of SIDES) {
    // The lane of biases makes up the side, so that every array is exactly side x side.
    const shape = { networks: 1, samples: side, inputs: side - 1, units: side - 1 };
    const timed = await timeProduct(gpu, clock, shape, runs);
    const speed = ({ timing, cost }: TimedProduct) => cost.operations! / timing.lowestMs;
    if (best === undefined || speed(timed) > speed(best)) best = timed;
    if (timed.timing.lowestMs > LONGEST_MS) break;
  }
  return best!;
}

/** Larger than the caches of most adapters, three times over, and within one binding of WebGPU's default limits. */
const STREAM_BYTES = { software: 2 ** 25, hardware: 2 ** 27 };
const FLOAT_BYTES = 4;
/** Values of the beginning that are compared with the reference, beside the last ones. */
const CHECKED_VALUES = 4096;

/** The triad over arrays that no cache holds. Copies by the device's copy engine are no bound for kernels. */
export async function timeStream(gpu: GpuContext, clock: Clock, runs: number): Promise<TimedStream> {
  const values = STREAM_BYTES[gpu.facts.software ? "software" : "hardware"] / FLOAT_BYTES;
  const first = madeUpNumbers(values, 0);
  const second = madeUpNumbers(values, 1);
  using own = new Owned(gpu);
  const array = f32(values);
  const arrays = own.allocate({ addends: array, factors: array, sums: array, span: uniforms(stream, "Span") });
  write(gpu, arrays.addends, first);
  write(gpu, arrays.factors, second);
  writeUniforms(gpu, stream, arrays.span, [{ quads: values / 4 }]);
  const kernel = (await createTriad(gpu)).bind(arrays);
  const grid = triadGrid(values / 4);
  submit(gpu, "check triad", (to) => kernel.encode(to, grid));
  const computed = await read(gpu, arrays.sums);
  for (const from of [0, values - CHECKED_VALUES]) {
    const part = (numbers: Float32Array) => numbers.subarray(from, from + CHECKED_VALUES);
    const want = triad(part(first), part(second), STREAM_SCALE);
    const bound = sumBound(1, 1 + STREAM_SCALE);
    requireAgreement(gpu, { kernel: "stream.triad", got: part(computed), want, bound });
  }
  const timing = await timedDispatches(gpu, clock, runs, "bench stream", (to) => kernel.encode(to, grid));
  return { timing, values, bytes: 3 * FLOAT_BYTES * values };
}

/** The ceilings out of timings that exist: the fastest run counts, since a ceiling is what nothing exceeds. */
export function ceilingsOf({ timing, cost }: TimedProduct, streamed: TimedStream): Ceilings {
  return {
    gflops: rate(cost.operations!, timing.lowestMs),
    gbps: rate(streamed.bytes, streamed.timing.lowestMs),
  };
}

/** @throws RunError where a kernel computes wrongly, or with what the device reported. */
export async function measureCeilings(gpu: GpuContext, clock: Clock): Promise<Ceilings> {
  return ceilingsOf(await bestLargeProduct(gpu, clock, CEILING_RUNS), await timeStream(gpu, clock, CEILING_RUNS));
}
