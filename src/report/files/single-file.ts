/** single.csv: test accuracy and loss with one neuron removed at a time; one row per network, neuron and mode. */
import { type ConstantMode, constantModes, removedAlone, type SingleRemovals } from "../../core/ablation.ts";
import { appendAll } from "../../core/long-arrays.ts";
import { resultNames } from "../../core/platform.ts";
import { type CsvRow, type CsvTable, csvText, damaged, readCsv, requireHeader } from "./csv.ts";
import { correctOf, lossOf, outcomeText } from "./outcome-cells.ts";

const CLASS_PREFIX = "correct_class_";

function singleHeader(classes: number): string[] {
  const perClass = Array.from({ length: classes }, (_, index) => `${CLASS_PREFIX}${index}`);
  return ["repeat", "layer", "neuron", "mode", "accuracy", "correct", "loss", ...perClass];
}

/** Classes that a table counts by; 0 where it does not. */
function classesOf({ correct, correctPerClass }: SingleRemovals): number {
  return correctPerClass === undefined ? 0 : correctPerClass.length / correct.length;
}

function* singleLines(table: SingleRemovals): Generator<string> {
  const { repeat, layer, mode, samples, correct, loss, correctPerClass = new Uint32Array() } = table;
  const classes = classesOf(table);
  for (const [index, neuron] of removedAlone(table).entries()) {
    const perClass = correctPerClass.subarray(index * classes, (index + 1) * classes);
    const outcome = outcomeText(correct[index]!, samples, loss[index]!);
    yield [repeat, layer, neuron, mode, outcome, ...perClass].join(",");
  }
}

/** All tables count by class, or none does. */
export const singleTable: CsvTable<SingleRemovals> = {
  header: (first) => singleHeader(first === undefined ? 0 : classesOf(first)),
  lines: singleLines,
};

/** Text of single.csv in chunks. */
export function singleCsv(tables: Iterable<SingleRemovals>): Iterable<string> {
  return csvText(singleTable, tables);
}

/** Rows of one table while they arrive. */
interface TableUnderWay {
  readonly repeat: number;
  readonly layer: number;
  readonly mode: ConstantMode;
  readonly neurons: number[];
  readonly correct: number[];
  readonly loss: number[];
  readonly correctPerClass: number[];
}

function openTable(row: CsvRow): TableUnderWay {
  const [repeat, layer, mode] = [row.uint32("repeat"), row.uint32("layer"), row.oneOf("mode", constantModes)];
  return { repeat, layer, mode, neurons: [], correct: [], loss: [], correctPerClass: [] };
}

/** Correct predictions of each class, which must add up to `correct`. */
function perClassOf(row: CsvRow, classes: number, correct: number): number[] {
  const perClass = Array.from({ length: classes }, (_, index) => row.uint32(`${CLASS_PREFIX}${index}`));
  const sum = perClass.reduce((total, count) => total + count, 0);
  if (classes > 0 && sum !== correct) {
    row.fail("the counts per class do not add up to correct", String(correct), String(sum));
  }
  return perClass;
}

/** The number of a row's neuron: the next one, or, where only some were removed, a later one. */
function neuronOf(row: CsvRow, { neurons }: TableUnderWay, isPart: boolean): number {
  const neuron = row.uint32("neuron");
  const least = isPart ? (neurons.at(-1) ?? -1) + 1 : neurons.length;
  if (isPart ? neuron < least : neuron !== least) {
    const expected = isPart ? `${least} or more` : String(least);
    row.fail(isPart ? "neurons are out of order" : "neurons are missing or out of order", expected, String(neuron));
  }
  return neuron;
}

/** Networks of a study are alike, so a layer of unequal size has lost rows; so has one whose modes are of other neurons. */
function requireEqualLayers(tables: readonly TableUnderWay[], line: number, file: string): void {
  const sizes = new Map<number, number>();
  const numbers = new Map<string, string>();
  for (const { layer, neurons, correct, repeat, mode } of tables) {
    const size = sizes.get(layer) ?? correct.length;
    sizes.set(layer, size);
    if (correct.length !== size) {
      const found = `${correct.length} in repeat ${repeat}, mode ${mode}`;
      throw damaged(file, line, `layer ${layer} has unequal numbers of neurons`, String(size), found);
    }
    const own = neurons.join(", ");
    const expected = numbers.get(`${repeat} ${layer}`) ?? own;
    numbers.set(`${repeat} ${layer}`, expected);
    if (own === expected) continue;
    throw damaged(file, line, `the modes of layer ${layer}, repeat ${repeat}, have unequal neurons`, expected, own);
  }
}

/**
 * The tables of single.csv, in the file's order.
 * @param samples test samples, from study.json (`dataset.test`)
 * @param isPart whether some neurons of a layer may be left out, as where the study was asked for fewer
 * @throws RunError naming file and line: wrong columns or numbers, neurons out of order, an accuracy that is not
 * correct / samples, classes that do not add up. Files written before classes were counted lack their columns.
 */
export function parseSingleCsv(
  text: string,
  samples: number,
  file: string = resultNames.single,
  isPart = false,
): SingleRemovals[] {
  const tables = new Map<string, TableUnderWay>();
  let lastLine = 1;
  readCsv(text, file, (header) => {
    const classes = header.filter((name) => name.startsWith(CLASS_PREFIX)).length;
    requireHeader(file, header, singleHeader(classes));
    return (row, line) => {
      lastLine = line;
      const key = [row.text("repeat"), row.text("layer"), row.text("mode")].join(",");
      const table = tables.get(key) ?? openTable(row);
      tables.set(key, table);
      table.neurons.push(neuronOf(row, table, isPart));
      const correct = correctOf(row, samples);
      table.correct.push(correct);
      appendAll(table.correctPerClass, perClassOf(row, classes, correct));
      table.loss.push(lossOf(row));
    };
  });
  requireEqualLayers([...tables.values()], lastLine, file);
  // Where one table has a gap, the others may be a part that has none by chance.
  const hasGaps = [...tables.values()].some(({ neurons }) => neurons.at(-1) !== neurons.length - 1);
  return [...tables.values()].map(({ neurons, correct, loss, correctPerClass, ...table }) => ({
    ...table,
    samples,
    ...(hasGaps ? { neurons: Uint32Array.from(neurons) } : {}),
    correct: Uint32Array.from(correct),
    loss: Float64Array.from(loss),
    ...(correctPerClass.length > 0 ? { correctPerClass: Uint32Array.from(correctPerClass) } : {}),
  }));
}
