/** Orders of removal: what rankings give in each scope. Pure functions. */

import type { NeuronAddress, RemovalOrder } from "../core/ablation.ts";
import type { NeuronTable } from "../core/neuron-table.ts";
import { RandomSequence, streams } from "../core/random.ts";
import { layerOf, type ScopeText, scopeOf } from "../core/scope.ts";
import type { RankedList, Ranking } from "./rankings.ts";

export interface OrderOptions {
  readonly scopes: readonly ScopeText[];
  readonly rankings: readonly Ranking[];
  /** Of random orders. */
  readonly seed: number;
}

const isRanked = (scope: ScopeText) => scopeOf(scope).kind === "network-ranked";

/** 0 for the whole network, else the layer's number. */
const layerOfScope = (scope: ScopeText): number => layerOf(scope) ?? 0;

/** Rows of the table in one layer, or, for layer 0, in all, in the order layer, neuron. */
function rowsOfLayer(table: NeuronTable, layer: number): number[] {
  return Array.from(table.layer.keys()).filter((row) => layer === 0 || table.layer[row] === layer);
}

/**
 * Merges lists by relative place, (i + 1/2) / length, so that each is used up at the same pace; ties go to the earlier
 * list. Compared in whole numbers: (2i + 1) / m < (2j + 1) / n.
 */
function mergedByRank<T>(lists: readonly (readonly T[])[]): T[] {
  const ranked = lists.flatMap((list, which) =>
    list.map((item, place) => ({ item, which, place: 2 * place + 1, length: list.length })),
  );
  ranked.sort((a, b) => a.place * b.length - b.place * a.length || a.which - b.which);
  return ranked.map(({ item }) => item);
}

function addresses(table: NeuronTable, rows: readonly number[]): NeuronAddress[] {
  return rows.map((row) => ({ layer: table.layer[row]!, neuron: table.neuron[row]! }));
}

/** The lists of rows that a scope ranks on their own: one, but for `network-ranked` one per layer. */
function ranksOf(table: NeuronTable, scope: ScopeText): number[][] {
  if (!isRanked(scope)) return [rowsOfLayer(table, layerOfScope(scope))];
  return [...new Set(table.layer)].map((layer) => rowsOfLayer(table, layer));
}

/** Random numbers of a list: every scope, list and draw has its own. */
function randomOf(scope: ScopeText, list: number, draw: number, seed: number, repeat: number): RandomSequence {
  const [stream, layer] = isRanked(scope)
    ? [streams.randomRanking, list + 1]
    : [streams.randomOrder, layerOfScope(scope)];
  return new RandomSequence(seed, repeat, stream, layer * 0x10000 + draw);
}

/** All orders of one network: per scope, the variants of each ranking that has any there. */
export function removalOrders(table: NeuronTable, { scopes, rankings, seed }: OrderOptions): RemovalOrder[] {
  const { repeat } = table;
  return scopes.flatMap((scope) => {
    const lists = ranksOf(table, scope).map((rows, list): RankedList => {
      return { table, scope, rows, random: (draw) => randomOf(scope, list, draw, seed, repeat) };
    });
    const existing = rankings.filter(({ exists }) => exists?.(table, scope) ?? true);
    return existing.flatMap(({ id, variants, rank }) =>
      variants.map(({ direction, draw }): RemovalOrder => {
        const ranked = mergedByRank(lists.map((list) => rank(list, { direction, draw })));
        return { repeat, scope, measure: id, direction, draw, neurons: addresses(table, ranked) };
      }),
    );
  });
}

/** Numbers of removed neurons at which a curve is evaluated: 0, stride, 2 stride, ..., and all. */
export function removalSteps(neurons: number, stride: number): Uint32Array {
  const steps = Array.from({ length: Math.floor(neurons / stride) + 1 }, (_, index) => index * stride);
  return Uint32Array.from(steps.at(-1) === neurons ? steps : [...steps, neurons]);
}
