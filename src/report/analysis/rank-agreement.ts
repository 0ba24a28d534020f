/**
 * How alike measures rank the neurons of a layer: near-duplicates are seen here. A greedy order, a ground truth beside removals, ranks
 * them by the places at which they go.
 */
import type { RemovalOrder } from "../../core/ablation.ts";
import type { NeuronTable } from "../../core/neuron-table.ts";
import { layerScope } from "../../core/scope.ts";
import { searchedWithId } from "../../measures/remeasured.ts";
import { estimateMean } from "../statistics/estimate.ts";
import { kendallTauB } from "../statistics/kendall.ts";
import type { RankAgreement } from "./analysis.ts";
import { rowsOfLayer } from "./layer-rows.ts";

/** [neurons]: the place at which each goes in an order of its layer; undefined where there is no such order of all of them. */
function placesIn(
  orders: readonly RemovalOrder[],
  { repeat, layer, neurons }: { readonly repeat: number; readonly layer: number; readonly neurons: number },
  measure: string,
): Float64Array | undefined {
  const isMeant = (order: RemovalOrder) =>
    order.repeat === repeat && order.scope === layerScope(layer) && order.measure === measure;
  const order = orders.find((one) => isMeant(one) && one.direction === "low");
  if (order?.neurons.length !== neurons) return undefined;
  const places = new Float64Array(neurons);
  for (const [place, { neuron }] of order.neurons.entries()) places[neuron] = place;
  return places;
}

/** Layer by layer, every two measures: tau-b within each network, averaged over those where it is defined. */
export function rankAgreements(
  tables: readonly NeuronTable[],
  layers: readonly number[],
  measures: readonly string[],
  orders: readonly RemovalOrder[] = [],
): RankAgreement[] {
  const valuesOf = (table: NeuronTable, layer: number, id: string): Float64Array | undefined => {
    const rows = rowsOfLayer(table, layer);
    const column = table.measures[id];
    if (column !== undefined) return Float64Array.from(rows, (row) => column[row]!);
    const isGreedy = searchedWithId(id)?.kind === "greedy";
    return isGreedy ? placesIn(orders, { repeat: table.repeat, layer, neurons: rows.length }, id) : undefined;
  };
  return layers.flatMap((layer) => {
    const known = measures.filter((id) => tables.every((table) => valuesOf(table, layer, id) !== undefined));
    const columns = tables.map((table) => new Map(known.map((id) => [id, valuesOf(table, layer, id)!])));
    return known.flatMap((measure, index) =>
      known.slice(index + 1).flatMap((other): RankAgreement[] => {
        const taus = columns.flatMap((own) => kendallTauB(own.get(measure)!, own.get(other)!) ?? []);
        return taus.length === 0 ? [] : [{ layer, measure, other, tau: estimateMean(taus) }];
      }),
    );
  });
}
