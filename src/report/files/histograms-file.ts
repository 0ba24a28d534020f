/** histograms.csv: how each neuron's outputs are spread over more than two levels, class by class. */
import { hasBits, type NeuronTable } from "../../core/neuron-table.ts";
import { resultNames } from "../../core/platform.ts";
import { neuronLevels } from "../../measures/neuron-levels.ts";
import { type CsvRow, type CsvTable, csvText, damaged, float32Text, readCsv, requireHeader } from "./csv.ts";

const CLASS_PREFIX = "count_class_";

function histogramsHeader(classes: number): string[] {
  const counts = Array.from({ length: classes }, (_, label) => `${CLASS_PREFIX}${label}`);
  return ["repeat", "layer", "neuron", "level", "lower_edge", ...counts];
}

/** The lowest level has no lower edge; outputs of the others exceed theirs. */
function* histogramLines(table: NeuronTable): Generator<string> {
  const { repeat, rows, layer, neuron, classes, levels: counted, samplesPerClass } = table;
  if (counted?.edges === undefined) return;
  const { levels, edges } = counted;
  for (let row = 0; row < rows; row++) {
    const { countsPerLevel } = neuronLevels(counted, row, samplesPerClass!);
    for (let level = 0; level < levels; level++) {
      const edge = level === 0 ? "" : float32Text(edges[row * (levels - 1) + level - 1]!);
      const own = countsPerLevel.subarray(level * classes, (level + 1) * classes);
      yield [repeat, layer[row], neuron[row], level, edge, ...own].join(",");
    }
  }
}

/** All tables have the classes and the levels of the first. */
export const histogramsTable: CsvTable<NeuronTable> = {
  header: (first) => histogramsHeader(first?.classes ?? 0),
  lines: histogramLines,
};

/** Text of histograms.csv in chunks. */
export function histogramsCsv(tables: Iterable<NeuronTable>): Iterable<string> {
  return csvText(histogramsTable, tables);
}

/** Rows of all tables, in the order of neurons.csv, while the levels of each arrive. */
class Histograms {
  readonly #neurons: readonly { readonly table: NeuronTable; readonly row: number }[];
  readonly #classes: number;
  #at = -1;
  #level = 0;
  /** Known once the first neuron is complete. */
  #levels: number | undefined;
  #samples = 0;
  /** [classes]: samples of the neuron, and of the first one. */
  #perClass: number[] = [];
  #classSizes: readonly number[] | undefined;
  readonly edges: number[] = [];
  /** Of all levels but the lowest, which holds the rest. */
  readonly counts: number[] = [];

  constructor(tables: readonly NeuronTable[], classes: number) {
    this.#neurons = tables.flatMap((table) => Array.from({ length: table.rows }, (_, row) => ({ table, row })));
    this.#classes = classes;
  }

  take(row: CsvRow): void {
    if (row.text("level") === "0") this.#open(row);
    const expected = this.#expected();
    const found = row.key(4);
    if (this.#at < 0 || found !== expected) row.fail("levels are missing or out of order", expected, found);
    if (this.#level > 0) this.#takeEdge(row);
    else if (row.text("lower_edge") !== "") row.fail("the lowest level has an edge", "nothing", row.text("lower_edge"));
    for (let label = 0; label < this.#classes; label++) {
      const count = row.uint32(`${CLASS_PREFIX}${label}`);
      if (this.#level > 0) this.counts.push(count);
      this.#perClass[label] = (this.#perClass[label] ?? 0) + count;
      this.#samples += count;
    }
    this.#level++;
  }

  /** Edges ascend within a neuron. */
  #takeEdge(row: CsvRow): void {
    const edge = row.float64("lower_edge");
    const before = this.#level > 1 ? this.edges.at(-1)! : -Infinity;
    if (edge < before) row.fail("edges descend", `at least ${before}`, String(edge));
    this.edges.push(edge);
  }

  #expected(): string {
    const neuron = this.#neurons[this.#at];
    if (neuron === undefined) return this.#at < 0 ? "level 0 first" : "no more rows than neurons.csv has neurons";
    const { table, row } = neuron;
    return [table.repeat, table.layer[row], table.neuron[row], this.#level].join(",");
  }

  #open(row: CsvRow): void {
    this.close((what, expected, found) => row.fail(what, expected, found));
    this.#at++;
    this.#level = 0;
    this.#samples = 0;
    this.#perClass = [];
  }

  /** A neuron is complete: as many levels as the first, and each of its samples in one. */
  close(fail: (what: string, expected: string, found: string) => never): void {
    const before = this.#neurons[this.#at];
    if (before === undefined) return;
    this.#levels ??= this.#level;
    if (this.#level !== this.#levels) {
      fail("neurons have unequal numbers of levels", String(this.#levels), String(this.#level));
    }
    if (this.#samples !== before.table.samples) {
      fail("the counts of a neuron do not add up to its samples", String(before.table.samples), String(this.#samples));
    }
    this.#classSizes ??= this.#perClass;
    const [sizes, own] = [this.#classSizes.join(", "), this.#perClass.join(", ")];
    if (own !== sizes) fail("the samples of the classes differ between neurons", sizes, own);
  }

  /** After the last row. */
  tables(tables: readonly NeuronTable[], fail: (what: string, expected: string, found: string) => never) {
    this.close(fail);
    const neurons = this.#neurons.length;
    if (this.#at + 1 !== neurons) fail("neurons are missing", `${neurons} neurons`, `${this.#at + 1}`);
    const [levels, classes] = [this.#levels ?? 0, this.#classes];
    const preferred = tables.flatMap((table) => [...table.preferredClass]).find((label) => label >= classes);
    if (preferred !== undefined) fail("a preferred class has no counts", `classes 0 to ${classes - 1}`, `${preferred}`);
    const edges = Float32Array.from(this.edges);
    const counts = Uint32Array.from(this.counts);
    const samplesPerClass = Uint32Array.from(this.#classSizes ?? []);
    const upper = Math.max(0, levels - 1);
    let first = 0;
    return tables.map((table): NeuronTable => {
      const [from, to] = [first, first + table.rows];
      first = to;
      const own = {
        levels,
        edges: edges.slice(from * upper, to * upper),
        counts: counts.slice(from * upper * classes, to * upper * classes),
      };
      return { ...table, classes, samplesPerClass, levels: own };
    });
  }
}

/** Whether neurons.csv leaves the counts to histograms.csv. */
export function wantsHistograms(tables: readonly NeuronTable[]): boolean {
  return tables.some((table) => table.rows > 0 && !hasBits(table));
}

/**
 * The tables of neurons.csv with their histograms.
 * @throws RunError naming file and line: wrong columns or numbers, neurons or levels left out, counts that contradict
 * the number of samples, edges that descend.
 */
export function parseHistogramsCsv(
  text: string,
  tables: readonly NeuronTable[],
  file: string = resultNames.histograms,
): NeuronTable[] {
  let histograms = new Histograms(tables, 0);
  let lastLine = 1;
  readCsv(text, file, (header) => {
    const classes = header.filter((name) => name.startsWith(CLASS_PREFIX)).length;
    requireHeader(file, header, histogramsHeader(classes));
    histograms = new Histograms(tables, classes);
    return (row, line) => {
      lastLine = line;
      histograms.take(row);
    };
  });
  return histograms.tables(tables, (what, expected, found) => {
    throw damaged(file, lastLine, what, expected, found);
  });
}
