/** The page of a grid: what varies, what each cell found, cell by cell, and what did not come to its end. */

import { modeTexts } from "../../core/ablation.ts";
import { gridNames, type PageAssets } from "../../core/platform.ts";
import type { ScopeText } from "../../core/scope.ts";
import { seriesTitle } from "../figures/theme.ts";
import { counted, intervalText, scopeTitle } from "../figures/wording.ts";
import { DIGITS, estimateCells, numberText } from "../page/cell-text.ts";
import { dataTable } from "../page/data-table.ts";
import { framedPage } from "../page/frame.ts";
import { html, type Markup } from "../page/html.ts";
import { contents, type Section, sectionMarkup } from "../page/section.ts";
import { comparisonAddress, reportAddress } from "./addresses.ts";
import { answerColumns, answersByKey, cellStates, claimColumns, type GridRow, varyingNames } from "./grid-row.ts";

const UNKNOWN = "\u2013";
const MS_PER_SECOND = 1000;

interface GridContent {
  /** In the order of the grid's file. */
  readonly rows: readonly GridRow[];
  /** What varies, as `activation (2) x seed (3)`. */
  readonly varying: string;
  /** Name of the grid's file. */
  readonly file: string;
}

type Cells = readonly (string | Markup)[];

/** The beginning of each row: its number, which leads to the cell's own report, and what varies. */
class RowHeads {
  readonly #names: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(rows: readonly GridRow[]) {
    this.#names = varyingNames(rows);
    this.#numbers = new Map(rows.map(({ name }, index) => [name, index + 1]));
  }

  get columns(): string[] {
    return ["cell", ...this.#names];
  }

  of({ name, given, state }: GridRow): Cells {
    const number = `${this.#numbers.get(name)}`;
    const head = state === "done" ? html`<a href="${reportAddress(name)}" title="${name}">${number}</a>` : number;
    return [head, ...this.#names.map((option) => given[option] ?? UNKNOWN)];
  }
}

const isDone = ({ result }: GridRow) => result !== undefined;

function cellsSection(rows: readonly GridRow[], heads: RowHeads): Section {
  const table = dataTable({
    caption: `${counted(rows.length, "cell")}: test accuracy of the intact networks`,
    columns: [...heads.columns, "state", "networks", "accuracy", "95 % interval", "seconds", "side by side"],
    rows: rows.map((row) => {
      const { result, elapsedMs, name, state } = row;
      const accuracy = result?.accuracy;
      const interval = accuracy?.interval === undefined ? UNKNOWN : intervalText(accuracy.interval, DIGITS);
      const seconds = elapsedMs === undefined ? UNKNOWN : (elapsedMs / MS_PER_SECOND).toFixed(1);
      const link = result === undefined ? "" : html`<a href="${comparisonAddress(name)}">compare</a>`;
      const networks = accuracy === undefined ? UNKNOWN : `${accuracy.repeats}`;
      return [...heads.of(row), state, networks, numberText(accuracy?.mean), interval, seconds, link];
    }),
  });
  const content = html`<p>A cell's number leads to its own report. A click on the head of a column sorts by it.</p>${table}`;
  return { id: "cells", title: "Cell by cell", short: "Cells", content };
}

/** A table for each scope: cells below one another, measures beside one another. */
function scopeTable(scope: ScopeText, rows: readonly GridRow[], heads: RowHeads): Markup {
  const columns = answerColumns(rows).filter((column) => column.scope === scope);
  const titles = columns.flatMap(({ measure }) => [seriesTitle(measure), "95 % interval", "verdict"]);
  return dataTable({
    caption: `${scopeTitle(scope)}: difference of each measure from random orders`,
    columns: [...heads.columns, ...titles],
    rows: rows.map((row) => {
      const own = answersByKey(row);
      const cells = columns.flatMap(({ key }) => {
        const answer = own.get(key);
        return answer === undefined
          ? [UNKNOWN, UNKNOWN, UNKNOWN]
          : [...estimateCells(answer.difference), answer.verdict as string];
      });
      return [...heads.of(row), ...cells];
    }),
  });
}

function differencesSection(rows: readonly GridRow[], heads: RowHeads): Section | undefined {
  const done = rows.filter(isDone);
  const scopes = [...new Set(answerColumns(done).map(({ scope }) => scope))];
  if (scopes.length === 0) return undefined;
  const modes = [...new Set(done.flatMap(({ result }) => result?.mode ?? []))];
  const replaced = modes.map((mode) => modeTexts[mode].one).join(" or ");
  const content = html`<p>Mean accuracy over all removals, lowest value first and each removed neuron replaced by ${replaced}, minus that
of random orders on the same networks. A verdict is decided at 0.05, corrected by Holm's method <strong>within its cell</strong>: of many
cells, some verdicts come by chance alone. What is to be concluded from several cells needs networks of its own.</p>
${scopes.map((scope) => scopeTable(scope, done, heads))}`;
  return { id: "differences", title: "Measures against chance", short: "Against chance", content };
}

function claimsSection(rows: readonly GridRow[], heads: RowHeads): Section | undefined {
  const done = rows.filter(isDone);
  const claims = claimColumns(done);
  if (claims.length === 0) return undefined;
  const statements = claims.map(({ statement }) => html`<li>${statement}</li>`);
  const table = dataTable({
    caption: "Verdicts of each cell on the claims above, by their numbers",
    columns: [...heads.columns, ...claims.map((_, index) => `claim ${index + 1}`)],
    rows: done.map((row) => {
      const verdicts = new Map(row.result!.claims.map(({ id, verdict }) => [id, verdict]));
      return [...heads.of(row), ...claims.map(({ id }) => verdicts.get(id) ?? UNKNOWN)];
    }),
  });
  const content = html`<ol>${statements}</ol>
<p>Each cell decides for itself, as in its own report. What compares activations, cells cannot decide alone: <code>gpu-importance
report</code> with the folders of some cells does.</p>
${table}`;
  return { id: "claims", title: "Claims, as each cell decides them", short: "Claims", content };
}

function failuresSection(rows: readonly GridRow[], heads: RowHeads): Section | undefined {
  const failed = rows.filter(({ message }) => message !== undefined);
  if (failed.length === 0) return undefined;
  const items = failed.map((row) => {
    const [number] = heads.of(row);
    return html`<li>Cell ${number}, ${row.name}:<pre>${row.message}</pre></li>`;
  });
  const content = html`<p>The same command tries them again, and keeps all others.</p><ul>${items}</ul>`;
  return { id: "failures", title: "Cells that failed", short: "Failures", content };
}

/** Of many cells with one doubt, so many are named. */
const MOST_NAMED = 10;

/** What was doubtful in cells, with their numbers. */
function warningsSection(rows: readonly GridRow[]): Section | undefined {
  const cells = new Map<string, number[]>();
  for (const [index, { result }] of rows.entries()) {
    for (const warning of new Set(result?.warnings)) cells.set(warning, [...(cells.get(warning) ?? []), index + 1]);
  }
  if (cells.size === 0) return undefined;
  const items = [...cells].map(([warning, numbers]) => {
    const named = numbers.slice(0, MOST_NAMED).join(", ");
    const more = numbers.length > MOST_NAMED ? `, ... (${numbers.length})` : "";
    return html`<li><strong>Cell ${named}${more}:</strong> ${warning}</li>`;
  });
  return { id: "warnings", title: "What is doubtful", short: "Warnings", content: html`<ul>${items}</ul>` };
}

/** Stands before all else: that there are doubts, and what makes cells unlike that should be alike. */
function cautions(rows: readonly GridRow[]): Markup[] {
  const doubtful = rows.filter(({ result }) => (result?.warnings.length ?? 0) > 0).length;
  const own =
    doubtful === 0
      ? []
      : [html`<p class="warning">${counted(doubtful, "cell")} with <a href="#warnings">warnings</a>.</p>`];
  const origins = rows.flatMap(({ result }) => (result === undefined ? [] : [result.origin]));
  const computedBy = [...new Set(origins.map(({ version, adapter, tiles }) => `${version}, ${adapter}, ${tiles}`))];
  if (computedBy.length < 2) return own;
  const text = "Cells were computed by different versions, adapters or kernels, whose bits differ";
  return [html`<p class="warning">${text}: ${computedBy.join("; ")}.</p>`, ...own];
}

/** `9 done, 1 failed, 2 missing`. */
function statesText(rows: readonly GridRow[]): string {
  const counts = cellStates.map((state) => ({ state, count: rows.filter((row) => row.state === state).length }));
  return counts
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count.toLocaleString("en")} ${state}`)
    .join(", ");
}

/** Text of report.html. */
export async function gridPage({ rows, varying, file }: GridContent, assets: PageAssets): Promise<string> {
  const heads = new RowHeads(rows);
  const sections = [
    cellsSection(rows, heads),
    differencesSection(rows, heads),
    claimsSection(rows, heads),
    failuresSection(rows, heads),
    warningsSection(rows),
  ].filter((section) => section !== undefined);
  const title = `Neuron importance: a grid of ${counted(rows.length, "cell")}`;
  const varies = varying === "" ? "nothing varies" : varying;
  const body = html`${contents(sections)}
<header><h1>${title}</h1>
<p class="run">${file}: ${varies}. ${statesText(rows)}.</p>
<p><a href="${gridNames.comparison}">Two cells side by side</a>; the numbers of all cells are in <a href="${gridNames.table}">${gridNames.table}</a>.</p>
${cautions(rows)}</header>
<main>
${sections.map(sectionMarkup)}</main>`;
  return framedPage({ title, body, assets });
}
