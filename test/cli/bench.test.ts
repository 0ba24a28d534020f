/** Every bench once at its smallest size, so that none of it rots; no test asks how long anything took. */
import { describe, expect, test } from "vitest";
import type { BenchRow } from "../../src/bench/bench-row.ts";
import type { EvidenceBenchRow } from "../../src/bench/evidence-bench.ts";
import type { ForwardBenchRow } from "../../src/bench/forward-bench.ts";
import type { ScalingRow } from "../../src/bench/scaling.ts";
import type { SweepBenchRow } from "../../src/bench/sweep-bench.ts";
import type { TrainBenchRow } from "../../src/bench/train-bench.ts";
import { benchLines } from "../../src/cli/display/bench-tables.ts";
import { commandLine, onSwiftShader } from "../support/command-line.ts";

const small = ["--hidden", "5,4", "--samples", "70", "--runs", "1", "--repeats", "2", ...onSwiftShader];

interface Printed<Row> {
  readonly adapter: { readonly software: boolean };
  readonly ceilings: { readonly gflops: number; readonly gbps: number };
  readonly rows: readonly Row[];
}

async function printed<Row>(...args: readonly string[]): Promise<Printed<Row>> {
  const { exitCode, stdout, stderr } = await commandLine(["bench", ...args, "--json"]);
  expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
  return JSON.parse(stdout) as Printed<Row>;
}

/** What every row must have, whatever it took. */
function expectRow(row: BenchRow, { gflops, gbps }: Printed<unknown>["ceilings"], runs: number): void {
  const { lowestMs, lowerQuartileMs, medianMs, upperQuartileMs, highestMs } = row;
  const times = [lowestMs, lowerQuartileMs, medianMs, upperQuartileMs, highestMs];
  expect(lowestMs, row.label).toBeGreaterThan(0);
  expect([...times].sort((a, b) => a - b)).toEqual(times);
  expect(row.runs, row.label).toBe(runs);
  // Of popcounts the share is that of what a bare loop counts.
  if (/^(pairs|popcount)\./.test(row.label)) {
    expect(row.shareOfCeiling, row.label).toBeGreaterThan(0);
    return;
  }
  const shares = [(row.gflops ?? 0) / gflops, (row.gbps ?? 0) / gbps];
  expect(row.shareOfCeiling, row.label).toBeCloseTo(Math.max(...shares));
}

