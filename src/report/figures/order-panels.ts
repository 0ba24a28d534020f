/** Panels for figures 3 and 4: one for each scope and direction, each with all measures and random. */
import { type AblationMode, type Direction, RANDOM, type Scope } from "../../core/ablation.ts";
import type { CurveSummary, StudyAnalysis } from "../analysis/analysis.ts";
import { deckOf } from "./curve-figure.ts";
import type { CurvePanel } from "./curve-panels.ts";
import type { DeckPoint } from "./deck.ts";
import { orderTitle, scopeTitle } from "./wording.ts";

/** The mode of figures that show one: the mean, unless the study has zero alone. */
export function modeShown({ curves }: Pick<StudyAnalysis, "curves">): AblationMode {
  return curves.some(({ mode }) => mode === "mean") ? "mean" : "zero";
}

/** One panel, or none where no measure's order was run. */
export function orderPanel(
  { curves }: StudyAnalysis,
  { scope, direction, mode }: { scope: Scope; direction: Direction; mode: AblationMode },
  points: readonly DeckPoint[],
): CurvePanel | undefined {
  const ofScope = curves.filter((curve) => curve.scope === scope && curve.mode === mode);
  const ofMeasures = ofScope.filter((curve) => curve.direction === direction);
  if (ofMeasures.length === 0) return undefined;
  const shown: CurveSummary[] = [...ofMeasures, ...ofScope.filter(({ measure }) => measure === RANDOM)];
  return {
    key: `${scope.replaceAll("-", "_")}_${direction}`,
    title: scopeTitle(scope),
    subtitle: orderTitle(direction),
    curves: shown.map((curve) => ({ curve, style: orderTitle(curve.direction) })),
    deck: deckOf(points, shown),
  };
}
