/** single.csv: test accuracy and loss with one neuron removed at a time; one row per network, neuron and mode. */
import { type AblationMode, ablationModes, type SingleRemovals } from "../../core/ablation.ts";
import { resultNames } from "../../core/platform.ts";
import { type CsvRow, csvChunks, damaged, readCsv, requireHeader } from "./csv.ts";
import { correctOf, lossOf, outcomeText } from "./outcome-cells.ts";

const singleHeader = ["repeat", "layer", "neuron", "mode", "accuracy", "correct", "loss"];

function* singleLines(tables: Iterable<SingleRemovals>): Generator<string> {
  for (const { repeat, layer, mode, samples, correct, loss } of tables) {
    for (const [neuron, count] of correct.entries()) {
      yield `${repeat},${layer},${neuron},${mode},${outcomeText(count, samples, loss[neuron]!)}`;
    }
  }
}

/** Text of single.csv in chunks. */
export function singleCsv(tables: Iterable<SingleRemovals>): Iterable<string> {
  return csvChunks(singleHeader, singleLines(tables));
}

/** Rows of one table while they arrive. */
interface TableUnderWay {
  readonly repeat: number;
  readonly layer: number;
  readonly mode: AblationMode;
  readonly correct: number[];
  readonly loss: number[];
}

function openTable(row: CsvRow): TableUnderWay {
  const [repeat, layer, mode] = [row.uint32("repeat"), row.uint32("layer"), row.oneOf("mode", ablationModes)];
  return { repeat, layer, mode, correct: [], loss: [] };
}

/**
 * The tables of single.csv, in the file's order.
 * @param samples test samples, from study.json (`dataset.test`)
 * @throws RunError naming file and line: wrong columns or numbers, neurons out of order, an accuracy that is not
 * correct / samples.
 */
export function parseSingleCsv(text: string, samples: number, file: string = resultNames.single): SingleRemovals[] {
  const tables = new Map<string, TableUnderWay>();
  readCsv(text, file, (header) => {
    requireHeader(file, header, singleHeader);
    return (row, line) => {
      const key = [row.text("repeat"), row.text("layer"), row.text("mode")].join(",");
      const table = tables.get(key) ?? openTable(row);
      tables.set(key, table);
      const neuron = row.uint32("neuron");
      if (neuron !== table.correct.length) {
        throw damaged(file, line, "neurons are missing or out of order", String(table.correct.length), String(neuron));
      }
      table.correct.push(correctOf(row, samples));
      table.loss.push(lossOf(row));
    };
  });
  return [...tables.values()].map(({ correct, loss, ...table }) => ({
    ...table,
    samples,
    correct: Uint32Array.from(correct),
    loss: Float64Array.from(loss),
  }));
}
