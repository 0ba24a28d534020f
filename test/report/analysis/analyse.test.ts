/** From files to what a report says, on planted outcomes. */
import { describe, expect, it } from "vitest";
import type { NeuronTable } from "../../../src/core/neuron-table.ts";
import { analyse, analyseAll } from "../../../src/report/analysis/analyse.ts";
import type { StudyFiles } from "../../../src/report/analysis/analysis.ts";
import { madeUpStudy } from "../made-up-study.ts";
import { MEASURES, plantedCurve, plantedNeurons, plantedSingles, plantedStudy } from "./planted-study.ts";

/** All parts of the made-up study. */
function madeUpFiles(repeats: number): StudyFiles {
  const { networks: _, neurons, orders, curves, singles, ...study } = madeUpStudy({ repeats });
  return { label: "made up", study, neurons, orders, curves, singles, missing: [] };
}

describe("curves", () => {
  const kind = { scope: "layer1", measure: "random", direction: "none", mode: "mean" } as const;
  const curves = [0, 1].flatMap((repeat) =>
    [0, 1].map((draw) => plantedCurve({ ...kind, repeat, draw }, 0.5 + 0.1 * repeat + 0.04 * draw)),
  );

  it("are averaged over the draws of each network first, then over networks, in the order of their numbers", () => {
    const [summary, ...others] = analyse({ label: "", curves: curves.toReversed(), missing: [] }).curves;
    expect(others).toEqual([]);
    expect(summary).toMatchObject({ ...kind, repeats: 2, draws: 2, removed: Uint32Array.of(0, 1, 2) });
    expect([...summary!.areas].map((area) => area.toFixed(4))).toEqual(["0.5200", "0.6200"]);
    expect(summary!.area.mean).toBeCloseTo(0.57, 10);
    expect(summary!.area.sd).toBeCloseTo(0.1 / Math.SQRT2, 10);
    expect([...summary!.lossMean]).toEqual([0.1, 1, 2.3]);
    expect([...summary!.accuracyMean].map((value) => value.toFixed(4))).toEqual(["1.0000", "0.5900", "0.1000"]);
    expect([...summary!.accuracySd!].map((value) => value.toFixed(4))).toEqual(["0.0000", "0.1414", "0.0000"]);
    const [low, high] = [summary!.accuracyLow!, summary!.accuracyHigh!];
    expect([low[0], high[0]]).toEqual([1, 1]);
    expect(low[1]).toBeLessThan(0.59);
    expect(high[1]).toBeGreaterThan(0.59);
  });

  it("have no spread with one repeat, and the report says why", () => {
    const { curves: summaries, comparisons, claims, cautions, measureSummaries } = analyse(madeUpFiles(1));
    for (const summary of summaries) {
      expect(summary).not.toHaveProperty("accuracySd");
      expect(summary).not.toHaveProperty("accuracyLow");
      expect(summary.area).toEqual({ mean: summary.areas[0], repeats: 1 });
    }
    for (const { difference, p, holm } of comparisons) {
      expect([difference.interval, difference.sd, p, holm]).toEqual([undefined, undefined, undefined, undefined]);
    }
    expect(measureSummaries.every(({ mean }) => mean.interval === undefined)).toBe(true);
    expect(claims.every(({ verdict, p }) => verdict === "undecided" && p === undefined)).toBe(true);
    expect(cautions).toEqual([expect.stringMatching(/^1 repeat: there are no intervals .* because/)]);
  });

  it("warn of few repeats and say nothing of many", () => {
    expect(analyse(madeUpFiles(4)).cautions).toEqual([expect.stringMatching(/^4 repeats: .* too narrow/)]);
    expect(analyse(madeUpFiles(20)).cautions).toEqual([]);
  });
});

