/** What the table of a network's neurons leads to: the orders in which they are removed, and what replaces them. */
import { removalOrders } from "../ablation/orders.ts";
import { rankingsAsked } from "../ablation/rankings.ts";
import type { RemovalOrder } from "../core/ablation.ts";
import { hiddenUnits } from "../core/layers/network-shape.ts";
import { type Network, networkShape } from "../core/network.ts";
import type { NeuronTable } from "../core/neuron-table.ts";
import { scopesOf } from "../core/scope.ts";
import type { MeasuringConfig } from "../core/study.ts";

/** The orders that the configuration asks for. */
export function ordersOf(table: NeuronTable, config: MeasuringConfig): RemovalOrder[] {
  const { scopes, hidden, seed } = config;
  return removalOrders(table, { scopes: scopesOf(hidden.length, scopes), rankings: rankingsAsked(config), seed });
}

/** Per hidden layer: [neurons] mean activations, from the table's column. */
export function meanActivations(table: NeuronTable, network: Network): Float32Array[] {
  let first = 0;
  return hiddenUnits(networkShape(network)).map((units) => {
    first += units;
    return table.meanActivation.subarray(first - units, first);
  });
}
