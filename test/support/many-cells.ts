/** The folder of a grid of many cells, as far as status reads it; what stands for results could not be read as such. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gridNames } from "../../src/core/platform.ts";
import { cellSummaryText, gridRecordText } from "../../src/report/files/grid-files.ts";

type Counts = Readonly<Record<"done" | "failed" | "begun" | "missing", number>>;

const estimate = { mean: 0.5, repeats: 8, sd: 0.01, interval: { low: 0.49, high: 0.51 } };
const measures = ["entropy", "mutual_information", "kl_selectivity"];
const scopes = ["layer1", "layer2", "network", "network-ranked"] as const;
const answers = scopes.flatMap((scope) =>
  measures.map((measure) => ({
    scope,
    measure,
    difference: estimate,
    p: 0.1,
    holm: 0.3,
    verdict: "undecided" as const,
  })),
);
const origin = { version: "0.1.0", adapter: "made up", tiles: "plain", data: "made up", sha256: "0".repeat(64) };
const done = { accuracy: estimate, mode: "mean" as const, answers, claims: [], warnings: [], origin };

const doneText = cellSummaryText({ state: "done", elapsedMs: 2000, result: done });

export function writeManyCells(folder: string, counts: Counts): void {
  const states = (Object.keys(counts) as (keyof Counts)[]).flatMap((state) =>
    Array.from({ length: counts[state] }, () => state),
  );
  const cells = states.map((state, index) => {
    const digits = index.toString(16).padStart(16, "0");
    return { state, name: `seed-${index}_${digits}`, options: { seed: `${index}`, activation: "relu" } };
  });
  const listed = cells.map(({ name, options }) => ({ name, options }));
  mkdirSync(join(folder, "summaries"), { recursive: true });
  const record = { package: "0.1.0", file: "many.yaml", varying: "seed (10000)", cells: listed };
  writeFileSync(join(folder, gridNames.record), gridRecordText(record));
  for (const { state, name } of cells) {
    if (state !== "missing") mkdirSync(join(folder, gridNames.cell(name)), { recursive: true });
    if (state === "done") {
      writeFileSync(join(folder, gridNames.cell(name), "study.json"), "not read");
      writeFileSync(join(folder, gridNames.summary(name, state)), doneText);
    }
    if (state === "failed") {
      const text = cellSummaryText({ state, message: "no such file\n  found:    nothing" });
      writeFileSync(join(folder, gridNames.summary(name, state)), text);
    }
  }
}
