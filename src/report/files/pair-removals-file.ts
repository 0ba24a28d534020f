/**
 * pair-removals.csv: test accuracy and loss with two neurons of a layer removed together, and what that costs beyond removing each
 * alone; a row a network, pair and mode. Where there are very many (large-table.ts) it is pair-removals.parquet.
 */
import { type PairRemovals, pairsAmong, superAdditiveLoss } from "../../core/pair-removals.ts";
import { resultNames, type StreamedFile } from "../../core/platform.ts";
import { type LargeTable, largeFile } from "./large-table.ts";

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
