/** What the page that compares two cells and its script say to each other. */

/** Of the elements that the script looks for. */
export const comparisonIds = {
  data: "comparison-data",
  first: "first-cell",
  second: "second-cell",
  table: "comparison-table",
  figures: "comparison-figures",
} as const;

interface ComparedCell {
  readonly name: string;
  /** For the lists of choices. */
  readonly label: string;
  /** [lines]: texts in the order of `Comparison.lines`; empty where it has none. */
  readonly texts: readonly string[];
  /** Pictures of its report, by their ids. */
  readonly figures: readonly string[];
}

export interface Comparison {
  readonly lines: readonly { readonly group: string; readonly title: string }[];
  readonly cells: readonly ComparedCell[];
}