describe("comparisons", () => {
  // KL is better than entropy by 0.02 in each network, though networks differ by far more.
  const advantage = { entropy: 0, mutual_information: 0.01, kl_selectivity: 0.02, random: 0.005 };
  const files = plantedStudy({
    repeats: 6,
    scopes: ["layer1"],
    modes: ["mean"],
    area: ({ measure, direction, repeat }) =>
      0.5 + 0.05 * repeat + advantage[measure as "entropy"] * (direction === "high" ? -1 : 1),
  });

  it("pair networks: each measure with every later one and with random, in both directions", () => {
    const { comparisons } = analyse(files);
    expect(comparisons.map(({ direction, measure, other }) => [direction, measure, other].join(" "))).toEqual(
      ["low", "high"].flatMap((direction) => [
        `${direction} entropy mutual_information`,
        `${direction} entropy kl_selectivity`,
        `${direction} entropy random`,
        `${direction} mutual_information kl_selectivity`,
        `${direction} mutual_information random`,
        `${direction} kl_selectivity random`,
      ]),
    );
    const low = comparisons.find(({ other }) => other === "kl_selectivity")!;
    expect(low.difference.mean).toBeCloseTo(-0.02, 10);
    expect(low.difference.sd).toBeLessThan(1e-10);
    expect(low.p).toBe(2 / 64);
    expect(low.holm).toBeCloseTo((6 * 2) / 64, 12);
    const high = comparisons.findLast(({ other }) => other === "random")!;
    expect(high.difference.mean).toBeCloseTo(-0.025, 10);
  });

  it("correct for those of one question, scope and mode, however many others there are", () => {
    const [first] = analyseAll([files, { ...files, label: "again" }]);
    expect(first!.comparisons[0]!.holm).toBeCloseTo((6 * 2) / 64, 12);
    const elsewhere = files.curves!.map(({ order, ...curve }) => ({
      ...curve,
      order: { ...order, scope: "layer9" as const },
    }));
    const more = analyse({ ...files, curves: [...files.curves!, ...elsewhere] }).comparisons;
    expect(more).toHaveLength(24);
    expect(more.filter(({ scope }) => scope === "layer9")[0]!.holm).toBeCloseTo((6 * 2) / 64, 12);
  });

  it("use the networks that both curves have", () => {
    const curves = files.curves!.filter(({ order }) => order.measure !== "entropy" || order.repeat % 2 === 1);
    const { comparisons } = analyse({ ...files, curves });
    expect(comparisons.map(({ difference }) => difference.repeats)).toEqual([3, 3, 3, 6, 6, 6, 3, 3, 3, 6, 6, 6]);
  });
});

