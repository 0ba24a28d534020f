/** The registry: what a measure must bring to appear on the command line, in files and in tables. */
import { expect, test } from "vitest";
import { RANDOM } from "../../src/core/ablation.ts";
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

test("the three measures of the study are there, in the order of its tables", () => {
  expect(measures.map(({ name }) => name)).toEqual(["entropy", "mutual-information", "kl-selectivity"]);
});

test("a measure is found by its command-line name only", () => {
  for (const measure of measures) expect(measureNamed(measure.name)).toBe(measure);
  expect(measureNamed("mutual_information")).toBeUndefined();
  expect(measureNamed("")).toBeUndefined();
});
