/** Measures of single neurons are not sufficient: what is left to the greedy order, by the best of them and by the best that knows pairs. */

import { layerScope } from "../../../../core/scope.ts";
import { titleOf } from "../../../../measures/columns.ts";
import { difference, type NetworkValues } from "../../network-values.ts";
import { type ClaimEvidence, networkPart, pairedEvidence, short } from "../claim-evidence.ts";
import { type ClaimMaterial, modeOf } from "../claim-material.ts";
import { attainedIn, lackingShares, SHARE_TEXT } from "./attained.ts";
import { bestOfPairs, bestSingle } from "./best-single.ts";

/** `JMI, which leaves 0.61`. */
function leaving(id: string, shares: NetworkValues): string {
  const mean = [...shares.values()].reduce((sum, share) => sum + share, 0) / shares.size;
  return `${titleOf(id)}, which leaves ${short(1 - mean)}`;
}

export function singlesNotSufficient(material: ClaimMaterial): ClaimEvidence {
  const mode = modeOf(material);
  const text = {
    id: "singles-not-sufficient",
    statement:
      "The best order that knows pairs of neurons comes nearer to the greedy one than any measure of single neurons.",
    statistic: `${SHARE_TEXT}, ${mode} ablation, in a layer: of the best order that knows pairs minus that of the best measure of single neurons, both chosen by their means on these networks. The smallest difference over the layers decides; 1 less a share is what is left to the greedy order.`,
    figure: "figure-4",
  };
  const parts = material.layers.flatMap((layer) => {
    const [pairs, single] = [bestOfPairs(material, layer), bestSingle(material, layer)];
    if (pairs === undefined || single === undefined) return [];
    const [a, b] = [pairs, single].map(({ id }) => attainedIn(material, layerScope(layer), id));
    if (a!.size === 0 || b!.size === 0) return [];
    const name = `layer ${layer}: ${leaving(pairs.id, a!)}, minus ${leaving(single.id, b!)}`;
    return networkPart(name, difference(a!, b!));
  });
  const lacking = lackingShares("orders that know pairs and of measures", mode);
  return pairedEvidence(text, parts, material.layers.length, lacking);
}
