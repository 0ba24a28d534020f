/** Which orders there are by measures that are computed anew, what they are called, and what is refused. */
import { expect, test } from "vitest";
import { replacementModes } from "../../src/core/ablation.ts";
import { columnOf, titleOf } from "../../src/measures/columns.ts";
import { measures } from "../../src/measures/registry.ts";
import { remeasureConfig, remeasuredAsked, searchedWithId } from "../../src/measures/remeasured.ts";

const names = measures.map(({ name }) => name);
const asked = { measures: names, modes: replacementModes, scopes: ["layers", "network"] as const, remeasure: 3 };

test("there is one by every measure in each mode, but for those that remove neurons in one mode themselves", () => {
  const ids = remeasuredAsked(asked).map(({ id }) => id);
  expect(ids).toContain("taylor_remeasured_zero");
  expect(ids).toContain("entropy_remeasured_mean");
  expect(ids).toContain("single_mean_remeasured_mean");
  expect(ids).not.toContain("single_mean_remeasured_zero");
  const bound = measures.filter(({ mode }) => mode !== undefined).length;
  expect(ids).toHaveLength(2 * (measures.length - bound) + bound);
  expect(remeasuredAsked({ measures: names, modes: ["mean"] })).toEqual([]);
});

test("each is known by its id, which is that of no column", () => {
  for (const one of remeasuredAsked(asked)) {
    expect(searchedWithId(one.id)).toEqual(one);
    expect(titleOf(one.id)).toBe(`${one.measure.title}, remeasured (${one.mode})`);
    expect(measures.map(({ id }) => columnOf(id))).not.toContain(one.id);
  }
  expect(searchedWithId("greedy_zero")?.kind).toBe("greedy");
  for (const id of ["taylor", "taylor_remeasured", "single_mean_remeasured_zero", "greedy_zero_remeasured_zero"]) {
    expect(searchedWithId(id), id).toBeUndefined();
  }
});

test("what leads to no order is refused, with what to do", () => {
  expect(remeasureConfig(asked)).toEqual({ remeasure: 3 });
  const { remeasure, ...without } = asked;
  expect(remeasureConfig({ ...without, measures: ["greedy-zero"] })).toEqual({});
  const refused = (change: object) => () => remeasureConfig({ ...asked, ...change });
  expect(refused({ measures: ["greedy-zero"] })).toThrow(/nothing to remeasure[\s\S]*greedy-zero/);
  expect(refused({ measures: ["single-zero"], modes: ["mean"] })).toThrow(/nothing to remeasure[\s\S]*modes mean/);
  expect(refused({ scopes: ["network-ranked"] })).toThrow(/nothing to remeasure[\s\S]*layers or network/);
  expect(remeasure).toBe(3);
});
