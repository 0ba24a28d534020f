/** What a saved picture of a chart says of itself: a title, what it was made of, and what its lines or marks are. */
import { layerOf, type ScopeText } from "../../../src/core/scope.ts";
import { counted, decimal } from "../numbers.ts";
import { seriesColour, seriesTitle } from "../series.ts";
import { curveLines } from "./curve-series.ts";
import type { LabState, ShownStudy } from "./lab-state.ts";
import { layerWidths } from "./removal.ts";
import { columnTitle, shownRepeat, shownTable } from "./shown.ts";
import { knownLayerPairs, pairsTitle, pairTop, pairValueColours } from "./shown-layer-pairs.ts";

/** A line's colour, or the layer whose marks have that shape. */
export type LegendEntry =
  | { readonly text: string; readonly colour: string }
  | { readonly text: string; readonly layer: number; readonly removed?: boolean };

export interface FigureCaption {
  readonly title: string;
  /** Smaller, below the title. */
  readonly notes: readonly string[];
  readonly legend: readonly LegendEntry[];
}

export function figureCaption(state: LabState): FigureCaption {
  const study = state.study!;
  if (state.view.chart === "pairs") return pairsCaption(state, study);
  return state.view.chart === "compare" ? compareCaption(state, study) : curvesCaption(state, study);
}

function scopePhrase(scope: ScopeText): string {
  const layer = layerOf(scope);
  if (layer !== undefined) return `layer ${layer}`;
  return scope === "network" ? "the whole network, by value" : "the whole network, by rank";
}

/** For example `mnist, 784 – 100 – 100 – 10 sigmoid, repeat 0`. */
function networkText({ about }: ShownStudy, repeats: string): string {
  const shape = `${about.widths.join(" – ")} ${about.config?.activation ?? ""}`.trim();
  return [about.dataset.name, shape, repeats, ...(about.label === "" ? [] : [about.label])].join(", ");
}

const modeText = (state: LabState) => (state.removal.mode === "mean" ? "their mean" : "zero");

function curvesCaption(state: LabState, study: ShownStudy): FigureCaption {
  const { view } = state;
  const lines = curveLines(state, study);
  const single = `repeat ${shownRepeat(state)}`;
  const repeats = view.allRepeats ? `mean and range of ${counted(study.neurons.length, "repeat")}` : single;
  const first = view.direction === "low" ? "lowest" : "highest";
  return {
    title: `Test accuracy as neurons are removed, ${first} first, in ${scopePhrase(view.scope)}`,
    notes: [networkText(study, repeats), `Removed neurons are replaced by ${modeText(state)}.`],
    legend: lines.map(({ id }) => ({ text: seriesTitle(id), colour: seriesColour(id) })),
  };
}

function compareCaption(state: LabState, study: ShownStudy): FigureCaption {
  const { view, removal } = state;
  const table = shownTable(state)!;
  const layers = layerWidths(table).map((_, index) => ({ text: `layer ${index + 1}`, layer: index + 1 }));
  const removed = removal.history.present.length;
  return {
    title: `${columnTitle(view.up)} over ${columnTitle(view.across).toLowerCase()}, one mark a neuron`,
    notes: [networkText(study, `repeat ${table.repeat}`)],
    legend: removed === 0 ? layers : [...layers, { text: `removed (${removed})`, layer: 1, removed: true }],
  };
}

function pairsCaption(state: LabState, study: ShownStudy): FigureCaption {
  const { pairValue } = state.view;
  const pairs = knownLayerPairs(state)!;
  const full = `${decimal(pairTop(pairs, pairValue), 3)} bit`;
  return {
    title: pairsTitle(state),
    notes: [
      networkText(study, `repeat ${pairs.repeat}`),
      "Rows and columns are the neurons, sorted by clusters (average linkage).",
    ],
    legend: [
      { text: "0 bit", colour: "var(--empty)" },
      { text: full, colour: `var(${pairValueColours[pairValue]})` },
    ],
  };
}
