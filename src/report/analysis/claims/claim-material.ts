/** What the claims about one study are decided from. */

import { type AblationMode, type Direction, RANDOM, type ReplacementMode } from "../../../core/ablation.ts";
import type { NeuronTable } from "../../../core/neuron-table.ts";
import { layerScope, type ScopeText } from "../../../core/scope.ts";
import { entropy } from "../../../measures/entropy.ts";
import { klSelectivity } from "../../../measures/kl-selectivity.ts";
import { mutualInformation } from "../../../measures/mutual-information.ts";
import { paperMeasures } from "../../../measures/paper-measures.ts";
import type { StudySummary } from "../../files/study-file.ts";
import { type CurveGroup, directionFor, modeShown } from "../curve-groups.ts";
import { areasOf, averaged, difference, type NetworkValues } from "../network-values.ts";
import type { DamagedPairs } from "../pair-damages.ts";

export interface ClaimMaterial {
  readonly study?: StudySummary;
  readonly groups: readonly CurveGroup[];
  readonly neurons: readonly NeuronTable[];
  /** Hidden layers, from 1, in order. */
  readonly layers: readonly number[];
  /** In the mode that claims are about; none where pairs were not counted, or not removed. */
  readonly damagedPairs: readonly DamagedPairs[];
}

/** Ids of the measures that claims are about, whatever else was measured. */
export const PAPER_MEASURES: readonly string[] = paperMeasures.map(({ id }) => id);
export const ENTROPY = entropy.id;
/** The measures that depend on the classes. */
export const CLASS_DEPENDENT = [mutualInformation.id, klSelectivity.id] as const;
export const KL_SELECTIVITY = klSelectivity.id;

/** Claims are about bias balancing where there is a choice, as in the paper. */
/** The mode that claims are about: the paper's balanced biases, or zeros where a study has nothing else of the paper's. */
export function modeOf({ groups }: Pick<ClaimMaterial, "groups">): ReplacementMode {
  return modeShown(groups.filter(({ mode }) => mode === "zero" || mode === "mean")) === "zero" ? "zero" : "mean";
}

/** Areas of the curves of one measure, or of random orders whatever the direction. */
export function areasBy(
  material: ClaimMaterial,
  scope: ScopeText,
  measure: string,
  direction: Direction = "low",
  mode: AblationMode = modeOf(material),
): NetworkValues {
  return areasOf(material.groups, { scope, measure, direction: directionFor(measure, direction), mode });
}

/** Mean area in a layer over the orders of the paper's measures, low first, and random ones where there are any; none unless all measures are there. */
export function meanAreaOfLayer(material: ClaimMaterial, layer: number, mode?: AblationMode): NetworkValues {
  const areas = (by: string) => areasBy(material, layerScope(layer), by, "low", mode);
  const [measured, random] = [PAPER_MEASURES.map(areas), areas(RANDOM)];
  return averaged(random.size > 0 ? [...measured, random] : measured);
}

/** How far apart the orders of a measure are: area low first minus area high first, averaged over layers. */
export function separation(material: ClaimMaterial, measure: string): NetworkValues {
  const areas = (direction: Direction) =>
    averaged(material.layers.map((layer) => areasBy(material, layerScope(layer), measure, direction)));
  return difference(areas("low"), areas("high"));
}
