/**
 * Whether the files of a folder are of one study. study.json says what the others held when it was written; where it does
 * not (older files, exports, runs that did not end), what they say of each other decides.
 */
import type { RemovalOrder } from "../../core/ablation.ts";
import { RunError } from "../../core/errors.ts";
import { countsOf } from "../../core/evidence.ts";
import { hiddenUnits } from "../../core/layers/network-shape.ts";
import { networkShape } from "../../core/network.ts";
import type { NeuronTable } from "../../core/neuron-table.ts";
import { type FileDigest, resultNames } from "../../core/platform.ts";
import { sha256 } from "../../core/sha256.ts";
import type { StudyFiles } from "../analysis/analysis.ts";

const FIX =
  "restore the files of one study, or run it again into a folder of its own; where you changed one by hand, remove `files` from study.json";

/** @param where the file, with its folder */
export function strange(where: string, expected: string, found: string): RunError {
  return new RunError({ what: "the file does not belong to this study", where, expected, found, fix: FIX });
}

const digestText = ({ bytes, sha256 }: FileDigest) => `${bytes} bytes with SHA-256 ${sha256}`;

/** @throws RunError where the bytes are not those that study.json tells of. */
export async function requireDigest(bytes: Uint8Array, expected: FileDigest, where: string): Promise<void> {
  const found = { bytes: bytes.length, sha256: await sha256(bytes) };
  if (found.sha256 === expected.sha256) return;
  throw strange(where, `${digestText(expected)}, as study.json says`, digestText(found));
}

type Parts = Omit<StudyFiles, "label" | "missing">;

/** Numbers of networks as text, each once: `0, 1, 2`. */
const repeatsText = (repeats: Iterable<number>) => [...new Set(repeats)].join(", ");

/** Widths of the hidden layers that a table has. */
function widthsIn({ layer }: Pick<NeuronTable, "layer">): string {
  const counts = new Map<number, number>();
  for (const number of layer) counts.set(number, (counts.get(number) ?? 0) + 1);
  return [...counts.values()].join(", ");
}

/** What one file says and what another says of the same thing. */
interface Statement {
  readonly file: string;
  readonly about: string;
  /** By another file. */
  readonly expected: string | undefined;
  readonly source: string;
  readonly found: string | undefined;
}

const {
  study: studyName,
  neurons: neuronsName,
  orders: ordersName,
  curves: curvesName,
  single: singleName,
  pairs: pairsName,
  pairRemovals: pairRemovalsName,
  groups: groupsName,
} = resultNames;

function* statements(parts: Parts): Generator<Statement> {
  const { study, neurons, orders, curves, singles, pairs, pairDamages, groups, networks } = parts;
  const head = neurons?.[0];
  const ofStudy = study && repeatsText(study.repeats.map(({ repeat }) => repeat));
  const ofNeurons = neurons && repeatsText(neurons.map(({ repeat }) => repeat));
  const [repeats, source] = ofStudy === undefined ? [ofNeurons, neuronsName] : [ofStudy, studyName];
  const about = "networks";
  yield { file: neuronsName, about, expected: ofStudy, source: studyName, found: ofNeurons };
  const ofOrders = orders && orders.length > 0 ? repeatsText(orders.map(({ repeat }) => repeat)) : undefined;
  yield { file: ordersName, about, expected: repeats, source, found: ofOrders };
  const ofPairs = pairs && repeatsText(pairs.map(({ repeat }) => repeat));
  yield { file: pairsName, about, expected: repeats, source, found: ofPairs };
  const ofGroups = groups && repeatsText(groups.map(({ repeat }) => repeat));
  yield { file: groupsName, about, expected: repeats, source, found: ofGroups };
  // A run that did not end may have fewer curves than networks.
  if (study !== undefined) {
    const ofCurves = curves && curves.length > 0 ? repeatsText(curves.map(({ order }) => order.repeat)) : undefined;
    yield { file: curvesName, about, expected: repeats, source, found: ofCurves };
    const ofSingles = singles && repeatsText(singles.map(({ repeat }) => repeat));
    yield { file: singleName, about, expected: repeats, source, found: ofSingles };
    const layers = { about: "widths of the hidden layers", source: studyName };
    const expected = study.config.hidden.join(", ");
    yield { ...layers, file: neuronsName, expected, found: head && widthsIn(head) };
    for (const { repeat, network } of networks ?? []) {
      yield {
        ...layers,
        file: resultNames.model(repeat),
        expected,
        found: hiddenUnits(networkShape(network)).join(", "),
      };
    }
    const samples = { about: "validation samples", expected: String(study.dataset.validation), source: studyName };
    yield { ...samples, file: neuronsName, found: head && String(head.samples) };
  }
  for (const { repeat, layer, units } of pairDamages ?? []) {
    const width = neurons?.find((one) => one.repeat === repeat)?.layer.filter((one) => one === layer).length;
    const expected = neurons && String(width ?? "no such network");
    yield {
      file: pairRemovalsName,
      about: `neurons of layer ${layer}`,
      source: neuronsName,
      expected,
      found: String(units),
    };
  }
  for (const { repeat, layer, neurons: some, correct } of singles ?? []) {
    const table = neurons?.find((one) => one.repeat === repeat);
    const width = table?.layer.filter((one) => one === layer).length;
    const about = `neurons of layer ${layer}`;
    const choice = study?.config.singles;
    if (width !== undefined && typeof choice === "number") {
      const expected = String(Math.min(choice, width));
      yield { file: singleName, about, source: studyName, expected, found: String(correct.length) };
    }
    const last = some?.at(-1);
    if (width !== undefined && last !== undefined && last >= width) {
      const expected = `numbers below ${width}`;
      yield { file: singleName, about, source: neuronsName, expected, found: String(last) };
    }
    if (choice !== undefined || some !== undefined) continue;
    const expected = width === undefined ? undefined : String(width);
    yield { file: singleName, about, source: neuronsName, expected, found: String(correct.length) };
  }
}

