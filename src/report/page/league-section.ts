/** League tables of a study with more measures than the paper's: who keeps most accuracy, scope by scope, and who ranks neurons alike. */
import { modeTexts } from "../../core/ablation.ts";
import type { Estimate, League, LeagueRow, StudyAnalysis } from "../analysis/analysis.ts";
import { type OrderCost, orderCosts } from "../analysis/order-costs.ts";
import { seriesTitle } from "../figures/theme.ts";
import { counted, decimal, intervalText, scopeTitle } from "../figures/wording.ts";
import { estimateCells, probabilityText } from "./cell-text.ts";
import { dataTable } from "./data-table.ts";
import { html, type Markup } from "./html.ts";
import { forEachStudy, type Section } from "./section.ts";

const SHARE_DIGITS = 2;
/** Up to so many measures the answer's own table is enough. */
const FEW = 3;

/** Shares of what greedy gains, by accuracy and by loss. */
const shareColumns = [
  { title: "attained", of: ({ share }: LeagueRow) => share },
  { title: "attained by loss", of: ({ lossShare }: LeagueRow) => lossShare },
];

function shareCells(share: Estimate | undefined): string[] {
  const attained = share === undefined ? "\u2013" : decimal(share.mean, SHARE_DIGITS);
  const between = share?.interval === undefined ? "\u2013" : intervalText(share.interval, SHARE_DIGITS);
  return [attained, between];
}

const COST_DIGITS = 2;

/** Milliseconds with two digits that say something, and among how many it is shared. */
function costCells(cost: OrderCost | undefined): string[] {
  if (cost === undefined) return ["\u2013", "\u2013"];
  const { milliseconds, sharedBy } = cost;
  const value = Number(milliseconds.toPrecision(COST_DIGITS)).toLocaleString("en");
  return [value, sharedBy === 1 ? "\u2013" : String(sharedBy)];
}

type Costs = ReadonlyMap<string, OrderCost>;

function rowText(row: LeagueRow, shown: typeof shareColumns, costs: Costs): string[] {
  const { measure, rank, isTied, difference, holm, verdict } = row;
  const place = `${rank}${isTied ? " =" : ""}`;
  const shares = shown.flatMap(({ of }) => shareCells(of(row)));
  const cost = costs.size === 0 ? [] : costCells(costs.get(measure));
  const effect = [...estimateCells(difference), probabilityText(holm), verdict];
  return [seriesTitle(measure), place, ...effect, ...shares, ...cost];
}

function leagueTable({ scope, rows }: League, costs: Costs): Markup {
  const shown = shareColumns.filter(({ of }) => rows.some((row) => of(row) !== undefined));
  const shares = shown.flatMap(({ title }) => [title, "95 % interval"]);
  const costColumns = costs.size === 0 ? [] : ["cost, ms", "shared by"];
  const columns = [
    "measure",
    "rank",
    "difference",
    "95 % interval",
    "p after Holm",
    "verdict",
    ...shares,
    ...costColumns,
  ];
  return dataTable({
    caption: `${scopeTitle(scope)}: ${counted(rows.length, "order")}, lowest value first`,
    columns,
    rows: rows.map((row) => rowText(row, shown, costs)),
  });
}

function content({ leagues, measures, study }: StudyAnalysis): Markup | undefined {
  if (measures.length <= FEW || leagues.length === 0) return undefined;
  const replaced = modeTexts[leagues[0]!.mode].one;
  const isAttained = leagues.some(({ rows }) =>
    rows.some((row) => shareColumns.some(({ of }) => of(row) !== undefined)),
  );
  const attained = isAttained
    ? html`<p><strong>Attained</strong> is the share of what can be gained over random orders: 0 is chance, 1 the greedy order, which removes next what raises the validation loss least: by the accuracy, and by the loss, which is what greedy looks at. It is left out where greedy gains nothing in some network.</p>`
    : undefined;
  const costs = orderCosts(study);
  const cost =
    costs.size === 0
      ? undefined
      : html`<p><strong>Cost</strong> is what the evidence of an order took for a network on this device, in milliseconds. Evidence that several orders need is gathered once: the time is that for all of them, and <strong>shared by</strong> says how many they are. A dash: weights alone say it, or an earlier run gathered it.</p>`;
  return html`<p>Every removed neuron becomes ${replaced}. <strong>Difference</strong> is the mean accuracy over all removals minus that of random orders on the same networks. <strong>Rank</strong> goes by it; measures with the same rank and a = are not told apart from the first of them, by paired sign-flip tests after Holm's correction over all pairs of the table.</p>
${attained}${cost}${leagues.map((table) => leagueTable(table, costs))}`;
}

export function leagueSection(analyses: readonly StudyAnalysis[]): Section | undefined {
  const tables = forEachStudy(analyses, content);
  return tables && { id: "league", title: "All measures, ranked", short: "League", content: tables };
}
