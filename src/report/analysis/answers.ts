/** The answer of a study: for each measure and scope, whether it finds dispensable neurons better than chance does. */

import { type AblationMode, networkScopes, RANDOM, type Scope } from "../../core/ablation.ts";
import { greatest, smallest } from "../../core/long-arrays.ts";
import { smallestSignFlipP } from "../statistics/permutation-test.ts";
import type { Answer, Answers, AnswerVerdict, Comparison } from "./analysis.ts";
import { fewestNetworks, LEVEL } from "./claims/claim-evidence.ts";

/** Power that a planned number of networks should have. */
const POWER_QUANTILE = 0.8416;
/** Quantile of the normal distribution for a two-sided test at a level of 0.05 / 6, which Holm asks of the smallest p of six. */
const LEVEL_QUANTILE = 2.6383;
/** More networks than this are not worth planning with. */
const MOST_PLANNED = 1000;

/** What the corrected test says of a comparison with random orders. */
export function verdictOf({ difference, holm }: Comparison): AnswerVerdict {
  if (holm === undefined || holm >= LEVEL) return "undecided";
  return difference.mean > 0 ? "better" : "worse";
}

/**
 * Networks with which a paired test would find the difference in four studies of five, if mean and spread are what they
 * seem (normal approximation); undefined where they tell nothing, or beyond 1,000.
 */
function networksToDecide({ difference: { mean, sd } }: Comparison): number | undefined {
  if (sd === undefined || mean === 0) return undefined;
  const deviations = ((LEVEL_QUANTILE + POWER_QUANTILE) * sd) / mean;
  const networks = Math.ceil(deviations * deviations);
  return networks <= MOST_PLANNED ? networks : undefined;
}

/** Comparisons of one scope and mode with random orders: all directions, as Holm's correction counts them. */
function familyOf(comparisons: readonly Comparison[], scope: Scope, mode: AblationMode): Comparison[] {
  return comparisons.filter((one) => one.scope === scope && one.mode === mode && one.other === RANDOM);
}

function answer(comparison: Comparison, fewest: number): Answer {
  const { scope, measure, difference, p, holm } = comparison;
  const verdict = verdictOf(comparison);
  const estimated = verdict === "undecided" ? networksToDecide(comparison) : undefined;
  return {
    ...{ scope, measure, difference, verdict },
    ...(p === undefined || holm === undefined ? {} : { p, holm }),
    // A test of fewer networks than `fewest` can find nothing, whatever the spread.
    ...(estimated === undefined ? {} : { networksToDecide: Math.max(estimated, fewest) }),
  };
}

const NETWORK_SCOPES: readonly string[] = networkScopes;

/** Layers in their order, then the whole network. */
function byScope(a: Scope, b: Scope): number {
  const place = (scope: Scope) =>
    NETWORK_SCOPES.includes(scope) ? 1e9 + NETWORK_SCOPES.indexOf(scope) : Number(scope.replace("layer", ""));
  return place(a) - place(b);
}

/**
 * Lowest values first, in the mode that a study is about: the mean where there is a choice.
 * @returns undefined where no measure's curve can be set beside one of random orders
 */
export function answers(comparisons: readonly Comparison[], mode: AblationMode): Answers | undefined {
  const asked = comparisons.filter((one) => one.mode === mode && one.direction === "low" && one.other === RANDOM);
  if (asked.length === 0) return undefined;
  const scopes = [...new Set(asked.map(({ scope }) => scope))].sort(byScope);
  const largest = greatest(scopes.map((scope) => familyOf(comparisons, scope, mode).length));
  const fewest = fewestNetworks(smallestSignFlipP, largest);
  const list = scopes.flatMap((scope) => asked.filter((one) => one.scope === scope).map((one) => answer(one, fewest)));
  return { mode, list, repeats: smallest(asked.map(({ difference }) => difference.repeats)), fewestRepeats: fewest };
}
