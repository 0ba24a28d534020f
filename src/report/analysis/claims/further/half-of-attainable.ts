/** No measure of single neurons comes near to what a greedy search attains. */

import { RANDOM } from "../../../../core/ablation.ts";
import { layerScope } from "../../../../core/scope.ts";
import { titleOf } from "../../../../measures/columns.ts";
import { averaged, difference } from "../../network-values.ts";
import { type ClaimEvidence, networkPart, pairedEvidence } from "../claim-evidence.ts";
import { areasBy, type ClaimMaterial, modeOf } from "../claim-material.ts";
import { bestSingle } from "./best-single.ts";

export function halfOfAttainable(material: ClaimMaterial): ClaimEvidence {
  const mode = modeOf(material);
  const text = {
    id: "half-of-attainable",
    statement: "The best measure of single neurons reaches less than half of what is attainable.",
    statistic: `Area under the accuracy curve in a layer, low first, ${mode} ablation: half-way from random orders to the greedy one, minus the best of the measures that were computed. The smallest difference over the layers decides.`,
    figure: "figure-4",
  };
  const parts = material.layers.flatMap((layer) => {
    const areas = (id: string) => areasBy(material, layerScope(layer), id);
    const single = bestSingle(material, layer);
    if (single === undefined) return [];
    const half = averaged([areas(RANDOM), areas(`greedy_${mode}`)]);
    return networkPart(`layer ${layer}: half-way minus ${titleOf(single.id)}`, difference(half, single.areas));
  });
  const lacking = `curves of random orders and of the greedy one are needed (--measures all, or greedy-${mode} among them)`;
  return pairedEvidence(text, parts, material.layers.length, lacking);
}
