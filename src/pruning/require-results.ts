/** Whether what a program passes as the results of an analysis can be written, before a file is touched. */
import { UsageError } from "../core/errors.ts";
import { requireNetwork } from "../core/require-network.ts";
import { requireRecord } from "../core/require-options.ts";
import { shownValue } from "../core/shown-value.ts";
import type { StudyResults } from "../core/study.ts";
import { requireAddresses, requireTable } from "./require-measured.ts";

type Row = Readonly<Record<string, unknown>>;

function refuse(what: string, where: string, expected: string, found: unknown): never {
  const fix = "pass what analyze gives, unchanged";
  throw new UsageError({ what, where, expected, found: shownValue(found), fix });
}

function rowsOf(results: Row, name: string, where: string): Row[] {
  const rows = results[name];
  if (!Array.isArray(rows)) refuse(`${name} is invalid`, where, "an array", rows);
  return rows.map((row, index) => requireRecord(row, `${name}[${index}]`, where));
}

/** @throws UsageError unless the columns are typed arrays of these kinds and of one length. */
function requireColumns(
  row: Row,
  kinds: Readonly<Record<string, typeof Uint32Array | typeof Float64Array>>,
  where: string,
): void {
  const [first = ""] = Object.keys(kinds);
  const length = (row[first] as ArrayLike<number> | undefined)?.length;
  for (const [name, kind] of Object.entries(kinds)) {
    const column = row[name];
    if (column instanceof kind && column.length === length) continue;
    const long = name === first ? "" : ` as long as ${first}`;
    refuse(`${name} is invalid`, where, `a ${kind.name}${long}`, column);
  }
}

function requireOrder(value: unknown, where: string): void {
  const { neurons } = requireRecord(value, "the order", where);
  requireAddresses(neurons, where);
}

/** A loss for each neuron of a layer, and for each two of them. */
function requirePairRemovals(removals: Row, where: string): void {
  requireColumns(removals, { lossAlone: Float64Array }, where);
  requireColumns(removals, { correct: Uint32Array, loss: Float64Array }, where);
  const [{ length: units }, { length: pairs }] = [removals["lossAlone"], removals["loss"]] as [
    Float64Array,
    Float64Array,
  ];
  const expected = (units * (units - 1)) / 2;
  if (pairs !== expected) refuse("loss is invalid", where, `${expected}, as there are pairs of ${units}`, pairs);
}

export function requireResults(value: unknown, where: string): StudyResults {
  const results = requireRecord(value, "results", where);
  for (const name of ["config", "dataset", "provenance"]) requireRecord(results[name], name, where);
  const { length } = rowsOf(results, "repeats", where);
  const networks = rowsOf(results, "networks", where);
  const tables = rowsOf(results, "neurons", where);
  for (const [name, list] of [
    ["networks", networks],
    ["neurons", tables],
  ] as const)
    if (list.length !== length) refuse(`${name} is invalid`, where, `${length}, as there are repeats`, list.length);
  for (const [index, { network }] of networks.entries())
    requireTable(tables[index], requireNetwork(network, `networks[${index}]`), `neurons[${index}]`);
  for (const [index, { neurons }] of rowsOf(results, "orders", where).entries())
    requireAddresses(neurons, `orders[${index}]`);
  const counts = { correct: Uint32Array, loss: Float64Array };
  for (const [index, curve] of rowsOf(results, "curves", where).entries()) {
    requireOrder(curve["order"], `curves[${index}]`);
    requireColumns(curve, { removed: Uint32Array, ...counts }, `curves[${index}]`);
  }
  for (const [index, single] of rowsOf(results, "singles", where).entries()) {
    const numbers = single["neurons"] === undefined ? {} : { neurons: Uint32Array };
    requireColumns(single, { ...counts, ...numbers }, `singles[${index}]`);
  }
  const together = results["pairRemovals"] === undefined ? [] : rowsOf(results, "pairRemovals", where);
  for (const [index, removals] of together.entries()) requirePairRemovals(removals, `pairRemovals[${index}]`);
  const pairs = results["pairs"] === undefined ? [] : rowsOf(results, "pairs", where);
  if (pairs.length > 0 && pairs.length !== length)
    refuse("pairs is invalid", where, `${length}, as there are repeats`, pairs.length);
  for (const [index, network] of pairs.entries()) {
    requireColumns(network, { samplesPerClass: Uint32Array }, `pairs[${index}]`);
    for (const [place, own] of rowsOf(network, "pairs", `pairs[${index}]`).entries())
      requireColumns(own, { both: Uint32Array }, `pairs[${index}].pairs[${place}]`);
  }
  const groups = results["groups"] === undefined ? [] : rowsOf(results, "groups", where);
  if (groups.length > 0 && groups.length !== length)
    refuse("groups is invalid", where, `${length}, as there are repeats`, groups.length);
  for (const [index, network] of groups.entries()) {
    for (const [place, own] of rowsOf(network, "groups", `groups[${index}]`).entries())
      requireColumns(own, { neurons: Uint32Array }, `groups[${index}].groups[${place}]`);
  }
  return value as StudyResults;
}
