/** What a neuron costs alone does not tell what it costs among others that are gone. */
import { RANDOM } from "../../../../core/ablation.ts";
import { layerScope } from "../../../../core/scope.ts";
import { difference } from "../../network-values.ts";
import { type ClaimEvidence, networkPart, pairedEvidence } from "../claim-evidence.ts";
import { areasBy, type ClaimMaterial, modeOf } from "../claim-material.ts";

/** That nothing differs cannot be shown: it is supported where the ranking is worse than chance, and open where it is not told apart. */
export function singleRemovals(material: ClaimMaterial): ClaimEvidence {
  const mode = modeOf(material);
  const text = {
    id: "single-removals",
    statement: "Ranking neurons by what their removal alone costs is no better than chance.",
    statistic: `Area under the accuracy curve in a layer, ${mode} ablation: random orders minus that by the loss increase of single removals, least first. The smallest difference over the layers decides; below 0 the claim is wrong.`,
    figure: "figure-4",
  };
  const parts = material.layers.flatMap((layer) => {
    const areas = (id: string) => areasBy(material, layerScope(layer), id);
    return networkPart(
      `layer ${layer}: random minus single removals`,
      difference(areas(RANDOM), areas(`single_${mode}`)),
    );
  });
  const lacking = `curves by single removals and of random orders are needed (--measures all, or single-${mode} among them)`;
  return pairedEvidence(text, parts, material.layers.length, lacking);
}
