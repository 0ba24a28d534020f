/** Sets of removed neurons: the way back and forth, and rules as the study's orders have them. */

import { describe, expect, test } from "vitest";
import { removalOrders } from "../../../../src/ablation/orders.ts";
import { rankingsOf } from "../../../../src/ablation/rankings.ts";
import {
  nothingRemoved,
  redone,
  rowOf,
  rowsFrom,
  ruleRows,
  undone,
  withRemoved,
} from "../../../../web/ui/state/removal.ts";
import { madeUpTable } from "../../support/made-up-study.ts";

const table = madeUpTable(0, [6, 4]);

describe("the history of removals", () => {
  test("goes back to each set and forth again", () => {
    const twice = withRemoved(withRemoved(nothingRemoved, [3]), [3, 5]);
    expect(undone(twice).present).toEqual([3]);
    expect(undone(undone(twice)).present).toEqual([]);
    expect(redone(undone(twice)).present).toEqual([3, 5]);
  });

  test("takes all changes of one gesture for one step", () => {
    const dragged = [[1], [1, 2], [1, 2, 3]].reduce(
      (history, rows) => withRemoved(history, rows, "drag 1"),
      nothingRemoved,
    );
    expect(undone(dragged).present).toEqual([]);
    const further = withRemoved(dragged, [1, 2, 3, 4], "drag 2");
    expect(undone(further).present).toEqual([1, 2, 3]);
  });

  test("forgets what was taken back once something else is removed", () => {
    const other = withRemoved(undone(withRemoved(nothingRemoved, [3])), [4]);
    expect(redone(other).present).toEqual([4]);
  });

  test("does not count a change that changes nothing", () => {
    const once = withRemoved(nothingRemoved, [3]);
    expect(withRemoved(once, [3])).toBe(once);
  });

  test("stays as it is where there is nothing to go back or forth to", () => {
    expect(undone(nothingRemoved).present).toEqual([]);
    expect(redone(nothingRemoved).present).toEqual([]);
  });
});

describe("rows", () => {
  test("are ascending, none twice", () => {
    expect(rowsFrom([7, 2, 7, 11])).toEqual([2, 7, 11]);
  });

  test("are found by layer and neuron, and not beyond the layer's end", () => {
    expect(rowOf(table, { layer: 2, neuron: 1 })).toBe(7);
    expect(rowOf(table, { layer: 1, neuron: 6 })).toBe(-1);
    expect(rowOf(table, { layer: 3, neuron: 0 })).toBe(-1);
  });
});

describe("a rule", () => {
  test.each(["low", "high"] as const)("removes by a measure as the study's order does, %s first", (direction) => {
    const rule = { scope: "layer2", measure: "entropy", direction } as const;
    const values = table.measures["entropy"]!;
    const along = ruleRows(table, rule, 0).map((row) => values[row]!);
    expect(along).toHaveLength(4);
    expect(along).toEqual([...along].sort((a, b) => (direction === "low" ? a - b : b - a)));
  });

  test("removes at random in the first draw of the study's seed", () => {
    const [order] = removalOrders(table, { scopes: ["network"], rankings: rankingsOf([], 1), seed: 5 });
    const rule = { scope: "network", measure: "random", direction: "high" } as const;
    expect(ruleRows(table, rule, 5)).toEqual(order!.neurons.map((address) => rowOf(table, address)));
    expect(ruleRows(table, rule, 6)).not.toEqual(ruleRows(table, rule, 5));
  });
});
