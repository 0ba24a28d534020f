/** Claim 2: the deeper layer is cheaper to ablate. */
import { difference } from "../network-values.ts";
import { type ClaimEvidence, networkPart, pairedEvidence } from "./claim-evidence.ts";
import { type ClaimMaterial, meanAreaOfLayer, modeOf } from "./claim-material.ts";

export function deeperLayerCost(material: ClaimMaterial): ClaimEvidence {
  const last = material.layers.at(-1) ?? 1;
  const text = {
    id: "claim2",
    statement: "Ablation in the deeper layer costs less accuracy.",
    statistic: `Area under the accuracy curve, ${last === 1 ? "last hidden layer" : `layer ${last}`} minus layer 1, ${modeOf(material)} ablation, averaged over random orders and all measures low first.`,
    figure: "figure-4",
  };
  const areas = difference(meanAreaOfLayer(material, last), meanAreaOfLayer(material, 1));
  const parts = last === 1 ? [] : networkPart(`layer ${last} minus layer 1`, areas);
  const some = "curves of two or more hidden layers are needed (--hidden 100,100 --scopes layers)";
  const all = "curves of single layers by all three measures are needed (--scopes layers --measures paper)";
  return pairedEvidence(text, parts, 1, last === 1 || material.groups.length === 0 ? some : all);
}
