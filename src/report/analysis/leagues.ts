/** League tables: all measures of a scope in order of what they keep, lowest values first, with ties and their share of what could be kept. */
import { type AblationMode, RANDOM } from "../../core/ablation.ts";
import { byScope, type ScopeText } from "../../core/scope.ts";
import { isOfPaper } from "../../measures/paper-measures.ts";
import { estimateMean } from "../statistics/estimate.ts";
import { holmAdjusted } from "../statistics/holm.ts";
import { signFlipTest } from "../statistics/permutation-test.ts";
import type { Comparison, Estimate, League, LeagueRow } from "./analysis.ts";
import { verdictOf } from "./answers.ts";
import { LEVEL } from "./claims/claim-evidence.ts";
import type { CurveGroup, CurveKind } from "./curve-groups.ts";
import { areasOf, attainedShares, difference, lossAreasOf, type NetworkValues } from "./network-values.ts";

/** The order that removes next what raises the validation loss least: what all others are measured against. */
const envelopeOf = (mode: AblationMode) => `greedy_${mode}`;

/** What an order gains over random ones, network by network. */
type GainOf = (measure: string) => NetworkValues;

/** The mean of what each network attains; undefined where that is not defined. */
function attained(gainOf: GainOf, measure: string, mode: AblationMode): Estimate | undefined {
  const shares = [...attainedShares(gainOf(measure), gainOf(envelopeOf(mode))).values()];
  return shares.length > 0 ? estimateMean(shares) : undefined;
}

/** Ranks from 1; measures that no corrected test tells from the first of their rank share it. @param areas best mean first */
function ranks(areas: readonly NetworkValues[]): number[] {
  const pairs = areas.flatMap((_, first) => areas.slice(first + 1).map((_, behind) => [first, first + 1 + behind]));
  const ps = pairs.map(([first, second]) => {
    const values = [...difference(areas[first!]!, areas[second!]!).values()];
    return values.length > 1 ? signFlipTest(values) : 1;
  });
  const holm = holmAdjusted(ps);
  const apart = new Set(pairs.filter((_, pair) => holm[pair]! < LEVEL).map(String));
  let leader = 0;
  return areas.map((_, place) => {
    if (place > 0 && apart.has(String([leader, place]))) leader = place;
    return leader + 1;
  });
}

function league(
  groups: readonly CurveGroup[],
  compared: readonly Comparison[],
  { scope, mode }: Pick<League, "scope" | "mode">,
): League {
  const low = (measure: string): CurveKind => ({ scope, mode, measure, direction: "low" });
  const random: CurveKind = { scope, mode, measure: RANDOM, direction: "none" };
  const byAccuracy: GainOf = (measure) => difference(areasOf(groups, low(measure)), areasOf(groups, random));
  // Of losses the lower is the better.
  const byLoss: GainOf = (measure) => difference(lossAreasOf(groups, random), lossAreasOf(groups, low(measure)));
  const sorted = compared.toSorted((a, b) => b.difference.mean - a.difference.mean);
  const places = ranks(sorted.map(({ measure }) => areasOf(groups, low(measure))));
  const rows = sorted.map((one, index): LeagueRow => {
    const { measure, difference: effect, holm } = one;
    const rank = places[index]!;
    const isTied = places.filter((other) => other === rank).length > 1;
    const [share, lossShare] = [byAccuracy, byLoss].map((gainOf) => attained(gainOf, measure, mode));
    return {
      measure,
      difference: effect,
      ...(holm !== undefined && { holm }),
      verdict: verdictOf(one),
      rank,
      isTied,
      ...(share && { share }),
      ...(lossShare && { lossShare }),
    };
  });
  return { scope, mode, rows };
}

/** One for each scope: layers, then the whole network. None where no measure can be set beside random orders. */
export function leagues(groups: readonly CurveGroup[], compared: readonly Comparison[], mode: AblationMode): League[] {
  const asked = compared.filter((one) => one.mode === mode && one.direction === "low" && one.other === RANDOM);
  const scopes = [...new Set(asked.map(({ scope }): ScopeText => scope))].sort(byScope);
  return scopes.map((scope) =>
    league(
      groups,
      asked.filter((one) => one.scope === scope),
      { scope, mode },
    ),
  );
}

/** So many further measures are drawn beside the paper's where all would hide one another. */
const FURTHER_SHOWN = 3;
/** Up to this many measures all are drawn. */
const ALL_SHOWN = 6;

/**
 * Measures that figures of all of them at once show: all where they are few, else the paper's and the best others by their mean
 * place in the leagues, in the order of `measures`.
 */
export function prominent(measures: readonly string[], tables: readonly League[]): string[] {
  if (measures.length <= ALL_SHOWN) return [...measures];
  const place = (measure: string) => {
    const places = tables.flatMap(({ rows }) => {
      const found = rows.findIndex((row) => row.measure === measure);
      return found === -1 ? [] : [found];
    });
    return places.length === 0 ? Number.POSITIVE_INFINITY : places.reduce((sum, one) => sum + one, 0) / places.length;
  };
  const further = measures.filter((id) => !isOfPaper(id)).toSorted((a, b) => place(a) - place(b));
  const shown = new Set([...measures.filter(isOfPaper), ...further.slice(0, FURTHER_SHOWN)]);
  return measures.filter((id) => shown.has(id));
}
