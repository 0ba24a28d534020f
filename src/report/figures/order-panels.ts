/** Panels for figures 3 and 4: one for each scope and direction, each with random and all measures, or of many the prominent ones. */

import { type AblationMode, type Direction, RANDOM } from "../../core/ablation.ts";
import type { ScopeText } from "../../core/scope.ts";
import type { CurveSummary, StudyAnalysis } from "../analysis/analysis.ts";
import { publishedOf } from "./curve-figure.ts";
import type { CurvePanel } from "./curve-panels.ts";
import type { PublishedPoint } from "./published.ts";
import { orderTitle, scopeTitle } from "./wording.ts";

/** One panel, or none where no measure's order was run. */
export function orderPanel(
  { curves, prominent }: StudyAnalysis,
  { scope, direction, mode }: { scope: ScopeText; direction: Direction; mode: AblationMode },
  points: readonly PublishedPoint[],
): CurvePanel | undefined {
  const ofScope = curves.filter((curve) => curve.scope === scope && curve.mode === mode);
  const ofMeasures = ofScope.filter((curve) => curve.direction === direction && prominent.includes(curve.measure));
  if (ofMeasures.length === 0) return undefined;
  const shown: CurveSummary[] = [...ofMeasures, ...ofScope.filter(({ measure }) => measure === RANDOM)];
  return {
    key: `${scope.replaceAll("-", "_")}_${direction}`,
    title: scopeTitle(scope),
    subtitle: orderTitle(direction),
    curves: shown.map((curve) => ({ curve, style: orderTitle(curve.direction) })),
    published: publishedOf(points, shown),
  };
}
