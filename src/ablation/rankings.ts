/** What orders of removal come from: a ranking puts the neurons of a list in order, in one or more variants. */
import { type Direction, RANDOM } from "../core/ablation.ts";
import type { EvidenceKind } from "../core/evidence.ts";
import type { NeuronTable } from "../core/neuron-table.ts";
import type { RandomSequence } from "../core/random.ts";
import { type ScopeKind, type ScopeText, scopeKinds } from "../core/scope.ts";
import { sequenceScopes } from "../core/sequences.ts";
import type { MeasuringConfig } from "../core/study.ts";
import { measureWithId, titleOf } from "../measures/columns.ts";
import { measuresNamed, sequencesNamed } from "../measures/measure-choice.ts";
import { remeasuredAsked, searchedWithId } from "../measures/remeasured.ts";

interface RankingVariant {
  readonly direction: Direction;
  /** From 0; 0 where there is one of each direction. */
  readonly draw: number;
}

/** Neurons that are ranked among themselves. */
export interface RankedList {
  readonly table: NeuronTable;
  readonly scope: ScopeText;
  /** Of the table, in the order layer, neuron. */
  readonly rows: readonly number[];
  /** Numbers of this list's own, for a draw. */
  random(draw: number): RandomSequence;
}

export interface Ranking {
  /** What files hold in the column `measure`. */
  readonly id: string;
  /** Name in tables and figures. */
  readonly title: string;
  readonly variants: readonly RankingVariant[];
  /** The kinds of scopes that it may have orders in. */
  readonly scopes: readonly ScopeKind[];
  /** Whether it has in one of them; absent: in all. */
  exists?(table: NeuronTable, scope: ScopeText): boolean;
  /** What must have been gathered of the network. */
  readonly needs: readonly EvidenceKind[];
  /** @returns the rows of the list, first removed first */
  rank(list: RankedList, variant: RankingVariant): number[];
}

/** Lowest value first, and highest first; ties by position, that is by layer and neuron, in either direction. */
export function byMeasure(id: string): Ranking {
  const measure = measureWithId(id);
  return {
    id,
    title: titleOf(id),
    variants: [
      { direction: "low", draw: 0 },
      { direction: "high", draw: 0 },
    ],
    scopes: scopeKinds,
    needs: measure?.needs ?? [],
    rank({ table, rows }, { direction }) {
      const values = table.measures[id]!;
      const sign = direction === "low" ? 1 : -1;
      return [...rows].sort((a, b) => sign * (values[a]! - values[b]!) || a - b);
    },
  };
}

/** As it was found, in the scopes where it was looked for. */
function bySequence(id: string): Ranking {
  return {
    id,
    title: titleOf(id),
    variants: [{ direction: "low", draw: 0 }],
    scopes: sequenceScopes,
    exists: ({ sequences }, scope) => sequences?.[id]?.[scope] !== undefined,
    needs: [],
    rank: ({ table, scope }) => Array.from(table.sequences![id]![scope]!),
  };
}

/** A permutation for each draw, so that the sets of a curve are nested, never drawn afresh. */
export function atRandom(draws: number): Ranking {
  return {
    id: RANDOM,
    title: "Random",
    variants: Array.from({ length: draws }, (_, draw) => ({ direction: "none", draw })),
    scopes: scopeKinds,
    needs: [],
    rank: ({ rows, random }, { draw }) => Array.from(random(draw).permutation(rows.length), (index) => rows[index]!),
  };
}

/** Those of a study: by each measure, sequence or remeasured order, then at random. @param ids as in the table's columns and sequences */
export function rankingsOf(ids: readonly string[], randomDraws: number): Ranking[] {
  const given = ids.map((id) => (searchedWithId(id) === undefined ? byMeasure(id) : bySequence(id)));
  return [...given, atRandom(randomDraws)];
}

/** As a configuration asks for them. */
export function rankingsAsked(
  config: Pick<MeasuringConfig, "measures" | "modes" | "remeasure" | "randomDraws">,
): Ranking[] {
  const { measures, randomDraws } = config;
  const asked = [...measuresNamed(measures), ...sequencesNamed(measures), ...remeasuredAsked(config)];
  return rankingsOf(
    asked.map(({ id }) => id),
    randomDraws,
  );
}

/** Orders that the rankings give in a scope of each kind. */
export type OrdersPerScope = Readonly<Record<ScopeKind, number>>;

export function ordersPerScope(rankings: readonly Ranking[]): OrdersPerScope {
  const inScope = (kind: ScopeKind) =>
    rankings.reduce((sum, { variants, scopes }) => sum + (scopes.includes(kind) ? variants.length : 0), 0);
  return Object.fromEntries(scopeKinds.map((kind) => [kind, inScope(kind)])) as OrdersPerScope;
}
