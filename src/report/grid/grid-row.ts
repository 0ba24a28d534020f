/** A grid of studies as its report needs it: what each cell found, in a few numbers, so that thousands fit on a page. */

import type { AblationMode } from "../../core/ablation.ts";
import { describeAdapter } from "../../core/adapter-text.ts";
import { tilesText } from "../../core/tiles.ts";
import type { Answer, Claim, Estimate, StudyAnalysis } from "../analysis/analysis.ts";
import { estimateMean } from "../statistics/estimate.ts";

/** What of a claim stands in a table. */
type ClaimResult = Pick<Claim, "id" | "statement" | "effect" | "holm" | "verdict">;

/** Who computed a cell, and of what: cells of one grid should not differ in it. */
interface CellOrigin {
  readonly version: string;
  readonly adapter: string;
  readonly tiles: string;
  /** Name of the data, and the SHA-256 of what was read. */
  readonly data: string;
  readonly sha256: string;
}

/** What a study found. */
export interface CellResult {
  /** Of the intact networks on the test set. */
  readonly accuracy: Estimate;
  /** What stands for removed neurons in the answers. */
  readonly mode?: AblationMode;
  /** Areas under the accuracy curves, lowest values first, less those of random orders. */
  readonly answers: readonly Answer[];
  /** Those that this study can say something about, alone. */
  readonly claims: readonly ClaimResult[];
  readonly warnings: readonly string[];
  readonly origin: CellOrigin;
}

export const cellStates = ["done", "failed", "begun", "missing"] as const;
export type CellState = (typeof cellStates)[number];

/** A cell in a table. */
export interface GridRow {
  readonly name: string;
  /** Options that the grid file gives, by names without dashes. */
  readonly given: Readonly<Record<string, string>>;
  readonly state: CellState;
  /** Of a cell that is done. */
  readonly result?: CellResult;
  readonly elapsedMs?: number;
  /** Of a cell that has failed. */
  readonly message?: string;
  /** Pictures of its report, by their ids. */
  readonly figures?: readonly string[];
}

/** What of an analysis goes into the table of a grid; undefined where study.json is not among its files. */
export function cellResult({ study, answers, claims, furtherClaims, warnings }: StudyAnalysis): CellResult | undefined {
  if (study === undefined) return undefined;
  const { dataset, provenance, repeats } = study;
  const own = [...claims, ...furtherClaims].filter(({ effect }) => effect !== undefined);
  return {
    accuracy: estimateMean(repeats.map(({ testAccuracy }) => testAccuracy)),
    ...(answers && { mode: answers.mode }),
    answers: answers?.list ?? [],
    claims: own.map(({ id, statement, effect, holm, verdict }) => {
      return { id, statement, verdict, ...(effect && { effect }), ...(holm !== undefined && { holm }) };
    }),
    warnings: [...warnings, ...(study.warnings ?? [])],
    origin: {
      version: provenance.package,
      adapter: describeAdapter(provenance.adapter),
      tiles: provenance.tiles === undefined ? "unknown" : tilesText(provenance.tiles),
      data: dataset.name,
      sha256: dataset.sha256,
    },
  };
}

/** Options that are not the same in all cells, in the order in which cells have them. */
export function varyingNames(rows: readonly Pick<GridRow, "given">[]): string[] {
  const names = [...new Set(rows.flatMap(({ given }) => Object.keys(given)))];
  return names.filter((name) => new Set(rows.map(({ given }) => given[name])).size > 1);
}

/** What rows of a table have in common: a measure in a scope, and which column is its own. */
interface AnswerColumn extends Pick<Answer, "scope" | "measure"> {
  readonly key: string;
}

const keyOf = ({ scope, measure }: Pick<Answer, "scope" | "measure">) => `${scope}_${measure}`;

/** Of all cells, each once, as they first appear. */
export function answerColumns(rows: readonly GridRow[]): AnswerColumn[] {
  const found = new Map<string, AnswerColumn>();
  for (const { result } of rows) {
    for (const answer of result?.answers ?? []) {
      const key = keyOf(answer);
      if (!found.has(key)) found.set(key, { key, scope: answer.scope, measure: answer.measure });
    }
  }
  return [...found.values()];
}

/** By the keys of columns. */
export const answersByKey = ({ result }: GridRow): ReadonlyMap<string, Answer> =>
  new Map(result?.answers.map((answer) => [keyOf(answer), answer]));

/** Claims that some cell says something about, each once. */
export function claimColumns(rows: readonly GridRow[]): Pick<ClaimResult, "id" | "statement">[] {
  const found = new Map<string, Pick<ClaimResult, "id" | "statement">>();
  for (const { result } of rows) for (const claim of result?.claims ?? []) found.set(claim.id, claim);
  return [...found.values()].map(({ id, statement }) => ({ id, statement }));
}
