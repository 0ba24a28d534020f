/** Claim 3: KL selectivity is the best order in the deeper layer. */

import { layerScope } from "../../../core/scope.ts";
import { titleOf } from "../../../measures/columns.ts";
import { mutualInformation } from "../../../measures/mutual-information.ts";
import { difference } from "../network-values.ts";
import { type ClaimEvidence, networkPart, pairedEvidence } from "./claim-evidence.ts";
import { areasBy, type ClaimMaterial, ENTROPY, KL_SELECTIVITY, modeOf } from "./claim-material.ts";

const OTHERS = [mutualInformation.id, ENTROPY];

export function bestMeasure(material: ClaimMaterial): ClaimEvidence {
  const last = material.layers.at(-1) ?? 1;
  const text = {
    id: "claim3",
    statement:
      "In the deeper layer KL selectivity is the best of the three measures: removing low values first keeps most accuracy.",
    statistic: `Area under the accuracy curve in ${last === 1 ? "the last hidden layer" : `layer ${last}`}, ${modeOf(material)} ablation, low first: KL selectivity minus each other measure. The smaller difference decides.`,
    figure: "figure-4",
  };
  const areas = (measure: string) => areasBy(material, layerScope(last), measure);
  const parts = OTHERS.flatMap((other) =>
    networkPart(`KL selectivity minus ${titleOf(other)}`, difference(areas(KL_SELECTIVITY), areas(other))),
  );
  const lacking =
    "curves of two or more hidden layers by all three measures are needed (--hidden 100,100 --scopes layers)";
  return pairedEvidence(text, last === 1 ? [] : parts, OTHERS.length, lacking);
}
