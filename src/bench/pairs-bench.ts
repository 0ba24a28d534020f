/** Counting all pairs of a layer's neurons by class: integers, so the check asks for equality; beside a bare loop that counts bits. */
import type { Clock } from "../core/platform.ts";
import type { Ceilings } from "../core/profile.ts";
import { RandomSequence, streams } from "../core/random.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { read, write } from "../gpu/device/device-array.ts";
import { u32, uniforms } from "../gpu/device/layout.ts";
import { Owned } from "../gpu/device/owned.ts";
import { submit } from "../gpu/device/recorder.ts";
import { writeUniforms } from "../gpu/device/uniforms.ts";
import { popcount, pairs as shader } from "../gpu/generated/shaders.ts";
import { WORD } from "../gpu/kernels/histogram.ts";
import { countPairsGrid, createCountPairs, type PairTile, pairsOfTile } from "../gpu/kernels/pairs.ts";
import { countBitsGrid, createCountBits, POPCOUNTS_PER_ROUND } from "../gpu/kernels/popcount.ts";
import { classBits } from "../passes/device-split.ts";
import { countPairs } from "../reference/pairs.ts";
import { countBits } from "../reference/popcount.ts";
import { requireAgreement } from "./agreement.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import type { HistogramBenchOptions } from "./histogram-bench.ts";
import { CLASSES } from "./material.ts";
import { rate, timedDispatches } from "./timing.ts";

type PairsBenchOptions = Omit<HistogramBenchOptions, "activation">;

/** Of the bare loop: enough for every lane of a device, and long enough that nothing but counting takes time. */
const WORDS = { software: 2 ** 12, hardware: 2 ** 18 };
const ROUNDS = 256;
/** Words whose counts are compared: each takes the reference 4,096 popcounts. */
const CHECKED_WORDS = 512;

const randomWords = (count: number) => {
  const random = new RandomSequence(0, 0, streams.randomRanking);
  return Uint32Array.from({ length: count }, () => random.nextUint32());
};

/** `12.7e6 popcounts`. */
const countsText = (counts: number) => `${(counts / 1e6).toPrecision(3)}e6 popcounts`;

interface Counted {
  readonly row: BenchRow;
  /** 10^9 popcounts a second, of the fastest run: a ceiling is what nothing exceeds. */
  readonly gcounts: number;
}

async function benchPopcount(gpu: GpuContext, clock: Clock, runs: number, ceilings: Ceilings): Promise<Counted> {
  const count = WORDS[gpu.facts.software ? "software" : "hardware"];
  using own = new Owned(gpu);
  const { words, counts, span } = own.allocate({
    words: u32(count),
    counts: u32(count),
    span: uniforms(popcount, "Span"),
  });
  const given = randomWords(count);
  write(gpu, words, given);
  writeUniforms(gpu, popcount, span, [{ words: count, rounds: ROUNDS }]);
  const kernel = (await createCountBits(gpu)).bind({ span, words, counts });
  submit(gpu, "check popcount", (to) => kernel.encode(to, countBitsGrid(count)));
  const got = (await read(gpu, counts)).slice(-CHECKED_WORDS);
  const want = countBits(given.slice(-CHECKED_WORDS), ROUNDS);
  requireAgreement(gpu, { kernel: "popcount.count_bits", got, want, bound: 0 });
  const timing = await timedDispatches(gpu, clock, runs, "bench popcount", (to) => {
    kernel.encode(to, countBitsGrid(count));
  });
  const popcounts = count * ROUNDS * POPCOUNTS_PER_ROUND;
  const gcounts = rate(popcounts, timing.lowestMs);
  const row = benchRow("popcount.count_bits", countsText(popcounts), timing, {}, ceilings);
  return { row: { ...row, shareOfCeiling: rate(popcounts, timing.medianMs) / gcounts }, gcounts };
}

/**
 * The share of the ceiling is that of the popcounts a second which the bare loop reaches.
 * @throws RunError where a count is wrong, or with what the device reported.
 */
export async function benchPairs(
  gpu: GpuContext,
  clock: Clock,
  { units, repeats, samples, runs }: PairsBenchOptions,
  ceilings: Ceilings,
): Promise<BenchRow[]> {
  const { row: bare, gcounts } = await benchPopcount(gpu, clock, runs, ceilings);
  const words = Math.ceil(samples / WORD);
  using own = new Owned(gpu);
  const { bits, class_bits, both, tile } = own.allocate({
    bits: u32(repeats, units, words),
    class_bits: u32(CLASSES, words),
    both: u32(repeats, units, units, CLASSES),
    tile: uniforms(shader, "Tile"),
  });
  const given = randomWords(repeats * units * words);
  const classes = classBits(
    Uint32Array.from({ length: samples }, (_, sample) => sample % CLASSES),
    CLASSES,
  );
  write(gpu, bits, given);
  write(gpu, class_bits, classes);
  const sizes: PairTile = { first: 0, rows: units, units, other_units: units, words, classes: CLASSES, same: 1 };
  writeUniforms(gpu, shader, tile, [sizes]);
  const kernel = (await createCountPairs(gpu)).bind({ tile, bits, other_bits: bits, class_bits, both });
  const grid = countPairsGrid(sizes, repeats);
  submit(gpu, "check pairs", (to) => kernel.encode(to, grid));
  const last = given.slice(-units * words);
  const want = countPairs(last, last, classes, words).map((count, cell) => {
    const [row, other] = [Math.floor(cell / CLASSES / units), Math.floor(cell / CLASSES) % units];
    return row < other ? count : 0;
  });
  requireAgreement(gpu, {
    kernel: "pairs.count_pairs",
    got: (await read(gpu, both)).slice(-want.length),
    want,
    bound: 0,
  });
  const timing = await timedDispatches(gpu, clock, runs, "bench count_pairs", (to) => kernel.encode(to, grid));
  const popcounts = repeats * pairsOfTile(sizes) * CLASSES * words;
  const size = `${repeats} x ${samples} samples, ${units} neurons, ${countsText(popcounts)}`;
  const row = benchRow("pairs.count_pairs", size, timing, {}, ceilings);
  return [bare, { ...row, shareOfCeiling: rate(popcounts, timing.medianMs) / gcounts }];
}
