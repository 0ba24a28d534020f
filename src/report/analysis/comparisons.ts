/** Areas under curves, measure against measure and against random orders, over the same networks. */
import { RANDOM } from "../../core/ablation.ts";
import { isOfPaper } from "../../measures/paper-measures.ts";
import { estimateMean } from "../statistics/estimate.ts";
import { withHolm } from "../statistics/holm.ts";
import { signFlipTest } from "../statistics/permutation-test.ts";
import type { Comparison } from "./analysis.ts";
import { type CurveAreas, directionFor, modesOf, scopesOf } from "./curve-groups.ts";
import { areasOf, difference } from "./network-values.ts";

/** Each measure with random orders, and the paper's with one another; how all others stand to one another is for the leagues. */
function pairsOf(measures: readonly string[]): (readonly [string, string])[] {
  const paper = measures.filter(isOfPaper);
  return measures.flatMap((measure) => {
    const later = isOfPaper(measure) ? paper.slice(paper.indexOf(measure) + 1) : [];
    return [...later, RANDOM].map((other) => [measure, other] as const);
  });
}

/**
 * Which family of Holm's correction a comparison is in, within its scope and mode. There are two questions: does a measure
 * differ from chance, and do measures differ from one another? Over both together nothing could be found with fewer than a
 * dozen networks. Comparisons of the paper's measures are families of their own: what else is measured changes no p of theirs.
 */
export function familyOf({ scope, mode, measure, other }: Omit<Comparison, "difference" | "direction">): string {
  return [scope, mode, other === RANDOM ? "chance" : "one another", isOfPaper(measure) ? "paper" : "further"].join();
}

/** All that the curves allow. */
export function comparisons(groups: readonly CurveAreas[], measures: readonly string[]): Comparison[] {
  const kinds = scopesOf(groups).flatMap((scope) => modesOf(groups).map((mode) => ({ scope, mode })));
  return kinds.flatMap((kind) => correctedByFamily(compared(groups, measures, kind)));
}

/** In the same order. */
function correctedByFamily(all: readonly Comparison[]): Comparison[] {
  const families = [...new Set(all.map(familyOf))].map((name) => all.filter((one) => familyOf(one) === name));
  const corrected = families.map((family) => withHolm([family])[0]!);
  const place = new Map(families.flatMap((family, which) => family.map((one, at) => [one, corrected[which]![at]!])));
  return all.map((one) => place.get(one)!);
}

function compared(
  groups: readonly CurveAreas[],
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