describe("bench all --json", async () => {
  const { adapter, ceilings, rows } = await printed<BenchRow>("all", ...small);

  test("has the rows of every bench in order, each of the size that was asked for", () => {
    expect(adapter.software).toBe(true);
    expect(Math.min(ceilings.gflops, ceilings.gbps)).toBeGreaterThan(0);
    expect(rows.slice(0, 3).map(({ label, size }) => [label, size])).toEqual([
      ["matmul", "2 x 32x784x5"],
      ["matmul", "2 x 32x5x4"],
      ["matmul", "2 x 32x4x10"],
    ]);
    expect(rows[3]!.size).toMatch(/^(256x255x255|512x511x511|1024x1023x1023)$/);
    expect(rows.slice(4).map(({ label, size }) => [label, size])).toEqual([
      ["stream.triad", "96 MiB"],
      ["train", "2 x 1600 samples, 784-5-4-10, batch 32"],
      ["forward", "2 x 70 samples, 784-5-4-10"],
      ["histogram.pack_bits", "2 x 70 samples, 5 neurons"],
      ["histogram.count_ones", "2 x 70 samples, 5 neurons"],
      ["levels.find_extremes", "2 x 70 samples, 5 neurons"],
      ["levels.count_levels", "2 x 70 samples, 5 neurons, 16 levels"],
      ["levels.count_levels", "2 x 70 samples, 5 neurons, 256 levels"],
      ["popcount.count_bits", "16.8e6 popcounts"],
      // 10 pairs in 10 classes and 3 words, of 2 networks
      ["pairs.count_pairs", "2 x 70 samples, 5 neurons, 0.000600e6 popcounts"],
      ["convolution.convolve", "2 x 32 samples, 1x28x28 to 6x28x28"],
      ["convolution.convolve", "2 x 32 samples, 6x14x14 to 16x10x10"],
      ["convolution.convolve", "2 x 32 samples, 16x5x5 to 120x1x1"],
      ["convolution.convolve", "2 x 32 samples, 32x32x32 to 64x32x32"],
      ...["paper", "class_sums", "gradients", "relevance", "removals", "together", "path"].map((what) => [
        `evidence.${what}`,
        "2 x 70 samples, 784-5-4-10",
      ]),
      ["sweep", "layer1, 70 samples, 784-5-4-10"],
      ["sweep", "layer2, 70 samples, 784-5-4-10"],
      ["sweep", "network, 70 samples, 784-5-4-10"],
    ]);
    for (const row of rows) expectRow(row, ceilings, 1);
  });

  test("states of training and forward pass the samples of all networks a second, and what they compute", () => {
    const train = rows.find(({ label }) => label === "train") as TrainBenchRow;
    expect(train).toMatchObject({ widths: [784, 5, 4, 10], repeats: 2, batchSize: 32 });
    expect(train.samplesPerSecond).toBeCloseTo((2 * 1600 * 1000) / train.medianMs);
    // a sample: 2 x 2 operations a weight in the first layer, 2 x 3 above
    const operations = 4 * 784 * 5 + 6 * (5 * 4 + 4 * 10);
    expect(train.gflops).toBeCloseTo((train.samplesPerSecond * operations) / 1e9);
    // the products of each layer at their own speed, as often as training needs them
    const products = rows.slice(0, 3).map(({ medianMs }, layer) => (layer === 0 ? 2 : 3) * medianMs);
    const productsMs = products.reduce((sum, elapsedMs) => sum + elapsedMs, 0);
    expect(train.shareOfProducts).toBeCloseTo((productsMs * (1600 / 32)) / train.medianMs);
    const forward = rows.find(({ label }) => label === "forward") as ForwardBenchRow;
    expect(forward.samplesPerSecond).toBeCloseTo((2 * 70 * 1000) / forward.medianMs);
    expect(forward.gflops).toBeCloseTo((forward.samplesPerSecond * 2 * (784 * 5 + 5 * 4 + 4 * 10)) / 1e9);
  });

  test("states of evidence how many times the paper's measures it takes", () => {
    const evidence = rows.filter(({ label }) => label.startsWith("evidence.")) as EvidenceBenchRow[];
    for (const { ratio, medianMs } of evidence) expect(ratio).toBeCloseTo(medianMs / evidence[0]!.medianMs);
    expect(evidence[0]!.ratio).toBe(1);
  });

  test("has a sweep of each scope, whose two ways agree", () => {
    const sweeps = rows.filter(({ label }) => label === "sweep") as SweepBenchRow[];
    expect(sweeps.map(({ scope, evaluations }) => [scope, evaluations])).toEqual([
      // (3 measures low and high, 2 random draws) in two modes, from none removed to all
      ["layer1", 16 * 6],
      ["layer2", 16 * 5],
      ["network", 16 * 10],
    ]);
    // operations of a removal and 70 samples: the next layer's update, and products above it
    const [layer1, layer2] = [2 * (4 + 4 * 10), 2 * 10];
    const operations = [layer1, layer2, (5 * layer1 + 4 * layer2) / 9].map((each) => each * 70);
    for (const [index, row] of sweeps.entries()) {
      expect(row.maxCorrectDifference).toBeLessThanOrEqual(1);
      expect(row.maxLossDifference).toBeLessThan(1e-4);
      expect(row.ratio).toBeCloseTo(row.maskedMs / row.fastMs);
      expect(row.fullRatio).toBeCloseTo(row.fullMs / row.fastMs);
      const pass = row.fullMs / row.evaluations;
      expect(row.stepRatio).toBeCloseTo((row.maskedMs - pass) / (row.fastMs - pass));
      expect(row.medianMs).toBe(row.fastMs);
      expect(row.gflops).toBeCloseTo(operations[index]! / row.fastMs / 1e6);
    }
  });

  test("is what people are shown in tables of 80 columns, sizes and fewer runs included", () => {
    const of = (...labels: readonly string[]) => rows.filter(({ label }) => labels.includes(label));
    // As narrow as they get on a fast device, and as wide.
    const tiny = { ...rows[0]!, label: "histogram.count_ones", lowerQuartileMs: 0.000123, upperQuartileMs: 0.000124 };
    const large = { size: "10000 x 65536x784x4096", lowerQuartileMs: 1.2e5, medianMs: 1e6, upperQuartileMs: 1e7 };
    const huge = { ...rows[0]!, ...large, gflops: 12_345, gbps: 4321 };
    const report = {
      ceilings,
      matmul: [...of("matmul", "stream.triad"), tiny, huge],
      train: of("train") as TrainBenchRow[],
      forward: of("forward") as ForwardBenchRow[],
      histogram: of("histogram.pack_bits", "histogram.count_ones"),
      levels: of("levels.find_extremes", "levels.count_levels"),
      pairs: of("popcount.count_bits", "pairs.count_pairs"),
      convolution: of("convolution.convolve"),
      evidence: rows.filter(({ label }) => label.startsWith("evidence.")) as EvidenceBenchRow[],
      sweep: of("sweep") as SweepBenchRow[],
      scaling: [],
    };
    const text = benchLines(report, 20).join("\n");
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    for (const { size } of rows) expect(text).toContain(`  ${size}\n`);
    expect(text).toMatch(/^scope .*masked\/fast +differences$/m);
    expect(text).toContain("Fewer than 20 runs");
    expect(benchLines(report, 1).join("\n")).not.toContain("Fewer");
  });
});

