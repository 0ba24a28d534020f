/** What the page shows of a study, as plain data. */
import type { StudyAnalysis } from "../analysis/analysis.ts";
import type { Figure } from "../figures/figure.ts";

/** A figure in both forms that the page needs. */
export interface PageFigure {
  /** Begins the ids of the figure's elements; its own among all studies. */
  readonly key: string;
  readonly figure: Figure;
  /** Static, transparent, with text in currentColor. */
  readonly svg: string;
  /** A Vega specification, for the script. */
  readonly vega: object;
}

export interface PageStudy {
  readonly analysis: StudyAnalysis;
  readonly figures: readonly PageFigure[];
}