/** The place of the first neuron that its order should have removed earlier; -1 where there is none. */
function misplaced({ direction, neurons }: RemovalOrder, valueAt: (layer: number, neuron: number) => number): number {
  const sign = direction === "low" ? 1 : -1;
  const values = neurons.map(({ layer, neuron }) => sign * valueAt(layer, neuron));
  return values.findIndex((value, index) => !(index === 0 || value >= values[index - 1]!));
}

/** @throws RunError where an order by a measure is not one by the values of neurons.csv */
function requireOrders({ orders, neurons }: Parts, folder: string): void {
  for (const table of neurons ?? []) {
    const rows = new Map(Array.from(table.layer, (layer, row) => [`${layer} ${table.neuron[row]}`, row]));
    for (const order of orders ?? []) {
      const values = table.measures[order.measure];
      // Ranks of several layers are merged: their values need not rise.
      if (order.repeat !== table.repeat || values === undefined || order.scope === "network-ranked") continue;
      const place = misplaced(order, (layer, neuron) => values[rows.get(`${layer} ${neuron}`) ?? -1] ?? Number.NaN);
      if (place === -1) continue;
      const { repeat, scope, measure, direction } = order;
      const which = `the order of network ${repeat}, ${scope}, ${measure}, ${direction}`;
      throw strange(
        `${folder}/${ordersName}`,
        `${which}, by the values in ${neuronsName}`,
        `another at place ${place}`,
      );
    }
  }
}

/** @throws RunError where two neurons are both 1 for more or fewer samples than the counts of each allow */
function requirePairs({ pairs, neurons, study }: Parts, folder: string): void {
  const sizes = study?.dataset.validationPerClass;
  for (const { repeat, layer, neuron, otherLayer, otherNeuron, classes, both } of pairs ?? []) {
    const table = neurons?.find((one) => one.repeat === repeat);
    if (table?.levels === undefined || sizes === undefined) continue;
    const { levels } = table;
    const rows = new Map(Array.from(table.layer, (own, row) => [`${own} ${table.neuron[row]}`, row]));
    const onesOf = (own: number, unit: number) => {
      const row = rows.get(`${own} ${unit}`);
      if (table.classes === classes && row !== undefined) return countsOf(levels, classes, row);
      throw strange(`${folder}/${pairsName}`, `neurons of ${neuronsName}`, `layer ${own}, neuron ${unit}`);
    };
    for (const [pair, own] of layer.entries()) {
      const [first, second] = [onesOf(own, neuron[pair]!), onesOf(otherLayer[pair]!, otherNeuron[pair]!)];
      for (const [label, size] of sizes.entries()) {
        const [a, b, common] = [first[label]!, second[label]!, both[pair * classes + label]!];
        const [least, most] = [Math.max(0, a + b - size), Math.min(a, b)];
        if (common >= least && common <= most) continue;
        const which = `layer ${own}, neuron ${neuron[pair]}, with layer ${otherLayer[pair]}, neuron ${otherNeuron[pair]}, class ${label}`;
        throw strange(
          `${folder}/${pairsName}`,
          `${least} to ${most} samples for which both are 1, by ${neuronsName}`,
          `${common} of repeat ${repeat}, ${which}`,
        );
      }
    }
  }
}

/**
 * @param folder shown in messages
 * @throws RunError where what the files say of each other does not fit together.
 */
export function requireOneStudy(parts: Parts, folder: string): void {
  for (const { file, about, expected, source, found } of statements(parts)) {
    if (expected === undefined || found === undefined || found === expected) continue;
    throw strange(`${folder}/${file}`, `${about}: ${expected}, as ${source} says`, `${about}: ${found}`);
  }
  requireOrders(parts, folder);
  requirePairs(parts, folder);
}
