/** What an order attains in a scope, of what the greedy one does: what claims about orders that know pairs are decided by. */
import { RANDOM } from "../../../../core/ablation.ts";
import { layerScope, type ScopeText } from "../../../../core/scope.ts";
import { attainedShares, difference, type NetworkValues } from "../../network-values.ts";
import { areasBy, type ClaimMaterial, modeOf } from "../claim-material.ts";

/** Empty where the order was not measured, or greedy is no better than chance in some network. */
export function attainedIn(material: ClaimMaterial, scope: ScopeText, id: string): NetworkValues {
  const gainOf = (measure: string) => difference(areasBy(material, scope, measure), areasBy(material, scope, RANDOM));
  return attainedShares(gainOf(id), gainOf(`greedy_${modeOf(material)}`));
}

interface NamedScope {
  readonly scope: ScopeText;
  readonly name: string;
}

/** Each layer, and the whole network where there are several layers and its greedy order was searched for. */
export function attainableScopes(material: ClaimMaterial): NamedScope[] {
  const layers = material.layers.map((layer): NamedScope => ({ scope: layerScope(layer), name: `layer ${layer}` }));
  const network: NamedScope = { scope: "network", name: "whole network" };
  const isThere = layers.length > 1 && attainedIn(material, network.scope, `greedy_${modeOf(material)}`).size > 0;
  return isThere ? [...layers, network] : layers;
}

export const SHARE_TEXT =
  "Share of what is attainable, (A - A of random orders) / (A of the greedy order - A of random orders), with A the area under the accuracy curve, low first";

/** What has to be measured. */
export const lackingShares = (orders: string, mode: string): string =>
  `curves of ${orders}, of random orders and of the greedy one, which has to be better than chance in every network, are needed (--measures all --pairs layers, or greedy-${mode} and these)`;
