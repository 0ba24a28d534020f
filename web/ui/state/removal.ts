/** Sets of removed neurons: which rows of the table are out, by hand or by a rule, and the way back. Pure functions. */

import { removalOrders } from "../../../src/ablation/orders.ts";
import { atRandom, byMeasure } from "../../../src/ablation/rankings.ts";
import { type Direction, type NeuronAddress, RANDOM } from "../../../src/core/ablation.ts";
import type { NeuronTable } from "../../../src/core/neuron-table.ts";
import type { ScopeText } from "../../../src/core/scope.ts";

/** Rows of the neuron table, ascending, none twice. */
export type Rows = readonly number[];

/** An order that neurons are removed in, without the repeat: it is applied to the network on show. */
export interface RemovalRule {
  readonly scope: ScopeText;
  /** Measure id, or `random`. */
  readonly measure: string;
  /** Of a measure; random orders have none. */
  readonly direction: Exclude<Direction, "none">;
}

/** What is removed now, what was before, and what was taken back. */
export interface RemovalHistory {
  readonly past: readonly Rows[];
  readonly present: Rows;
  readonly future: readonly Rows[];
  /** Changes of one gesture (a drag, a move of the slider) are one step for undo. */
  readonly gesture?: string;
}

export const nothingRemoved: RemovalHistory = { past: [], present: [], future: [] };

/** More steps back than anybody takes; keeps a long session small. */
const MOST_STEPS_BACK = 200;

export function rowsFrom(rows: Iterable<number>): Rows {
  return [...new Set(rows)].sort((a, b) => a - b);
}

function equalRows(a: Rows, b: Rows): boolean {
  return a.length === b.length && a.every((row, index) => row === b[index]);
}

/** Makes `rows` the present. A change within the gesture of the last one replaces it. */
export function withRemoved(history: RemovalHistory, rows: Rows, gesture?: string): RemovalHistory {
  if (equalRows(history.present, rows)) return history;
  const continues = gesture !== undefined && gesture === history.gesture;
  const past = continues ? history.past : [...history.past, history.present].slice(-MOST_STEPS_BACK);
  return { past, present: rows, future: [], ...(gesture === undefined ? {} : { gesture }) };
}

export function undone({ past, present, future }: RemovalHistory): RemovalHistory {
  const before = past.at(-1);
  if (before === undefined) return { past, present, future };
  return { past: past.slice(0, -1), present: before, future: [present, ...future] };
}

export function redone({ past, present, future }: RemovalHistory): RemovalHistory {
  const [next, ...rest] = future;
  if (next === undefined) return { past, present, future };
  return { past: [...past, present], present: next, future: rest };
}

/** The row of a neuron, or -1 where the table has none. */
export function rowOf(table: NeuronTable, { layer, neuron }: NeuronAddress): number {
  const first = table.layer.indexOf(layer);
  const row = first + neuron;
  // Beyond its end, the next layer has begun to count anew.
  return first !== -1 && table.neuron[row] === neuron ? row : -1;
}

export function addressOf(table: NeuronTable, row: number): NeuronAddress {
  return { layer: table.layer[row]!, neuron: table.neuron[row]! };
}

/** Widths of the hidden layers that a table speaks of. */
export function layerWidths(table: NeuronTable): number[] {
  const widths: number[] = [];
  for (const layer of table.layer) widths[layer - 1] = (widths[layer - 1] ?? 0) + 1;
  return widths;
}

/** Rows in the order in which `rule` removes them; for `random` the first draw of `seed`, as the study has it. */
export function ruleRows(table: NeuronTable, { scope, measure, direction }: RemovalRule, seed: number): Rows {
  const ranking = measure === RANDOM ? atRandom(1) : byMeasure(measure);
  const orders = removalOrders(table, { scopes: [scope], rankings: [ranking], seed });
  const order = orders.find((candidate) => measure === RANDOM || candidate.direction === direction);
  return (order?.neurons ?? []).map((address) => rowOf(table, address));
}
