/** Arrays that are longer than a stack: where values went as arguments of a call, these threw a RangeError. */
import { describe, expect, test } from "vitest";
import type { AblationCurve, RemovalOrder } from "../../src/core/ablation.ts";
import { appendAll, greatest, latin1Text, smallest } from "../../src/core/long-arrays.ts";
import { curvesCsv } from "../../src/report/files/curves-file.ts";
import { alignedTable } from "../../src/report/tables/aligned-table.ts";
import { CurveStore } from "../../web/engine/lab-study.ts";

const LENGTH = 200_000;
const numbers = Float64Array.from({ length: LENGTH }, (_, index) => (index * 7919) % LENGTH);

describe(`${LENGTH} values`, () => {
  test("are too many for the arguments of a call, so that this test says something", () => {
    expect(() => [].push(...(Array.from(numbers) as never[]))).toThrow(RangeError);
  });

  test("are appended, compared and made into text", () => {
    const all: number[] = [-1];
    appendAll(all, numbers);
    expect(all).toHaveLength(LENGTH + 1);
    expect([all[0], all[1], all.at(-1)]).toEqual([-1, numbers[0], numbers.at(-1)]);
    expect([smallest(numbers), greatest(numbers)]).toEqual([0, LENGTH - 1]);
    expect(latin1Text(new Uint8Array(LENGTH).fill(65))).toBe("A".repeat(LENGTH));
  });

  test("as curves are written and kept, and as rows stand in a table", () => {
    const neurons = [{ layer: 1, neuron: 0 }];
    const order: RemovalOrder = { repeat: 0, scope: "layer1", measure: "random", direction: "none", draw: 0, neurons };
    const one = {
      mode: "zero",
      samples: 4,
      removed: Uint32Array.of(1),
      correct: Uint32Array.of(3),
      loss: Float64Array.of(0.5),
    };
    const curves = Array.from(
      { length: LENGTH },
      (_, draw) => ({ ...one, order: { ...order, draw } }) as AblationCurve,
    );
    const store = new CurveStore();
    store.add(curves);
    expect(store.get({ repeat: 0, scope: "layer1", mode: "zero" })).toHaveLength(LENGTH);
    let lines = 0;
    for (const chunk of curvesCsv(curves)) lines += chunk.split("\n").length - 1;
    expect(lines).toBe(LENGTH + 1);
    expect(alignedTable({ rows: curves.map((_, row) => ["x", String(row)]), keyColumns: 1 }, 80)).toHaveLength(LENGTH);
  });
});

test("of no values nothing is largest or smallest, and one that is not a number is", () => {
  expect([greatest([]), smallest([])]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  expect([greatest([1, Number.NaN, 2]), smallest([1, Number.NaN, 2])]).toEqual([Number.NaN, Number.NaN]);
});
