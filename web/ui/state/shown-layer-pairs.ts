/** All pairs of a layer on show: values by place in the picture, and what they say in words. Derived, never stored. */
import { pairsAmong } from "../../../src/core/pair-removals.ts";
import { pairPlace, withinLayer } from "../../../src/core/pairs.ts";
import type { LayerPairs, PairValue } from "../../engine/pairs/pair-notices.ts";
import { decimal } from "../numbers.ts";
import type { LabState } from "./lab-state.ts";
import { rowOf } from "./removal.ts";
import { shownRepeat, shownTable } from "./shown.ts";
import { shownDecomposition } from "./shown-pair.ts";

export const pairValueTitles: Readonly<Record<PairValue, string>> = { redundancy: "Redundancy", synergy: "Synergy" };

/** Custom properties of their colours; the same as the parts of one pair. */
export const pairValueColours: Readonly<Record<PairValue, string>> = {
  redundancy: "--series-mutual-information",
  synergy: "--series-cost",
};
export const colourBelowZero = "--series-entropy";

/** Those of the view; undefined while others are on the way. */
export function knownLayerPairs(state: LabState): LayerPairs | undefined {
  const { layerPairs: pairs, view } = state;
  const isOfView =
    pairs?.repeat === shownRepeat(state) &&
    pairs.layer === view.pairLayer &&
    pairs.decomposition === view.decomposition;
  return isOfView ? pairs : undefined;
}

/** Place of two neurons, in whichever order; undefined of a neuron with itself. */
export function placeOf({ layer, units }: LayerPairs, a: number, b: number): number | undefined {
  return a === b ? undefined : pairPlace(withinLayer(layer, units), Math.min(a, b), Math.max(a, b));
}

/** The largest by size, above 0. */
export function pairTop({ values }: LayerPairs, value: PairValue): number {
  return values[value].reduce((most, bits) => Math.max(most, Math.abs(bits)), 0) || 1;
}

interface RankedPair {
  readonly neurons: readonly [number, number];
  readonly bits: number;
}

/** The `count` pairs of the largest values, the largest first; of equal ones the first. */
export function largestPairs({ units, values }: LayerPairs, value: PairValue, count: number): RankedPair[] {
  const found: RankedPair[] = [];
  let place = 0;
  for (const neurons of pairsAmong(units)) {
    const bits = values[value][place++]!;
    if (found.length === count && bits <= found[count - 1]!.bits) continue;
    const before = found.findIndex((one) => one.bits < bits);
    found.splice(before === -1 ? found.length : before, 0, { neurons, bits });
    found.length = Math.min(found.length, count);
  }
  return found;
}

/** What the picture shows, for somebody who does not see it. */
export function layerPairsText(pairs: LayerPairs, value: PairValue): string {
  const { layer, units } = pairs;
  const own = pairs.values[value];
  const title = pairValueTitles[value];
  const [largest] = largestPairs(pairs, value, 1);
  if (largest === undefined) return `Layer ${layer} has no pairs.`;
  const mean = own.reduce((sum, bits) => sum + bits, 0) / own.length;
  const least = own.reduce((least, bits) => Math.min(least, bits));
  const [a, b] = largest.neurons;
  return `${title} of the ${own.length} pairs of the ${units} neurons of layer ${layer}, sorted by clusters: ${decimal(least, 3)} to ${decimal(largest.bits, 3)} bit, ${decimal(mean, 3)} on average. The largest is that of neurons ${a} and ${b}.`;
}

/** What is known of one cell. */
export function cellText(pairs: LayerPairs, a: number, b: number): string {
  const place = placeOf(pairs, a, b);
  if (place === undefined) return `Neuron ${a}`;
  const { values, jointInformation } = pairs;
  const text = (bits: Float64Array) => decimal(bits[place]!, 3);
  return `Neurons ${a} and ${b}: redundancy ${text(values.redundancy)}, synergy ${text(values.synergy)}, joint ${text(jointInformation)} bit`;
}

/** The neurons of the layer that are looked at together. */
export function chosenNeurons(state: LabState, layer: number): readonly [number, number] | undefined {
  const table = shownTable(state)!;
  const { selected, partner } = state.view;
  if (selected === undefined || partner === undefined) return undefined;
  if (table.layer[selected] !== layer || table.layer[partner] !== layer) return undefined;
  return [table.neuron[selected]!, table.neuron[partner]!];
}

/** Row of a neuron of the layer. */
export function rowIn(state: LabState, layer: number, neuron: number): number {
  return rowOf(shownTable(state)!, { layer, neuron });
}

/** For the caption of a saved picture. */
export function pairsTitle(state: LabState): string {
  const { pairValue, pairLayer } = state.view;
  return `${pairValueTitles[pairValue]} of all pairs of neurons of layer ${pairLayer}, ${shownDecomposition(state).title}`;
}
