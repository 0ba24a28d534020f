/** Whether a report answers its question: on planted areas whose answer is known. */

import { describe, expect, test } from "vitest";
import type { ScopeText } from "../../../src/core/scope.ts";
import { analyse } from "../../../src/report/analysis/analyse.ts";
import type { Answers } from "../../../src/report/analysis/analysis.ts";
import { answerDetails, answerSentence, openText } from "../../../src/report/figures/answer-sentences.ts";
import { answerLines } from "../../../src/report/tables/answer-lines.ts";
import { type PlantedKind, plantedStudy } from "./planted-study.ts";

/** Advantage over random of each measure, lowest first, by scope; a spread over networks that does not hide it. */
type Advantages = Partial<Record<ScopeText, Partial<Record<string, number>>>>;

/** Alternates in sign, so that a mean of 0 comes with a spread. */
const noise = (repeat: number, measure: string) => (repeat % 2 === 0 ? 1 : -1) * (0.002 + 0.001 * (measure.length % 3));

function answered(repeats: number, advantages: Advantages): Answers {
  const study = plantedStudy({
    repeats,
    scopes: Object.keys(advantages) as ScopeText[],
    area: ({ scope, measure, direction, repeat }) => {
      if (measure === "random") return 0.6;
      const advantage = (advantages[scope]![measure] ?? 0) + noise(repeat, measure);
      return 0.6 + (direction === "low" ? advantage : -advantage);
    },
  });
  return analyse(study).answers!;
}

const verdicts = ({ list }: Answers) => list.map(({ scope, measure, verdict }) => `${scope} ${measure} ${verdict}`);

