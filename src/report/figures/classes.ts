/** Figure 6: which class a neuron prefers, and which class suffers when the neuron is removed. */

import { modeTexts } from "../../core/ablation.ts";
import { greatest } from "../../core/long-arrays.ts";
import type { ClassEffects, StudyAnalysis } from "../analysis/analysis.ts";
import { modeShown } from "../analysis/curve-groups.ts";
import type { Figure, FigureTable } from "./figure.ts";
import { type Panel, panelsSpec } from "./panels.ts";
import { aloneText } from "./removed-neurons.ts";
import { divergingColours } from "./theme.ts";
import { counted, decimal, intervalText, listed, signed } from "./wording.ts";

/** Pixels of a panel's side, without axes. */
const SIDE = 280;
const DIGITS = 2;
/** Above so many classes the cells are too small for numbers. */
const MOST_LABELLED = 12;
/** Cells this near to an end of the scale are dark: their numbers are white. */
const DARK_SHARE = 0.55;

interface Cell {
  /** Preferred class, with the number of neurons that prefer it. */
  readonly preferred: string;
  readonly affected: string;
  /** Percentage points. */
  readonly change: number;
}

/** Names told apart even where the data call two classes the same. */
function distinctNames(names: readonly string[]): string[] {
  return names.map((name, label) => (names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} (${label})`));
}

/** The cells of classes that some neuron prefers, row by row. */
function cellsOf({ classes, neurons, change }: ClassEffects, names: readonly string[]): Cell[] {
  return Array.from(change, (value, index) => {
    const [preferred, affected] = [Math.floor(index / classes), index % classes];
    return {
      preferred: `${names[preferred]} (${neurons[preferred]})`,
      affected: names[affected]!,
      change: Number((100 * value).toFixed(DIGITS)),
    };
  }).filter((cell) => !Number.isNaN(cell.change));
}

function heatMap(
  { layer, classes }: ClassEffects,
  cells: readonly Cell[],
  names: readonly string[],
  end: number,
): Panel {
  const nominal = "nominal" as const;
  const side = { width: SIDE, height: SIDE };
  const change = { field: "change", type: "quantitative" as const, format: `+.${DIGITS}f`, title: "percentage points" };
  return {
    title: `layer ${layer}`,
    ...side,
    data: { values: [...cells] },
    encoding: {
      x: {
        field: "affected",
        type: nominal,
        sort: [...names],
        title: "class",
        axis: { labelAngle: 0, labelLimit: 60 },
      },
      y: {
        field: "preferred",
        type: nominal,
        sort: null,
        title: "preferred class (neurons)",
        axis: { labelLimit: 90 },
      },
    },
    layer: [
      {
        mark: "rect",
        encoding: {
          color: {
            field: "change",
            type: "quantitative",
            scale: { domain: [-end, 0, end], range: [...divergingColours], interpolate: "rgb" },
            legend: {
              orient: "top",
              title: "change of the class's accuracy, percentage points",
              gradientLength: 260,
            },
          },
          tooltip: [
            { field: "preferred", type: nominal, title: "preferred class (neurons)" },
            { field: "affected", type: nominal, title: "class" },
            change,
          ],
        },
      },
      ...(classes > MOST_LABELLED
        ? []
        : [
            {
              mark: { type: "text" as const, fontSize: 8 },
              encoding: {
                text: { field: "change", type: "quantitative" as const, format: `.${DIGITS}f` },
                color: {
                  condition: { test: `abs(datum.change) > ${DARK_SHARE * end}`, value: "white" },
                  value: "#1f1f23",
                },
              },
            },
          ]),
    ],
  };
}

function agreementText({ layer, lowering, chance, agreement: { mean, interval } }: ClassEffects): string {
  const range =
    interval === undefined ? "" : ` [${intervalText({ low: 100 * interval.low, high: 100 * interval.high }, 0)}]`;
  return `in layer ${layer} for ${decimal(100 * mean, 0)} %${range} of ${lowering} (by chance ${decimal(100 * chance, 0)} %)`;
}

/** Classes that no neuron prefers, which have no row, and how often preferring is being silent. */
function preferenceText(shown: readonly ClassEffects[], names: readonly string[]): string {
  const absent = shown.flatMap(({ layer, neurons }) => {
    const without = names.filter((_, label) => neurons[label] === 0);
    return without.length === 0 ? [] : [`in layer ${layer} no neuron prefers ${listed(without)}`];
  });
  const silent = shown.flatMap(({ layer, silent, neurons }) => {
    const of = neurons.reduce((sum, count) => sum + count, 0);
    return silent === undefined ? [] : [`in layer ${layer} ${silent} of ${of}`];
  });
  const silence =
    silent.length === 0 ? "" : ` A neuron can prefer a class by being silent for it: ${listed(silent)} do.`;
  return `${absent.length === 0 ? "" : ` Classes without a row: ${absent.join("; ")}.`}${silence}`;
}

function cellTable(panels: readonly { readonly layer: number; readonly cells: readonly Cell[] }[]): FigureTable {
  const columns = ["layer", "preferred class (neurons)", "class", "change of accuracy, percentage points"];
  const rows = panels.flatMap(({ layer, cells }) =>
    cells.map(({ preferred, affected, change }) => [String(layer), preferred, affected, signed(change, DIGITS)]),
  );
  return { columns, rows };
}

/** Absent where single removals were not counted by class. */
export function classesFigure(analysis: StudyAnalysis): Figure | undefined {
  const { classEffects, classNames, repeats } = analysis;
  const mode = modeShown(classEffects);
  const shown = classEffects.filter((effects) => effects.mode === mode);
  if (shown.length === 0) return undefined;
  const names = distinctNames(classNames);
  const panels = shown.map((effects) => ({ effects, layer: effects.layer, cells: cellsOf(effects, names) }));
  const end = Math.max(
    greatest(panels.flatMap(({ cells }) => cells.map(({ change }) => Math.abs(change)))),
    Number(`1e-${DIGITS}`),
  );
  const agreement = listed(shown.map(agreementText));
  return {
    id: "figure-6",
    title: "Preferred class and the class that suffers",
    reading: `Of the neurons whose removal lowers some class, the class that loses most is the preferred one ${agreement}.`,
    caption: `Mean over the neurons of ${counted(repeats, "repeat")} that prefer a class (by KL selectivity; their number in brackets), each removed alone and replaced by ${modeTexts[mode].one}: change of each class's test accuracy.${aloneText(analysis)}${preferenceText(shown, names)} Chance: from how often each class is preferred, and how often it loses most. A mean over neurons, so no interval is drawn${repeats > 1 ? "; brackets in the sentence above: 95 % bootstrap interval over repeats" : ""}.`,
    alternative: `Heat maps, one for each layer: rows are preferred classes, columns the classes whose accuracy changes. The class that loses most is the preferred one ${agreement}. The table lists every cell.`,
    spec: panelsSpec(panels.map(({ effects, cells }) => heatMap(effects, cells, names, end))),
    table: cellTable(panels),
  };
}
