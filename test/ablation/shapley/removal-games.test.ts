/** Shapley values from losses along orders, where the losses are made up. */
import { describe, expect, test } from "vitest";
import { gameOf, type RemovalGame } from "../../../src/ablation/shapley/removal-games.ts";
import type { ShapleyValues } from "../../../src/core/evidence.ts";
import { RandomSequence } from "../../../src/core/random.ts";

/** What three neurons add that are gone together: a pair of orders gives what two do exactly. */
const TRIPLE = 0.7;

/** A loss that hangs on neurons alone, in twos and in threes. */
function lossOf(removed: ReadonlySet<number>, units: number): number {
  let loss = 0.5;
  for (let unit = 0; unit < units; unit++) {
    if (!removed.has(unit)) continue;
    loss += 0.1 * unit;
    if (removed.has(unit + 1)) loss -= 0.3 * (unit % 3);
    if (removed.has((unit + 5) % units)) loss += 0.2;
    if (unit + 3 < units && removed.has(unit + 1) && removed.has(unit + 3)) loss += TRIPLE;
  }
  return loss;
}

const permutation = (units: number) => (number: number) => new RandomSequence(3, 0, 2, number).permutation(units);

function losses(order: Uint32Array): Float64Array {
  const removed = new Set<number>();
  const along = [lossOf(removed, order.length)];
  for (const unit of order) {
    removed.add(unit);
    along.push(lossOf(removed, order.length));
  }
  return Float64Array.from(along);
}

/** @returns the values, and the orders that were asked for */
function played(game: RemovalGame): { values: ShapleyValues; orders: readonly Uint32Array[] } {
  const orders: Uint32Array[] = [];
  for (let next = game.next(); next.length > 0; next = game.next()) {
    game.take(next.map(losses));
    for (const order of next) orders.push(order);
  }
  return { values: game.values(), orders };
}

/** Neurons that have an effect together share it evenly. */
function exactValues(units: number): number[] {
  return Array.from({ length: units }, (_, unit) => {
    let value = 0.1 * unit;
    for (let one = 0; one < units; one++) {
      const pairs = [
        [(one + 1 < units && one + 1) || -1, -0.3 * (one % 3)],
        [(one + 5) % units, 0.2],
      ] as const;
      for (const [other, effect] of pairs) if (other !== -1 && (one === unit || other === unit)) value += effect / 2;
    }
    for (let one = 0; one + 3 < units; one++) if ([one, one + 1, one + 3].includes(unit)) value += TRIPLE / 3;
    return value;
  });
}

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);
const whole = (units: number) => losses(Uint32Array.from({ length: units }, (_, unit) => unit));

describe("a layer of at most 8 neurons", () => {
  test.each([6, 7, 8])("of %i has exact values, by all its subsets, without error", (units) => {
    const { values } = played(gameOf(units, permutation(units), { draws: 2 }));
    for (const [unit, value] of exactValues(units).entries()) expect(values.values[unit]).toBeCloseTo(value, 12);
    expect([...values.standardErrors]).toEqual(new Array(units).fill(0));
  });

  test("of one neuron has what its removal costs", () => {
    const game = gameOf(1, permutation(1), { draws: 2 });
    expect(game.next()).toEqual([Uint32Array.of(0)]);
    game.take([Float64Array.of(0.25, 1)]);
    expect(game.next()).toEqual([]);
    expect(game.values()).toEqual({ values: Float64Array.of(0.75), standardErrors: Float64Array.of(0), draws: 1 });
  });
});

describe("a wider layer", () => {
  const units = 12;

  test("is sampled by pairs of a permutation and its reverse, each a function of its number alone", () => {
    const { orders, values } = played(gameOf(units, permutation(units), { draws: 44 }));
    expect(orders).toHaveLength(44);
    expect(values.draws).toBe(44);
    for (let pair = 0; pair < 22; pair++) {
      expect(orders[2 * pair]).toEqual(permutation(units)(pair));
      expect(orders[2 * pair + 1]).toEqual(permutation(units)(pair).toReversed());
    }
    const { orders: some } = played(gameOf(units, permutation(units), { draws: 44, error: 0 }));
    expect(some).toEqual(orders);
    const { orders: many } = played(gameOf(units, permutation(units), { draws: 502 }));
    expect(many).toHaveLength(502);
    expect(many.slice(0, 44)).toEqual(orders);
  });

  test.each([2, 4, 20, 22, 300])("shares out exactly what all removals cost, after %i draws", (draws) => {
    const { values } = played(gameOf(units, permutation(units), { draws }));
    const along = whole(units);
    expect(sum(values.values)).toBeCloseTo(along[units]! - along[0]!, 12);
  });

  test("has the mean over pairs, and the error of that mean over pairs", () => {
    const { values, orders } = played(gameOf(units, permutation(units), { draws: 8 }));
    const rises = orders.map((order) => {
      const along = losses(order);
      return Array.from({ length: units }, (_, unit) => along[order.indexOf(unit) + 1]! - along[order.indexOf(unit)]!);
    });
    for (let unit = 0; unit < units; unit++) {
      const pairs = [0, 2, 4, 6].map((first) => (rises[first]![unit]! + rises[first + 1]![unit]!) / 2);
      const mean = sum(pairs) / 4;
      const variance = sum(pairs.map((pair) => (pair - mean) * (pair - mean))) / 3;
      expect(values.values[unit]).toBeCloseTo(mean, 12);
      expect(values.standardErrors[unit]).toBeCloseTo(Math.sqrt(variance / 4), 12);
    }
  });

  test("of a single pair has an error from its two, which are then the samples", () => {
    const { values, orders } = played(gameOf(units, permutation(units), { draws: 2 }));
    const rise = (order: Uint32Array, unit: number) => {
      const along = losses(order);
      return along[order.indexOf(unit) + 1]! - along[order.indexOf(unit)]!;
    };
    for (let unit = 0; unit < units; unit++) {
      const [one, other] = [rise(orders[0]!, unit), rise(orders[1]!, unit)];
      expect(values.standardErrors[unit]).toBeCloseTo(Math.abs(one - other) / 2, 12);
    }
  });

  test("ends once every interval is as narrow as asked, after the same permutations as without", () => {
    const all = played(gameOf(units, permutation(units), { draws: 5000 })).values;
    // Over pairs the error falls with the root of their number: 100 pairs have five times the error of 2500.
    const error = 1.96 * Math.max(...all.standardErrors) * 5;
    const { values, orders } = played(gameOf(units, permutation(units), { draws: 5000, error }));
    expect(values.draws).toBe(orders.length);
    expect(values.draws).toBeGreaterThan(100);
    expect(values.draws).toBeLessThan(400);
    expect(1.96 * Math.max(...values.standardErrors)).toBeLessThanOrEqual(error);
    expect(values).toEqual(played(gameOf(units, permutation(units), { draws: values.draws })).values);
    const fewer = played(gameOf(units, permutation(units), { draws: values.draws - 20 })).values;
    expect(1.96 * Math.max(...fewer.standardErrors)).toBeGreaterThan(error);
  });

  test("goes to the draws given where the error is not reached", () => {
    const { values } = played(gameOf(units, permutation(units), { draws: 50, error: 1e-9 }));
    expect(values.draws).toBe(50);
  });
});
