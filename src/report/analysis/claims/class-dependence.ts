/** Claim 4: measures that depend on the classes say more of accuracy than entropy does. */
import { titleOf } from "../../../measures/columns.ts";
import { difference } from "../network-values.ts";
import { type ClaimEvidence, networkPart, pairedEvidence } from "./claim-evidence.ts";
import { CLASS_DEPENDENT, type ClaimMaterial, ENTROPY, modeOf, separation } from "./claim-material.ts";

export function classDependence(material: ClaimMaterial): ClaimEvidence {
  const text = {
    id: "claim4",
    statement: "Class-dependent measures (I, KL) are tied more strongly to accuracy than entropy.",
    statistic: `Separation of a measure's orders: area under the accuracy curve low first minus high first, ${modeOf(material)} ablation, averaged over layers; of I and of KL minus that of entropy. The smaller difference decides.`,
    figure: "figure-4",
  };
  const parts = CLASS_DEPENDENT.flatMap((measure) =>
    networkPart(
      `${titleOf(measure)} minus ${titleOf(ENTROPY)}`,
      difference(separation(material, measure), separation(material, ENTROPY)),
    ),
  );
  const lacking = "curves of single layers by all three measures are needed (--scopes layers)";
  return pairedEvidence(text, parts, CLASS_DEPENDENT.length, lacking);
}
