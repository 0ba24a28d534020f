/** League tables: ranks with ties, shares of what greedy attains, and which measures agree. */
import { describe, expect, test } from "vitest";
import { RANDOM } from "../../../src/core/ablation.ts";
import { analyse } from "../../../src/report/analysis/analyse.ts";
import { leagues } from "../../../src/report/analysis/leagues.ts";
import { type Planted, type PlantedKind, plantedStudy } from "./planted-study.ts";

const measures = ["entropy", "taylor", "fisher", "greedy_mean"];

/** A little noise of each network and kind, so that no difference is the same in all. */
const noise = ({ measure, repeat }: PlantedKind) => 0.002 * Math.sin(5 * repeat + 7 * measure.charCodeAt(0));

/** Areas by measure, lowest first. */
function studyWith(areas: Readonly<Record<string, number>>, planted: Partial<Planted> = {}) {
  const area = (kind: PlantedKind) => 0.6 + (kind.direction === "high" ? 0 : (areas[kind.measure] ?? 0)) + noise(kind);
  return plantedStudy({ repeats: 12, measures, scopes: ["layer1"], modes: ["mean"], area, ...planted });
}

const clear = { taylor: 0.06, fisher: 0.03, entropy: -0.03, greedy_mean: 0.12, [RANDOM]: 0 };

describe("a league", () => {
  test("ranks by the mean, and shares a rank among those that are not told apart", () => {
    const ranked = (areas: Readonly<Record<string, number>>) =>
      analyse(studyWith(areas)).leagues[0]!.rows.map(({ measure, rank, isTied }) => [measure, rank, isTied]);
    expect(ranked(clear)).toEqual([
      ["greedy_mean", 1, false],
      ["taylor", 2, false],
      ["fisher", 3, false],
      ["entropy", 4, false],
    ]);
    expect(ranked({ ...clear, fisher: clear.taylor - 0.0001 })).toEqual([
      ["greedy_mean", 1, false],
      ["taylor", 2, true],
      ["fisher", 2, true],
      ["entropy", 4, false],
    ]);
  });

  test("says the share of greedy's gain over chance, with an interval", () => {
    const [{ rows } = { rows: [] }] = analyse(studyWith(clear)).leagues;
    const shares = Object.fromEntries(rows.map(({ measure, share }) => [measure, share!]));
    expect(shares["greedy_mean"]!.mean).toBe(1);
    expect(shares["taylor"]!.mean).toBeCloseTo(0.5, 1);
    expect(shares["fisher"]!.mean).toBeCloseTo(0.25, 1);
    expect(shares["entropy"]!.mean).toBeCloseTo(-0.25, 1);
    const { low, high } = shares["taylor"]!.interval!;
    expect(low).toBeLessThan(shares["taylor"]!.mean);
    expect(high).toBeGreaterThan(shares["taylor"]!.mean);
  });

  test("says the share of greedy's gain by loss beside it, of which less is better", () => {
    const losses: Readonly<Record<string, number>> = { greedy_mean: 0.4, taylor: 0.7, fisher: 1, entropy: 1.3 };
    const loss = ({ measure, repeat }: PlantedKind) => (losses[measure] ?? 1) + 0.001 * repeat;
    const [{ rows } = { rows: [] }] = analyse(studyWith(clear, { loss })).leagues;
    const shares = Object.fromEntries(rows.map(({ measure, lossShare }) => [measure, lossShare!.mean]));
    expect(shares["greedy_mean"]).toBeCloseTo(1, 9);
    expect(shares["taylor"]).toBeCloseTo(0.5, 9);
    expect(shares["fisher"]).toBeCloseTo(0, 9);
    expect(shares["entropy"]).toBeCloseTo(-0.5, 9);
    // Nothing can be attained by the loss where greedy gains nothing by it; by accuracy it can.
    const worse = analyse(studyWith(clear, { loss: ({ measure }) => (measure === "greedy_mean" ? 2 : 1) })).leagues[0]!;
    expect(worse.rows.map(({ share, lossShare }) => [share === undefined, lossShare])).toEqual(
      worse.rows.map(() => [false, undefined]),
    );
  });

  test("has no share where greedy was not run, or gains nothing in some network", () => {
    const shareless = (study: ReturnType<typeof studyWith>) =>
      analyse(study).leagues[0]!.rows.every(({ share }) => share === undefined);
    expect(shareless(studyWith(clear, { measures: ["entropy", "taylor", "fisher", "in_norm"] }))).toBe(true);
    expect(shareless(studyWith({ ...clear, greedy_mean: 0 }))).toBe(true);
  });

  test("is there for each scope, layers first, and not where there are no random orders", () => {
    const study = studyWith(clear, { scopes: ["network", "layer2", "layer1"] });
    expect(analyse(study).leagues.map(({ scope }) => scope)).toEqual(["layer1", "layer2", "network"]);
    expect(leagues([], [], "mean")).toEqual([]);
  });
});

