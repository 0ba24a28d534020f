/** What the page that compares two cells knows of each, as texts: its script puts them side by side. */
import { modeTexts } from "../../core/ablation.ts";
import { seriesTitle } from "../figures/theme.ts";
import { estimateText, scopeTitle } from "../figures/wording.ts";
import { DIGITS } from "../page/cell-text.ts";
import type { Comparison } from "./compared-cells.ts";
import { answerColumns, answersByKey, claimColumns, type GridRow, varyingNames } from "./grid-row.ts";

/** Cells that are done. */
export function comparisonOf(rows: readonly GridRow[]): Comparison {
  const done = rows.filter(({ result }) => result !== undefined);
  const options = [...new Set(done.flatMap(({ given }) => Object.keys(given)))];
  const varying = varyingNames(rows);
  const answers = answerColumns(done);
  const claims = claimColumns(done);
  const lines = [
    ...options.map((title) => ({ group: "Options", title })),
    { group: "Networks", title: "networks" },
    { group: "Networks", title: "test accuracy, 95 % interval" },
    { group: "Networks", title: "removed neurons become" },
    ...answers.map(({ scope, measure }) => {
      return { group: `Difference from random orders: ${scopeTitle(scope)}`, title: seriesTitle(measure) };
    }),
    ...claims.map(({ statement }) => ({ group: "Claims", title: statement })),
    { group: "Computed by", title: "data" },
    { group: "Computed by", title: "version, adapter, kernels" },
  ];
  const cells = done.map((row) => {
    const { name, given } = row;
    const { accuracy, mode, claims: decided, origin } = row.result!;
    const own = answersByKey(row);
    const verdicts = new Map(decided.map((claim) => [claim.id, claim]));
    const texts = [
      ...options.map((option) => given[option] ?? ""),
      `${accuracy.repeats}`,
      estimateText(accuracy, DIGITS).replace(/^\+/, ""),
      mode === undefined ? "" : modeTexts[mode].one,
      ...answers.map(({ key }) => {
        const answer = own.get(key);
        return answer === undefined ? "" : `${estimateText(answer.difference, DIGITS)}: ${answer.verdict}`;
      }),
      ...claims.map(({ id }) => {
        const claim = verdicts.get(id);
        const effect = claim?.effect === undefined ? "" : ` (effect ${estimateText(claim.effect, DIGITS)})`;
        return claim === undefined ? "" : `${claim.verdict}${effect}`;
      }),
      `${origin.data}, SHA-256 ${origin.sha256.slice(0, 12)}`,
      `${origin.version}, ${origin.adapter}, ${origin.tiles}`,
    ];
    const number = rows.indexOf(row) + 1;
    const words = varying.map((option) => `${option} ${given[option] ?? "\u2013"}`);
    return { name, label: [`${number}`, ...words].join(", "), texts, figures: row.figures ?? [] };
  });
  return { lines, cells };
}