describe("bench", () => {
  test("scaling has a row of each size and stage, the smallest alone with --points 1", async () => {
    const { rows } = await printed<ScalingRow>("scaling", "--points", "1", "--runs", "1", ...onSwiftShader);
    expect(rows.map(({ dimension, value, stage }) => `${dimension} ${value} ${stage}`)).toEqual([
      "neurons 50 train",
      "neurons 50 measure",
      "neurons 50 sweep",
      "samples 1000 train",
      "samples 1000 measure",
      "samples 1000 sweep",
      "curves 1 sweep",
      "repeats 1 train",
      "repeats 1 measure",
      "depth 1 train",
      "depth 1 measure",
      "depth 1 sweep",
    ]);
    for (const { peakBytes, medianMs, size } of rows) {
      expect(Math.min(peakBytes, medianMs)).toBeGreaterThan(0);
      expect(size).toMatch(/^784-\d+(-\d+)?-10, [12] networks?, \d+ samples/);
    }
  });

  test("sweeps as many orders of the chosen scopes as are asked for", async () => {
    const few = ["--scopes", "layers", "--orders", "3"];
    const { exitCode, stdout } = await commandLine(["bench", "sweep", "--json", ...few, ...small]);
    expect(exitCode).toBe(0);
    const rows = JSON.parse(stdout).rows as readonly SweepBenchRow[];
    expect(rows.map(({ scope, evaluations }) => [scope, evaluations])).toEqual([
      ["layer1", 3 * 2 * 6],
      ["layer2", 3 * 2 * 5],
    ]);
  });

  test("prints a table, and says on stderr what it does", async () => {
    const { exitCode, stdout, stderr } = await commandLine(["bench", "histogram", ...small]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ceilings: [\d.]+ GFLOP\/s in large products, [\d.]+ GB\/s in streams$/m);
    expect(stdout).toMatch(/^histogram\.count_ones {2}[^\n]* 1\n {2}2 x 70 samples, 5 neurons$/m);
    expect(stderr).toBe("bench: ceilings\nbench: histogram\n");
  });

  test("refuses what it does not time", async () => {
    const { exitCode, stderr } = await commandLine(["bench", "everything"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      "matmul, train, forward, histogram, levels, pairs, convolution, evidence, sweep, all, scaling",
    );
  });
});
