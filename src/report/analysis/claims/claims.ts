/** All claims of the paper (Amjad, Liu and Geiger, arXiv:1804.06679), about each of several studies. */
import type { Claim } from "../analysis.ts";
import { activationDependence } from "./activation.ts";
import { bestMeasure } from "./best-measure.ts";
import type { ClaimMaterial } from "./claim-material.ts";
import { classDependence } from "./class-dependence.ts";
import { deeperLayerCost } from "./deeper-layer-cost.ts";
import { jointOrder } from "./joint-order.ts";
import { layerDistributions } from "./layer-distributions.ts";
import { judged } from "./verdicts.ts";

/** In the paper's order; claim 5 stands between these and `joint-worse-than-random`. */
const ofOneStudy = [layerDistributions, deeperLayerCost, bestMeasure, classDependence];

/** [studies][claims]; claim 5 is about all studies together, is tested once and stands in every list. */
export function claims(materials: readonly ClaimMaterial[]): Claim[][] {
  const evidence = materials.map((material) => [...ofOneStudy, jointOrder].map((gather) => gather(material)));
  const lists = judged([...evidence, [activationDependence(materials)]]);
  const shared = lists.at(-1)!;
  return lists
    .slice(0, -1)
    .map((list) => [...list.slice(0, ofOneStudy.length), ...shared, ...list.slice(ofOneStudy.length)]);
}
