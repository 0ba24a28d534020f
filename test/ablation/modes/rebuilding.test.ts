/** What removed neurons are rebuilt by: against a solve of its own for every set, and where the answer is known. */
import { describe, expect, test } from "vitest";
import type { LayerMoments } from "../../../src/ablation/modes/rebuilding.ts";
import { rebuildings } from "../../../src/ablation/modes/registry.ts";
import { type RebuildingMode, rebuildingModes } from "../../../src/core/ablation.ts";
import type { RebuiltBelow } from "../../../src/core/layers/layer-kind.ts";
import { covarianceOf, rebuiltFrom } from "../../../src/reference/rebuilding.ts";
import { testRandom } from "../../support/networks.ts";
import { realNumbers } from "../../support/rows.ts";

interface Outputs {
  /** [samples, units] */
  readonly values: Float64Array;
  readonly units: number;
}

/** Outputs that hang together, and so do those of a layer. */
function madeUp(seed: number, samples: number, units: number): Outputs {
  const random = testRandom(seed);
  const mixing = realNumbers(random, units * units, 1);
  const own = realNumbers(random, samples * units, 1);
  const values = Float64Array.from({ length: samples * units }, (_, at) => {
    const [sample, unit] = [Math.floor(at / units), at % units];
    let value = 0.25 * unit;
    for (let k = 0; k < units; k++) value += mixing[unit * units + k]! * own[sample * units + k]!;
    return value;
  });
  return { values, units };
}

function withColumn({ values, units }: Outputs, unit: number, ofRow: (row: number) => number): Outputs {
  return { values: values.map((value, place) => (place % units === unit ? ofRow(place - unit) : value)), units };
}

/** Means are float32, as a device gives them. */
function momentsOf(outputs: Outputs): LayerMoments {
  const { values, units } = outputs;
  const samples = values.length / units;
  const all = [...Array(units).keys()];
  const sumOf = (unit: number) => values.reduce((sum, value, at) => sum + (at % units === unit ? value : 0), 0);
  const means = Float32Array.from(all, (unit) => sumOf(unit) / samples);
  return { means, covariances: Float64Array.from(all.flatMap((j) => all.map((k) => covarianceOf(outputs, j, k)))) };
}

function rebuilt(outputs: Outputs, mode: RebuildingMode, removed: readonly number[]): RebuiltBelow {
  const rebuilder = rebuildings[mode].prepare(momentsOf(outputs))();
  for (const neuron of removed) rebuilder.remove(neuron);
  return rebuilder.rebuilt();
}

/** What the squared change of a sum of outputs, weighted, is in the mean when removed ones are rebuilt. */
function squaredChange({ values, units }: Outputs, weights: ArrayLike<number>, by: RebuiltBelow): number {
  let total = 0;
  for (let row = 0; row < values.length; row += units) {
    const change = by.removed.reduce((sum, neuron, place) => {
      const made = by.kept.reduce(
        (value, other, column) => value + by.slopes[place * by.kept.length + column]! * values[row + other]!,
        by.intercepts[place]!,
      );
      return sum + weights[neuron]! * (made - values[row + neuron]!);
    }, 0);
    total += change * change;
  }
  return (total * units) / values.length;
}

/** Means in the place of removed neurons. */
function byMeans(outputs: Outputs, removed: readonly number[]): RebuiltBelow {
  const { kept } = rebuilt(outputs, "merge", removed);
  const { means } = momentsOf(outputs);
  const intercepts = Float64Array.from(removed, (neuron) => means[neuron]!);
  return { removed, kept, slopes: new Float64Array(removed.length * kept.length), intercepts };
}

const outputs = madeUp(1, 60, 7);