describe("the answer", () => {
  const mixed: Advantages = {
    network: { entropy: -0.03, mutual_information: -0.04, kl_selectivity: -0.05 },
    layer1: {},
    layer2: { mutual_information: 0.02, kl_selectivity: 0.03 },
  };

  test("sets each measure against random orders, layers first, lowest first, in the mode of the mean", () => {
    const answers = answered(8, mixed);
    expect(verdicts(answers)).toEqual([
      "layer1 entropy undecided",
      "layer1 mutual_information undecided",
      "layer1 kl_selectivity undecided",
      "layer2 entropy undecided",
      "layer2 mutual_information better",
      "layer2 kl_selectivity better",
      "network entropy worse",
      "network mutual_information worse",
      "network kl_selectivity worse",
    ]);
    expect([answers.mode, answers.repeats, answers.fewestRepeats]).toEqual(["mean", 8, 8]);
    const better = answers.list.find(({ verdict }) => verdict === "better")!;
    expect(better.difference.mean).toBeCloseTo(0.02, 4);
    expect([better.p, better.holm]).toEqual([2 / 256, (6 * 2) / 256]);
    expect(better).not.toHaveProperty("networksToDecide");
  });

  test("is one sentence that says yes, no, in part, or not shown, and sentences for each scope", () => {
    const answers = answered(8, mixed);
    expect(answerSentence(answers)).toBe(
      "In part: mutual information and KL selectivity beat chance at telling which neurons can be removed in layer 2; every measure does worse than chance with all layers in one list.",
    );
    expect(answerDetails(answers)).toEqual([
      "In layer 1, no measure is told apart from chance.",
      "In layer 2, mutual information and KL selectivity are better guides than chance.",
      "With all layers in one list, every measure is a worse guide than chance.",
    ]);
    const good = { entropy: 0.03, mutual_information: 0.03, kl_selectivity: 0.03 };
    expect(answerSentence(answered(9, { layer1: good, layer2: good }))).toBe(
      "Yes: every measure beats chance at telling which neurons can be removed in layers 1 and 2.",
    );
    expect(answerSentence(answered(9, { layer1: { entropy: -0.03 } }))).toBe(
      "No: in these networks no measure is shown to beat chance at telling which neurons can be removed; entropy does worse than chance in layer 1.",
    );
    expect(answerSentence(answered(9, { layer1: { entropy: -0.03 }, layer2: { kl_selectivity: -0.03 } }))).toBe(
      "No: in these networks no measure is shown to beat chance at telling which neurons can be removed; entropy and KL selectivity do worse than chance in some layer or list.",
    );
    expect(answerSentence(answered(9, { layer1: {} }))).toMatch(/^Not shown: no measure/);
    expect(answerDetails(answered(9, { layer1: {}, layer2: {} }))).toEqual([
      "In layers 1 and 2, no measure is told apart from chance.",
    ]);
  });

  test("decides nothing with fewer networks than can, and says how many do", () => {
    const answers = answered(7, mixed);
    expect(answers.list.every(({ verdict }) => verdict === "undecided")).toBe(true);
    expect(answerSentence(answers)).toBe(
      "Too few networks to tell: 7 networks cannot show whether a measure beats chance at telling which neurons can be removed; 8 or more can.",
    );
    expect(openText(answers)).toMatch(/--repeats 8 or more/);
    expect(answerSentence(answered(1, mixed))).toMatch(/^Too few networks to tell: 1 network cannot/);
  });

  test("says with how many networks what is open would likely be decided", () => {
    const answers = answered(8, { layer1: { entropy: 0.003, mutual_information: 0.05, kl_selectivity: 0.06 } });
    const [entropy] = answers.list;
    const { mean, sd } = entropy!.difference;
    // Quantiles 0.99583 (two-sided level 0.05 / 6) and 0.8 of the normal distribution.
    expect(entropy!.networksToDecide).toBe(Math.max(9, Math.ceil((((2.6383 + 0.8416) * sd!) / mean) ** 2)));
    expect(openText(answers)).toContain(`would likely be decided with ${entropy!.networksToDecide} networks`);
    const nothing = answered(8, { layer1: {} });
    expect(nothing.list.every(({ networksToDecide }) => networksToDecide === undefined)).toBe(true);
    expect(openText(nothing)).toMatch(/not even 1,000 networks/);
    const all = { entropy: 0.04, mutual_information: 0.05, kl_selectivity: 0.06 };
    expect(openText(answered(8, { layer1: all }))).toBeUndefined();
  });

  const many = ["entropy", "fisher", "taylor", "wanda", "synflow", "kl_selectivity", "in_norm"];
  const searches = ["greedy_mean", "reconstruction_mean"];

  function answeredMany(advantages: Readonly<Record<string, number>>): Answers {
    const measures = [...many, ...searches];
    const spread = (repeat: number) => 0.001 * (repeat % 3);
    return analyse(
      plantedStudy({
        repeats: 12,
        measures,
        scopes: ["layer1", "network"],
        modes: ["mean"],
        area: ({ scope, measure, repeat }) => {
          const advantage = scope === "network" ? -0.05 : (advantages[measure] ?? 0);
          return measure === "random" ? 0.5 : 0.5 + (repeat % 2 === 0 ? 0.002 : -0.002) + spread(repeat) + advantage;
        },
      }),
    ).answers!;
  }

  test("of many orders counts, and names the best of the searches and of the measures, and the worst", () => {
    const answers = answeredMany({ greedy_mean: 0.09, taylor: 0.05, synflow: 0.03, fisher: -0.07, wanda: -0.03 });
    expect(answerSentence(answers)).toBe(
      "In part: in layer 1, 3 of 9 orders beat chance and 2 do worse; with all layers in one list, none of 9 orders beat chance and 9 do worse.",
    );
    const details = answerDetails(answers);
    expect(details).toHaveLength(2);
    expect(details[0]).toMatch(
      /^In layer 1, of the searches greedy \(mean\) \(\+0\.09\d\) is best; of the measures of single neurons Taylor \(\+0\.05\d\) and SynFlow \(\+0\.03\d\) are best; worst is Fisher \(−0\.06\d\)\.$/,
    );
    expect(details[1]).toMatch(
      /^With all layers in one list, no measure of single neurons is better than chance; worst is .+ \(−0\.04\d\)\.$/,
    );
    expect(answerSentence(answeredMany({}))).toMatch(/^No: in layer 1, none of 9 orders beat chance;/);
  });

  test("is absent where there are no random orders or no curves", () => {
    const study = plantedStudy({ repeats: 8, scopes: ["layer1"], area: () => 0.6 });
    const curves = study.curves!.filter(({ order }) => order.measure !== "random");
    expect(analyse({ ...study, curves })).not.toHaveProperty("answers");
    expect(analyse({ ...study, curves: [] })).not.toHaveProperty("answers");
  });

  test("fits a terminal of 80 columns", () => {
    const lines = answerLines(answered(8, mixed), 80);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    const row = lines.find((line) => line.startsWith("network "))!;
    expect(row.split(/ {2,}/)).toEqual(["network", "Entropy", "-0.030", expect.any(String), "0.047", "worse"]);
    expect(lines.filter((line) => line.endsWith("  undecided"))).toHaveLength(4);
    // One table, also where the longest names are in it.
    const widest = answerLines(answered(8, { layer1: {}, "network-ranked": { entropy: -0.03 } }), 80);
    expect(widest.filter((line) => line.startsWith("scope"))).toEqual([expect.stringMatching(/verdict$/)]);
  });

  test("of many measures shows a terminal the best five of each scope, in one table", () => {
    const measures = ["entropy", "output_divergence_mean", "fisher", "taylor", "wanda", "conductance", "in_norm"];
    const area = ({ measure, repeat }: PlantedKind) => 0.5 + 0.01 * measures.indexOf(measure) + 0.001 * (repeat % 3);
    const scopes: ScopeText[] = ["layer1", "network-ranked"];
    const study = plantedStudy({ repeats: 8, measures, scopes, modes: ["mean"], area });
    const lines = answerLines(analyse(study).answers!, 80);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(lines.join(" ")).toContain("The best 5 of 7 measures in each scope; the report ranks all.");
    const first = lines.findIndex((line) => line.startsWith("scope"));
    const rows = lines.slice(first + 1, lines.indexOf("", first + 1)).map((line) => line.trim().split(/ {2,}/));
    const best = ["Incoming norm", "Conductance", "Wanda", "Taylor", "Fisher"];
    expect(rows.map((row) => row.at(-4))).toEqual([...best, ...best]);
    expect(rows.filter((row) => row.length === 5).map(([scope]) => scope)).toEqual(scopes);
  });
});
