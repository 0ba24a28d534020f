/** Whether what programs pass as a measured network, or as neurons of one, is that. */

import type { NeuronAddress } from "../core/ablation.ts";
import { UsageError } from "../core/errors.ts";
import { hiddenUnits } from "../core/layers/network-shape.ts";
import { type Network, networkShape } from "../core/network.ts";
import type { NeuronTable } from "../core/neuron-table.ts";
import { wholeNumber } from "../core/option-checks.ts";
import { requireFloats, requireNetwork } from "../core/require-network.ts";
import { requireRecord, requireValue } from "../core/require-options.ts";
import { shownValue } from "../core/shown-value.ts";
import type { MeasuredNetwork } from "../measure-networks.ts";

const REMEDY = "pass what measureNetworks gives, of the same network";
const number = wholeNumber({ least: 0, most: 2 ** 24 });
/** Repeats number the streams of random orders. */
const repeat = wholeNumber({ least: 0, most: 2 ** 32 - 1 });

function refuse(what: string, where: string, expected: string, found: unknown): never {
  throw new UsageError({ what, where, expected, found: shownValue(found), fix: REMEDY });
}

/** @throws UsageError unless each sequence names rows of the table, none of them twice */
function requireSequences(value: unknown, rows: number, where: string): void {
  for (const [id, byScope] of Object.entries(requireRecord(value, "sequences", where))) {
    for (const [scope, sequence] of Object.entries(requireRecord(byScope, `sequences.${id}`, where))) {
      const own = sequence instanceof Uint32Array ? sequence : Uint32Array.of(rows);
      const fits = own.every((row) => row < rows) && new Set(own).size === own.length;
      if (!fits) refuse(`sequences.${id}.${scope} is invalid`, where, `a Uint32Array of rows below ${rows}`, sequence);
    }
  }
}

/** One row a hidden neuron, in the order layer, neuron. @throws UsageError where that is not so, or a value is not finite. */
export function requireTable(value: unknown, network: Network, where: string): NeuronTable {
  const table = requireRecord(value, "the table", where);
  requireValue(table["repeat"], repeat, "repeat", where);
  const hidden = hiddenUnits(networkShape(network));
  const rows = hidden.reduce((sum, units) => sum + units, 0);
  if (table["rows"] !== rows)
    refuse("rows is invalid", where, `${rows}, the hidden neurons of the network`, table["rows"]);
  const places = hidden.flatMap((units, layer) => Array.from({ length: units }, (_, neuron) => [layer + 1, neuron]));
  for (const [column, part] of [
    ["layer", 0],
    ["neuron", 1],
  ] as const) {
    const numbers = table[column];
    const fits = numbers instanceof Uint32Array && numbers.length === rows;
    if (!fits || !places.every((place, row) => place[part] === numbers[row]))
      refuse(`${column} is invalid`, where, `a Uint32Array of ${rows}, those of the network in their order`, numbers);
  }
  requireFloats(table["meanActivation"], rows, "meanActivation", where);
  const errors = table["standardErrors"] === undefined ? [] : ["standardErrors"];
  for (const name of ["measures", ...errors]) {
    for (const [id, values] of Object.entries(requireRecord(table[name], name, where))) {
      const fits = values instanceof Float64Array && values.length === rows && values.every(Number.isFinite);
      if (!fits) refuse(`${name}.${id} is invalid`, where, `a Float64Array of ${rows} finite numbers`, values);
    }
  }
  if (table["sequences"] !== undefined) requireSequences(table["sequences"], rows, where);
  return value as NeuronTable;
}

/** Rows of numbers, one row a hidden layer. */
function requireRows(value: unknown, network: Network, name: string, where: string): [row: unknown, units: number][] {
  const hidden = hiddenUnits(networkShape(network));
  if (Array.isArray(value) && value.length === hidden.length)
    return hidden.map((units, layer) => [value[layer], units]);
  return refuse(`${name} is invalid`, where, `an array of ${hidden.length}, one a hidden layer`, value);
}

/** What removed neurons become: numbers in arrays of any kind. @throws UsageError unless there is a finite one for each. */
export function requireConstants(value: unknown, network: Network, where: string): void {
  for (const [layer, [row, width]] of requireRows(value, network, "constants", where).entries()) {
    const numbers = Array.isArray(row) || ArrayBuffer.isView(row) ? Array.from(row as ArrayLike<unknown>) : [];
    if (numbers.length !== width || !numbers.every(Number.isFinite))
      refuse(`constants[${layer}] is invalid`, where, `an array of ${width} finite numbers, one a neuron`, row);
  }
}

export function requireMeasured(value: unknown, where: string): MeasuredNetwork {
  const { network, table, meanActivations } = requireRecord(value, "the measured network", where);
  const known = requireNetwork(network, `${where}, network`);
  requireTable(table, known, `${where}, table`);
  for (const [layer, [row, width]] of requireRows(meanActivations, known, "meanActivations", where).entries())
    requireFloats(row, width, `meanActivations[${layer}]`, where);
  return value as MeasuredNetwork;
}

/** A list of neurons; whether the network has them is asked where they are removed. */
export function requireAddresses(value: unknown, where: string): readonly NeuronAddress[] {
  if (!Array.isArray(value)) refuse("the list of neurons is invalid", where, "an array of { layer, neuron }", value);
  for (const [index, each] of value.entries()) {
    const { layer, neuron } = requireRecord(each, `[${index}]`, where);
    requireValue(layer, number, `[${index}].layer`, where);
    requireValue(neuron, number, `[${index}].neuron`, where);
  }
  return value as readonly NeuronAddress[];
}