describe("measures", () => {
  const bits = (measure: string, layer: number, neuron: number, repeat: number) =>
    measure === "mutual_information" ? 0.2 * neuron : layer + neuron / 10 + repeat;
  const { study } = plantedStudy({ repeats: 2, hidden: [5, 3] });
  const neurons = [0, 1].map((repeat) => plantedNeurons([5, 3], repeat, bits));
  const withClasses = { ...study!, dataset: { ...study!.dataset, validationPerClass: [50, 50] } };

  it("are summed up over the neurons of all repeats, their mean network by network", () => {
    const { measureSummaries } = analyse({ label: "", study: withClasses, neurons, missing: [] });
    expect(measureSummaries.map(({ layer, measure }) => `${layer} ${measure}`)).toEqual(
      [1, 2].flatMap((layer) => MEASURES.map((measure) => `${layer} ${measure}`)),
    );
    const entropy = measureSummaries[0]!;
    expect([...entropy.values]).toEqual([1, 1.1, 1.2, 1.3, 1.4, 2, 2.1, 2.2, 2.3, 2.4]);
    expect(entropy.mean.mean).toBeCloseTo(1.7, 12);
    expect(entropy.mean.sd).toBeCloseTo(Math.SQRT1_2, 12);
    expect([entropy.minimum, entropy.maximum]).toEqual([1, 2.4]);
    // Type 7: positions 2.25, 4.5 and 6.75 of 0 to 9.
    const quartiles = [entropy.lowerQuartile, entropy.median, entropy.upperQuartile];
    for (const [index, value] of [1.225, 1.7, 2.175].entries()) expect(quartiles[index]).toBeCloseTo(value, 12);
  });

  it("have the bias and the null level of their counts", () => {
    const { measureSummaries } = analyse({ label: "", study: withClasses, neurons, missing: [] });
    const [entropy, information, selectivity] = measureSummaries;
    expect(entropy!.bias).toBeCloseTo(-1 / (200 * Math.LN2), 14);
    expect(entropy).not.toHaveProperty("nullLevel");
    expect(information!.bias).toBeCloseTo(1 / (200 * Math.LN2), 14);
    // 50 ones among two classes of 50: close to chi-square with one degree of freedom.
    expect(information!.nullMean! * 200 * Math.LN2).toBeCloseTo(1.02, 1);
    expect(information!.nullLevel! * 200 * Math.LN2).toBeGreaterThan(9);
    expect(information!.nullLevel! * 200 * Math.LN2).toBeLessThan(13);
    // Values 0, 0.2, 0.4, ...: all but the first of each network lie above.
    expect(information!.aboveNull).toBe(0.8);
    expect(selectivity).not.toHaveProperty("bias");
    expect(selectivity).not.toHaveProperty("nullMean");
    expect(selectivity!.aboveNull).toBe(1);
  });

  it("have neither where the file does not say how many samples each class has, entropy's bias apart", () => {
    const { measureSummaries } = analyse({ label: "", study: study!, neurons, missing: [] });
    expect(measureSummaries[0]).toHaveProperty("bias");
    for (const field of ["bias", "nullMean", "nullLevel", "aboveNull"]) {
      expect(measureSummaries[1]).not.toHaveProperty(field);
    }
  });
});

describe("rank correlations", () => {
  const bits = (measure: string, layer: number, neuron: number) =>
    measure === "entropy"
      ? neuron
      : measure === "kl_selectivity"
        ? 7
        : [106, 86, 100, 101, 99, 103, 97, 113, 112, 110][neuron]! + layer;
  const tv = [7, 0, 27, 50, 28, 29, 20, 12, 6, 17];
  const neurons = [0, 1].map((repeat) => plantedNeurons([10, 10], repeat, bits));
  const falling = Array.from({ length: 10 }, (_, neuron) => 9 - neuron);
  const singles = [0, 1].flatMap((repeat) => [
    plantedSingles(repeat, 1, "mean", tv),
    plantedSingles(repeat, 2, "mean", repeat === 0 ? falling : tv),
  ]);
  const { correlations } = analyse({ label: "", neurons, singles, missing: [] });
  const rho = (measure: string, layer?: number) =>
    correlations.find((found) => found.measure === measure && found.layer === layer)?.rho;

  it("are Spearman's, -29/165 for the textbook's ten pairs, within each network and averaged", () => {
    expect(rho("mutual_information", 1)!.mean).toBeCloseTo(-29 / 165, 12);
    expect(rho("mutual_information", 1)!.sd).toBeCloseTo(0, 12);
    const ties = {
      ...neurons[0]!,
      layer: new Uint32Array(8).fill(1),
      rows: 8,
      measures: { entropy: Float64Array.of(1, 2, 2, 3, 4, 4, 4, 5) },
    };
    const tied = analyse({
      label: "",
      neurons: [ties],
      singles: [plantedSingles(0, 1, "zero", [2, 1, 3, 3, 5, 4, 4, 7])],
      missing: [],
    });
    // Ranks 1 2.5 2.5 4 6 6 6 8 and 2 1 3.5 3.5 7 5.5 5.5 8: sums of squares 39.5 and 41, of products 37.25.
    expect(tied.correlations).toHaveLength(1);
    expect(tied.correlations[0]!.rho.mean).toBeCloseTo(37.25 / Math.sqrt(39.5 * 41), 12);
    expect(tied.correlations[0]).toMatchObject({ layer: 1, mode: "zero", rho: { repeats: 1 } });
  });

  it("differ between networks, and pool the neurons of all layers beside the layers", () => {
    // Of the layers' neurons 0 to 9 with falling losses, and with those of the textbook, whose rho with 0 to 9 is -1/165.
    expect(rho("entropy", 2)).toMatchObject({ repeats: 2 });
    expect(rho("entropy", 2)!.mean).toBeCloseTo((-1 - 1 / 165) / 2, 12);
    expect(rho("entropy", 2)!.interval!.low).toBeCloseTo(-1, 12);
    expect(rho("entropy")!.repeats).toBe(2);
    expect(rho("entropy")!.mean).not.toBeCloseTo(rho("entropy", 2)!.mean, 2);
  });

  it("are left out where a measure does not vary", () => {
    expect(rho("kl_selectivity", 1)).toBeUndefined();
    expect(rho("kl_selectivity")).toBeUndefined();
  });
});

