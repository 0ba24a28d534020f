/** The registry: what a measure must bring to appear on the command line, in files and in tables. */
import { expect, test } from "vitest";
import { RANDOM } from "../../src/core/ablation.ts";
import { columnOf, measureOfColumn } from "../../src/measures/columns.ts";
import { paperMeasures } from "../../src/measures/paper-measures.ts";
import { measureNamed, measures } from "../../src/measures/registry.ts";

test("no two measures share a name, an id or a title", () => {
  for (const key of ["name", "id", "title"] as const) {
    expect(new Set(measures.map((measure) => measure[key])).size, key).toBe(measures.length);
  }
});

test("names are in command-line form, ids the same words in file form", () => {
  for (const { name, id } of measures) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(id).toBe(name.replaceAll("-", "_"));
  }
});

test("no measure takes the name of the random orders", () => {
  expect(measures.some(({ name, id }) => name === RANDOM || id === RANDOM)).toBe(false);
});

test("the paper's measures come first, in the order of its tables", () => {
  expect(measures.slice(0, 3)).toEqual(paperMeasures);
});

test("columns say bits, and only bits, behind the id", () => {
  for (const { id, unit } of measures) {
    expect(columnOf(id)).toBe(unit === "bit" ? `${id}_bits` : id);
    expect(measureOfColumn(columnOf(id))).toBe(id);
    if (unit !== "bit") expect(measureOfColumn(`${id}_bits`)).toBe(id);
  }
  expect([measureOfColumn("stranger_bits"), measureOfColumn("stranger"), measureOfColumn("repeat")]).toEqual([
    "stranger",
    undefined,
    undefined,
  ]);
});

test("a measure is found by its command-line name only", () => {
  for (const measure of measures) expect(measureNamed(measure.name)).toBe(measure);
  expect(measureNamed("mutual_information")).toBeUndefined();
  expect(measureNamed("")).toBeUndefined();
});
