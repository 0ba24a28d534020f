/** Figure 1: what a removed neuron's output becomes, zero or its mean, per layer. */

import { RANDOM, replacementModes } from "../../core/ablation.ts";
import { layerScope } from "../../core/scope.ts";
import type { CurveSummary, StudyAnalysis } from "../analysis/analysis.ts";
import { estimateMean } from "../statistics/estimate.ts";
import { curveFigure, publishedOf } from "./curve-figure.ts";
import type { CurvePanel, Dashes } from "./curve-panels.ts";
import type { Figure } from "./figure.ts";
import { publishedPointsFor } from "./published.ts";
import { seriesTitle } from "./theme.ts";
import { decimal, estimateText, listed } from "./wording.ts";

const MUTUAL_INFORMATION = "mutual_information";
const styles = { mean: "its mean", zero: "zero" } as const;
/** Dotted, because dashes stand for the direction in other figures. */
const dashes: Dashes = {
  legend: "replaced by",
  domain: [styles.mean, styles.zero],
  range: [
    [1, 0],
    [1.5, 2.5],
  ],
};

/** The paper's measure, or the first one where the study lacks it. */
function measureShown({ measures }: StudyAnalysis): string | undefined {
  return measures.includes(MUTUAL_INFORMATION) ? MUTUAL_INFORMATION : measures[0];
}

function curvesOfLayer({ curves }: StudyAnalysis, layer: number, measure: string | undefined): CurveSummary[] {
  return curves.filter(
    (curve) =>
      curve.scope === layerScope(layer) &&
      replacementModes.some((mode) => mode === curve.mode) &&
      (curve.measure === RANDOM || (curve.measure === measure && curve.direction === "low")),
  );
}

/** How much more area the mean leaves than zero, for each series of the layer. */
function gains(curves: readonly CurveSummary[]): string[] {
  return [...new Set(curves.map(({ measure }) => measure))].flatMap((measure) => {
    const [zero, mean] = replacementModes.map((mode) =>
      curves.find((curve) => curve.measure === measure && curve.mode === mode),
    );
    if (zero === undefined || mean === undefined) return [];
    const gain = estimateMean(mean.areas.map((area, repeat) => area - zero.areas[repeat]!));
    return [
      `${estimateText(gain, 3)} for ${seriesTitle(measure)} (${decimal(mean.area.mean, 3)} instead of ${decimal(zero.area.mean, 3)})`,
    ];
  });
}

/** Absent unless some layer was ablated in both modes. */
export function zeroAndMean(analysis: StudyAnalysis): Figure | undefined {
  const measure = measureShown(analysis);
  const layers = analysis.layers
    .map((layer) => ({ layer, curves: curvesOfLayer(analysis, layer, measure) }))
    .filter(({ curves }) => gains(curves).length > 0);
  if (layers.length === 0) return undefined;
  const points = publishedPointsFor(1, analysis.study);
  const panels = layers.map(
    ({ layer, curves }): CurvePanel => ({
      key: `layer${layer}`,
      title: `layer ${layer}`,
      curves: curves.map((curve) => ({ curve, style: curve.mode === "zero" ? styles.zero : styles.mean })),
      published: publishedOf(points, curves),
    }),
  );
  const reading = layers.map(({ layer, curves }) => `in layer ${layer} ${listed(gains(curves))}`);
  return curveFigure(
    {
      id: "figure-1",
      title: "Removed neurons become zero or their mean",
      reading: `Replacing removed neurons by their mean instead of zero changes the mean accuracy over all removals as follows: ${reading.join("; ")}.`,
      panels,
      dashes,
    },
    analysis,
  );
}
