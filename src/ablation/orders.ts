/** Orders of removal (study.md section 1): by a measure, low or high first, and nested random ones. Pure functions. */
import { type Direction, type NeuronAddress, RANDOM, type RemovalOrder, type Scope } from "../core/ablation.ts";
import type { NeuronTable } from "../core/neuron-table.ts";
import { RandomSequence, streams } from "../core/random.ts";

export interface OrderOptions {
  readonly scopes: readonly Scope[];
  /** Measure ids, as in the table's columns. */
  readonly measures: readonly string[];
  readonly randomDraws: number;
  readonly seed: number;
}

/** `layer1` ... `layerN`, then `network`. */
export function scopesOf(hiddenLayers: number, kinds: readonly ("layers" | "network")[]): Scope[] {
  const layers = Array.from({ length: hiddenLayers }, (_, index): Scope => `layer${index + 1}`);
  return [...(kinds.includes("layers") ? layers : []), ...(kinds.includes("network") ? (["network"] as const) : [])];
}

/** 0 for the whole network, else the layer's number. */
function layerOfScope(scope: Scope): number {
  return scope === "network" ? 0 : Number(scope.slice("layer".length));
}

/** Rows of the table that a scope removes, in the order layer, neuron. */
function rowsOfScope(table: NeuronTable, scope: Scope): number[] {
  const layer = layerOfScope(scope);
  return Array.from(table.layer.keys()).filter((row) => layer === 0 || table.layer[row] === layer);
}

/** Row numbers sorted by value; ties by position, that is by layer and neuron, in either direction. */
function sortedRows(rows: readonly number[], values: Float64Array, direction: Direction): number[] {
  const sign = direction === "low" ? 1 : -1;
  return [...rows].sort((a, b) => sign * (values[a]! - values[b]!) || a - b);
}

function addresses(table: NeuronTable, rows: readonly number[]): NeuronAddress[] {
  return rows.map((row) => ({ layer: table.layer[row]!, neuron: table.neuron[row]! }));
}

/** All orders of one network: per scope, each measure low and high first, then the random draws. */
export function removalOrders(table: NeuronTable, options: OrderOptions): RemovalOrder[] {
  return options.scopes.flatMap((scope) => {
    const rows = rowsOfScope(table, scope);
    const byMeasure = options.measures.flatMap((measure) =>
      (["low", "high"] as const).map((direction): RemovalOrder => {
        const neurons = addresses(table, sortedRows(rows, table.measures[measure]!, direction));
        return { repeat: table.repeat, scope, measure, direction, draw: 0, neurons };
      }),
    );
    const random = Array.from({ length: options.randomDraws }, (_, draw): RemovalOrder => {
      // One permutation per draw: the sets of a curve are nested, never drawn afresh.
      const sequence = new RandomSequence(
        options.seed,
        table.repeat,
        streams.randomOrder,
        layerOfScope(scope) * 0x10000 + draw,
      );
      const permutation = sequence.permutation(rows.length);
      const neurons = addresses(
        table,
        Array.from(permutation, (index) => rows[index]!),
      );
      return { repeat: table.repeat, scope, measure: RANDOM, direction: "none", draw, neurons };
    });
    return [...byMeasure, ...random];
  });
}

/** Numbers of removed neurons at which a curve is evaluated: 0, stride, 2 stride, ..., and all. */
export function removalSteps(neurons: number, stride: number): Uint32Array {
  const steps = Array.from({ length: Math.floor(neurons / stride) + 1 }, (_, index) => index * stride);
  return Uint32Array.from(steps.at(-1) === neurons ? steps : [...steps, neurons]);
}
