/** Areas under curves, measure against measure and against random orders, over the same networks. */
import { RANDOM } from "../../core/ablation.ts";
import { estimateMean } from "../statistics/estimate.ts";
import { withHolm } from "../statistics/holm.ts";
import { signFlipTest } from "../statistics/permutation-test.ts";
import type { Comparison } from "./analysis.ts";
import { type CurveGroup, directionFor, modesOf, scopesOf } from "./curve-groups.ts";
import { areasOf, difference } from "./network-values.ts";

/** Each measure with every later one and with random orders. */
function pairsOf(measures: readonly string[]): (readonly [string, string])[] {
  return measures.flatMap((measure, index) =>
    [...measures.slice(index + 1), RANDOM].map((other) => [measure, other] as const),
  );
}

/**
 * All that the curves allow. The comparisons of one scope and mode answer one question, so they are a family for Holm's
 * correction: over all of them together nothing could be found with fewer than a dozen networks.
 */
export function comparisons(groups: readonly CurveGroup[], measures: readonly string[]): Comparison[] {
  const kinds = scopesOf(groups).flatMap((scope) => modesOf(groups).map((mode) => ({ scope, mode })));
  return kinds.flatMap((kind) => withHolm([family(groups, measures, kind)]).flat());
}

function family(
  groups: readonly CurveGroup[],
  measures: readonly string[],
  kind: Pick<Comparison, "scope" | "mode">,
): Comparison[] {
  return (["low", "high"] as const).flatMap((direction) =>
    pairsOf(measures).flatMap(([measure, other]): Comparison[] => {
      const areas = (of: string) => areasOf(groups, { ...kind, measure: of, direction: directionFor(of, direction) });
      const values = [...difference(areas(measure), areas(other)).values()];
      if (values.length === 0) return [];
      const test = values.length > 1 ? { p: signFlipTest(values) } : {};
      return [{ ...kind, direction, measure, other, difference: estimateMean(values), ...test }];
    }),
  );
}
