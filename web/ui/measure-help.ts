/** What a column of the neurons says, with the neuron looked at as an example: for tooltips. */
import { measures } from "../../src/measures/registry.ts";
import type { LabState } from "./state/lab-state.ts";
import { COST, columnText, columnTitle, columnValues, shownTable } from "./state/shown.ts";

const costMeaning = "how many percentage points of test accuracy the network loses without this neuron alone";

function meaningOf(column: string): string | undefined {
  return column === COST ? costMeaning : measures.find(({ id }) => id === column)?.meaning;
}

/** For example `Entropy: how evenly ... Layer 1, neuron 3: 0.412 bit.` */
export function columnHelp(state: LabState, column: string): string {
  const meaning = meaningOf(column);
  const title = columnTitle(column);
  const text = meaning === undefined ? `${title}.` : `${title}: ${meaning}.`;
  const { study, view, removal } = state;
  const table = shownTable(state);
  if (study === undefined || table === undefined || view.selected === undefined) return text;
  const value = columnValues(study, table, column, removal.mode)?.[view.selected];
  if (value === undefined) return text;
  const place = `Layer ${table.layer[view.selected]}, neuron ${table.neuron[view.selected]}`;
  return `${text} ${place}: ${columnText(column, value)}.`;
}
