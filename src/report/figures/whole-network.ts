/** Figure 3: all hidden neurons in one order, by raw value and by rank within the layer, side by side. */

import type { Direction } from "../../core/ablation.ts";
import { networkScopes } from "../../core/scope.ts";
import type { StudyAnalysis } from "../analysis/analysis.ts";
import { modeShown } from "../analysis/curve-groups.ts";
import { areasReading } from "./area-sentences.ts";
import { curveFigure, directionDashes } from "./curve-figure.ts";
import type { Figure } from "./figure.ts";
import { orderPanel } from "./order-panels.ts";
import { publishedPointsFor } from "./published.ts";

const directions: readonly Direction[] = ["low", "high"];
const scopeWords = { network: "by raw value", "network-ranked": "by rank within the layer" } as const;

/** Absent where the study has no order over the whole network. */
export function wholeNetwork(analysis: StudyAnalysis): Figure | undefined {
  const mode = modeShown(analysis.curves);
  const points = publishedPointsFor(3, analysis.study);
  const panels = directions.flatMap((direction) =>
    networkScopes.flatMap((scope) => orderPanel(analysis, { scope, direction, mode }, points) ?? []),
  );
  if (panels.length === 0) return undefined;
  return curveFigure(
    {
      id: "figure-3",
      title: "The whole network in one order",
      reading: areasReading(
        analysis,
        networkScopes.map((scope) => ({ words: scopeWords[scope], scope, mode, direction: "low" })),
      ),
      panels,
      dashes: directionDashes,
    },
    analysis,
  );
}
