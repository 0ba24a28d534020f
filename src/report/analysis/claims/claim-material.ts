/** What the claims about one study are decided from. */
import { type AblationMode, type Direction, RANDOM, type Scope } from "../../../core/ablation.ts";
import type { NeuronTable } from "../../../core/neuron-table.ts";
import { entropy } from "../../../measures/entropy.ts";
import { klSelectivity } from "../../../measures/kl-selectivity.ts";
import { mutualInformation } from "../../../measures/mutual-information.ts";
import { measures as registered } from "../../../measures/registry.ts";
import type { StudySummary } from "../../files/study-file.ts";
import { type CurveGroup, directionFor, modeShown } from "../curve-groups.ts";
import { areasOf, averaged, difference, type NetworkValues } from "../network-values.ts";

export interface ClaimMaterial {
  readonly study?: StudySummary;
  readonly groups: readonly CurveGroup[];
  readonly neurons: readonly NeuronTable[];
  /** Hidden layers, from 1, in order. */
  readonly layers: readonly number[];
  /** Measure ids. */
  readonly measures: readonly string[];
}

export const ENTROPY = entropy.id;
/** The measures that depend on the classes. */
export const CLASS_DEPENDENT = [mutualInformation.id, klSelectivity.id] as const;
export const KL_SELECTIVITY = klSelectivity.id;

export const titleOf = (measure: string) => registered.find(({ id }) => id === measure)?.title ?? measure;

export const layerScope = (layer: number): Scope => `layer${layer}`;

/** Claims are about bias balancing where there is a choice, as in the paper. */
export const modeOf = ({ groups }: ClaimMaterial): AblationMode => modeShown(groups);

/** Areas of the curves of one measure, or of random orders whatever the direction. */
export function areasBy(
  material: ClaimMaterial,
  scope: Scope,
  measure: string,
  direction: Direction = "low",
  mode: AblationMode = modeOf(material),
): NetworkValues {
  return areasOf(material.groups, { scope, measure, direction: directionFor(measure, direction), mode });
}

/** Mean area in a layer over all orders of measures, low first, and random ones. */
export function meanAreaOfLayer(material: ClaimMaterial, layer: number, mode?: AblationMode): NetworkValues {
  const orders = [...material.measures, RANDOM].map((by) => areasBy(material, layerScope(layer), by, "low", mode));
  return averaged(orders.filter(({ size }) => size > 0));
}

/** How far apart the orders of a measure are: area low first minus area high first, averaged over layers. */
export function separation(material: ClaimMaterial, measure: string): NetworkValues {
  const areas = (direction: Direction) =>
    averaged(material.layers.map((layer) => areasBy(material, layerScope(layer), measure, direction)));
  return difference(areas("low"), areas("high"));
}
