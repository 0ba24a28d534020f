/**
 * pair-removals.csv: test accuracy and loss with two neurons of a layer removed together, and what that costs beyond removing each
 * alone; a row a network, pair and mode. Where there are very many (large-table.ts) it is pair-removals.parquet.
 */
import { type ConstantMode, constantModes } from "../../core/ablation.ts";
import { type PairDamages, type PairRemovals, pairsAmong, superAdditiveLoss } from "../../core/pair-removals.ts";
import { resultNames, type StreamedFile } from "../../core/platform.ts";
import { type CsvRow, damaged, readCsv, requireHeader } from "./csv.ts";
import { type LargeTable, largeFile } from "./large-table.ts";
import { correctOf, lossOf } from "./outcome-cells.ts";

const columns = [
  { name: "repeat", type: "uint32" },
  { name: "layer", type: "uint32" },
  { name: "neuron", type: "uint32" },
  { name: "other_neuron", type: "uint32" },
  { name: "mode", type: "text" },
  { name: "accuracy", type: "float64" },
  { name: "correct", type: "uint32" },
  { name: "loss", type: "float64" },
  { name: "super_additive_loss", type: "float64" },
] as const;

function* rowsOf(table: PairRemovals): Generator<(number | string)[]> {
  const { repeat, layer, mode, samples, correct, loss, lossAlone } = table;
  let at = 0;
  for (const pair of pairsAmong(lossAlone.length)) {
    const outcome = [correct[at]! / samples, correct[at]!, loss[at]!];
    const damage = superAdditiveLoss(table, at, pair);
    // An infinite loss leaves nothing to compare.
    yield [repeat, layer, ...pair, mode, ...outcome, Number.isFinite(damage) ? damage : Number.NaN];
    at++;
  }
}

const pairRemovalsTable: LargeTable<PairRemovals> = { columns: () => columns, rows: rowsOf };

/**
 * The file of the pairs that were removed from some networks, all of the same layers.
 * @param read reads those of one network, when its turn comes
 * @param most rows of text, above which the file is a Parquet file
 * @returns undefined where no layer has pairs, or no mode makes constants of neurons
 */
export async function pairRemovalsFile(
  repeats: readonly number[],
  read: (repeat: number) => Promise<readonly PairRemovals[]>,
  most?: number,
): Promise<StreamedFile | undefined> {
  async function* tables(): AsyncGenerator<PairRemovals> {
    for (const repeat of repeats) yield* await read(repeat);
  }
  const each = (await read(repeats[0]!)).reduce((sum, { correct }) => sum + correct.length, 0);
  if (each === 0) return undefined;
  const { pairRemovals: name, largePairRemovals: largeName } = resultNames;
  return largeFile({ name, largeName, table: pairRemovalsTable, rows: repeats.length * each, most }, tables());
}

/** Rows of one layer of a network in one mode while they arrive. */
interface TableUnderWay {
  readonly repeat: number;
  readonly layer: number;
  readonly mode: ConstantMode;
  readonly damage: number[];
  /** The pair of the last row. */
  last: readonly [number, number];
  /** Neurons that the first one was paired with: one fewer than the layer has. */
  partners: number;
}

function openTable(row: CsvRow): TableUnderWay {
  const [repeat, layer, mode] = [row.uint32("repeat"), row.uint32("layer"), row.oneOf("mode", constantModes)];
  return { repeat, layer, mode, damage: [], last: [0, 0], partners: 0 };
}

/** Pairs come as `pairsAmong` has them, and the first neuron's tell how many neurons there are. */
function takePair(row: CsvRow, table: TableUnderWay): void {
  const pair = [row.uint32("neuron"), row.uint32("other_neuron")] as const;
  const [neuron, other] = table.last;
  const isFirst = neuron === 0 && pair[0] === 0;
  const next = isFirst || other < table.partners ? [neuron, other + 1] : [neuron + 1, neuron + 2];
  if (pair.join() !== next.join()) row.fail("pairs are missing or out of order", next.join(), pair.join());
  if (isFirst) table.partners++;
  table.last = pair;
}

/**
 * The tables of pair-removals.csv, in the file's order.
 * @param samples test samples, from study.json (`dataset.test`)
 * @throws RunError naming file and line: wrong columns or numbers, pairs missing, an accuracy that is not correct / samples
 */
export function parsePairRemovalsCsv(
  text: string,
  samples: number,
  file: string = resultNames.pairRemovals,
): PairDamages[] {
  const tables = new Map<string, TableUnderWay>();
  let lines = 1;
  readCsv(text, file, (header) => {
    const names = columns.map(({ name }) => name);
    requireHeader(file, header, names);
    return (row, line) => {
      lines = line;
      const key = [row.text("repeat"), row.text("layer"), row.text("mode")].join(",");
      const table = tables.get(key) ?? openTable(row);
      tables.set(key, table);
      takePair(row, table);
      correctOf(row, samples);
      lossOf(row);
      table.damage.push(row.text("super_additive_loss") === "" ? Number.NaN : row.float64("super_additive_loss"));
    };
  });
  return [...tables.values()].map(({ repeat, layer, mode, damage, partners }): PairDamages => {
    const expected = (partners * (partners + 1)) / 2;
    if (damage.length !== expected) {
      const what = `pairs of repeat ${repeat}, layer ${layer}, mode ${mode}, are missing`;
      throw damaged(file, lines, what, `${expected}, of ${partners + 1} neurons`, String(damage.length));
    }
    return { repeat, layer, mode, units: partners + 1, damage: Float64Array.from(damage) };
  });
}
