/** Claims about pairs of neurons, and figure 9, on planted pairs and areas. */
import { describe, expect, test } from "vitest";
import { RANDOM } from "../../../src/core/ablation.ts";
import { type PairDamages, pairsAmong } from "../../../src/core/pair-removals.ts";
import type { PairTable } from "../../../src/core/pairs.ts";
import { analyse } from "../../../src/report/analysis/analyse.ts";
import type { Claim, StudyFiles } from "../../../src/report/analysis/analysis.ts";
import { pairDamagesFigure } from "../../../src/report/figures/pair-damages.ts";
import { renderSvg } from "../../../src/report/figures/render.ts";
import { claimsFileText } from "../../../src/report/files/claims-file.ts";
import { testRandom } from "../../support/networks.ts";
import { type PlantedKind, plantedStudy } from "./planted-study.ts";

const HIDDEN = [7, 6];
const REPEATS = 12;

interface Pair {
  readonly synergy: number;
  readonly redundancy: number;
  /** Nobody can foresee it. */
  readonly noise: number;
}

/** A study whose pairs of the layers have parts at random, and damages as told; pairs of different layers are there, too. */
function paired(damageOf: (pair: Pair, layer: number) => number, planted: Partial<StudyFiles> = {}): StudyFiles {
  const random = testRandom(5);
  const [pairs, pairDamages]: [PairTable[], PairDamages[]] = [[], []];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const rows: { place: number[]; synergy: number; redundancy: number }[] = [];
    for (const [index, units] of HIDDEN.entries()) {
      const damage = [...pairsAmong(units)].map(([neuron, other]) => {
        const pair = { synergy: random.nextUnit(), redundancy: random.nextUnit(), noise: random.nextUnit() };
        rows.push({ place: [index + 1, neuron, index + 1, other], ...pair });
        return damageOf(pair, index + 1);
      });
      rows.push({ place: [1, index, 2, 0], synergy: 9, redundancy: 9 });
      const own = { repeat, layer: index + 1, units };
      pairDamages.push({ ...own, mode: "mean", damage: Float64Array.from(damage) });
      // Another mode, which says the reverse.
      pairDamages.push({ ...own, mode: "zero", damage: Float64Array.from(damage, (value) => -value) });
    }
    const column = (at: number) => Uint32Array.from(rows, ({ place }) => place[at]!);
    pairs.push({
      repeat,
      layer: column(0),
      neuron: column(1),
      otherLayer: column(2),
      otherNeuron: column(3),
      classes: 0,
      both: new Uint32Array(),
      bits: {
        broja_synergy: Float64Array.from(rows, ({ synergy }) => synergy),
        broja_redundancy: Float64Array.from(rows, ({ redundancy }) => redundancy),
      },
    });
  }
  const config = { pairs: "network", pairRemovals: "layers" } as const;
  return { ...plantedStudy({ repeats: REPEATS, hidden: HIDDEN, config }), pairs, pairDamages, ...planted };
}

const claimsOf = (files: StudyFiles): Record<string, Claim> =>
  Object.fromEntries(analyse(files).furtherClaims.map((claim) => [claim.id, claim]));

/** Redundant pairs stand in for each other; synergy counts against it. */
const standIns = paired(({ synergy, redundancy, noise }) => 0.01 * (redundancy - 0.5 * synergy + 0.3 * noise));

