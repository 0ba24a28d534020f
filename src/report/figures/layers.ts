/** Figure 4: each layer by itself, lowest and highest first, all measures and random. */

import type { Direction } from "../../core/ablation.ts";
import { layerScope } from "../../core/scope.ts";
import type { StudyAnalysis } from "../analysis/analysis.ts";
import { modeShown } from "../analysis/curve-groups.ts";
import { areasReading } from "./area-sentences.ts";
import { curveFigure, directionDashes } from "./curve-figure.ts";
import type { Figure } from "./figure.ts";
import { orderPanel } from "./order-panels.ts";
import { publishedPointsFor } from "./published.ts";

const directions: readonly Direction[] = ["low", "high"];

/** Absent where the study has no order within a layer. */
export function layerWise(analysis: StudyAnalysis): Figure | undefined {
  const mode = modeShown(analysis.curves);
  const points = publishedPointsFor(4, analysis.study);
  const panels = analysis.layers.flatMap((layer) =>
    directions.flatMap(
      (direction) => orderPanel(analysis, { scope: layerScope(layer), direction, mode }, points) ?? [],
    ),
  );
  if (panels.length === 0) return undefined;
  return curveFigure(
    {
      id: "figure-4",
      title: "Each layer by itself",
      reading: areasReading(
        analysis,
        analysis.layers.map((layer) => ({
          words: `in layer ${layer}`,
          scope: layerScope(layer),
          mode,
          direction: "low",
        })),
      ),
      panels,
      dashes: directionDashes,
    },
    analysis,
  );
}
