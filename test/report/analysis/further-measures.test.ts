/** What is measured beside the paper's measures changes nothing that is said of these. */
import { expect, test } from "vitest";
import { RANDOM } from "../../../src/core/ablation.ts";
import { isOfPaper } from "../../../src/measures/paper-measures.ts";
import { analyse, analyseAll } from "../../../src/report/analysis/analyse.ts";
import { MEASURES, type Planted, type PlantedKind, plantedStudy } from "./planted-study.ts";

/** Spread between networks, by kind of curve, so that p is neither 0 nor 1. */
function area({ measure, direction, scope, mode, repeat, draw }: PlantedKind): number {
  const place = { entropy: 1, mutual_information: 2, kl_selectivity: 3, [RANDOM]: 4 }[measure] ?? 5 + measure.length;
  const sign = direction === "high" ? -1 : 1;
  const layers = { layer1: 0, layer2: 0.06, network: -0.05 }[scope as string] ?? 0;
  return (
    0.6 + layers + sign * 0.01 * place + (mode === "mean" ? 0.03 : 0) + 0.02 * Math.sin(7 * repeat + 3 * place + draw)
  );
}

/** Further measures lie elsewhere, and in other layers, than those of the paper. */
const bits: NonNullable<Planted["bits"]> = (measure, layer, neuron, repeat) =>
  (isOfPaper(measure) ? layer : -3 * layer) + neuron / 10 + 0.03 * Math.sin(9 * repeat + neuron);

const planted: Planted = { repeats: 9, hidden: [6, 6], area, bits };
const more = [...MEASURES, "further", "another_one"];
const plain = plantedStudy(planted);
const asked = plantedStudy({ ...planted, measures: more });

test("claims are the same, word for word, alone and beside other studies", () => {
  expect(analyse(asked).claims).toEqual(analyse(plain).claims);
  const tanh = { ...planted, config: { activation: "tanh" as const } };
  const alone = analyseAll([plain, plantedStudy(tanh)]).map(({ claims }) => claims);
  const beside = analyseAll([asked, plantedStudy({ ...tanh, measures: more })]).map(({ claims }) => claims);
  expect(beside).toEqual(alone);
  expect(alone[0]!.some(({ holm }) => holm !== undefined && holm < 1)).toBe(true);
});

test("comparisons of the paper's measures keep their p after Holm, and further ones have families of their own", () => {
  const found = analyse(asked).comparisons;
  const ofPaper = found.filter(({ measure, other }) => isOfPaper(measure) && (other === RANDOM || isOfPaper(other)));
  expect(ofPaper).toEqual(analyse(plain).comparisons);
  const kinds = 3 * 2; // scopes, modes
  // Per direction: two further measures with chance; how they stand to others is for the leagues.
  expect(found.length - ofPaper.length).toBe(kinds * 2 * 2);
  const chance = found.find(({ measure, other }) => measure === "further" && other === RANDOM)!;
  expect(chance.holm! / chance.p!).toBeLessThanOrEqual(4);
});

test("answers about the paper's measures are the same", () => {
  const { list } = analyse(asked).answers!;
  // Among many, the best of a scope comes first.
  const sorted = (answers: typeof list) =>
    answers.toSorted((a, b) => `${a.scope} ${a.measure}`.localeCompare(`${b.scope} ${b.measure}`));
  expect(sorted(list.filter(({ measure }) => isOfPaper(measure)))).toEqual(sorted(analyse(plain).answers!.list));
  const ofLayer1 = list.filter(({ scope }) => scope === "layer1").map(({ difference }) => difference.mean);
  expect(ofLayer1).toEqual(ofLayer1.toSorted((a, b) => b - a));
  expect(list.filter(({ measure }) => measure === "further")).toHaveLength(3);
});

test("a claim about all three is not decided from some of them", () => {
  const some = analyse(plantedStudy({ ...planted, measures: ["entropy"] })).claims;
  for (const id of ["claim1", "claim2", "joint-worse-than-random"]) {
    const claim = some.find((one) => one.id === id)!;
    expect(claim, id).toMatchObject({ verdict: "undecided", parts: [] });
    expect(claim.reason, id).toContain("--measures paper");
  }
});
