/** Orders of removal (study.md section 1): by a measure, low or high first, and nested random ones. Pure functions. */

import { type Direction, type NeuronAddress, RANDOM, type RemovalOrder } from "../core/ablation.ts";
import type { NeuronTable } from "../core/neuron-table.ts";
import { RandomSequence, streams } from "../core/random.ts";
import { layerOf, type ScopeText, scopeOf } from "../core/scope.ts";

export interface OrderOptions {
  readonly scopes: readonly ScopeText[];
  /** Measure ids, as in the table's columns. */
  readonly measures: readonly string[];
  readonly randomDraws: number;
  readonly seed: number;
}

const isRanked = (scope: ScopeText) => scopeOf(scope).kind === "network-ranked";

/** 0 for the whole network, else the layer's number. */
const layerOfScope = (scope: ScopeText): number => layerOf(scope) ?? 0;

/** Rows of the table in one layer, or, for layer 0, in all, in the order layer, neuron. */
function rowsOfLayer(table: NeuronTable, layer: number): number[] {
  return Array.from(table.layer.keys()).filter((row) => layer === 0 || table.layer[row] === layer);
}

/** Row numbers sorted by value; ties by position, that is by layer and neuron, in either direction. */
function sortedRows(rows: readonly number[], values: Float64Array, direction: Direction): number[] {
  const sign = direction === "low" ? 1 : -1;
  return [...rows].sort((a, b) => sign * (values[a]! - values[b]!) || a - b);
}

/**
 * Merges lists by relative place, (i + 1/2) / length, so that each is used up at the same pace; ties go to the earlier
 * list. Compared in whole numbers: (2i + 1) / m < (2j + 1) / n.
 */
export function mergedByRank<T>(lists: readonly (readonly T[])[]): T[] {
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

/** A random permutation of each list: one per draw, so that the sets of a curve are nested, never drawn afresh. */
function shuffled(rows: readonly number[], seed: number, repeat: number, scope: ScopeText, list: number, draw: number) {
  const [stream, layer] = isRanked(scope)
    ? [streams.randomRanking, list + 1]
    : [streams.randomOrder, layerOfScope(scope)];
  const sequence = new RandomSequence(seed, repeat, stream, layer * 0x10000 + draw);
  return Array.from(sequence.permutation(rows.length), (index) => rows[index]!);
}

/** All orders of one network: per scope, each measure low and high first, then the random draws. */
export function removalOrders(table: NeuronTable, options: OrderOptions): RemovalOrder[] {
  const { repeat } = table;
  return options.scopes.flatMap((scope) => {
    const lists = ranksOf(table, scope);
    const order = (measure: string, direction: Direction, draw: number, sorted: readonly number[][]): RemovalOrder => {
      return { repeat, scope, measure, direction, draw, neurons: addresses(table, mergedByRank(sorted)) };
    };
    const byMeasure = options.measures.flatMap((measure) =>
      (["low", "high"] as const).map((direction) => {
        const values = table.measures[measure]!;
        return order(
          measure,
          direction,
          0,
          lists.map((rows) => sortedRows(rows, values, direction)),
        );
      }),
    );
    const random = Array.from({ length: options.randomDraws }, (_, draw) => {
      const drawn = lists.map((rows, list) => shuffled(rows, options.seed, repeat, scope, list, draw));
      return order(RANDOM, "none", draw, drawn);
    });
    return [...byMeasure, ...random];
  });
}

/** Numbers of removed neurons at which a curve is evaluated: 0, stride, 2 stride, ..., and all. */
export function removalSteps(neurons: number, stride: number): Uint32Array {
  const steps = Array.from({ length: Math.floor(neurons / stride) + 1 }, (_, index) => index * stride);
  return Uint32Array.from(steps.at(-1) === neurons ? steps : [...steps, neurons]);
}
