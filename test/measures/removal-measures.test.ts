/** Measures of what removals alone change, worked out by hand. */
import { expect, test } from "vitest";
import type { LayerEvidence, RemovalSums } from "../../src/core/evidence.ts";
import { logitChanges } from "../../src/measures/logit-change.ts";
import { outputDivergences } from "../../src/measures/output-divergence.ts";
import { singleRemovals } from "../../src/measures/single-removal.ts";
import { evidenceOf, layerOf } from "../support/evidence.ts";

const sums = (loss: number): RemovalSums => ({
  losses: Float64Array.of(loss, 0),
  divergences: Float64Array.of(1, 0),
  squares: Float64Array.of(loss * loss, 0),
});
/** Two neurons over 4 samples. */
const layer: LayerEvidence = {
  ...layerOf(evidenceOf([1, 1], [2, 2])),
  units: 2,
  zeroRemovals: sums(-8),
  meanRemovals: sums(4),
};

test("each comes in the modes zero and mean, which need their own removals", () => {
  const all = [...singleRemovals, ...outputDivergences, ...logitChanges];
  expect(all.map(({ name }) => name)).toEqual([
    "single-zero",
    "single-mean",
    "output-divergence-zero",
    "output-divergence-mean",
    "logit-change-zero",
    "logit-change-mean",
  ]);
  for (const [index, { needs, meaning }] of all.entries()) {
    expect(needs).toEqual([index % 2 === 0 ? "zeroRemovals" : "meanRemovals"]);
    expect(meaning).toContain(index % 2 === 0 ? "replaced by 0" : "replaced by its mean");
  }
});

test("losses and divergences are means over samples, logit changes roots of them; a loss may fall", () => {
  const values = (measures: typeof singleRemovals) => measures.map(({ evaluate }) => [...evaluate(layer)]);
  expect(values(singleRemovals)).toEqual([
    [-2, 0],
    [1, 0],
  ]);
  expect(values(outputDivergences)).toEqual([
    [0.25, 0],
    [0.25, 0],
  ]);
  expect(values(logitChanges)).toEqual([
    [4, 0],
    [2, 0],
  ]);
});
