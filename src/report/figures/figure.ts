/** What a figure of the report is: a Vega-Lite specification with its data, and everything said around it. */
import type { TopLevelSpec } from "vega-lite";

/** The table view of a figure: every value that the picture shows. */
export interface FigureTable {
  readonly columns: readonly string[];
  /** [rows][columns]; numbers are already text. */
  readonly rows: readonly (readonly string[])[];
}

export interface Figure {
  /** `figure-1` ... : file name in figures/, and the anchor in the page. */
  readonly id: string;
  readonly title: string;
  /** What the figure shows in these data, in one sentence. */
  readonly reading: string;
  /** Number of repeats and what the band or the bars are. */
  readonly caption: string;
  /** What somebody who does not see the picture should know. */
  readonly alternative: string;
  /** For both themes: colours of text and axes come from the configuration that the renderer adds (theme.ts). */
  readonly spec: TopLevelSpec;
  readonly table: FigureTable;
}
