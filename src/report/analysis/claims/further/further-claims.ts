/** What measures beside the paper's let one ask: a family of claims of its own, so that the paper's verdicts do not hang on it. */
import type { Claim } from "../../analysis.ts";
import type { ClaimMaterial } from "../claim-material.ts";
import { judged } from "../verdicts.ts";
import { cancelling } from "./cancelling.ts";
import { halfOfAttainable } from "./half-of-attainable.ts";
import { singleRemovals } from "./single-removals.ts";

const gatherers = [halfOfAttainable, cancelling, singleRemovals];

/** [studies][claims]: of each study those whose curves it has; all of them are one family. */
export function furtherClaims(materials: readonly ClaimMaterial[]): Claim[][] {
  const evidence = materials.map((material) =>
    gatherers.map((gather) => gather(material)).filter((found) => !("lacking" in found)),
  );
  return judged(evidence);
}
