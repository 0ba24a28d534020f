/** What the state means: the table on show, its columns, outcomes that are known. Derived, never stored. */
import type { AblationCurve, AblationMode, SingleRemovals } from "../../../src/core/ablation.ts";
import type { NeuronTable } from "../../../src/core/neuron-table.ts";
import { type ScopeKind, type ScopeText, scopeOf } from "../../../src/core/scope.ts";
import { measureWithId, titleOf, unitOf, valueText } from "../../../src/measures/columns.ts";
import { unitWords } from "../../../src/measures/units.ts";
import { decimal } from "../numbers.ts";
import type { LabState, ShownStudy } from "./lab-state.ts";
import { layerWidths, type Rows, rowOf } from "./removal.ts";

/** The column of what a neuron's removal alone costs; beside the measures. */
export const COST = "cost";

/** The column of the neurons' outputs for the digit on show: no property of theirs, so only for colours. */
export const OUTPUT = "output";

/** The column of what the neurons carry of that digit's score, likewise. */
export const CARRIED = "carried";

export const isOfSample = (column: string): boolean => column === OUTPUT || column === CARRIED;

/** A column of the digit on show, once it is there. */
export function sampleColumn({ classified, view }: LabState, table: NeuronTable): Float64Array | undefined {
  if (classified?.repeat !== table.repeat) return undefined;
  return view.column === OUTPUT ? classified.activations : classified.carried;
}

/** Whether only some of a layer's neurons were removed alone, so that there is no cost of each. */
const isPart = ({ neurons }: SingleRemovals) => neurons !== undefined;

/** Columns that neurons can be coloured, plotted and ordered by. */
export function columnsOf(study: ShownStudy): string[] {
  const known = Object.keys(study.neurons[0]?.measures ?? {});
  return study.singles.length > 0 && !study.singles.some(isPart) ? [...known, COST] : known;
}

/** What the lab begins with, and where a column of a digit goes when the digit does. */
export const USUAL_COLUMN = "mutual_information";

/** The column, or, where the study was not measured by it, another that it has. */
export function columnIn(study: ShownStudy, column: string): string {
  const columns = columnsOf(study);
  if (isOfSample(column) || column === COST || columns.includes(column)) return column;
  return columns.includes(USUAL_COLUMN) ? USUAL_COLUMN : (columns[0] ?? column);
}

export function columnTitle(column: string): string {
  if (column === COST) return "Removal cost";
  if (column === OUTPUT) return "Output";
  if (column === CARRIED) return "Carries";
  return titleOf(column);
}

/** The unit of a measure; the cost is a share of the test set, shown in percentage points. */
export function columnUnit(column: string): string {
  if (isOfSample(column)) return "";
  return column === COST ? "points" : unitWords[unitOf(column)].value;
}

/** A value with its unit. */
export function columnText(column: string, value: number): string {
  const text = column === COST || isOfSample(column) ? decimal(value, 3) : valueText(column, value);
  return `${text} ${columnUnit(column)}`.trimEnd();
}

export function shownTable({ study, view }: LabState): NeuronTable | undefined {
  return study?.neurons[view.repeat];
}

/** Number of the repeat on show; its index is `view.repeat`. */
export function shownRepeat(state: LabState): number {
  return shownTable(state)?.repeat ?? 0;
}

export function studySeed({ study }: LabState): number {
  return study?.about.config?.seed ?? 0;
}

/** Test samples classified correctly by the intact network of a repeat. */
export function intactCorrect(study: ShownStudy, repeat: number): number | undefined {
  return study.repeats.find((summary) => summary.repeat === repeat)?.testCorrect;
}

/**
 * What each neuron's removal alone costs, in percentage points of test accuracy.
 * @returns [rows]; undefined where it is not known
 */
