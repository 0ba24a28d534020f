/** Sentences about areas under curves: which measures lie above random orders, and by how much. */

import { type AblationMode, type Direction, RANDOM } from "../../core/ablation.ts";
import type { ScopeText } from "../../core/scope.ts";
import type { Comparison, StudyAnalysis } from "../analysis/analysis.ts";
import { verdictOf } from "../analysis/answers.ts";
import { seriesTitle } from "./theme.ts";
import { decimal, estimateText, listed } from "./wording.ts";

const DIGITS = 3;

/** The curves of a panel, and how a sentence calls them. */
export interface CurveGroup {
  readonly words: string;
  readonly scope: ScopeText;
  readonly mode: AblationMode;
  readonly direction: Direction;
}

type Grouped = Pick<Comparison, "scope" | "mode" | "direction">;

function isOf(one: Grouped, { scope, mode, direction }: CurveGroup): boolean {
  return one.scope === scope && one.mode === mode && one.direction === direction;
}

/** How many lie above and below random, as the corrected tests tell; without tests nothing is told apart. */
function counts(compared: readonly Comparison[]): string {
  const total = compared.length;
  const verdicts = compared.map(verdictOf);
  const [above, below] = (["better", "worse"] as const).map(
    (verdict) => verdicts.filter((own) => own === verdict).length,
  ) as [number, number];
  const positions: readonly (readonly [string, number])[] = [
    ["above", above],
    ["below", below],
    ["not told apart from", total - above - below],
  ];
  const present = positions.filter(([, count]) => count > 0);
  if (present.length === 1) return `${total === 1 ? "the measure" : `all ${total} measures`} ${present[0]![0]} random`;
  return `of ${total} measures ${listed(present.map(([position, count]) => `${count} ${position}`))} random`;
}

function groupText(compared: readonly Comparison[], group: CurveGroup): string {
  const differences = compared
    .filter((one) => isOf(one, group))
    .toSorted((a, b) => b.difference.mean - a.difference.mean);
  const texts = differences.map(
    ({ measure, difference }) => `${seriesTitle(measure)} ${estimateText(difference, DIGITS)}`,
  );
  return `${group.words}, ${counts(differences)}: ${listed(texts)}`;
}

function ownAreas({ curves }: StudyAnalysis, group: CurveGroup): string {
  const byArea = curves.filter((curve) => isOf(curve, group)).toSorted((a, b) => b.area.mean - a.area.mean);
  const texts = byArea.map(({ measure, area }) => `${seriesTitle(measure)} ${decimal(area.mean, DIGITS)}`);
  return `${group.words}: ${listed(texts)}`;
}

/** Each measure against random, best first, group by group; their own areas where the study has no random orders. */
export function areasReading(analysis: StudyAnalysis, groups: readonly CurveGroup[]): string {
  const compared = analysis.comparisons.filter(({ other }) => other === RANDOM);
  const present = groups.filter((group) => analysis.curves.some((curve) => isOf(curve, group)));
  if (compared.length === 0) {
    const texts = present.map((group) => ownAreas(analysis, group));
    return `Lowest first, mean accuracy over all removals: ${texts.join("; ")}.`;
  }
  const texts = present.map((group) => groupText(compared, group));
  return `Lowest first, mean accuracy over all removals, minus that of random orders: ${texts.join("; ")}.`;
}
