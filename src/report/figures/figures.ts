/** All figures of a report: those whose data are there, each with its own number. */
import type { StudyAnalysis, StudyFiles } from "../analysis/analysis.ts";
import type { Figure } from "./figure.ts";
import { layerWise } from "./layers.ts";
import { violins } from "./violins.ts";
import { wholeNetwork } from "./whole-network.ts";
import { zeroAndMean } from "./zero-and-mean.ts";

export function figuresOf(analysis: StudyAnalysis, _files: StudyFiles): Figure[] {
  const figures = [zeroAndMean(analysis), violins(analysis), wholeNetwork(analysis), layerWise(analysis)];
  return figures.filter((figure) => figure !== undefined);
}
