/** What measures beside the paper's let one ask: a family of claims of its own, so that the paper's verdicts do not hang on it. */
import type { Claim } from "../../analysis.ts";
import type { ClaimMaterial } from "../claim-material.ts";
import { judged } from "../verdicts.ts";
import { cancelling } from "./cancelling.ts";
import { halfOfAttainable } from "./half-of-attainable.ts";
import { redundancyDamage, synergyDamage } from "./pair-damage.ts";
import { pairOrders, uniqueInformation } from "./pair-orders.ts";
import { singleRemovals } from "./single-removals.ts";
import { singlesNotSufficient } from "./singles-not-sufficient.ts";

const gatherers = [halfOfAttainable, cancelling, singleRemovals];
/** About pairs of neurons: a study that was asked for pairs says, too, what it lacks for them. */
const ofPairs = [synergyDamage, redundancyDamage, pairOrders, uniqueInformation, singlesNotSufficient];

const asksForPairs = ({ study }: ClaimMaterial) =>
  study?.config.pairs !== undefined || study?.config.pairRemovals !== undefined;

/** [studies][claims]: of each study those whose data it has; all of them are one family. */
export function furtherClaims(materials: readonly ClaimMaterial[]): Claim[][] {
  const evidence = materials.map((material) => [
    ...gatherers.map((gather) => gather(material)).filter((found) => !("lacking" in found)),
    ...ofPairs.map((gather) => gather(material)).filter((found) => !("lacking" in found) || asksForPairs(material)),
  ]);
  return judged(evidence);
}
