/** The measure of single neurons that keeps most accuracy in a layer: what further claims hold others against. */
import { type AblationMode, RANDOM } from "../../../../core/ablation.ts";
import { layerScope, type ScopeText } from "../../../../core/scope.ts";
import { isOfPairs, sequenceWithId } from "../../../../core/sequences.ts";
import { searchedWithId } from "../../../../measures/remeasured.ts";
import type { NetworkValues } from "../../network-values.ts";
import { areasBy, type ClaimMaterial, modeOf } from "../claim-material.ts";

interface Guide {
  readonly id: string;
  readonly areas: NetworkValues;
}

const meanOf = (areas: NetworkValues) => [...areas.values()].reduce((sum, area) => sum + area, 0) / areas.size;

function best(material: ClaimMaterial, scope: ScopeText, isMeant: (id: string) => boolean): Guide | undefined {
  const mode = modeOf(material);
  const ids = material.groups
    .filter((one) => one.scope === scope && one.mode === mode && one.direction === "low" && isMeant(one.measure))
    .map(({ measure }) => measure);
  const guides = ids.map((id) => ({ id, areas: areasBy(material, scope, id) }));
  return guides.toSorted((a, b) => meanOf(b.areas) - meanOf(a.areas))[0];
}

/** By the mean over networks; chosen on the same networks, so it looks better than it is. */
export function bestSingle(material: ClaimMaterial, layer: number): Guide | undefined {
  return best(material, layerScope(layer), (id) => id !== RANDOM && searchedWithId(id) === undefined);
}

/** Of the orders that know what two neurons know together. */
export function bestOfPairs(material: ClaimMaterial, layer: number): Guide | undefined {
  return best(material, layerScope(layer), (id) => {
    const sequence = sequenceWithId(id);
    return sequence !== undefined && isOfPairs(sequence);
  });
}

const QUADRATIC = ["reconstruction", "logit_quadratic", "fisher_quadratic"];

/** Of the orders that know how effects cancel, in the mode of the curves. */
export function bestQuadratic(material: ClaimMaterial, layer: number): Guide | undefined {
  const mode: AblationMode = modeOf(material);
  return best(material, layerScope(layer), (id) => {
    const sequence = searchedWithId(id);
    return sequence !== undefined && sequence.mode === mode && QUADRATIC.includes(sequence.kind);
  });
}
