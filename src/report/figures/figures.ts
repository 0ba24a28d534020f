/** All figures of a report: those whose data are there, each with its own number. */
import type { StudyAnalysis, StudyFiles } from "../analysis/analysis.ts";
import { agreementFigure } from "./agreement.ts";
import { answerFigure } from "./answer.ts";
import { classesFigure } from "./classes.ts";
import type { Figure } from "./figure.ts";
import { firstLayerWeights } from "./first-layer-weights.ts";
import { layerWise } from "./layers.ts";
import { measureAndLoss } from "./measure-and-loss.ts";
import { pairDamagesFigure } from "./pair-damages.ts";
import { violins } from "./violins.ts";
import { wholeNetwork } from "./whole-network.ts";
import { zeroAndMean } from "./zero-and-mean.ts";

export function figuresOf(analysis: StudyAnalysis, files: StudyFiles): Figure[] {
  const figures = [
    answerFigure(analysis),
    zeroAndMean(analysis),
    violins(analysis),
    wholeNetwork(analysis),
    layerWise(analysis),
    measureAndLoss(analysis, files),
    classesFigure(analysis),
    firstLayerWeights(analysis, files),
    agreementFigure(analysis),
    pairDamagesFigure(analysis),
  ];
  return figures.filter((figure) => figure !== undefined);
}
