/** Whether pairs with synergy, or with redundancy, cost more together than apart. */
import type { PairPart } from "../../analysis.ts";
import { damageCorrelations } from "../../pair-damages.ts";
import { type ClaimEvidence, networkPart, pairedEvidence } from "../claim-evidence.ts";
import { type ClaimMaterial, modeOf } from "../claim-material.ts";

function damageClaim(material: ClaimMaterial, part: PairPart, held: PairPart): ClaimEvidence {
  const text = {
    id: `${part}-damage`,
    statement: `Pairs of neurons with more ${part} lose more together than apart.`,
    statistic: `Spearman's partial rank correlation over the pairs of a layer, within each network: of what removing both costs beyond the sum of both alone (loss on the test set, ${modeOf(material)} ablation) with the pair's ${part} (BROJA), its ${held} held fixed. The smallest over the layers decides.`,
    figure: "figure-9",
  };
  const layers = [...new Set(material.damagedPairs.map(({ layer }) => layer))];
  const parts = layers.flatMap((layer) =>
    networkPart(`layer ${layer}: ${part}`, damageCorrelations(material.damagedPairs, layer, part)),
  );
  const lacking = "pairs of neurons, counted and removed together, are needed (--pairs layers --pair-removals layers)";
  return pairedEvidence(text, parts, layers.length, lacking);
}

export const synergyDamage = (material: ClaimMaterial): ClaimEvidence => damageClaim(material, "synergy", "redundancy");
export const redundancyDamage = (material: ClaimMaterial): ClaimEvidence =>
  damageClaim(material, "redundancy", "synergy");
