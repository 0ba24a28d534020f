/** The table at the end of a run: the answer, how well the networks do, how the measures spread, and what removals cost. */

import { type AblationMode, RANDOM } from "../../core/ablation.ts";
import type { ScopeText } from "../../core/scope.ts";
import type { StudyResults } from "../../core/study.ts";
import { wrapped } from "../../core/wrapped-text.ts";
import { byUnit, valueText } from "../../measures/columns.ts";
import { unitWords } from "../../measures/units.ts";
import { answers } from "../analysis/answers.ts";
import { comparisons } from "../analysis/comparisons.ts";
import { kindKey, modeShown, modesOf } from "../analysis/curve-groups.ts";
import { warnings } from "../analysis/warnings.ts";
import { alignedTable } from "./aligned-table.ts";
import { answerLines } from "./answer-lines.ts";
import { PERCENTAGES, type StudyFigures, spreadOf } from "./study-figures.ts";

const MAX_WIDTH = 80;

/** What the table is made from. */
export interface TableContent extends Pick<StudyResults, "config" | "dataset" | "repeats" | "warnings"> {
  readonly figures: StudyFigures;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function accuracySection({ repeats, dataset }: TableContent): string[] {
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
function classesSection({ repeats, dataset }: TableContent): string[] {
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

/** Bits are all that is usual; other units are named with their measures. */
function unitsText(ids: readonly string[]): string {
  const groups = [...byUnit(ids, (id) => id)];
  if (groups.length === 1) return ` ${unitWords[groups[0]![0]].phrase}`;
  return ` (${groups.map(([unit, own]) => `${own.join(", ")} ${unitWords[unit].phrase}`).join("; ")})`;
}

function measuresSection({ figures }: TableContent): string[] {
  const { measures, layers } = figures;
  if (measures.length === 0) return [];
  const cell = (measure: string, layer: number) => {
    const { minimum, mean, maximum } = figures.spread(measure, layer);
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

/** Which steps stand for the percentages, for each scope where they are not exactly on a step. */
function inexactSteps({ steps }: StudyFigures): string[] {
  return [...steps].flatMap(([scope, { removed, neurons }]) => {
    const exact = removed.every((count, index) => count * 100 === PERCENTAGES[index]! * neurons);
    return exact ? [] : [`  ${scope}: ${removed.join(", ")} of ${neurons} removed`];
  });
}

/** A row per scope, measure and direction; an empty row between scopes. */
function curveRows({ curves }: StudyFigures, modes: readonly AblationMode[]): string[][] {
  const groups = new Map(curves.map((curve) => [kindKey(curve), curve]));
  const orders = new Map(curves.map((curve) => [[curve.scope, curve.measure, curve.direction].join(), curve]));
  let lastScope: ScopeText | undefined;
  return [...orders.values()].flatMap((kind) => {
    const { scope, measure, direction } = kind;
    const values = modes.flatMap((mode) => {
      const group = groups.get(kindKey({ ...kind, mode }));
      return group?.accuracies.map(({ mean }) => mean.toFixed(3)) ?? PERCENTAGES.map(() => "-");
    });
    const opensScope = scope !== lastScope;
    const gap = opensScope && lastScope !== undefined ? [["", "", "", ...values.map(() => "")]] : [];
    lastScope = scope;
    return [...gap, [opensScope ? scope : "", measure, direction === "none" ? "-" : direction, ...values]];
  });
}

function curvesSection({ figures, repeats, config }: TableContent): string[] {
  const { curves } = figures;
  if (curves.length === 0) return [];
  const modes = modesOf(curves);
  const rows = [
    ["", "", "", ...modes.flatMap((mode) => [mode, ...PERCENTAGES.slice(1).map(() => "")])],
    ["scope", "measure", "first", ...modes.flatMap(() => PERCENTAGES.map((percentage) => `${percentage} %`))],
    ...curveRows(figures, modes),
  ];
  const hasRandom = curves.some(({ measure }) => measure === RANDOM);
  const draws = hasRandom ? `; random orders: ${counted(config.randomDraws, "draw")} each` : "";
  const inexact = inexactSteps(figures);
  return [
    "Test accuracy with 25, 50 and 75 % of the neurons of a scope removed, the lowest",
    "or the highest value first, and set to zero or to their mean.",
    `Mean over ${counted(repeats.length, "repeat")}${draws}.`,
    ...(inexact.length > 0 ? ["Where a percentage is no evaluated step, the nearest one below it:", ...inexact] : []),
    "",
    ...alignedTable({ rows, keyColumns: 3, group: PERCENTAGES.length }, MAX_WIDTH),
  ];
}

function answerSection({ figures: { curves, measures } }: TableContent): string[] {
  // Orders that no column of values gives have curves alone.
  const ordered = curves.map(({ measure }) => measure).filter((measure) => measure !== RANDOM);
  const ids = [...new Set([...measures, ...ordered])];
  const answered = answers(comparisons(curves, ids), modeShown(curves));
  return answered === undefined ? [] : answerLines(answered, MAX_WIDTH);
}

/** What makes results doubtful, also for those who asked for no progress and see the table alone. */
export function warningLines(doubts: readonly string[] = []): string[] {
  return doubts.flatMap((warning) => wrapped("warning: ", warning, MAX_WIDTH));
}

/** Plain text of at most 80 columns, ending with a newline. */
export function summaryTable(results: TableContent): string {
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