describe.each(rebuildingModes)("%s", (mode) => {
  test.each([[[3]], [[5, 0]], [[6, 1, 2, 0]], [[0, 1, 2, 3, 4, 5]]])(
    "is what normal equations of %j alone give, whatever went before",
    (removed) => {
      const [got, want] = [rebuilt(outputs, mode, removed), rebuiltFrom(outputs, mode, removed)];
      expect(got.kept).toEqual(want.kept);
      for (const [at, slope] of want.slopes.entries()) expect(got.slopes[at]).toBeCloseTo(slope, 9);
      // Means were rounded to float32.
      for (const [at, intercept] of want.intercepts.entries()) expect(got.intercepts[at]).toBeCloseTo(intercept, 5);
    },
  );

  test("does not hang on the order of removals", () => {
    const [one, other] = [rebuilt(outputs, mode, [6, 1, 2]), rebuilt(outputs, mode, [1, 2, 6])];
    const weights = [1, -2, 3, 0, 0, 0, 1];
    expect(squaredChange(outputs, weights, one)).toBeCloseTo(squaredChange(outputs, weights, other), 9);
  });

  test("starts anew for every order", () => {
    const start = rebuildings[mode].prepare(momentsOf(outputs));
    start().remove(4);
    const fresh = start();
    fresh.remove(2);
    expect(fresh.rebuilt()).toEqual(rebuilt(outputs, mode, [2]));
  });

  test("loses nothing of a neuron that a kept one is a multiple of", () => {
    const copied = withColumn(outputs, 5, (row) => 3 - 2 * outputs.values[row + 1]!);
    const by = rebuilt(copied, mode, [5]);
    expect(squaredChange(copied, [0, 0, 0, 0, 0, 1, 0], by)).toBeLessThan(1e-9);
    expect(by.slopes[1]).toBeCloseTo(-2, 4);
    const back = rebuilt(copied, mode, [1, 4]);
    expect(squaredChange(copied, [0, 1, 0, 0, 0, 0, 0], back)).toBeLessThan(1e-9);
  });

  test("of neurons that do not vary gives what they are, and rebuilds none from them", () => {
    const constant = withColumn(
      withColumn(outputs, 2, () => 0.75),
      4,
      () => 0,
    );
    const moments = momentsOf(constant);
    const own = { ...moments, covariances: moments.covariances.map((value, at) => (isOf(at, [2, 4]) ? 0 : value)) };
    const rebuilder = rebuildings[mode].prepare(own)();
    for (const neuron of [2, 3]) rebuilder.remove(neuron);
    const { kept, slopes, intercepts } = rebuilder.rebuilt();
    expect([...slopes.slice(0, kept.length)]).toEqual(kept.map(() => 0));
    expect(intercepts[0]).toBe(0.75);
    expect(slopes[kept.length + kept.indexOf(4)]).toBeCloseTo(0, 12);
    expect(slopes.slice(kept.length).some((slope) => slope !== 0)).toBe(true);
  });

  test("of a layer that goes whole, or that does not vary at all, gives its means", () => {
    const { means } = momentsOf(outputs);
    const whole = rebuilt(outputs, mode, [0, 1, 2, 3, 4, 5, 6]);
    expect([whole.kept, [...whole.intercepts]]).toEqual([[], [...means]]);
    const still = { units: 3, values: Float64Array.from({ length: 30 }, (_, at) => at % 3) };
    const { slopes, intercepts } = rebuilt(still, mode, [1, 0]);
    expect([[...slopes], [...intercepts]]).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });

  test("stays finite where there are fewer samples than neurons", () => {
    const few = madeUp(5, 4, 9);
    for (const removed of [[8], [0, 2, 4, 6, 8], [8, 7, 6, 5, 4, 3, 2, 1]]) {
      const by = rebuilt(few, mode, removed);
      expect([...by.slopes, ...by.intercepts].every(Number.isFinite)).toBe(true);
      expect(Math.max(...by.slopes.map(Math.abs))).toBeLessThan(100);
    }
  });
});

function isOf(at: number, constant: readonly number[]): boolean {
  return constant.includes(at % 7) || constant.includes(Math.floor(at / 7));
}

describe("the change of what reads a layer", () => {
  const sets = [[0], [3], [6], [1, 5], [0, 2, 4], [6, 5, 4, 3, 2]];
  const weights = [2, -1, 1, 3, -2, 0.5, 1];

  test.each(sets.map((set) => [set]))("is least by least squares: %j", (removed) => {
    const squares = squaredChange(outputs, weights, rebuilt(outputs, "least-squares", removed));
    const others = [rebuilt(outputs, "merge", removed), byMeans(outputs, removed)];
    for (const by of others) expect(squares).toBeLessThanOrEqual(squaredChange(outputs, weights, by));
  });

  test("is no more when a neuron is merged than when it becomes its mean", () => {
    for (const neuron of [0, 1, 2, 3, 4, 5, 6]) {
      const merged = squaredChange(outputs, weights, rebuilt(outputs, "merge", [neuron]));
      expect(merged).toBeLessThanOrEqual(squaredChange(outputs, weights, byMeans(outputs, [neuron])) + 1e-12);
    }
  });
});
