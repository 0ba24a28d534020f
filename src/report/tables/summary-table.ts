/** The table at the end of a run: the answer, how well the networks do, how the measures spread, and what removals cost. */

import { type AblationCurve, type AblationMode, RANDOM } from "../../core/ablation.ts";
import type { ScopeText } from "../../core/scope.ts";
import type { StudyResults } from "../../core/study.ts";
import { wrapped } from "../../core/wrapped-text.ts";
import { byUnit, valueText } from "../../measures/columns.ts";
import { unitWords } from "../../measures/units.ts";
import type { Answers } from "../analysis/analysis.ts";
import { answers } from "../analysis/answers.ts";
import { comparisons } from "../analysis/comparisons.ts";
import { curvesByKind, groupCurves, modeShown } from "../analysis/curve-groups.ts";
import { warnings } from "../analysis/warnings.ts";
import { alignedTable } from "./aligned-table.ts";
import { answerLines } from "./answer-lines.ts";

const MAX_WIDTH = 80;
const PERCENTAGES = [25, 50, 75];

interface Spread {
  readonly minimum: number;
  readonly mean: number;
  readonly maximum: number;
}

function spreadOf(values: Iterable<number>): Spread {
  let [minimum, maximum, sum, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const value of values) {
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
    sum += value;
    count++;
  }
  return { minimum, mean: sum / count, maximum };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function accuracySection({ repeats, dataset }: StudyResults): string[] {
  const row = (name: string, samples: number, values: readonly number[]) => {
    const { minimum, mean, maximum } = spreadOf(values);
    return [name, String(samples), mean.toFixed(4), `${minimum.toFixed(4)}..${maximum.toFixed(4)}`];
  };
  const tests = repeats.map(({ testAccuracy }) => testAccuracy);
  const validations = repeats.map(({ validationAccuracy }) => validationAccuracy);
  const rows = [
    ["set", "samples", "mean", "min..max"],
    row("test", dataset.test, tests),
    row("validation", dataset.validation, validations),
  ];
  return [
    `Accuracy of the intact networks, over ${counted(repeats.length, "repeat")}`,
    "",
    ...alignedTable({ rows, keyColumns: 1 }, MAX_WIDTH),
  ];
}

/** More classes than this would push the rest of the table off a screen. */
const MOST_CLASSES = 20;
const LONGEST_NAME = 40;

/** Names come out of files: none may move a terminal's cursor. */
const printable = (name: string) => name.replaceAll(/\p{C}/gu, "?");

/** What the data call their classes, where they call them anything, and how well each is told from the others. */
function classesSection({ repeats, dataset }: StudyResults): string[] {
  const { classNames, testPerClass } = dataset;
  if (classNames === undefined || testPerClass === undefined || classNames.length > MOST_CLASSES) return [];
  const correct = repeats.flatMap(({ testCorrectPerClass }) => (testCorrectPerClass ? [testCorrectPerClass] : []));
  if (correct.length !== repeats.length) return [];
  const rows = classNames.map((name, label) => {
    const samples = testPerClass[label]!;
    // A class may be absent from the test set.
    const { minimum, mean, maximum } = spreadOf(correct.map((perClass) => perClass[label]! / samples));
    const cells = samples === 0 ? ["-", "-"] : [mean.toFixed(4), `${minimum.toFixed(4)}..${maximum.toFixed(4)}`];
    return [printable(name).slice(0, LONGEST_NAME), String(samples), ...cells];
  });
  return [
    "Test accuracy by class",
    "",
    ...alignedTable({ rows: [["class", "samples", "mean", "min..max"], ...rows], keyColumns: 1 }, MAX_WIDTH),
  ];
}

/** Values of one measure in one layer, over all repeats. */
function* measureValues({ neurons }: StudyResults, measure: string, layer: number): Generator<number> {
  for (const table of neurons) {
    for (let row = 0; row < table.rows; row++) if (table.layer[row] === layer) yield table.measures[measure]![row]!;
  }
}

/** Bits are all that is usual; other units are named with their measures. */
function unitsText(ids: readonly string[]): string {
  const groups = [...byUnit(ids, (id) => id)];
  if (groups.length === 1) return ` ${unitWords[groups[0]![0]].phrase}`;
  return ` (${groups.map(([unit, own]) => `${own.join(", ")} ${unitWords[unit].phrase}`).join("; ")})`;
}

function measuresSection(results: StudyResults): string[] {
  const measures = Object.keys(results.neurons[0]?.measures ?? {});
  if (measures.length === 0) return [];
  const layers = [...new Set(results.neurons[0]!.layer)];
  const cell = (measure: string, layer: number) => {
    const { minimum, mean, maximum } = spreadOf(measureValues(results, measure, layer));
    const [least, most, middle] = [minimum, maximum, mean].map((value) => valueText(measure, value));
    return `${least}..${most} (${middle})`;
  };
  const rows = [
    ["layer", ...measures],
    ...layers.map((layer) => [String(layer), ...measures.map((measure) => cell(measure, layer))]),
  ];
  return [
    ...wrapped("", `Measures${unitsText(measures)}: min..max (mean) over the neurons of all repeats`, MAX_WIDTH),
    "",
    ...alignedTable({ rows, keyColumns: 1 }, MAX_WIDTH),
  ];
}

/** Index of the last step with at most `percentage` of the order removed; curves start at 0 removed. */
function stepAt({ removed, order }: AblationCurve, percentage: number): number {
  // Compared in whole numbers: 0.29 * 100 is not 29.
  return removed.findLastIndex((count) => count * 100 <= percentage * order.neurons.length);
}

function meanAccuracies(curves: readonly AblationCurve[]): string[] {
  return PERCENTAGES.map((percentage) => {
    const accuracies = curves.map((curve) => curve.correct[stepAt(curve, percentage)]! / curve.samples);
    return spreadOf(accuracies).mean.toFixed(3);
  });
}

/** Which steps stand for the percentages, for each scope where they are not exactly on a step. */
function inexactSteps(curves: readonly AblationCurve[]): string[] {
  const byScope = new Map(curves.map((curve) => [curve.order.scope, curve]));
  return [...byScope].flatMap(([scope, curve]) => {
    const total = curve.order.neurons.length;
    const counts = PERCENTAGES.map((percentage) => curve.removed[stepAt(curve, percentage)]!);
    const exact = counts.every((count, index) => count * 100 === PERCENTAGES[index]! * total);
    return exact ? [] : [`  ${scope}: ${counts.join(", ")} of ${total} removed`];
  });
}

/** A row per scope, measure and direction; an empty row between scopes. */
function curveRows(curves: readonly AblationCurve[], modes: readonly AblationMode[]): string[][] {
  const groups = curvesByKind(curves);
  const orders = new Map(curves.map(({ order }) => [[order.scope, order.measure, order.direction].join(), order]));
  let lastScope: ScopeText | undefined;
  return [...orders].flatMap(([key, { scope, measure, direction }]) => {
    const values = modes.flatMap((mode) => {
      const group = groups.get(`${key},${mode}`);
      return group === undefined ? PERCENTAGES.map(() => "-") : meanAccuracies(group);
    });
    const opensScope = scope !== lastScope;
    const gap = opensScope && lastScope !== undefined ? [["", "", "", ...values.map(() => "")]] : [];
    lastScope = scope;
    return [...gap, [opensScope ? scope : "", measure, direction === "none" ? "-" : direction, ...values]];
  });
}

function curvesSection({ curves, repeats, config }: StudyResults): string[] {
  if (curves.length === 0) return [];
  const modes = [...new Set(curves.map(({ mode }) => mode))];
  const rows = [
    ["", "", "", ...modes.flatMap((mode) => [mode, ...PERCENTAGES.slice(1).map(() => "")])],
    ["scope", "measure", "first", ...modes.flatMap(() => PERCENTAGES.map((percentage) => `${percentage} %`))],
    ...curveRows(curves, modes),
  ];
  const hasRandom = curves.some(({ order }) => order.measure === RANDOM);
  const draws = hasRandom ? `; random orders: ${counted(config.randomDraws, "draw")} each` : "";
  const inexact = inexactSteps(curves);
  return [
    "Test accuracy with 25, 50 and 75 % of the neurons of a scope removed, the lowest",
    "or the highest value first, and set to zero or to their mean.",
    `Mean over ${counted(repeats.length, "repeat")}${draws}.`,
    ...(inexact.length > 0 ? ["Where a percentage is no evaluated step, the nearest one below it:", ...inexact] : []),
    "",
    ...alignedTable({ rows, keyColumns: 3, group: PERCENTAGES.length }, MAX_WIDTH),
  ];
}

/** The report's answer, from the curves. */
export function answersOf({ curves, neurons }: Pick<StudyResults, "curves" | "neurons">): Answers | undefined {
  const groups = groupCurves(curves);
  return answers(comparisons(groups, Object.keys(neurons[0]?.measures ?? {})), modeShown(groups));
}

function answerSection(results: StudyResults): string[] {
  const answered = answersOf(results);
  return answered === undefined ? [] : answerLines(answered, MAX_WIDTH);
}

/** What makes results doubtful, also for those who asked for no progress and see the table alone. */
export function warningLines(doubts: readonly string[] = []): string[] {
  return doubts.flatMap((warning) => wrapped("warning: ", warning, MAX_WIDTH));
}

/** Plain text of at most 80 columns, ending with a newline. */
export function summaryTable(results: StudyResults): string {
  const sections = [
    warningLines([...warnings(results.repeats, results.dataset), ...(results.warnings ?? [])]),
    answerSection(results),
    accuracySection(results),
    classesSection(results),
    measuresSection(results),
    curvesSection(results),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}
