/** What `--measures` and the library take. */
import { afterEach, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { isOfPairs, sequences } from "../../src/core/sequences.ts";
import type { Measure } from "../../src/measures/measure.ts";
import {
  allowedMeasures,
  asksForAll,
  measuresCheck,
  measuresNamed,
  sequencesNamed,
} from "../../src/measures/measure-choice.ts";
import { paperMeasureNames, paperMeasures } from "../../src/measures/paper-measures.ts";
import { measures } from "../../src/measures/registry.ts";

const registered = measures as Measure[];
const count = registered.length;
afterEach(() => {
  registered.length = count;
});

const further: Measure = { ...registered[0]!, name: "further", id: "further", title: "Further" };

test("the paper's measures are a fixed set: what is registered besides does not join it", () => {
  registered.push(further);
  expect(paperMeasures.map(({ name }) => name)).toEqual(["entropy", "mutual-information", "kl-selectivity"]);
  expect(measuresCheck.take(["paper"])).toEqual(paperMeasureNames);
  const withoutPairs = [...measures, ...sequences.filter((one) => !isOfPairs(one))];
  expect(measuresCheck.take(["all"])).toEqual(withoutPairs.map(({ name }) => name));
  expect(measuresCheck.take(["all"])).toContain("further");
});

test("names are taken once each, in the order of the registry, beside words for several", () => {
  registered.push(further);
  expect(measuresCheck.take(["kl-selectivity", "entropy", "entropy"])).toEqual(["entropy", "kl-selectivity"]);
  expect(measuresCheck.take(["further", "paper"])).toEqual([...paperMeasureNames, "further"]);
  expect(measuresNamed(["further", "entropy"]).map(({ id }) => id)).toEqual(["further", "entropy"]);
});

test("sequences are named beside measures, and told apart; all includes them, the paper's set does not", () => {
  const asked = measuresCheck.take(["greedy-mean", "entropy"])!;
  expect(asked).toEqual(["entropy", "greedy-mean"]);
  expect(measuresNamed(asked).map(({ id }) => id)).toEqual(["entropy"]);
  expect(sequencesNamed(asked).map(({ id }) => id)).toEqual(["greedy_mean"]);
  expect(sequencesNamed(paperMeasureNames)).toEqual([]);
  const all = measuresCheck.take(["all"])!;
  expect([sequencesNamed(all), asksForAll(all)]).toEqual([sequences.filter((one) => !isOfPairs(one)), true]);
  expect(asksForAll(measures.map(({ name }) => name))).toBe(false);
});

test("nothing, a stranger, an id and what is not a list are refused", () => {
  for (const value of [[], ["stranger"], ["entropy", "mutual_information"], "entropy", undefined, [7], ["toString"]]) {
    expect(measuresCheck.take(value), String(value)).toBeUndefined();
  }
});

test("of all measures those that a network does not allow are left out, and that is said; one that is named is refused", () => {
  const all = measuresCheck.take(["all"])!;
  const relu = { kind: "relu" } as const;
  expect(allowedMeasures(all, [relu])).toEqual({ names: all, notes: [] });
  const { names, notes } = allowedMeasures(all, [relu, { kind: "leaky-relu", alpha: 0.1 }]);
  expect(names).toEqual(all.filter((name) => name !== "class-selectivity"));
  expect(notes).toEqual([
    expect.stringMatching(/^class-selectivity is left out: outputs of leaky-relu have no lower bound/),
  ]);
  const named = () => allowedMeasures(["entropy", "class-selectivity"], [{ kind: "identity" }]);
  expect(named).toThrow(UsageError);
  expect(named).toThrow("class-selectivity is not defined for this network");
  expect(allowedMeasures(["entropy"], [{ kind: "identity" }]).names).toEqual(["entropy"]);
});

test("orders by pairs come by name, or with all where pairs are counted", () => {
  const pairs = ["mrmr", "jmi", "cmim", "unique"];
  const all = measuresCheck.take(["all"])!;
  expect(measuresCheck.take(["unique", "mrmr"])).toEqual(["mrmr", "unique"]);
  expect(allowedMeasures(all, [{ kind: "relu" }]).names).toEqual(all);
  expect(allowedMeasures(all, [{ kind: "relu" }], "layers").names).toEqual([...all, ...pairs]);
  expect(allowedMeasures(["entropy"], [{ kind: "relu" }], "layers").names).toEqual(["entropy"]);
  // With what the networks do not allow left out.
  const { names, notes } = allowedMeasures(all, [{ kind: "identity" }], "network");
  expect(notes.length).toBeGreaterThan(0);
  expect(names.slice(-4)).toEqual(pairs);
});
