/** Further claims on planted areas: supported, contradicted, absent; and the paper's verdicts do not hang on them. */
import { describe, expect, test } from "vitest";
import { RANDOM } from "../../../src/core/ablation.ts";
import { analyse, analyseAll } from "../../../src/report/analysis/analyse.ts";
import type { Claim } from "../../../src/report/analysis/analysis.ts";
import { claimsFileText } from "../../../src/report/files/claims-file.ts";
import { furtherClaimsSection } from "../../../src/report/page/claims-section.ts";
import { type Planted, type PlantedKind, plantedStudy } from "./planted-study.ts";

const measures = ["entropy", "taylor", "single_mean", "reconstruction_mean", "fisher_quadratic_mean", "greedy_mean"];
/** What each gains over random orders, lowest first, by layer. */
type Gains = Readonly<Record<string, readonly [number, number]>>;

const usual: Gains = {
  [RANDOM]: [0, 0],
  entropy: [-0.02, 0.01],
  taylor: [0.03, 0.02],
  single_mean: [-0.03, -0.01],
  reconstruction_mean: [0.05, 0.04],
  fisher_quadratic_mean: [0.06, 0.03],
  greedy_mean: [0.1, 0.08],
};

function studyWith(gains: Gains, planted: Partial<Planted> = {}) {
  const area = ({ measure, direction, scope, repeat }: PlantedKind) => {
    const layer = scope === "layer2" ? 1 : 0;
    const gain = direction === "high" ? -0.05 : (gains[measure]?.[layer] ?? 0);
    return 0.55 + gain + 0.003 * Math.sin(5 * repeat + 3 * measure.length + layer);
  };
  return plantedStudy({ repeats: 12, measures, scopes: ["layer1", "layer2"], modes: ["mean"], area, ...planted });
}

const claimsWith = (gains: Gains, planted: Partial<Planted> = {}): Record<string, Claim> =>
  Object.fromEntries(analyse(studyWith(gains, planted)).furtherClaims.map((claim) => [claim.id, claim]));

describe("the best measure of single neurons", () => {
  test("reaches less than half of what greedy attains, where it does so in every layer", () => {
    const claim = claimsWith(usual)["half-of-attainable"]!;
    expect(claim.verdict).toBe("supported");
    // Half of .1 minus .03, and half of .08 minus .02.
    expect(claim.parts.map(({ name, effect }) => [name, Number(effect.mean.toFixed(2))])).toEqual([
      ["layer 1: half-way minus Taylor", 0.02],
      ["layer 2: half-way minus Taylor", 0.02],
    ]);
    const near = claimsWith({ ...usual, taylor: [0.03, 0.07] })["half-of-attainable"]!;
    expect(near.verdict).toBe("contradicted");
  });

  test("is beaten by quadratic orders in every layer, or in one it is not", () => {
    const claim = claimsWith(usual).cancelling!;
    expect(claim.verdict).toBe("supported");
    expect(claim.parts.map(({ name }) => name)).toEqual([
      "layer 1: Fisher quadratic (mean) minus Taylor",
      "layer 2: Reconstruction (mean) minus Taylor",
    ]);
    expect(claimsWith({ ...usual, taylor: [0.09, 0.02] }).cancelling!.verdict).toBe("contradicted");
  });
});

test("single removals rank worse than chance, better, or are not told apart", () => {
  expect(claimsWith(usual)["single-removals"]!.verdict).toBe("supported");
  expect(claimsWith({ ...usual, single_mean: [0.02, -0.01] })["single-removals"]!.verdict).toBe("contradicted");
  const open = claimsWith({ ...usual, single_mean: [-0.02, -0.0002] })["single-removals"]!;
  expect(open.verdict).toBe("undecided");
  expect(open.reason).toContain("layer 2");
});

describe("further claims", () => {
  test("are those whose curves a study has", () => {
    expect(Object.keys(claimsWith(usual))).toEqual(["half-of-attainable", "cancelling", "single-removals"]);
    const some = measures.filter((id) => !id.startsWith("greedy") && id !== "single_mean");
    expect(Object.keys(claimsWith(usual, { measures: some }))).toEqual(["cancelling"]);
    const paper = analyse(plantedStudy({ repeats: 12, area: () => 0.5 }));
    expect(paper.furtherClaims).toEqual([]);
    expect(furtherClaimsSection([paper])).toBeUndefined();
    expect(claimsFileText([paper])).not.toContain('"further"');
  });

  test("are a family of their own: the paper's claims are the same with and without them", () => {
    const withMore = { measures: [...measures, "mutual_information", "kl_selectivity"] };
    const three = { measures: ["entropy", "mutual_information", "kl_selectivity"] };
    const [more, paper] = [withMore, three].map((own) => analyse(studyWith(usual, own)));
    expect(more!.claims).toEqual(paper!.claims);
    expect(more!.furtherClaims.length).toBeGreaterThan(0);
  });

  test("stand on the page and in claims.json, each study beside the other", () => {
    const studies = analyseAll([studyWith(usual), studyWith({ ...usual, taylor: [0.09, 0.02] })]);
    const { content } = furtherClaimsSection(studies)!;
    expect(content.text.match(/<li id="cancelling">/g)).toHaveLength(1);
    expect(content.text).toContain("supported");
    expect(content.text).toContain("contradicted");
    const { studies: filed } = JSON.parse(claimsFileText(studies));
    expect(filed.map((study: { further: Claim[] }) => study.further.map(({ id }) => id))).toEqual(
      studies.map(({ furtherClaims }) => furtherClaims.map(({ id }) => id)),
    );
  });
});
