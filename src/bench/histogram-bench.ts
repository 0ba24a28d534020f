/** Packing one-bit outputs and counting them by class: integers, so the check asks for equality. */
import { type Activation, quantizationThresholds } from "../core/activation.ts";
import type { Clock } from "../core/platform.ts";
import type { Ceilings } from "../core/profile.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { type DeviceArray, read, write } from "../gpu/device/device-array.ts";
import { f32, f32x2, u32, uniforms } from "../gpu/device/layout.ts";
import { Owned } from "../gpu/device/owned.ts";
import { lanesOf } from "../gpu/device/packing.ts";
import { type Recorder, submit } from "../gpu/device/recorder.ts";
import { writeUniforms } from "../gpu/device/uniforms.ts";
import { histogram } from "../gpu/generated/shaders.ts";
import { countOnesGrid, createCountOnes, createPackBits, packBitsGrid, WORD } from "../gpu/kernels/histogram.ts";
import { classBits } from "../passes/device-split.ts";
import { countOnes, packBits } from "../reference/histogram.ts";
import { requireAgreement } from "./agreement.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { CLASSES } from "./material.ts";
import { madeUpNumbers } from "./product.ts";
import { timedDispatches } from "./timing.ts";

export interface HistogramBenchOptions {
  /** Neurons of the layer that is counted. */
  readonly units: number;
  readonly activation: Activation;
  readonly repeats: number;
  readonly samples: number;
  readonly runs: number;
}

const BYTES = 4;
/** Bytes of a block: pivot and sum of deviations. */
const BLOCK_BYTES = 8;

/** Bits and counts of the last network against the reference. */
async function check(
  gpu: GpuContext,
  { units, activation, repeats, samples }: HistogramBenchOptions,
  { values, labels }: { readonly values: Float32Array; readonly labels: Uint32Array },
  { bits, counts }: { readonly bits: DeviceArray<"u32">; readonly counts: DeviceArray<"u32"> },
): Promise<void> {
  const lanes = lanesOf(units);
  const first = (repeats - 1) * samples * lanes;
  const own = Float32Array.from({ length: samples * units }, (_, index) => {
    return values[first + Math.floor(index / units) * lanes + (index % units)]!;
  });
  const packed = packBits(own, units, quantizationThresholds[activation]).bits;
  const gotBits = (await read(gpu, bits)).slice(-packed.length);
  requireAgreement(gpu, { kernel: "histogram.pack_bits", got: gotBits, want: packed, bound: 0 });
  const want = countOnes(packed, classBits(labels, CLASSES), units, CLASSES);
  const gotCounts = (await read(gpu, counts)).slice(-want.length);
  requireAgreement(gpu, { kernel: "histogram.count_ones", got: gotCounts, want, bound: 0 });
}

function benchLayout({ units, repeats, samples }: HistogramBenchOptions) {
  const words = Math.ceil(samples / WORD);
  return {
    activations: f32(repeats, samples, lanesOf(units)),
    class_bits: u32(CLASSES, words),
    bits: u32(repeats, units, words),
    blocks: f32x2(repeats, units, words),
    counts: u32(repeats, units, CLASSES),
    chunk: uniforms(histogram, "Chunk"),
  };
}

/** @throws RunError where a bit or a count is wrong, or with what the device reported. */
export async function benchHistogram(
  gpu: GpuContext,
  clock: Clock,
  options: HistogramBenchOptions,
  ceilings: Ceilings,
): Promise<BenchRow[]> {
  const { units, activation, repeats, samples, runs } = options;
  const lanes = lanesOf(units);
  const words = Math.ceil(samples / WORD);
  const values = madeUpNumbers(repeats * samples * lanes, 0);
  const labels = Uint32Array.from({ length: samples }, (_, sample) => sample % CLASSES);
  using own = new Owned(gpu);
  const { activations, class_bits, bits, blocks, counts, chunk } = own.allocate(benchLayout(options));
  write(gpu, activations, values);
  write(gpu, class_bits, classBits(labels, CLASSES));
  writeUniforms(gpu, histogram, chunk, [
    { first: 0, count: samples, slab_rows: samples, unit_lanes: lanes, units, words, classes: CLASSES },
  ]);
  const packing = (await createPackBits(gpu, activation)).bind({ chunk, activations, bits, blocks });
  const counting = (await createCountOnes(gpu)).bind({ chunk, bits, class_bits, counts });
  const pack = (to: Recorder) => packing.encode(to, packBitsGrid(units, samples, repeats));
  const count = (to: Recorder) => counting.encode(to, countOnesGrid(CLASSES, units, repeats));
  submit(gpu, "check histogram", (to) => {
    pack(to);
    count(to);
  });
  await check(gpu, options, { values, labels }, { bits, counts });
  const size = `${repeats} x ${samples} samples, ${units} neurons`;
  const packed = repeats * units * words;
  const packingTime = await timedDispatches(gpu, clock, runs, "bench pack_bits", pack);
  const packBytes = BYTES * repeats * samples * units + (BYTES + BLOCK_BYTES) * packed;
  const countingTime = await timedDispatches(gpu, clock, runs, "bench count_ones", count);
  const countBytes = BYTES * (packed + CLASSES * words + repeats * units * CLASSES);
  return [
    benchRow("histogram.pack_bits", size, packingTime, { bytes: packBytes }, ceilings),
    benchRow("histogram.count_ones", size, countingTime, { bytes: countBytes }, ceilings),
  ];
}
