/** The answer of a study: for each measure and scope, whether it finds dispensable neurons better than chance does. */

import { type AblationMode, RANDOM } from "../../core/ablation.ts";
import { greatest, smallest } from "../../core/long-arrays.ts";
import { byScope } from "../../core/scope.ts";
import { isOfPaper } from "../../measures/paper-measures.ts";
import { smallestSignFlipP } from "../statistics/permutation-test.ts";
import type { Answer, Answers, AnswerVerdict, Comparison } from "./analysis.ts";
import { fewestNetworks, LEVEL } from "./claims/claim-evidence.ts";
import { familyOf } from "./comparisons.ts";

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

/** Networks below which no comparison can be decided, of the largest family that the paper's measures, or further ones, have in any scope. */
function fewestFor(asked: readonly Comparison[], comparisons: readonly Comparison[], paper: boolean): number {
  const families = new Set(asked.filter(({ measure }) => isOfPaper(measure) === paper).map(familyOf));
  const sizes = [...families].map((family) => comparisons.filter((one) => familyOf(one) === family).length);
  return sizes.length === 0 ? Number.POSITIVE_INFINITY : fewestNetworks(smallestSignFlipP, greatest(sizes));
}

function answer(comparison: Comparison, fewest: number): Answer {
  const { scope, measure, difference, p, holm } = comparison;
  const verdict = verdictOf(comparison);
  const estimated = verdict === "undecided" ? networksToDecide(comparison) : undefined;
  return {
    scope,
    measure,
    difference,
    verdict,
    ...(p === undefined || holm === undefined ? {} : { p, holm }),
    // A test of fewer networks than `fewest` can find nothing, whatever the spread, and those of this study did not.
    ...(estimated === undefined ? {} : { networksToDecide: Math.max(estimated, fewest, difference.repeats + 1) }),
  };
}

/**
 * Lowest values first, in the mode that a study is about: the mean where there is a choice.
 * @returns undefined where no measure's curve can be set beside one of random orders
 */
export function answers(comparisons: readonly Comparison[], mode: AblationMode): Answers | undefined {
  const asked = comparisons.filter((one) => one.mode === mode && one.direction === "low" && one.other === RANDOM);
  if (asked.length === 0) return undefined;
  const scopes = [...new Set(asked.map(({ scope }) => scope))].sort(byScope);
  const ofPaper = fewestFor(asked, comparisons, true);
  const ofOthers = fewestFor(asked, comparisons, false);
  // The paper's three stand as it has them; among many the best are looked for.
  const byEffect = asked.every(({ measure }) => isOfPaper(measure))
    ? asked
    : asked.toSorted((a, b) => b.difference.mean - a.difference.mean);
  const list = scopes.flatMap((scope) =>
    byEffect
      .filter((one) => one.scope === scope)
      .map((one) => answer(one, isOfPaper(one.measure) ? ofPaper : ofOthers)),
  );
  const repeats = smallest(asked.map(({ difference }) => difference.repeats));
  return { mode, list, repeats, fewestRepeats: Math.min(ofPaper, ofOthers) };
}
