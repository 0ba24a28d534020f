/** Which order of classes fits counts of outputs, and that none is found where none fits. */
import { describe, expect, test } from "vitest";
import { classOrderHint } from "../../src/data/inputs/class-order-hint.ts";
import { testRandom } from "../support/networks.ts";

/** Counts of samples that come out as `places` says but for one in ten, which go to any output. */
function counts(places: readonly number[], outputs: number, samplesPerClass = 20): Uint32Array {
  const random = testRandom(3);
  const all = new Uint32Array(places.length * outputs);
  for (const [label, place] of places.entries()) {
    for (let sample = 0; sample < samplesPerClass; sample++) {
      const output = sample % 10 === 0 ? random.nextBelow(outputs) : place;
      all[label * outputs + output]!++;
    }
  }
  return all;
}

const numbers = (count: number, first = 0) => Array.from({ length: count }, (_, i) => String(first + i));

describe("an order that fits is found, with the list of classes that states it:", () => {
  const twelve = numbers(12, 1);
  const asText = ["1", "10", "11", "12", "2", "3", "4", "5", "6", "7", "8", "9"];
  test.each<[string, readonly string[], readonly string[], string]>([
    ["names sorted as text", twelve, asText, "names sorted as text"],
    ["numbers in order, where text was taken", asText, twelve, "names sorted with their numbers in order"],
    ["labels from 0 where they begin at 1", numbers(10), [...numbers(9, 1), "0"], "labels off by one"],
    ["labels from 1 where they begin at 0", [...numbers(9, 1), "0"], numbers(10), "names sorted as text"],
    ["the reverse", ["a", "b", "c"], ["c", "b", "a"], "the reverse"],
    ["capitals behind small letters", ["A", "C", "b"], ["A", "b", "C"], "names sorted without regard to case"],
    ["any other", ["a", "b", "c", "d"], ["c", "a", "d", "b"], "as the outputs say"],
  ])("%s", (_, names, order, said) => {
    const places = names.map((name) => order.indexOf(name));
    const hint = classOrderHint({ counts: counts(places, names.length), outputs: names.length, names });
    expect(hint).toMatchObject({ order: said, classes: order, samples: 20 * names.length });
    expect(hint!.correct).toBeGreaterThanOrEqual(18 * names.length);
  });

  test("with an output more than classes, of which no list can be made", () => {
    const hint = classOrderHint({ counts: counts([1, 2, 3], 4), outputs: 4, names: ["a", "b", "c"] });
    expect(hint).toMatchObject({ order: "labels off by one", classes: undefined });
  });

  test("with a class without samples, which gets the output that is left", () => {
    const all = counts([1, 3, 0, 2], 4, 200);
    all.fill(0, 0, 4);
    const names = ["w", "x", "y", "z"];
    expect(classOrderHint({ counts: all, outputs: 4, names })!.classes).toEqual(["y", "w", "z", "x"]);
  });
});

describe("no order is found", () => {
  test("where the one that was taken fits", () => {
    expect(classOrderHint({ counts: counts([0, 1, 2], 3), outputs: 3, names: ["a", "b", "c"] })).toBeUndefined();
  });

  test("where outputs are guesses, in a thousand draws", () => {
    const random = testRandom(9);
    for (let draw = 0; draw < 1000; draw++) {
      const classes = 2 + random.nextBelow(9);
      const all = new Uint32Array(classes * classes);
      for (let sample = 0; sample < 10 * classes; sample++) {
        all[(sample % classes) * classes + random.nextBelow(classes)]!++;
      }
      expect(classOrderHint({ counts: all, outputs: classes, names: numbers(classes) })).toBeUndefined();
    }
  });

  test("where all samples have one output, or there are few samples", () => {
    const names = ["a", "b", "c"];
    expect(classOrderHint({ counts: counts([1, 1, 1], 3), outputs: 3, names })).toBeUndefined();
    expect(classOrderHint({ counts: counts([1, 2, 0], 3, 3), outputs: 3, names })).toBeUndefined();
  });
});
