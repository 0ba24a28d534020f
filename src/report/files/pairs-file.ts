/**
 * pairs.csv: how often two neurons' bits are both 1, what they know of the class, and how each decomposition divides it; a row a pair
 * and network. Above MOST_CSV_ROWS it is pairs.parquet, of the same columns: whole numbers of 32 bits, and float64.
 */
import type { SchemaElement } from "hyparquet";
import type { ByteWriter } from "hyparquet-writer";
import { firstPartner, type NetworkPairs, type PairCounts, pairsOf } from "../../core/pairs.ts";
import { resultNames, type StreamedFile } from "../../core/platform.ts";
import { betweenInformation, bitsOfLayer, coInformation, type Pair, pairOf } from "../../pairs/pair.ts";
import { decompositions } from "../../pairs/registry.ts";
import { type CsvTable, float64Text, streamedCsv } from "./csv.ts";

/** A sheet of most programs ends there, and the text would be some 250 MB. */
const MOST_CSV_ROWS = 1_000_000;

const places = ["repeat", "layer", "neuron", "other_layer", "other_neuron"];
const information = ["joint_information_bits", "between_information_bits", "co_information_bits"];

/** Whole numbers come first. */
const wholeColumns = ({ samplesPerClass }: NetworkPairs) => [
  ...places,
  ...Array.from(samplesPerClass, (_, label) => `both_class_${label}`),
];
const bitColumns = [
  ...information,
  ...decompositions.flatMap(({ id }) => [`${id}_redundancy_bits`, `${id}_synergy_bits`]),
];

interface PairRow {
  readonly whole: readonly number[];
  /** As `bitColumns` names them. */
  readonly bits: readonly number[];
}

function bitsOf(pair: Pair): number[] {
  const bits = [pair.jointInformation, betweenInformation(pair), coInformation(pair)];
  for (const { parts } of decompositions) {
    const { redundancy, synergy } = parts(pair);
    bits.push(redundancy, synergy);
  }
  return bits;
}

function* rowsOf({ repeat, samplesPerClass, ones, pairs }: NetworkPairs): Generator<PairRow> {
  const classes = samplesPerClass.length;
  const layers = ones.map((own) => bitsOfLayer(own, samplesPerClass));
  for (const own of pairs) {
    const { layer, otherLayer, both } = own;
    let cell = 0;
    for (const [neuron, first] of layers[layer - 1]!.entries()) {
      const others = layers[otherLayer - 1]!;
      for (let other = firstPartner(own, neuron); other < others.length; other++, cell += classes) {
        const common = both.subarray(cell, cell + classes);
        const whole = [repeat, layer, neuron, otherLayer, other, ...common];
        yield { whole, bits: bitsOf(pairOf(first, others[other]!, common)) };
      }
    }
  }
}

const pairsTable: CsvTable<NetworkPairs> = {
  header: (first) => [...(first === undefined ? places : wholeColumns(first)), ...bitColumns],
  *lines(network) {
    for (const { whole, bits } of rowsOf(network)) yield `${whole.join(",")},${bits.map(float64Text).join(",")}`;
  },
};

/** Rows that are encoded together. */
const GROUP_ROWS = 100_000;

/** What was written since it was last asked for. */
function taken(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}

/** Rows of one group, column by column. */
function columnData(rows: readonly PairRow[], whole: readonly string[]) {
  return [
    ...whole.map((name, column) => ({ name, data: Int32Array.from(rows, (row) => row.whole[column]!) })),
    ...bitColumns.map((name, column) => ({ name, data: Float64Array.from(rows, (row) => row.bits[column]!) })),
  ];
}

async function* parquetChunks(networks: AsyncIterable<NetworkPairs>): AsyncGenerator<Uint8Array> {
  const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
  const bytes = new ByteWriter();
  let file: InstanceType<typeof ParquetWriter> | undefined;
  for await (const network of networks) {
    const whole = wholeColumns(network);
    const element = (name: string, type: "INT32" | "DOUBLE"): SchemaElement => {
      return { name, type, repetition_type: "REQUIRED" };
    };
    const columns = [
      ...whole.map((name) => element(name, "INT32")),
      ...bitColumns.map((name) => element(name, "DOUBLE")),
    ];
    file ??= new ParquetWriter({ writer: bytes, schema: [{ name: "root", num_children: columns.length }, ...columns] });
    let rows: PairRow[] = [];
    const flush = async () => {
      await file!.write({ columnData: columnData(rows, whole), rowGroupSize: GROUP_ROWS });
      rows = [];
      return taken(bytes);
    };
    for (const row of rowsOf(network)) {
      rows.push(row);
      if (rows.length === GROUP_ROWS) yield await flush();
    }
    if (rows.length > 0) yield await flush();
  }
  await file?.finish();
  yield taken(bytes);
}

/**
 * The file of the pairs of some networks, all of the same layers.
 * @param read reads those of one network, when its turn comes
 * @param most rows of text, above which the file is a Parquet file
 */
export async function pairsFile(
  repeats: readonly number[],
  read: (repeat: number) => Promise<NetworkPairs>,
  most = MOST_CSV_ROWS,
): Promise<StreamedFile> {
  async function* networks(): AsyncGenerator<NetworkPairs> {
    for (const repeat of repeats) yield await read(repeat);
  }
  async function* groups(): AsyncGenerator<Iterable<NetworkPairs>> {
    for await (const network of networks()) yield [network];
  }
  const { pairs } = await read(repeats[0]!);
  const each = pairs.reduce((sum, own: PairCounts) => sum + pairsOf(own), 0);
  return repeats.length * each > most
    ? { name: resultNames.largePairs, chunks: parquetChunks(networks()) }
    : { name: resultNames.pairs, chunks: streamedCsv(pairsTable, groups()) };
}
