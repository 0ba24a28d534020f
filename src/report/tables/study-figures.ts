/** The numbers of the table at the end of a run, taken from one network after another, none of which is kept. */
import type { CurveOutcome } from "../../core/ablation.ts";
import type { NeuronTable } from "../../core/neuron-table.ts";
import type { ScopeText } from "../../core/scope.ts";
import type { ResultsByRepeat } from "../../core/study.ts";
import type { StudyFiles } from "../analysis/analysis.ts";
import {
  type CurveAreas,
  type CurveKind,
  curvesByKind,
  kindKey,
  kindOf,
  meanAccuracy,
} from "../analysis/curve-groups.ts";
import { areaUnderCurve } from "../statistics/area.ts";

/** Of the neurons of a scope, removed. */
export const PERCENTAGES = [25, 50, 75];

/** Of values that come one after another. */
class Spread {
  minimum = Number.POSITIVE_INFINITY;
  maximum = Number.NEGATIVE_INFINITY;
  #sum = 0;
  #count = 0;

  add(value: number): void {
    this.minimum = Math.min(this.minimum, value);
    this.maximum = Math.max(this.maximum, value);
    this.#sum += value;
    this.#count++;
  }

  get mean(): number {
    return this.#sum / this.#count;
  }
}

export function spreadOf(values: Iterable<number>): Readonly<Spread> {
  const spread = new Spread();
  for (const value of values) spread.add(value);
  return spread;
}

/** Index of the last step with at most `percentage` of the neurons removed; curves start at 0 removed, and end with all. */
function stepAt({ removed }: CurveOutcome, percentage: number): number {
  // Compared in whole numbers: 0.29 * 100 is not 29.
  return removed.findLastIndex((count) => count * 100 <= percentage * removed.at(-1)!);
}

/** Curves of one kind, of all networks so far. */
interface KindFigures extends CurveAreas {
  readonly repeats: number[];
  /** [PERCENTAGES]: over networks and draws. */
  readonly accuracies: readonly Readonly<Spread>[];
}

/** Where the percentages of a scope are. */
interface Steps {
  /** [PERCENTAGES]: neurons removed. */
  readonly removed: readonly number[];
  /** Of the scope. */
  readonly neurons: number;
}

class Kind implements CurveKind {
  readonly scope;
  readonly measure;
  readonly direction;
  readonly mode;
  readonly repeats: number[] = [];
  readonly accuracies = PERCENTAGES.map(() => new Spread());
  readonly #areas: number[] = [];

  constructor({ scope, measure, direction, mode }: CurveKind) {
    this.scope = scope;
    this.measure = measure;
    this.direction = direction;
    this.mode = mode;
  }

  get areas(): Float64Array {
    return Float64Array.from(this.#areas);
  }

  /** @param draws of one network */
  add(draws: readonly CurveOutcome[]): void {
    this.repeats.push(draws[0]!.order.repeat);
    this.#areas.push(areaUnderCurve(draws[0]!.removed, meanAccuracy(draws)));
    for (const draw of draws) {
      this.accuracies.forEach((spread, index) => {
        spread.add(draw.correct[stepAt(draw, PERCENTAGES[index]!)]! / draw.samples);
      });
    }
  }
}

export class StudyFigures {
  /** Ids. */
  measures: readonly string[] = [];
  /** Hidden layers, from 1. */
  layers: readonly number[] = [];
  readonly steps = new Map<ScopeText, Steps>();
  readonly #spreads = new Map<string, Spread>();
  readonly #kinds = new Map<string, Kind>();

  /** In the order in which kinds of curves first appeared. */
  get curves(): readonly KindFigures[] {
    return [...this.#kinds.values()];
  }

  /** Of the values of a measure in a layer. */
  spread(measure: string, layer: number): Readonly<Spread> {
    const key = `${measure} ${layer}`;
    const spread = this.#spreads.get(key) ?? new Spread();
    this.#spreads.set(key, spread);
    return spread;
  }

  /** @param curves of the same network as the table */
  add(table: NeuronTable | undefined, curves: readonly CurveOutcome[]): void {
    if (table !== undefined) this.#addTable(table);
    for (const draws of curvesByKind(curves).values()) {
      const [first] = draws;
      const kind = this.#kinds.get(kindKey(kindOf(first!))) ?? new Kind(kindOf(first!));
      this.#kinds.set(kindKey(kind), kind);
      kind.add(draws);
      const removed = PERCENTAGES.map((percentage) => first!.removed[stepAt(first!, percentage)]!);
      this.steps.set(kind.scope, { removed, neurons: first!.removed.at(-1)! });
    }
  }

  #addTable({ measures, layer, rows }: NeuronTable): void {
    if (this.measures.length === 0) {
      this.measures = Object.keys(measures);
      this.layers = [...new Set(layer)];
    }
    for (const [id, values] of Object.entries(measures)) {
      const spreads = new Map(this.layers.map((number) => [number, this.spread(id, number) as Spread]));
      for (let row = 0; row < rows; row++) spreads.get(layer[row]!)!.add(values[row]!);
    }
  }
}

/** The figures of a study that is read a repeat at a time. */
export async function studyFigures({ repeats, table, removals }: ResultsByRepeat): Promise<StudyFigures> {
  const figures = new StudyFigures();
  for (const repeat of repeats) figures.add(await table(repeat), (await removals(repeat)).curves);
  return figures;
}

/** The same of results that were read from their files. */
export function figuresOfFiles({ study, neurons = [], curves = [] }: StudyFiles): StudyFigures {
  const figures = new StudyFigures();
  for (const [index, { repeat }] of (study?.repeats ?? []).entries()) {
    figures.add(
      neurons[index],
      curves.filter(({ order }) => order.repeat === repeat),
    );
  }
  return figures;
}
