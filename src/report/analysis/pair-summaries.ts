/**
 * What pairs of neurons know of the class, and how much of it is bias or chance. Permuting the labels keeps the four joint levels of two
 * bits, so a pair is treated as a neuron of four levels is: no counts beside those of the files are needed. Of many pairs some are drawn.
 */
import { mean, median } from "simple-statistics";
import { countsOf } from "../../core/evidence.ts";
import type { NeuronTable } from "../../core/neuron-table.ts";
import type { PairTable } from "../../core/pairs.ts";
import { RandomSequence, streams } from "../../core/random.ts";
import { totalsOf } from "../../measures/neuron-levels.ts";
import { createNullLevels } from "../../measures/null-level.ts";
import { mutualInformationBias } from "../../measures/plug-in-bias.ts";
import { type BitCounts, jointLevels } from "../../pairs/pair.ts";
import type { PairSummary, StudyFiles } from "./analysis.ts";

/** Pairs that are looked at, of those of one or two layers in all repeats: shares are then known within 2.3 % (a standard error). */
const MOST_PAIRS = 500;

/** A row of the table of a network. */
interface Place {
  readonly table: PairTable;
  readonly row: number;
}

/** A pair that is looked at. */
interface Known {
  readonly information: number;
  readonly bias: number;
  /** [4]: samples in each joint level. */
  readonly totals: readonly number[];
}

/** The pairs of each two layers, by layer. */
function placesByLayers(tables: readonly PairTable[]): Place[][] {
  const groups = new Map<string, Place[]>();
  for (const table of tables) {
    for (const [row, layer] of table.layer.entries()) {
      const key = `${layer} ${table.otherLayer[row]}`;
      const own = groups.get(key);
      if (own === undefined) groups.set(key, [{ table, row }]);
      else own.push({ table, row });
    }
  }
  return [...groups.values()];
}

/** Some pairs, the same whenever they are drawn; all where there are no more. */
function drawn(places: readonly Place[], group: number): Place[] {
  if (places.length <= MOST_PAIRS) return [...places];
  const order = new RandomSequence(0, 0, streams.drawnPairs, group).permutation(places.length);
  return Array.from(order.subarray(0, MOST_PAIRS), (place) => places[place]!);
}

/** Finds the counts of neurons. */
function bitsIn(neurons: readonly NeuronTable[], samplesPerClass: readonly number[]) {
  const tables = new Map(neurons.map((table) => [table.repeat, table]));
  return (repeat: number, layer: number, neuron: number): BitCounts => {
    const { levels, classes, samples, layer: layers } = tables.get(repeat)!;
    return { samples, samplesPerClass, ones: countsOf(levels!, classes, layers.indexOf(layer) + neuron) };
  };
}

/**
 * By layers; none where pairs, the counts of neurons or the sizes of the classes are not known.
 */
export function pairSummaries({ pairs = [], neurons = [], study }: StudyFiles): PairSummary[] {
  const samplesPerClass = study?.dataset.validationPerClass;
  if (samplesPerClass === undefined || neurons.length === 0) return [];
  const bitOf = bitsIn(neurons, samplesPerClass);
  const groups = placesByLayers(pairs).map((places, group) => {
    const known = drawn(places, group).map(({ table, row }): Known => {
      const { repeat, layer, neuron, otherLayer, otherNeuron, both, classes, bits } = table;
      const first = bitOf(repeat, layer[row]!, neuron[row]!);
      const second = bitOf(repeat, otherLayer[row]!, otherNeuron[row]!);
      const levels = jointLevels(first, second, both.subarray(row * classes, (row + 1) * classes));
      const information = bits["joint_information"]![row]!;
      return { information, bias: mutualInformationBias(levels), totals: totalsOf(levels) };
    });
    const [{ table, row }] = places as [Place];
    return { layer: table.layer[row]!, otherLayer: table.otherLayer[row]!, pairs: places.length, known };
  });
  const nulls = createNullLevels(
    groups.flatMap(({ known }) => known.map(({ totals }) => totals)),
    samplesPerClass,
  );
  return groups.map(({ known, ...group }): PairSummary => {
    const chance = known.map(({ totals }) => nulls(totals).information);
    return {
      ...group,
      drawn: known.length,
      median: median(known.map(({ information }) => information)),
      mean: mean(known.map(({ information }) => information)),
      bias: mean(known.map(({ bias }) => bias)),
      nullMean: mean(chance.map((own) => own.mean!)),
      nullLevel: mean(chance.map(({ level }) => level)),
      aboveNull: known.filter(({ information }, index) => information > chance[index]!.level).length / known.length,
    };
  });
}