describe("the damage of pairs", () => {
  test("goes with redundancy and against synergy, each with the other held fixed, in every layer", () => {
    const claims = claimsOf(standIns);
    expect(claims["redundancy-damage"]!.verdict).toBe("supported");
    expect(claims["synergy-damage"]!.verdict).toBe("contradicted");
    for (const [id, sign] of [
      ["redundancy-damage", 1],
      ["synergy-damage", -1],
    ] as const) {
      const { parts } = claims[id]!;
      expect(parts.map(({ name }) => name.slice(0, 7))).toEqual(["layer 1", "layer 2"]);
      for (const { effect } of parts) expect(sign * effect.mean).toBeGreaterThan(0.6);
    }
  });

  test("has to go with a part in every layer, and is not decided by noise", () => {
    const inOne = claimsOf(paired(({ synergy, noise }, layer) => (layer === 1 ? synergy : noise)));
    expect(inOne["synergy-damage"]!.verdict).toBe("undecided");
    expect(inOne["synergy-damage"]!.reason).toContain("layer 2");
  });

  test("leaves out pairs whose loss is infinite", () => {
    const infinite = ({ synergy }: Pair) => (synergy > 0.9 ? Number.NaN : -synergy);
    const { parts } = claimsOf(paired(infinite))["synergy-damage"]!;
    for (const { effect } of parts) expect(effect.mean).toBeCloseTo(-1, 10);
  });

  test("is drawn by tenths of the pairs, in thousandths of a nat", () => {
    const figure = pairDamagesFigure(analyse(standIns))!;
    expect(figure.id).toBe("figure-9");
    expect(figure.reading).toMatch(
      /in layer 1 \u22120\.\d\d \[.*\] with synergy and \+0\.\d\d \[.*\] with redundancy; in layer 2/,
    );
    const rows = figure.table.rows.filter(([layer, part]) => layer === "1" && part === "redundancy");
    expect(rows.map(([, , tenth]) => Number(tenth))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(Number(rows[9]![3])).toBeGreaterThan(Number(rows[0]![3]!.replace("\u2212", "-")) + 5);
  });

  test("has a picture", async () => {
    const svg = await renderSvg(pairDamagesFigure(analyse(standIns))!);
    await expect(svg).toMatchFileSnapshot("../figures/snapshots/figure-9.svg");
  });
});

test("a study that was asked for pairs says what it lacks, and others have no such claims", () => {
  const { pairs: _, pairDamages: __, ...without } = standIns;
  const claims = claimsOf(without);
  expect(Object.keys(claims)).toEqual([
    "synergy-damage",
    "redundancy-damage",
    "pair-orders",
    "unique-information",
    "singles-not-sufficient",
  ]);
  for (const { verdict, reason } of Object.values(claims)) {
    expect(verdict).toBe("undecided");
    expect(reason).toContain("needed (--");
  }
  expect(claims["pair-orders"]!.reason).toContain("greedy-mean");
  expect(JSON.parse(claimsFileText([analyse(without)])).studies[0].further).toHaveLength(5);
  expect(claimsOf(plantedStudy({ repeats: REPEATS }))).toEqual({});
  expect(pairDamagesFigure(analyse(without))).toBeUndefined();
});

const measures = ["mutual_information", "taylor", "mrmr", "jmi", "cmim", "unique", "greedy_mean"];
/** What each gains over random orders, lowest first: layer 1, layer 2, the whole network. */
type Gains = Readonly<Record<string, readonly number[]>>;

const usual: Gains = {
  mutual_information: [0.02, 0.02, 0.01],
  taylor: [0.05, 0.036, 0.03],
  mrmr: [0.04, 0.03, 0.02],
  jmi: [0.06, 0.05, 0.02],
  cmim: [0.03, 0.06, 0.03],
  unique: [0.01, 0.03, 0.02],
  greedy_mean: [0.1, 0.08, 0.1],
};

function ordersWith(changes: Gains): Record<string, Claim> {
  const gains = { ...usual, ...changes };
  const scopes = ["layer1", "layer2", "network"] as const;
  const area = ({ measure, direction, scope, repeat }: PlantedKind) => {
    const gain =
      direction === "high" ? -0.05 : measure === RANDOM ? 0 : gains[measure]![scopes.indexOf(scope as "layer1")]!;
    return 0.55 + gain + 0.001 * Math.sin(5 * repeat + 3 * measure.length);
  };
  const known = measures.filter((id) => gains[id]!.length > 0);
  return claimsOf(plantedStudy({ repeats: REPEATS, measures: known, scopes, modes: ["mean"], area }));
}

describe("orders that know pairs", () => {
  test("attain more than mutual information, each of them in each scope, or not", () => {
    const claim = ordersWith({})["pair-orders"]!;
    expect(claim.verdict).toBe("supported");
    expect(claim.parts).toHaveLength(9);
    // (0.04 - 0.02) / 0.1
    expect(claim.parts[0]!.name).toBe("layer 1: mRMR minus Mutual information");
    expect(claim.parts[0]!.effect.mean).toBeCloseTo(0.2, 1);
    expect(ordersWith({ cmim: [0.03, 0.06, 0.002] })["pair-orders"]!.verdict).toBe("contradicted");
  });

  test("by unique information are judged by themselves", () => {
    expect(ordersWith({})["unique-information"]!.verdict).toBe("contradicted");
    expect(ordersWith({ unique: [0.04, 0.04, 0.04] })["unique-information"]!.verdict).toBe("supported");
  });

  test("come nearer to greedy than the best measure of single neurons, and it is said what both leave", () => {
    const claim = ordersWith({})["singles-not-sufficient"]!;
    expect(claim.verdict).toBe("supported");
    expect(claim.parts.map(({ name }) => name)).toEqual([
      "layer 1: JMI, which leaves 0.4, minus Taylor, which leaves 0.5",
      "layer 2: CMIM, which leaves 0.25, minus Taylor, which leaves 0.55",
    ]);
    expect(ordersWith({ taylor: [0.09, 0.03, 0] })["singles-not-sufficient"]!.verdict).toBe("contradicted");
  });

  test("are not judged where greedy is no better than chance, or was not run", () => {
    expect(Object.keys(ordersWith({ greedy_mean: [0.1, -0.02, 0.1] }))).not.toContain("pair-orders");
    expect(Object.keys(ordersWith({ greedy_mean: [] }))).not.toContain("singles-not-sufficient");
    expect(Object.keys(ordersWith({ jmi: [] }))).not.toContain("pair-orders");
  });
});
