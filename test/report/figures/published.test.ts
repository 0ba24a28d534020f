import { describe, expect, test } from "vitest";
import type { StudyConfig } from "../../../src/core/study.ts";
import { analyse } from "../../../src/report/analysis/analyse.ts";
import type { StudyFiles } from "../../../src/report/analysis/analysis.ts";
import { figuresOf } from "../../../src/report/figures/figures.ts";
import { appliesTo, publishedDistributions, publishedPoints } from "../../../src/report/figures/published.ts";
import { insideBand, publishedComparison, publishedTable } from "../../../src/report/figures/published-comparison.ts";
import { madeUpFiles } from "./made-up-files.ts";

/** The tables of the study's definition, typed in a second time: scope, steps, then measure and accuracies. */
const transcript = `
layer1 low mean 25/50/75: KL .957/.894/.645 I .955/.886/.680 random .950/.853/.579 H .939/.827/.573
layer1 high mean 25/50/75: KL .911/.758/.460 I .934/.738/.422 H .956/.836/.563
layer2 low mean 25/50/75: KL .975/.970/.924 I .975/.968/.893 random .975/.966/.865 H .975/.965/.855
layer2 high mean 25/50/75: KL .970/.955/.807 I .972/.945/.766 H .974/.968/.893
layer1 low mean 30/50/70: I .950/.889/.750 random .945/.855/.656
layer1 low zero 30/50/70: I .894/.777/.595 random .846/.685/.499
network low mean 50/70/78: random .945/.907/.878 KL .901/.824/.796 I .886/.752/.643 H .860/.749/.704`;

const names = { KL: "kl_selectivity", I: "mutual_information", H: "entropy", random: "random" } as const;

function transcribed(): string[] {
  return transcript
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [scope, direction, mode, steps, ...cells]: string[] = line.replace(":", "").split(" ");
      return cells.flatMap((cell, index) => {
        if (index % 2 === 0) return [];
        const measure = names[cells[index - 1] as keyof typeof names];
        const order = measure === "random" ? "none" : direction;
        return cell
          .split("/")
          .map((value, step) => [scope, measure, order, mode, steps!.split("/")[step], Number(value)].join());
      });
    });
}

const MNIST = "d1996dd31a1c6b2deefbbcf148e9894b5d1679e721a57f4f81b5cf48db05757b";
const EMBEDDED = "9cc83de9b3d5ff95804462f4951a42a364ecdc7c4f75d03420954232c934a04e";

function publishedFiles(options: Partial<StudyConfig> = {}, sha256 = MNIST, train = 50_000): StudyFiles {
  const files = madeUpFiles({ hidden: [100, 100], ...options });
  return { ...files, study: { ...files.study!, dataset: { ...files.study!.dataset, sha256, train } } };
}

describe("the paper's values", () => {
  test("are those of the study's definition", () => {
    const points = publishedPoints.map(({ scope, measure, direction, mode, removed, accuracy }) =>
      [scope, measure, direction, mode, removed, accuracy].join(),
    );
    expect(points.toSorted()).toEqual(transcribed().toSorted());
    const ranges = publishedDistributions.map(({ measure, layer, minimum, maximum, mean }) =>
      [measure, layer, minimum, maximum, mean].join(" "),
    );
    expect(ranges.toSorted()).toEqual([
      "entropy 1 0.315 1 0.81",
      "entropy 2 0.625 1 0.93",
      "kl_selectivity 1 0.087 1.98 0.84",
      "kl_selectivity 2 0.746 2.62 1.19",
      "mutual_information 1 0.034 0.5 0.274",
      "mutual_information 2 0.357 0.769 0.586",
    ]);
  });

  test("apply to MNIST, all or the digits that come with the program, sigmoid, 100 neurons in each of two layers", () => {
    expect(appliesTo(publishedFiles().study)).toBe(true);
    expect(appliesTo(publishedFiles({}, EMBEDDED).study)).toBe(true);
    expect(appliesTo(publishedFiles({}, "0".repeat(64)).study)).toBe(false);
    expect(appliesTo(publishedFiles({ activation: "relu" }).study)).toBe(false);
    expect(appliesTo(publishedFiles({ hidden: [100, 50] }).study)).toBe(false);
    expect(appliesTo(undefined)).toBe(false);
  });

  test("stand in figures 1 to 4 where they apply, and the caption says so", () => {
    const captions = (files: StudyFiles) =>
      figuresOf(analyse(files), files)
        .filter(({ id }) => /[1-4]/.test(id))
        .map(({ caption }) => caption);
    for (const caption of captions(publishedFiles())) {
      expect(caption).toContain("Diamonds: published values (Amjad, Liu and Geiger, arXiv:1804.06679; digitised");
      expect(caption).not.toContain("were trained on");
    }
    for (const caption of captions(publishedFiles({}, EMBEDDED, 6000))) {
      expect(caption).toContain("Their networks were trained on 50,000 samples, these on 6,000.");
    }
    for (const caption of captions(publishedFiles({ activation: "tanh" }))) expect(caption).not.toContain("published");
  });
});

describe("the comparison with the paper", () => {
  test("has every value, with the difference to ours and whether it lies in the interval", () => {
    const analysis = analyse(publishedFiles());
    const compared = publishedComparison(analysis);
    expect(compared.length).toBe(publishedPoints.length + 3 * publishedDistributions.length);
    const one = compared.find(({ what }) => what.startsWith("layer 2, KL selectivity, lowest first, 75 removed"))!;
    const curve = analysis.curves.find(
      ({ scope, measure, direction, mode }) =>
        scope === "layer2" && measure === "kl_selectivity" && direction === "low" && mode === "mean",
    )!;
    expect(one).toMatchObject({ figure: "figure-4", published: 0.924, ours: curve.accuracyMean[75] });
    expect(one.difference).toBeCloseTo(curve.accuracyMean[75]! - 0.924, 12);
    expect(one.interval).toEqual({ low: curve.accuracyLow![75], high: curve.accuracyHigh![75] });
    expect(publishedTable(compared).rows).toHaveLength(compared.length);
  });

  test("says inside only of a value between the bounds, and nothing where there is no interval", () => {
    const base = { figure: "figure-1", what: "", ours: 0.5, difference: 0 };
    const interval = { low: 0.4, high: 0.6 };
    expect([0.39, 0.4, 0.6, 0.61].map((published) => insideBand({ ...base, published, interval }))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(insideBand({ ...base, published: 0.5 })).toBeUndefined();
    expect(publishedTable([{ ...base, published: 0.5 }]).rows[0]!.at(-1)).toBe("no interval");
  });

  test("leaves out steps that were not evaluated, and studies that are not the paper's", () => {
    const everySeven = publishedComparison(analyse(publishedFiles({ stride: 7 })));
    // Of 25, 30, 50, 70, 75 and 78 only 70 is a multiple of 7.
    expect(
      everySeven.filter(({ figure }) => figure === "figure-1").every(({ what }) => what.includes(" 70 removed")),
    ).toBe(true);
    expect(everySeven.filter(({ figure }) => figure === "figure-4")).toEqual([]);
    expect(publishedComparison(analyse(publishedFiles({ activation: "relu" })))).toEqual([]);
  });
});
