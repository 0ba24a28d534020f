/** The tables of docs/performance.md out of results, by hand-made ones. */
import { describe, expect, test } from "vitest";
import { type MeasuredResults, sections, withTables } from "../../scripts/performance-tables.ts";
import { benchRow } from "../../src/bench/bench-row.ts";
import { timingOf } from "../../src/bench/timing.ts";

const ceilings = { gflops: 20, gbps: 5 };
const timing = timingOf([2]);
const adapter = {
  vendor: "v",
  architecture: "a",
  device: "d",
  description: "llvmpipe 25",
  software: true,
  backend: "vulkan",
};
const matmul = benchRow("matmul", "5 x 32x784x100", timing, { operations: 8e6, bytes: 4e6 }, ceilings);
const train = {
  ...benchRow("train", "5 x 1600", timing, { operations: 8e6 }, ceilings),
  widths: [784, 5, 10],
  activation: "sigmoid" as const,
  repeats: 5,
  batchSize: 32,
  samplesPerSecond: 4_000_000,
  gflops: 4,
  shareOfProducts: 0.5,
};
const sweep = {
  ...benchRow("sweep", "layer1", timing, { operations: 8e6 }, ceilings),
  scope: "layer1" as const,
  widths: [784, 5, 10],
  activation: "sigmoid" as const,
  samples: 512,
  evaluations: 6,
  fullMs: 30,
  maskedMs: 6,
  fastMs: 0.5,
  ratio: 12,
  fullRatio: 60,
  maxCorrectDifference: 1,
  maxLossDifference: 4e-8,
};
const scaling = [1, 10].map((value) => ({
  label: "scaling" as const,
  dimension: "repeats" as const,
  stage: "train" as const,
  value,
  ...timingOf([3 * value]),
  size: `${value} networks`,
  peakBytes: 2 ** 20 * value ** 2,
}));
const results: MeasuredResults = {
  name: "lavapipe",
  date: "2022-02-01",
  commit: "0123456789",
  machine: "2 cores of a processor",
  calls: [
    { command: "gpu-importance bench all", adapter, ceilings, rows: [matmul, train, sweep] },
    { command: "gpu-importance bench scaling", adapter, ceilings, rows: scaling },
  ],
};

const begins = sections.map((section) => `<!-- ${section}: written by scripts/write-performance.ts -->`);
const empty = `# Title\n${begins.map((begin) => `${begin}\nold\n<!-- end -->\nprose`).join("\n")}\n`;

/** The text of one section. */
function sectionOf(document: string, section: (typeof sections)[number]): string {
  return document.split(begins[sections.indexOf(section)]!)[1]!.split("<!-- end -->")[0]!.trim();
}

const origin = (command: string) =>
  `**lavapipe**: llvmpipe 25, 2 cores of a processor; 2022-02-01, commit 0123456789; \`gpu-importance ${command}\`; ceilings 20.0 GFLOP/s, 5.00 GB/s.`;

describe("the tables of the performance document", () => {
  const written = withTables(empty, [results]);

  test("have the rows of their kind, each under where and how it was measured", () => {
    expect(sectionOf(written, "kernels").split("\n")).toEqual([
      origin("bench all"),
      "",
      "| kernel | size | median ms | quartiles | GFLOP/s | GB/s | ceiling | runs |",
      "|---|--:|--:|--:|--:|--:|--:|--:|",
      "| matmul | 5 x 32x784x100 | 2.00 | 2.00..2.00 | 4.00 | 2.00 | 40 % | 1 |",
    ]);
    expect(sectionOf(written, "training")).toContain(
      "| 5 of 784-5-10 sigmoid, batch 32 | 4000000 | 4.00 | 50 % | 20 % | 1 |",
    );
    expect(sectionOf(written, "sweeps")).toContain(
      "| layer1 | 30.0 | 6.00 | 0.500 | 60.0x | 12.0x | 1 of 512, 4.0e-8 |",
    );
  });

  test("end, where a size grows, with the exponents", () => {
    expect(sectionOf(written, "scaling").split("\n")).toEqual([
      origin("bench scaling"),
      "",
      "| repeats | train ms | MiB |",
      "|---|--:|--:|",
      "| 1 | 3.00 | 1.00 |",
      "| 10 | 30.0 | 100 |",
      "| exponent | 1.00 | 2.00 |",
      "",
      "Last row: train: 10 networks.",
    ]);
  });

  test("replace nothing but what stands between the markers, and are the same when written again", () => {
    expect(written.startsWith(`# Title\n${begins[0]}\n`)).toBe(true);
    expect(written.match(/prose/g)).toHaveLength(sections.length);
    expect(written).not.toContain("old");
    expect(withTables(written, [results])).toBe(written);
  });

  test("say so where nothing was measured", () => {
    for (const section of sections) expect(sectionOf(withTables(empty, []), section)).toBe("Not measured yet.");
  });

  test("have a place each, or the document is refused", () => {
    expect(() => withTables(empty.replace(begins[2]!, ""), [results])).toThrow(begins[2]);
  });
});
