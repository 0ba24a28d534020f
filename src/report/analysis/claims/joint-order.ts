/** Over all layers at once, each of the paper's measures is a worse guide than chance. */

import { RANDOM } from "../../../core/ablation.ts";
import { titleOf } from "../../../measures/columns.ts";
import { difference } from "../network-values.ts";
import { type ClaimEvidence, networkPart, pairedEvidence } from "./claim-evidence.ts";
import { areasBy, type ClaimMaterial, modeOf, PAPER_MEASURES } from "./claim-material.ts";

export function jointOrder(material: ClaimMaterial): ClaimEvidence {
  const text = {
    id: "joint-worse-than-random",
    statement: "Ordering the neurons of all layers jointly by value, every measure is worse than random.",
    statistic: `Area under the accuracy curve over the whole network, low first, ${modeOf(material)} ablation: random orders minus each measure. The smallest difference decides.`,
    figure: "figure-3",
  };
  const areas = (measure: string) => areasBy(material, "network", measure);
  const parts = PAPER_MEASURES.flatMap((measure) =>
    networkPart(`random minus ${titleOf(measure)}`, difference(areas(RANDOM), areas(measure))),
  );
  const some =
    "curves over the whole network of two or more hidden layers, random orders too, are needed (--scopes network --random-draws 5)";
  const all = "curves over the whole network by all three measures are needed (--scopes network --measures paper)";
  const found = material.layers.length < 2 ? [] : parts;
  return pairedEvidence(text, found, PAPER_MEASURES.length, found.length === 0 ? some : all);
}
