/** What a claim is decided by, before it is decided. */
import { smallest } from "../../../core/long-arrays.ts";
import { estimateMean } from "../../statistics/estimate.ts";
import { signFlipTest, smallestSignFlipP } from "../../statistics/permutation-test.ts";
import type { Claim, Estimate } from "../analysis.ts";
import type { NetworkValues } from "../network-values.ts";

/** Claims are decided at this level, after Holm's correction. */
export const LEVEL = 0.05;

/** Two digits are enough for a sentence. */
export const short = (value: number) => String(Number(value.toPrecision(2))).replace(/^-/, "\u2212");

/** One of the effects that a claim asserts, all of which must be there. */
export interface ClaimPart {
  readonly name: string;
  /** Positive where the claim holds. */
  readonly effect: Estimate;
  /** Two-sided; absent where there is too little to test. */
  readonly p?: number;
}

/** What the tests of a claim can show with the networks at hand. */
export interface Resolution {
  /** The smallest p that they can give. */
  readonly smallestP: number;
  /** For example `5 repeats: the smallest attainable p is 2/32`. */
  readonly text: string;
  /** What is needed if p is multiplied by `family`, for example `8 or more repeats can decide`. */
  enough(family: number): string;
}

type ClaimText = Pick<Claim, "id" | "statement" | "statistic" | "figure">;

/** A claim that awaits its verdict: parts, or a sentence that says what is lacking and what to do. */
export type ClaimEvidence = ClaimText &
  ({ readonly parts: readonly ClaimPart[]; readonly resolution: Resolution } | { readonly lacking: string });

/** The smallest number of networks for which `family` times the smallest p is below the level. */
export function fewestNetworks(smallestP: (networks: number) => number, family: number): number {
  let networks = 1;
  while (family * smallestP(networks) >= LEVEL) networks++;
  return networks;
}

function pairedResolution(repeats: number): Resolution {
  const smallestP = smallestSignFlipP(repeats);
  const share = repeats === 1 ? "1" : `2/${2 / smallestP}`;
  return {
    smallestP,
    text: `${repeats} repeat${repeats === 1 ? "" : "s"}: the smallest attainable p is ${share}`,
    enough: (family) => `${fewestNetworks(smallestSignFlipP, family)} or more repeats can decide`,
  };
}

/** A part from one value per network; none where no network has it. */
export function networkPart(name: string, networks: NetworkValues): ClaimPart[] {
  const values = [...networks.values()];
  if (values.length === 0) return [];
  return [{ name, effect: estimateMean(values), ...(values.length > 1 ? { p: signFlipTest(values) } : {}) }];
}

/** Evidence from tests that are paired over networks, where all of the `expected` parts are there. */
export function pairedEvidence(
  text: ClaimText,
  parts: readonly ClaimPart[],
  expected: number,
  lacking: string,
): ClaimEvidence {
  if (parts.length === 0 || parts.length < expected) return { ...text, lacking };
  return { ...text, parts, resolution: pairedResolution(smallest(parts.map(({ effect }) => effect.repeats))) };
}
