/**
 * neurons.csv: one row per hidden neuron and repeat, with its measures and the counts they come from. At more than two
 * levels the counts are in histograms.csv, and the biases of the measures stand here in their place.
 */
import { hasBits, type NeuronTable, onesOf, onesPerClass } from "../../core/neuron-table.ts";
import { resultNames } from "../../core/platform.ts";
import { biasColumnOf, columnOf, measureOfColumn, measureWithId } from "../../measures/columns.ts";
import { layersOfTable } from "../../measures/neuron-levels.ts";
import {
  type CsvRow,
  type CsvTable,
  csvText,
  damaged,
  float32Text,
  float64Text,
  isMeasureId,
  readCsv,
  requireHeader,
} from "./csv.ts";

const CLASS_PREFIX = "ones_class_";
const BIAS_PREFIX = "bias_";
const ERROR_SUFFIX = "_standard_error";
const biasColumn = (id: string) => `${BIAS_PREFIX}${columnOf(id)}`;

const errorColumn = (id: string) => `${columnOf(id)}${ERROR_SUFFIX}`;

/** Measures of a file, and those of them that have standard errors there. */
interface Measured {
  readonly ids: readonly string[];
  readonly sampled: readonly string[];
}

function measuredOf({ measures = {}, standardErrors = {} }: Partial<NeuronTable>): Measured {
  const ids = Object.keys(measures);
  return { ids, sampled: ids.filter((id) => Object.hasOwn(standardErrors, id)) };
}

/** A measure's column, and behind it that of its standard errors. */
function measureColumns({ ids, sampled }: Measured): string[] {
  return ids.flatMap((id) => [columnOf(id), ...(sampled.includes(id) ? [errorColumn(id)] : [])]);
}

/** Measures with a known bias. */
const biased = (measures: readonly string[]) => measures.filter((id) => measureWithId(id)?.bias !== undefined);

function levelsHeader(measures: Measured): string[] {
  return [
    "repeat",
    "layer",
    "neuron",
    "samples",
    ...measureColumns(measures),
    ...biased(measures.ids).map(biasColumn),
    "preferred_class",
    "mean_activation",
  ];
}

function neuronsHeader(measures: Measured, classes: number): string[] {
  return [
    "repeat",
    "layer",
    "neuron",
    "samples",
    "ones",
    ...measureColumns(measures),
    "preferred_class",
    "mean_activation",
    ...Array.from({ length: classes }, (_, index) => `${CLASS_PREFIX}${index}`),
  ];
}

/** [rows] of each measure with a known bias. */
function biasesOf(table: NeuronTable, measures: readonly string[]): Float64Array[] {
  const layers = layersOfTable(table) ?? [];
  return biased(measures).map((id) => biasColumnOf(measureWithId(id)!, layers));
}

/** The cells between a neuron's samples and its preferred class, and those behind its mean. */
type Cells = (row: number) => readonly [readonly (string | number)[], readonly number[]];

function cellsOf(table: NeuronTable, measured: Measured): Cells {
  const columns = measured.ids.flatMap((id) => [
    table.measures[id]!,
    ...(measured.sampled.includes(id) ? [table.standardErrors![id]!] : []),
  ]);
  const values = (row: number) => columns.map((column) => float64Text(column[row]!));
  if (hasBits(table)) return (row) => [[onesOf(table, row), ...values(row)], [...onesPerClass(table, row)]];
  const biases = biasesOf(table, measured.ids);
  return (row) => [[...values(row), ...biases.map((column) => float64Text(column[row]!))], []];
}

function* neuronLines(table: NeuronTable, first: NeuronTable): Generator<string> {
  const { repeat, layer, neuron, samples, preferredClass, meanActivation } = table;
  const cells = cellsOf(table, measuredOf(first));
  for (let row = 0; row < table.rows; row++) {
    const [measured, counts] = cells(row);
    const means = [preferredClass[row], float32Text(meanActivation[row]!)];
    yield [repeat, layer[row], neuron[row], samples, ...measured, ...means, ...counts].join(",");
  }
}

/** All tables have the measures, the classes and the levels of the first. */
export const neuronsTable: CsvTable<NeuronTable> = {
  header(first) {
    const measured = measuredOf(first ?? {});
    return first === undefined || hasBits(first)
      ? neuronsHeader(measured, first?.classes ?? 0)
      : levelsHeader(measured);
  },
  lines: neuronLines,
};

/** Text of neurons.csv in chunks. */
export function neuronsCsv(tables: Iterable<NeuronTable>): Iterable<string> {
  return csvText(neuronsTable, tables);
}

/** Columns of one repeat while its rows arrive. */
class TableColumns {
  readonly repeat: number;
  readonly samples: number;
  readonly layer: number[] = [];
  readonly neuron: number[] = [];
  readonly onesPerClass: number[] = [];
  readonly preferredClass: number[] = [];
  readonly meanActivation: number[] = [];
  readonly measured: Measured;
  readonly measures: number[][];
  readonly standardErrors: number[][];

  constructor(repeat: number, samples: number, measured: Measured) {
    this.repeat = repeat;
    this.samples = samples;
    this.measured = measured;
    this.measures = measured.ids.map(() => []);
    this.standardErrors = measured.sampled.map(() => []);
  }