it("rank correlations are of the neurons that were removed alone, and the report says so", () => {
  const base = plantedStudy({ repeats: 1, hidden: [8] }).study!;
  const study = { ...base, config: { ...base.config, singles: 4 } };
  // Ranks as the measure, from the highest neuron on; over neurons 0 to 3 they would fall.
  const neurons = plantedNeurons([8], 0, (_, __, neuron) => [9, 8, 7, 6, 1, 2, 3, 4][neuron]!);
  const singles = [{ ...plantedSingles(0, 1, "zero", [1, 2, 3, 4]), neurons: Uint32Array.of(4, 5, 6, 7) }];
  const { correlations, cautions } = analyse({ label: "", study, neurons: [neurons], singles, missing: [] });
  expect(correlations.find(({ measure }) => measure === "entropy")!.rho.mean).toBeCloseTo(1, 12);
  expect(cautions.join()).toContain("--singles 4: of each hidden layer, at most 4 neurons were removed alone");
});

describe("class effects", () => {
  /** Four neurons that prefer 0, 1, 1 and 0; the last one's bit is constant. */
  const table: NeuronTable = {
    ...plantedNeurons([4], 0, () => 1),
    preferredClass: Uint32Array.of(0, 1, 1, 0),
    levels: { levels: 2, counts: Uint32Array.of(30, 20, 30, 20, 30, 20, 50, 50) },
  };
  const base = plantedStudy({ repeats: 1, hidden: [4] }).study!;
  const study = {
    ...base,
    dataset: { ...base.dataset, classes: 2, testPerClass: [100, 200] },
    repeats: [{ ...base.repeats[0]!, testCorrectPerClass: [90, 180] }],
  };
  const removals = {
    ...plantedSingles(0, 1, "mean", [1, 1, 1, 1]),
    correctPerClass: Uint32Array.of(80, 180, 90, 170, 70, 190, 0, 0),
  };

  it("are changes of accuracy by preferred class; a constant bit prefers none", () => {
    const [effects, ...others] = analyse({
      label: "",
      study,
      neurons: [table],
      singles: [removals],
      missing: [],
    }).classEffects;
    expect(others).toEqual([]);
    expect(effects).toMatchObject({ layer: 1, mode: "mean", classes: 2, neurons: Uint32Array.of(1, 2) });
    expect([...effects!.change].map((change) => change.toFixed(4))).toEqual(["-0.1000", "0.0000", "-0.1000", "0.0000"]);
    // Neuron 0 hurts class 0, neuron 1 class 1; neuron 2 prefers 1 and hurts 0.
    expect(effects!.agreement).toEqual({ mean: 2 / 3, repeats: 1 });
    expect(effects!.lowering).toBe(3);
  });

  it("share a tie between the classes that lose most, and are NaN for a class that no neuron prefers", () => {
    const tie = { ...removals, correctPerClass: Uint32Array.of(80, 160, 90, 180, 90, 180, 0, 0) };
    const prefers0 = { ...table, preferredClass: new Uint32Array(4) };
    const [effects] = analyse({ label: "", study, neurons: [prefers0], singles: [tie], missing: [] }).classEffects;
    expect(effects!.agreement.mean).toBe(0.5);
    expect([...effects!.change].slice(2)).toEqual([Number.NaN, Number.NaN]);
  });

  it("are 0 for a class without test samples, as an output has none that is no class of the data", () => {
    const absent = {
      ...study,
      dataset: { ...study.dataset, testPerClass: [100, 0] },
      repeats: [{ ...base.repeats[0]!, testCorrectPerClass: [90, 0] }],
    };
    const none = { ...removals, correctPerClass: Uint32Array.of(80, 0, 90, 0, 70, 0, 0, 0) };
    const [effects] = analyse({
      label: "",
      study: absent,
      neurons: [table],
      singles: [none],
      missing: [],
    }).classEffects;
    expect([...effects!.change].map((change) => change.toFixed(4))).toEqual(["-0.1000", "0.0000", "-0.1000", "0.0000"]);
  });

  it("are absent from files without counts by class", () => {
    const { correctPerClass: _, ...old } = removals;
    expect(analyse({ label: "", study, neurons: [table], singles: [old], missing: [] }).classEffects).toEqual([]);
    expect(
      analyse({ label: "", study: base, neurons: [table], singles: [removals], missing: [] }).classEffects,
    ).toEqual([]);
  });
});

