/** Networks that are no better than a guess are named before anything is said of their neurons. */
import { describe, expect, test } from "vitest";
import { warnings } from "../../../src/report/analysis/warnings.ts";
import { madeUpStudy } from "../made-up-study.ts";

const { dataset, repeats } = madeUpStudy({ repeats: 2 });
const counted = { ...dataset, testPerClass: [1000, 600, 400] };
const withAccuracies = (...accuracies: number[]) =>
  accuracies.map((testAccuracy, repeat) => ({ ...repeats[0]!, repeat, testAccuracy }));

describe("warnings", () => {
  test("are none for networks that have learned", () => {
    expect(warnings(withAccuracies(0.9, 0.97), counted)).toEqual([]);
  });

  test("name the networks at the share of the largest class, three standard errors included", () => {
    // 0.5 + 3 sqrt(0.25 / 2000) = 0.5335
    expect(warnings(withAccuracies(0.533, 0.97), counted)).toEqual([
      expect.stringMatching(/^1 of 2 networks \(repeat 0\) classifies .* accuracy 0\.5330, .* gives 0\.5000\./),
    ]);
    expect(warnings(withAccuracies(0.534, 0.97), counted)).toEqual([]);
    expect(warnings(withAccuracies(0.5, 0.4), counted)).toEqual([
      expect.stringMatching(/^All 2 networks classify .* at most 0\.5000/),
    ]);
    expect(warnings(withAccuracies(0.4), counted)).toEqual([expect.stringMatching(/^The network classifies/)]);
  });

  test("take classes for equally large where their sizes are not known", () => {
    const { testPerClass: _, ...uncounted } = counted;
    expect(warnings(withAccuracies(0.36), uncounted)).toHaveLength(1);
    expect(warnings(withAccuracies(0.37), uncounted)).toHaveLength(0);
  });
});
