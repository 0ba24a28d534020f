/**
 * How all figures look. Colours are from Okabe and Ito's palette, which the colour-blind can tell apart; text, axes and
 * the curve of random orders are drawn in the ink, a parameter of every specification, so that a page can make it
 * `currentColor` and follow light and dark by CSS.
 */
import type { Config } from "vega-lite";
import { RANDOM } from "../../core/ablation.ts";
import { titleOf } from "../../measures/columns.ts";
import { measures } from "../../measures/registry.ts";

/** The parameter of every specification that holds the colour of text, axes and random's curve. */
export const inkParameter = { name: "ink", value: "#1f1f23" };
export const ink = { expr: inkParameter.name };

/** A colour as Vega-Lite takes it: text, or the ink. */
export type Colour = string | typeof ink;

/** By place in the registry; measures that this version does not know follow. */
const palette = ["#D55E00", "#0072B2", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#F0E442"];

/** From the eighth measure on the same hues again, towards black or white by these shares. */
const shades = [0, -0.4, 0.5, -0.65, 0.75, 0.25];

/** `#RRGGBB`, blended with white, or black where the share is negative. */
function shaded(colour: string, share: number): string {
  const channel = (from: number) => {
    const value = Number.parseInt(colour.slice(from, from + 2), 16);
    const blended = share < 0 ? value * (1 + share) : value + (255 - value) * share;
    return Math.round(blended).toString(16).toUpperCase().padStart(2, "0");
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}

const placeOf = (id: string) => measures.findIndex((measure) => measure.id === id);

/** @param stranger place among the measures that this version does not know */
export function colourOfMeasure(id: string, stranger = 0): string {
  const own = placeOf(id);
  const place = own === -1 ? measures.length + stranger : own;
  const round = Math.floor(place / palette.length) % shades.length;
  return shaded(palette[place % palette.length]!, shades[round]!);
}

/** Layers are told apart by colour where a figure shows one measure only, and by shape. */
export const layerColours = ["#56B4E9", "#CC79A7", "#E69F00", "#F0E442"];
export const layerShapes = ["circle", "diamond", "square", "triangle-up"];

/** Ends of diverging scales: below and above 0. In the middle stands white, whatever the theme. */
export const divergingColours = ["#B2182B", "#F7F7F7", "#2166AC"] as const;

/** Title of a measure id in tables and figures; ids of measures that this version does not know stand for themselves. */
export function seriesTitle(measure: string): string {
  return measure === RANDOM ? "Random" : titleOf(measure);
}

/** The titles of some measures and random, with their colours, as domain and range of a colour scale. */
export interface SeriesColours {
  readonly domain: string[];
  readonly range: Colour[];
}

/** Colours of all series of a study: equal in every figure, as they depend on the study's measures alone. */
export function seriesColours(ofStudy: readonly string[]): SeriesColours {
  const strangers = ofStudy.filter((id) => placeOf(id) === -1);
  const colourOf = (id: string) => colourOfMeasure(id, strangers.indexOf(id));
  return { domain: [...ofStudy, RANDOM].map(seriesTitle), range: [...ofStudy.map(colourOf), ink] };
}

/** The colours of those series that a figure shows. */
export function coloursOf({ domain, range }: SeriesColours, measureIds: Iterable<string>): SeriesColours {
  const titles = new Set(Array.from(measureIds, seriesTitle));
  const shown = domain
    .map((title, index) => ({ title, colour: range[index]! }))
    .filter(({ title }) => titles.has(title));
  return { domain: shown.map(({ title }) => title), range: shown.map(({ colour }) => colour) };
}

const text = {
  labelColor: ink,
  titleColor: ink,
  labelFontSize: 11,
  titleFontSize: 12,
  titleFontWeight: "normal",
} as const;

/** Entries of a legend that nothing is left out of: Vega's own limit is 30, which all measures and sequences exceed. */
const MOST_ENTRIES = 1000;

/** Fonts, sizes and colours; added to each specification when it is compiled. */
export const figureConfig: Config = {
  font: "system-ui, Helvetica, Arial, sans-serif",
  view: { stroke: null },
  axis: { ...text, domainColor: ink, tickColor: ink, gridColor: ink, gridOpacity: 0.13 },
  legend: { ...text, symbolStrokeWidth: 2.5, symbolLimit: MOST_ENTRIES, labelLimit: 260, titleLimit: 500 },
  title: { color: ink, subtitleColor: ink, fontSize: 13, fontWeight: "bold", subtitleFontSize: 11, anchor: "start" },
};
