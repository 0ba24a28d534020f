/** A study as jobs. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AnalysisConfig } from "../../src/core/study.ts";
import { jobsOf, repeatsOf } from "../../src/study/jobs.ts";
import { tinyConfig } from "../support/tiny-study.ts";

test("a study has a job for each repeat and stage, one stage after another", () => {
  expect(jobsOf(tinyConfig)).toEqual([
    { repeat: 0, stage: "train" },
    { repeat: 1, stage: "train" },
    { repeat: 0, stage: "measure" },
    { repeat: 1, stage: "measure" },
    { repeat: 0, stage: "ablate" },
    { repeat: 1, stage: "ablate" },
  ]);
});

test("networks that came in files are not trained", () => {
  const { epochs: _, batchSize: __, learningRate: ___, l2: ____, ...config } = tinyConfig;
  const analysis: AnalysisConfig = { ...config, models: ["a", "b"] };
  expect(new Set(jobsOf(analysis).map(({ stage }) => stage))).toEqual(new Set(["measure", "ablate"]));
});

test("shards divide the repeats among themselves: each has its own, and none more than one more than another", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 40 }), (repeats, of) => {
      const shards = Array.from({ length: of }, (_, index) => repeatsOf(repeats, { index: index + 1, of }));
      expect(shards.flat()).toEqual(repeatsOf(repeats));
      const sizes = shards.map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
  expect(jobsOf({ ...tinyConfig, repeats: 3 }, { index: 2, of: 2 }).map(({ repeat }) => repeat)).toEqual([
    1, 2, 1, 2, 1, 2,
  ]);
});
