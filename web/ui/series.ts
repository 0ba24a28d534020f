/** Titles of what is drawn and removed; its colours are classes of style.css, so that they follow the theme. */
import { RANDOM } from "../../src/core/ablation.ts";
import { colourOfMeasure } from "../../src/report/figures/theme.ts";
import { columnTitle } from "./state/shown.ts";

export function seriesTitle(id: string): string {
  return id === RANDOM ? "Random" : columnTitle(id);
}

/** The custom property of a series' colour, or the colour that reports give it. */
export function seriesColour(id: string): string {
  return `var(--series-${id.replaceAll("_", "-")}, ${colourOfMeasure(id)})`;
}
