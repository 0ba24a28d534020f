/** Claim 1: values of different layers are not comparable. */

import type { NeuronTable } from "../../../core/neuron-table.ts";
import { titleOf } from "../../../measures/columns.ts";
import { rowsOfLayer } from "../layer-rows.ts";
import type { NetworkValues } from "../network-values.ts";
import { type ClaimEvidence, type ClaimPart, networkPart, pairedEvidence } from "./claim-evidence.ts";
import { type ClaimMaterial, PAPER_MEASURES } from "./claim-material.ts";

/** Cliff's delta (Psychol. Bull. 114, 1993): P(a > b) - P(a < b) for one value of each, between -1 and 1. */
export function cliffsDelta(a: readonly number[], b: readonly number[]): number {
  const signs = a.reduce((sum, x) => sum + b.reduce((own, y) => own + Math.sign(x - y), 0), 0);
  return signs / (a.length * b.length);
}

function deltas(tables: readonly NeuronTable[], measure: string, last: number, first: number): NetworkValues {
  const values = (table: NeuronTable, layer: number) =>
    rowsOfLayer(table, layer).map((row) => table.measures[measure]![row]!);
  const having = tables.filter((table) => measure in table.measures);
  return new Map(having.map((table) => [table.repeat, cliffsDelta(values(table, last), values(table, first))]));
}

/** Turned so that the mean is positive: that there is a difference is the claim, not its sign. */
function part(networks: NetworkValues, measure: string, last: number): ClaimPart[] {
  const sign = [...networks.values()].reduce((sum, delta) => sum + delta, 0) < 0 ? -1 : 1;
  const turned = new Map([...networks].map(([repeat, delta]) => [repeat, sign * delta]));
  return networkPart(`${titleOf(measure)}: layer ${last} ${sign < 0 ? "below" : "above"} layer 1`, turned);
}

export function layerDistributions({ layers, neurons }: ClaimMaterial): ClaimEvidence {
  const text = {
    id: "claim1",
    statement:
      "The values of each measure are higher in one layer than in another, so comparing neurons of different layers is ill-advised.",
    statistic:
      "For each measure and network, Cliff's delta between last and first hidden layer: how much likelier a random neuron of one has the larger value than the reverse. The weakest measure decides. This tests whether values lie higher or lower, not whether their spread or shape differs.",
    figure: "figure-2",
  };
  const last = layers.at(-1) ?? 1;
  const parts = layers.length < 2 ? [] : PAPER_MEASURES.flatMap((id) => part(deltas(neurons, id, last, 1), id, last));
  const some = "neurons.csv of networks with two or more hidden layers is needed (--hidden 100,100)";
  const all = "neurons.csv with all three measures is needed (--measures paper)";
  return pairedEvidence(text, parts, PAPER_MEASURES.length, parts.length === 0 ? some : all);
}