export function costColumn(study: ShownStudy, table: NeuronTable, mode: AblationMode): Float64Array | undefined {
  const intact = intactCorrect(study, table.repeat);
  const layers = layerWidths(table).map((_, index) =>
    study.singles.find(
      (single) => single.repeat === table.repeat && single.layer === index + 1 && single.mode === mode,
    ),
  );
  if (intact === undefined || layers.some((single) => single === undefined || isPart(single))) return undefined;
  return Float64Array.from(table.layer, (layer, row) => {
    const { correct, samples } = layers[layer - 1]!;
    return (100 * (intact - correct[table.neuron[row]!]!)) / samples;
  });
}

/** @returns [rows] values of a column; undefined where it is not known */
export function columnValues(
  study: ShownStudy,
  table: NeuronTable,
  column: string,
  mode: AblationMode,
): Float64Array | undefined {
  return column === COST ? costColumn(study, table, mode) : table.measures[column];
}

/** Most that a column reaches in a table, or can reach, where its measure has an upper end. */
export function columnTop(values: Float64Array, column: string, { levels }: NeuronTable): number {
  const top = measureWithId(column)?.top?.(levels?.levels ?? 2);
  const size = (value: number) => (isOfSample(column) ? Math.abs(value) || 0 : value);
  return top ?? (values.reduce((most, value) => Math.max(most, size(value)), 0) || 1);
}

export function curveKey({ order, mode }: Pick<AblationCurve, "order" | "mode">): string {
  return [order.repeat, order.scope, order.measure, order.direction, order.draw, mode].join("/");
}

export function scopeKind(text: ScopeText): ScopeKind {
  const { kind } = scopeOf(text);
  return kind === "layer" ? "layers" : kind;
}

export interface Outcome {
  readonly samples: number;
  readonly correct: number;
  /** [classes] */
  readonly correctPerClass?: ArrayLike<number>;
}

/** The outcome for a set of removed neurons out of what is there: the summary, single removals, steps of curves. */
export function knownOutcome(
  study: ShownStudy,
  table: NeuronTable,
  removed: Rows,
  mode: AblationMode,
): Outcome | undefined {
  if (removed.length === 0) {
    const summary = study.repeats.find(({ repeat }) => repeat === table.repeat);
    const { testCorrect: correct, testCorrectPerClass: correctPerClass } = summary ?? {};
    if (correct === undefined) return undefined;
    const samples = study.about.dataset.test;
    return { samples, correct, ...(correctPerClass === undefined ? {} : { correctPerClass }) };
  }
  if (removed.length === 1) return singleOutcome(study, table, removed[0]!, mode);
  return curveOutcome(study, table, removed, mode);
}

/** The outcome without one neuron. */
export function singleOutcome(
  study: ShownStudy,
  table: NeuronTable,
  row: number,
  mode: AblationMode,
): Outcome | undefined {
  const [layer, neuron] = [table.layer[row]!, table.neuron[row]!];
  const single = study.singles.find(
    (candidate) => candidate.repeat === table.repeat && candidate.layer === layer && candidate.mode === mode,
  );
  const at = single?.neurons === undefined ? neuron : single.neurons.indexOf(neuron);
  if (single === undefined || at === -1) return undefined;
  const { samples, correct, correctPerClass } = single;
  const perClass = correctPerClass?.subarray(at * table.classes, (at + 1) * table.classes);
  return { samples, correct: correct[at]!, ...(perClass === undefined ? {} : { correctPerClass: perClass }) };
}

function curveOutcome(study: ShownStudy, table: NeuronTable, removed: Rows, mode: AblationMode): Outcome | undefined {
  const out = new Set(removed);
  for (const curve of Object.values(study.curves)) {
    const { order, samples } = curve;
    if (order.repeat !== table.repeat || curve.mode !== mode) continue;
    const step = curve.removed.indexOf(removed.length);
    if (step === -1) continue;
    const first = order.neurons.slice(0, removed.length);
    if (first.every((address) => out.has(rowOf(table, address)))) return { samples, correct: curve.correct[step]! };
  }
  return undefined;
}
