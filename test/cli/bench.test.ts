/** `bench` at its smallest size, so that none of it rots; no test asks how long anything took. */
import { describe, expect, test } from "vitest";
import type { SweepBenchRow } from "../../src/bench/sweep-bench.ts";
import type { TrainBenchRow } from "../../src/bench/train-bench.ts";
import { commandLine } from "../support/command-line.ts";

const small = ["--hidden", "5,4", "--samples", "70", "--runs", "1", "--repeats", "2", "--adapter", "swiftshader"];

describe("bench", () => {
  test("--json has a row of training and one of each scope, whose sweeps agree", async () => {
    const { exitCode, stdout } = await commandLine(["bench", "--json", ...small]);
    expect(exitCode).toBe(0);
    const { adapter, rows } = JSON.parse(stdout) as {
      readonly adapter: { readonly software: boolean };
      readonly rows: readonly [TrainBenchRow, ...SweepBenchRow[]];
    };
    expect(adapter.software).toBe(true);
    const [train, ...sweeps] = rows;
    expect(train).toMatchObject({ label: "train", widths: [784, 5, 4, 10], repeats: 2, runs: 1 });
    expect(train.samplesPerSecond).toBeGreaterThan(0);
    expect(sweeps.map(({ scope, evaluations }) => [scope, evaluations])).toEqual([
      // (3 measures low and high, 2 random draws) in two modes, from none removed to all
      ["layer1", 16 * 6],
      ["layer2", 16 * 5],
      ["network", 16 * 10],
    ]);
    for (const row of sweeps) {
      expect(row.maxCorrectDifference).toBeLessThanOrEqual(1);
      expect(row.maxLossDifference).toBeLessThan(1e-4);
      expect(row.ratio).toBeCloseTo(row.maskedMs / row.fastMs);
    }
  });

  test("prints tables that fit in 80 columns", async () => {
    const { exitCode, stdout } = await commandLine(["bench", "sweep", ...small]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^sweep: 784-5-4-10 sigmoid, 70 test samples/m);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test("refuses what it does not time", async () => {
    const { exitCode, stderr } = await commandLine(["bench", "everything"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("train, sweep, all");
  });
});