  /** Rows go through the layers from 1 and their neurons from 0, none left out. */
  #takePlace(row: CsvRow): void {
    const layer = row.uint32("layer");
    const neuron = row.uint32("neuron");
    const lastLayer = this.layer.at(-1) ?? 0;
    const lastNeuron = this.neuron.at(-1) ?? -1;
    const inSameLayer = layer === lastLayer && neuron === lastNeuron + 1;
    const inNextLayer = layer === lastLayer + 1 && neuron === 0;
    if (!inSameLayer && !inNextLayer) {
      const next = lastLayer === 0 ? "" : `layer ${lastLayer}, neuron ${lastNeuron + 1}, or `;
      const found = `layer ${layer}, neuron ${neuron}`;
      row.fail("neurons are missing or out of order", `${next}layer ${lastLayer + 1}, neuron 0`, found);
    }
    this.layer.push(layer);
    this.neuron.push(neuron);
  }

  /** @param classes undefined where the counts are in another file */
  take(row: CsvRow, classes: number | undefined): void {
    const { ids, sampled } = this.measured;
    this.#takePlace(row);
    if (row.uint32("samples") !== this.samples) {
      row.fail("samples differ within a repeat", String(this.samples), row.text("samples"));
    }
    if (classes === undefined) {
      for (const id of biased(ids)) row.float64(biasColumn(id));
    } else {
      this.#takeOnes(row, classes);
    }
    const last = classes === undefined ? undefined : Math.max(classes - 1, 0);
    this.preferredClass.push(row.uint32("preferred_class", last));
    this.meanActivation.push(row.float64("mean_activation"));
    ids.forEach((id, index) => {
      this.measures[index]!.push(row.float64(columnOf(id)));
    });
    sampled.forEach((id, index) => {
      const error = row.float64(errorColumn(id));
      if (error < 0) row.fail("a standard error is negative", "0 or more", row.text(errorColumn(id)));
      this.standardErrors[index]!.push(error);
    });
  }

  #takeOnes(row: CsvRow, classes: number): void {
    const ones = row.uint32("ones", this.samples);
    let sum = 0;
    for (let index = 0; index < classes; index++) {
      const count = row.uint32(`${CLASS_PREFIX}${index}`);
      this.onesPerClass.push(count);
      sum += count;
    }
    if (sum !== ones) row.fail("the counts per class do not add up to ones", String(ones), String(sum));
  }

  toTable(classes: number): NeuronTable {
    const { ids, sampled } = this.measured;
    const columns = (names: readonly string[], values: readonly number[][]) =>
      Object.fromEntries(names.map((id, index) => [id, Float64Array.from(values[index]!)]));
    return {
      repeat: this.repeat,
      rows: this.layer.length,
      classes,
      layer: Uint32Array.from(this.layer),
      neuron: Uint32Array.from(this.neuron),
      samples: this.samples,
      ...(classes > 0 && { levels: { levels: 2, counts: Uint32Array.from(this.onesPerClass) } }),
      preferredClass: Uint32Array.from(this.preferredClass),
      meanActivation: Float32Array.from(this.meanActivation),
      measures: columns(ids, this.measures),
      ...(sampled.length > 0 && { standardErrors: columns(sampled, this.standardErrors) }),
    };
  }
}

/**
 * The tables of neurons.csv, in the file's order; the measures are those that the header names. Where it has no ones,
 * the tables want their histograms: the number of classes is not in this file.
 * @throws RunError naming file and line: wrong columns or numbers, neurons left out, counts that contradict each other,
 * repeats of unequal size (a file that lost its last lines).
 */
export function parseNeuronsCsv(text: string, file: string = resultNames.neurons): NeuronTable[] {
  const tables = new Map<number, TableColumns>();
  let measured: Measured = { ids: [], sampled: [] };
  let classes = 0;
  let ofLevels = false;
  let current: TableColumns | undefined;
  let lastLine = 1;
  readCsv(text, file, (header) => {
    const ids = header.filter((name) => !name.startsWith(BIAS_PREFIX)).flatMap((name) => measureOfColumn(name) ?? []);
    classes = header.filter((name) => name.startsWith(CLASS_PREFIX)).length;
    ofLevels = !header.includes("ones") && classes === 0;
    const stranger = ids.find((id) => !isMeasureId(id));
    if (stranger !== undefined) throw damaged(file, 1, "this is not a measure", "letters, digits and _", stranger);
    measured = { ids, sampled: ids.filter((id) => header.includes(errorColumn(id))) };
    requireHeader(file, header, ofLevels ? levelsHeader(measured) : neuronsHeader(measured, classes));
    return (row, line) => {
      lastLine = line;
      const repeat = row.uint32("repeat");
      if (repeat !== current?.repeat) {
        if (tables.has(repeat)) row.fail("a repeat appears twice", "the rows of a repeat together", `repeat ${repeat}`);
        current = new TableColumns(repeat, row.uint32("samples"), measured);
        tables.set(repeat, current);
      }
      current.take(row, ofLevels ? undefined : classes);
    };
  });
  const columns = [...tables.values()];
  const uneven = columns.find((table) => table.layer.length !== columns[0]!.layer.length);
  if (uneven !== undefined) {
    const found = `${uneven.layer.length} in repeat ${uneven.repeat}`;
    throw damaged(file, lastLine, "repeats have unequal numbers of neurons", String(columns[0]!.layer.length), found);
  }
  return columns.map((table) => table.toTable(classes));
}
