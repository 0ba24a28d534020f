/** What no figure shows in full: comparisons of areas, the measures against chance, and rank correlations. */
import { greatest } from "../../core/long-arrays.ts";
import { byUnit, hasAnySize, valueText } from "../../measures/columns.ts";
import { isOfPaper } from "../../measures/paper-measures.ts";
import { unitWords } from "../../measures/units.ts";
import type { Comparison, MeasureSummary, PairSummary, RankCorrelation, StudyAnalysis } from "../analysis/analysis.ts";
import { publishedError } from "../figures/published.ts";
import { publishedComparison, publishedTable } from "../figures/published-comparison.ts";
import { seriesTitle } from "../figures/theme.ts";
import { counted, listed, orderTitle, scopeTitle } from "../figures/wording.ts";
import { estimateCells, numberText, percentText, probabilityText } from "./cell-text.ts";
import { dataTable } from "./data-table.ts";
import { html, type Markup } from "./html.ts";
import { forEachStudy, type Section } from "./section.ts";

function comparisonRow({ measure, other, direction, mode, difference, p, holm }: Comparison): string[] {
  const pair = `${seriesTitle(measure)} against ${seriesTitle(other)}`;
  return [pair, orderTitle(direction), mode, ...estimateCells(difference), probabilityText(p), probabilityText(holm)];
}

/** A table a scope: what is compared across scopes is not the same neurons. */
function tablesOf(compared: readonly Comparison[]): Markup[] {
  const columns = ["areas compared", "removed", "replaced by", "difference", "95 % interval", "p", "p after Holm"];
  const scopes = [...new Set(compared.map(({ scope }) => scope))];
  return scopes.map((scope) => {
    const rows = compared.filter((comparison) => comparison.scope === scope).map(comparisonRow);
    return dataTable({ caption: `Differences of areas: ${scopeTitle(scope)}`, columns, rows });
  });
}

/** Further measures make many rows, which stand folded. */
function comparisonTables({ comparisons }: StudyAnalysis): Markup | undefined {
  if (comparisons.length === 0) return undefined;
  const paper = comparisons.filter(({ measure }) => isOfPaper(measure));
  const further = comparisons.filter(({ measure }) => !isOfPaper(measure));
  const folded =
    further.length === 0
      ? undefined
      : html`<p>The paper's measures are corrected by themselves, and so are further ones.</p>
<details class="values"><summary>${counted(further.length, "comparison")} of further measures with random orders</summary>
${tablesOf(further)}
</details>`;
  return html`${tablesOf(paper)}${folded}`;
}

function measureRow({ layer, measure, minimum, median, maximum, mean, ...chance }: MeasureSummary): string[] {
  const spread = [minimum, median, mean.mean, maximum].map((value) =>
    hasAnySize(measure) ? valueText(measure, value) : numberText(value),
  );
  const levels = [chance.bias, chance.nullMean, chance.nullLevel].map((value) => numberText(value));
  return [seriesTitle(measure), `layer ${layer}`, ...spread, ...levels, percentText(chance.aboveNull)];
}

/** Bits are all that is usual; other units are named with their measures. */
function unitsOf(summaries: readonly MeasureSummary[]): string {
  const ids = [...new Set(summaries.map(({ measure }) => measure))];
  const groups = [...byUnit(ids, (id) => id)];
  if (groups.length === 1) return ` ${unitWords[groups[0]![0]].phrase}`;
  return ` (${groups.map(([unit, own]) => `${listed(own.map(seriesTitle))} ${unitWords[unit].phrase}`).join("; ")})`;
}

function measuresTable({ measureSummaries }: StudyAnalysis): Markup | undefined {
  if (measureSummaries.length === 0) return undefined;
  const spread = ["minimum", "median", "mean", "maximum"];
  const columns = ["measure", "layer", ...spread, "bias", "null mean", "null level", "neurons above it"];
  return dataTable({
    caption: `Measures${unitsOf(measureSummaries)}, neurons of all repeats`,
    columns,
    rows: measureSummaries.map(measureRow),
  });
}