describe("an analysis", () => {
  it("is the same on every call, and of all parts of a whole study", () => {
    const files = madeUpFiles(3);
    expect(analyse(files)).toStrictEqual(analyse(madeUpFiles(3)));
    const analysis = analyse(files);
    expect(analysis).toMatchObject({ label: "made up", repeats: 3, layers: [1, 2], classNames: ["0", "1", "2"] });
    expect(analysis.measures).toEqual(MEASURES);
    expect(analysis.curves).toHaveLength(4 * 7 * 2);
    expect(analysis.claims.map(({ id }) => id)).toEqual([
      "claim1",
      "claim2",
      "claim3",
      "claim4",
      "claim5",
      "joint-worse-than-random",
    ]);
  });

  it.each(["study", "neurons", "orders", "curves", "singles"] as const)("does without the part %s", (part) => {
    const { [part]: _, ...rest } = madeUpFiles(3);
    const analysis = analyse(rest as StudyFiles);
    expect(analysis).toMatchObject({ repeats: 3, layers: [1, 2], measures: MEASURES });
    expect(analysis.curves.length > 0).toBe(part !== "curves");
    expect(analysis.measureSummaries.length > 0).toBe(part !== "neurons");
    expect(analysis.claims.every(({ reason }) => reason.length > 20)).toBe(true);
  });

  it("takes in measures that are not registered here, also where neurons.csv lacks their column", () => {
    const kind = { scope: "layer1", measure: "later", direction: "low", mode: "mean", repeat: 0, draw: 0 } as const;
    const neurons = [plantedNeurons([2], 0, () => 0.5)];
    const analysis = analyse({ label: "", neurons, curves: [plantedCurve(kind, 0.5)], missing: [] });
    expect(analysis.measures).toEqual([...MEASURES, "later"]);
    expect(analysis.measureSummaries.map(({ measure }) => measure)).toEqual(MEASURES);
  });

  it("calls classes what the data call them", () => {
    const { study, ...files } = madeUpFiles(1);
    const classNames = ["ant", "bee", "cat"];
    const named = { ...study!, dataset: { ...study!.dataset, classNames } };
    expect(analyse({ ...files, study: named }).classNames).toEqual(classNames);
  });

  it("of nothing is empty, not an error", () => {
    expect(analyse({ label: "empty", missing: [] })).toMatchObject({
      repeats: 0,
      layers: [],
      measures: [],
      classNames: [],
      curves: [],
      comparisons: [],
      cautions: [],
    });
  });
});
