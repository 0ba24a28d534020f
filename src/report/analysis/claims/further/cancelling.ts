/** What neurons do together matters: orders that know how their effects cancel are better than any column of values. */
import { titleOf } from "../../../../measures/columns.ts";
import { difference } from "../../network-values.ts";
import { type ClaimEvidence, networkPart, pairedEvidence } from "../claim-evidence.ts";
import { type ClaimMaterial, modeOf } from "../claim-material.ts";
import { bestQuadratic, bestSingle } from "./best-single.ts";

export function cancelling(material: ClaimMaterial): ClaimEvidence {
  const text = {
    id: "cancelling",
    statement: "Orders that know how effects cancel beat every measure of single neurons.",
    statistic: `Area under the accuracy curve in a layer, low first, ${modeOf(material)} ablation: the best quadratic order minus the best of the measures that were computed. The smallest difference over the layers decides.`,
    figure: "figure-4",
  };
  const parts = material.layers.flatMap((layer) => {
    const [quadratic, single] = [bestQuadratic(material, layer), bestSingle(material, layer)];
    if (quadratic === undefined || single === undefined) return [];
    const name = `layer ${layer}: ${titleOf(quadratic.id)} minus ${titleOf(single.id)}`;
    return networkPart(name, difference(quadratic.areas, single.areas));
  });
  const lacking = "curves of quadratic orders and of measures are needed (--measures all)";
  return pairedEvidence(text, parts, material.layers.length, lacking);
}
