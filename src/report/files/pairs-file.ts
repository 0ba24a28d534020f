/**
 * pairs.csv: how often two neurons' bits are both 1, what they know of the class, and how each decomposition divides it; a row a pair
 * and network. Where there are very many (large-table.ts) it is pairs.parquet.
 */
import { firstPartner, type NetworkPairs, type PairCounts, type PairTable, pairsOf } from "../../core/pairs.ts";
import { resultNames, type StreamedFile } from "../../core/platform.ts";
import { betweenInformation, bitsOfLayer, coInformation, type Pair, pairOf } from "../../pairs/pair.ts";
import { decompositions } from "../../pairs/registry.ts";
import { type CsvRow, readCsv, requireHeader } from "./csv.ts";
import { type LargeTable, largeFile } from "./large-table.ts";

const places = ["repeat", "layer", "neuron", "other_layer", "other_neuron"];
const information = ["joint_information_bits", "between_information_bits", "co_information_bits"];

const CLASS_PREFIX = "both_class_";

/** Whole numbers come first. */
const wholeColumnsOf = (classes: number) => [
  ...places,
  ...Array.from({ length: classes }, (_, label) => `${CLASS_PREFIX}${label}`),
];
const wholeColumns = ({ samplesPerClass }: NetworkPairs) => wholeColumnsOf(samplesPerClass.length);
const bitColumns = [
  ...information,
  ...decompositions.flatMap(({ id }) => [`${id}_redundancy_bits`, `${id}_synergy_bits`]),
];

function bitsOf(pair: Pair): number[] {
  const bits = [pair.jointInformation, betweenInformation(pair), coInformation(pair)];
  for (const { parts } of decompositions) {
    const { redundancy, synergy } = parts(pair);
    bits.push(redundancy, synergy);
  }
  return bits;
}

function* rowsOf({ repeat, samplesPerClass, ones, pairs }: NetworkPairs): Generator<number[]> {
  const classes = samplesPerClass.length;
  const layers = ones.map((own) => bitsOfLayer(own, samplesPerClass));
  for (const own of pairs) {
    const { layer, otherLayer, both } = own;
    let cell = 0;
    for (const [neuron, first] of layers[layer - 1]!.entries()) {
      const others = layers[otherLayer - 1]!;
      for (let other = firstPartner(own, neuron); other < others.length; other++, cell += classes) {
        const common = both.subarray(cell, cell + classes);
        const bits = bitsOf(pairOf(first, others[other]!, common));
        yield [repeat, layer, neuron, otherLayer, other, ...common, ...bits];
      }
    }
  }
}

const pairsTable: LargeTable<NetworkPairs> = {
  columns: (first) => [
    ...(first === undefined ? places : wholeColumns(first)).map((name) => ({ name, type: "uint32" as const })),
    ...bitColumns.map((name) => ({ name, type: "float64" as const })),
  ],
  rows: rowsOf,
};

/**
 * The file of the pairs of some networks, all of the same layers.
 * @param read reads those of one network, when its turn comes
 * @param most rows of text, above which the file is a Parquet file
 */
export async function pairsFile(
  repeats: readonly number[],
  read: (repeat: number) => Promise<NetworkPairs>,
  most?: number,
): Promise<StreamedFile> {
  async function* networks(): AsyncGenerator<NetworkPairs> {
    for (const repeat of repeats) yield await read(repeat);
  }
  const { pairs } = await read(repeats[0]!);
  const each = pairs.reduce((sum, own: PairCounts) => sum + pairsOf(own), 0);
  const { pairs: name, largePairs: largeName } = resultNames;
  return largeFile({ name, largeName, table: pairsTable, rows: repeats.length * each, most }, networks());
}

const newline = 10;

/** Lines of a text but its first. */
function rowsIn(text: string): number {
  let lines = 0;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) === newline) lines++;
  return Math.max(0, lines - 1);
}

/** Rows of all networks, column by column. */
class PairColumns {
  readonly #classes: number;
  readonly #whole: readonly Uint32Array[];
  readonly #bits: readonly Float64Array[];
  readonly #both: Uint32Array;
  /** Where the rows of each network begin. */
  readonly #firsts: number[] = [];
  #rows = 0;

  constructor(classes: number, rows: number) {
    this.#classes = classes;
    this.#whole = places.map(() => new Uint32Array(rows));
    this.#bits = bitColumns.map(() => new Float64Array(rows));
    this.#both = new Uint32Array(rows * classes);
  }

  take(row: CsvRow): void {
    const at = this.#rows++;
    for (const [column, values] of this.#whole.entries()) values[at] = row.uint32(places[column]!);
    for (let label = 0; label < this.#classes; label++) {
      this.#both[at * this.#classes + label] = row.uint32(`${CLASS_PREFIX}${label}`);
    }
    for (const [column, values] of this.#bits.entries()) values[at] = row.float64(bitColumns[column]!);
    const [repeats, layers, neurons, otherLayers, others] = this.#whole;
    const [layer, neuron, otherLayer, other] = [layers![at]!, neurons![at]!, otherLayers![at]!, others![at]!];
    if (otherLayer < layer || (otherLayer === layer && other <= neuron)) {
      const found = `${layer},${neuron},${otherLayer},${other}`;
      row.fail("a pair is not in order", "the other neuron behind the first", found);
    }
    if (at > 0 && repeats![at] === repeats![at - 1]) return;
    if (this.#firsts.some((first) => repeats![first] === repeats![at])) {
      row.fail("the rows of a network are apart", "all rows of a repeat together", `repeat ${repeats![at]} again`);
    }
    this.#firsts.push(at);
  }

  tables(): PairTable[] {
    return this.#firsts.map((first, index): PairTable => {
      const end = this.#firsts[index + 1] ?? this.#rows;
      const [repeats, layer, neuron, otherLayer, otherNeuron] = this.#whole.map((own) => own.subarray(first, end));
      const bits = bitColumns.map(
        (name, column) => [name.replace(/_bits$/, ""), this.#bits[column]!.subarray(first, end)] as const,
      );
      return {
        repeat: repeats![0]!,
        layer: layer!,
        neuron: neuron!,
        otherLayer: otherLayer!,
        otherNeuron: otherNeuron!,
        classes: this.#classes,
        both: this.#both.subarray(first * this.#classes, end * this.#classes),
        bits: Object.fromEntries(bits),
      };
    });
  }
}

/**
 * The tables of pairs.csv, in the file's order.
 * @throws RunError naming file and line: wrong columns or numbers, a pair that is not in order, rows of a network apart.
 */
export function parsePairsCsv(text: string, file: string = resultNames.pairs): PairTable[] {
  let columns = new PairColumns(0, 0);
  readCsv(text, file, (header) => {
    const classes = header.filter((name) => name.startsWith(CLASS_PREFIX)).length;
    requireHeader(file, header, [...wholeColumnsOf(classes), ...bitColumns]);
    columns = new PairColumns(classes, rowsIn(text));
    return (row) => columns.take(row);
  });
  return columns.tables();
}