function pairRow({
  layer,
  otherLayer,
  pairs,
  median,
  mean,
  bias,
  nullMean,
  nullLevel,
  aboveNull,
}: PairSummary): string[] {
  const where = layer === otherLayer ? `layer ${layer}` : `layers ${layer} and ${otherLayer}`;
  const values = [median, mean, bias, nullMean, nullLevel].map((value) => numberText(value));
  return [where, pairs.toLocaleString("en"), ...values, percentText(aboveNull)];
}

function pairsTable({ pairSummaries }: StudyAnalysis): Markup | undefined {
  if (pairSummaries.length === 0) return undefined;
  const columns = ["pairs of", "pairs", "median", "mean", "bias", "null mean", "null level", "pairs above it"];
  const most = greatest(pairSummaries.map(({ drawn }) => drawn));
  const some = pairSummaries.some(({ pairs, drawn }) => drawn < pairs);
  const caption = `What two neurons know of the class together, bits, ${some ? `of at most ${most.toLocaleString("en")} pairs a row, drawn at random` : "all pairs of all repeats"}`;
  return dataTable({ caption, columns, rows: pairSummaries.map(pairRow) });
}

function correlationRow({ layer, measure, mode, rho }: RankCorrelation): string[] {
  const where = layer === undefined ? "all layers pooled" : `layer ${layer}`;
  return [seriesTitle(measure), where, mode, ...estimateCells(rho)];
}

function correlationsTable({ correlations }: StudyAnalysis): Markup | undefined {
  if (correlations.length === 0) return undefined;
  const columns = ["measure", "neurons", "replaced by", "rho", "95 % interval"];
  const caption = "Spearman's rank correlation with the loss increase";
  return dataTable({ caption, columns, rows: correlations.map(correlationRow) });
}

function publishedValues(analysis: StudyAnalysis): Markup | undefined {
  const compared = publishedComparison(analysis);
  return compared.length === 0 ? undefined : dataTable({ caption: "Published values", ...publishedTable(compared) });
}

interface TableSection {
  readonly id: string;
  readonly title: string;
  readonly short: string;
  /** How to read the table. */
  readonly lead: string;
  readonly table: (analysis: StudyAnalysis) => Markup | undefined;
}

const tables: readonly TableSection[] = [
  {
    id: "comparisons",
    title: "Comparisons of orders",
    short: "Comparisons",
    lead: "Area under the accuracy curve, a mean accuracy, of one kind of order minus that of another over the same networks. p is of a paired sign-flip permutation test, and then corrected by Holm's method: in each scope and mode over the comparisons with random orders, and over those of measures with one another.",
    table: comparisonTables,
  },
  {
    id: "measures",
    title: "Measures and chance",
    short: "Chance levels",
    lead: "Bias is what the plug-in estimate adds on average because samples are finite. The null columns are what a neuron would show if the labels were shuffled: the mean, and the level that 99.9 % of the shuffles stay below; a value under that level cannot be told from chance.",
    table: measuresTable,
  },
  {
    id: "pairs",
    title: "Pairs of neurons and chance",
    short: "Pairs",
    lead: "The bits of two neurons are one neuron of four levels, and its mutual information with the class is what the two know together. Bias and null columns are as for single neurons; with more levels chance alone gives more.",
    table: pairsTable,
  },
  {
    id: "correlations",
    title: "Measures and single removals",
    short: "Single removals",
    lead: "Computed within each network between a neuron's measure and what its removal alone adds to the test loss, then averaged over repeats.",
    table: correlationsTable,
  },
  {
    id: "published",
    title: "Beside the published values",
    short: "Published values",
    lead: `Values of Amjad, Liu and Geiger (arXiv:1804.06679), digitised from their figures with an error of about ${publishedError.accuracy} in accuracies and ${publishedError.bits} bit, beside those of these networks.`,
    table: publishedValues,
  },
];

export function tableSections(analyses: readonly StudyAnalysis[]): Section[] {
  return tables.flatMap(({ id, title, short, lead, table }) => {
    const content = forEachStudy(analyses, table);
    return content === undefined ? [] : [{ id, title, short, content: html`<p>${lead}</p>${content}` }];
  });
}
