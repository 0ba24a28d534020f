/** summary.csv and claims.json. */
import { csvParse } from "d3-dsv";
import { describe, expect, it } from "vitest";
import { RunError } from "../../../src/core/errors.ts";
import { analyse, analyseAll } from "../../../src/report/analysis/analyse.ts";
import { claimsFileSchema, claimsFileText } from "../../../src/report/files/claims-file.ts";
import { summaryCsv } from "../../../src/report/files/summary-file.ts";
import { plantedStudy } from "../analysis/planted-study.ts";
import { textOf } from "../made-up-study.ts";

const files = plantedStudy({
  repeats: 3,
  area: ({ repeat, scope }) => 0.5 + repeat / 50 + (scope === "layer2" ? 0.1 : 0),
});

describe("summary.csv", () => {
  const analysis = analyse(files);

  it("has a row per kind of curve and step, with every digit", () => {
    const rows = csvParse(textOf(summaryCsv([analysis])));
    expect(rows.columns.join()).toBe(
      "scope,measure,direction,mode,removed,repeats,accuracy_mean,accuracy_sd,accuracy_low,accuracy_high,loss_mean",
    );
    expect(rows).toHaveLength(analysis.curves.length * 3);
    const curve = analysis.curves[9]!;
    expect(rows[9 * 3 + 1]).toEqual({
      scope: curve.scope,
      measure: curve.measure,
      direction: curve.direction,
      mode: curve.mode,
      removed: "1",
      repeats: "3",
      accuracy_mean: String(curve.accuracyMean[1]),
      accuracy_sd: String(curve.accuracySd![1]),
      accuracy_low: String(curve.accuracyLow![1]),
      accuracy_high: String(curve.accuracyHigh![1]),
      loss_mean: String(curve.lossMean[1]),
    });
  });

  it("leaves the cells of spread empty with one repeat", () => {
    const text = textOf(summaryCsv([analyse(plantedStudy({ repeats: 1, area: () => 0.5 }))]));
    expect(text.split("\n")[1]).toBe("layer1,entropy,low,zero,0,1,1,,,,0.1");
  });

  it("names the study first where there are several, in quotes where its name needs them", () => {
    const text = textOf(summaryCsv(analyseAll([files, { ...files, label: 'tanh, "wide"' }])));
    const rows = csvParse(text);
    expect(rows.columns.slice(0, 2)).toEqual(["study", "scope"]);
    expect(rows).toHaveLength(2 * analysis.curves.length * 3);
    expect([...new Set(rows.map(({ study }) => study))]).toEqual(["planted", 'tanh, "wide"']);
  });
});

describe("claims.json", () => {
  it("holds the studies' labels and all claims, as the schema says", () => {
    const analyses = analyseAll([files, { ...files, label: "again" }]);
    const content = JSON.parse(claimsFileText(analyses));
    expect(claimsFileSchema.parse(content)).toEqual(content);
    expect(content.schema).toBe("gpu-importance/claims/1");
    expect(content.studies.map(({ label }: { label: string }) => label)).toEqual(["planted", "again"]);
    expect(content.studies[1].claims).toEqual(analyses[1]!.claims);
  });

  it("is refused where a number is not finite", () => {
    const analysis = analyse(files);
    const [first, ...rest] = analysis.claims;
    const broken = { ...analysis, claims: [{ ...first!, p: Number.NaN }, ...rest] };
    expect(() => claimsFileText([broken])).toThrow(RunError);
    expect(() => claimsFileText([broken])).toThrow(/claims\.json: .* at studies\[0\]\.claims\[0\]\.p/);
  });
});
