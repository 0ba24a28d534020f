/** One number per network, by repeat number: areas under curves and what is made of them, for paired tests. */
import { type CurveAreas, type CurveGroup, type CurveKind, kindKey } from "./curve-groups.ts";

/** Repeat number to value. */
export type NetworkValues = ReadonlyMap<number, number>;

/** Values combined network by network, for the networks that have all of them, in ascending order of their numbers. */
function combined(parts: readonly NetworkValues[], combine: (values: number[]) => number): NetworkValues {
  const repeats = [...(parts[0]?.keys() ?? [])].filter((repeat) => parts.every((part) => part.has(repeat)));
  repeats.sort((a, b) => a - b);
  return new Map(repeats.map((repeat) => [repeat, combine(parts.map((part) => part.get(repeat)!))]));
}

export const averaged = (parts: readonly NetworkValues[]): NetworkValues => {
  return combined(parts, (values) => values.reduce((sum, value) => sum + value, 0) / values.length);
};

/** `a` minus `b`. */
export const difference = (a: NetworkValues, b: NetworkValues): NetworkValues => combined([a, b], ([x, y]) => x! - y!);

/**
 * What an order attains of what can be attained, network by network, (A - A_random) / (A_greedy - A_random): 0 is chance, 1 the greedy
 * order. @param gains over random orders
 * @returns none where greedy is no better than chance in some network, as nothing can be attained there, or was not run
 */
export function attainedShares(gains: NetworkValues, gainsOfGreedy: NetworkValues): NetworkValues {
  const isDefined = [...gains.keys()].every((repeat) => (gainsOfGreedy.get(repeat) ?? 0) > 0);
  return new Map(isDefined ? [...gains].map(([repeat, gain]) => [repeat, gain / gainsOfGreedy.get(repeat)!]) : []);
}

const groupOf = <G extends CurveKind>(groups: readonly G[], kind: CurveKind): G | undefined =>
  groups.find((candidate) => kindKey(candidate) === kindKey(kind));

/** The areas of the curves of a kind; empty where there are none. */
export function areasOf(groups: readonly CurveAreas[], kind: CurveKind): NetworkValues {
  const group = groupOf(groups, kind);
  return new Map(group?.repeats.map((repeat, index) => [repeat, group.areas[index]!]));
}

/** Those under their curves of the loss. */
export function lossAreasOf(groups: readonly CurveGroup[], kind: CurveKind): NetworkValues {
  const group = groupOf(groups, kind);
  return new Map(group?.repeats.map((repeat, index) => [repeat, group.lossAreas[index]!]));
}