describe("measures that figures of all at once show", () => {
  test("are all where they are few", () => {
    expect(analyse(studyWith(clear)).prominent).toEqual(analyse(studyWith(clear)).measures);
  });

  test("are the paper's and the best three others where they are many", () => {
    const many = ["entropy", "kl_selectivity", "in_norm", "taylor", "fisher", "wanda", "sensitivity"];
    const areas = { wanda: 0.05, fisher: 0.04, taylor: 0.03, in_norm: 0.02, sensitivity: 0.01 };
    expect(analyse(studyWith(areas, { measures: many })).prominent).toEqual([
      "entropy",
      "kl_selectivity",
      "wanda",
      "taylor",
      "fisher",
    ]);
  });
});

describe("agreement of ranks", () => {
  test("is computed within each network and layer, and averaged", () => {
    // fisher ranks as entropy does in layer 1, against it in layer 2; in network 1 both layers agree.
    const bits = (measure: string, layer: number, neuron: number, repeat: number) =>
      measure === "fisher" && layer === 2 && repeat === 0 ? -neuron : neuron;
    const study = plantedStudy({ repeats: 2, hidden: [4, 3], measures: ["entropy", "fisher"], bits });
    expect(
      analyse(study).agreements.map(({ layer, measure, other, tau }) => [layer, measure, other, tau.mean]),
    ).toEqual([
      [1, "entropy", "fisher", 1],
      [2, "entropy", "fisher", 0],
    ]);
  });

  test("sets measures beside the places at which a greedy order removes neurons", () => {
    const study = plantedStudy({
      repeats: 2,
      hidden: [2],
      measures: ["entropy", "fisher"],
      bits: (_, __, neuron) => neuron,
    });
    const measured = ["entropy", "fisher", "greedy_mean", "reconstruction_mean"];
    // Greedy orders of the planted curves remove neuron 0, then neuron 1.
    const { curves } = plantedStudy({ repeats: 2, hidden: [2], measures: measured, area: () => 0.5 });
    const found = analyse({ ...study, curves: curves! }).agreements;
    expect(found.map(({ measure, other, tau }) => [measure, other, tau.mean])).toEqual([
      ["entropy", "fisher", 1],
      ["entropy", "greedy_mean", 1],
      ["fisher", "greedy_mean", 1],
    ]);
    const turned = curves!.map((curve) => {
      const { order } = curve;
      return order.measure === "greedy_mean"
        ? { ...curve, order: { ...order, neurons: order.neurons.toReversed() } }
        : curve;
    });
    expect(analyse({ ...study, curves: turned }).agreements.map(({ tau }) => tau.mean)).toEqual([1, -1, -1]);
    // Orders of other neurons than the table's say nothing of it.
    const wider = plantedStudy({ repeats: 2, hidden: [3], measures: ["entropy", "fisher"] });
    expect(analyse({ ...wider, curves: curves! }).agreements.every(({ other }) => other !== "greedy_mean")).toBe(true);
  });

  test("leaves out networks in which a measure is the same for all neurons", () => {
    const bits = (measure: string, _: number, neuron: number, repeat: number) =>
      measure === "fisher" && repeat === 0 ? 0 : neuron;
    const study = plantedStudy({ repeats: 2, hidden: [4], measures: ["entropy", "fisher"], bits });
    expect(analyse(study).agreements).toMatchObject([{ layer: 1, tau: { mean: 1, repeats: 1 } }]);
  });
});
