/** A grid for people: what its cells found, how far it has come, what has failed. */
import { byScope } from "../../core/scope.ts";
import { seriesTitle } from "../../report/figures/theme.ts";
import { answerColumns, answersByKey, type GridRow, varyingNames } from "../../report/grid/grid-row.ts";
import { alignedTable } from "../../report/tables/aligned-table.ts";

const WIDTH = 80;
const DIGITS = 4;
/** More rows would push all else off a screen; the files have them all. */
const MOST_ROWS = 50;
const UNKNOWN = "-";

const signed = (value: number) => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(DIGITS)}`;

/** Differences are decided within a cell. */
const signs = { better: " *", worse: " *", undecided: "  " } as const;

/** Plain text of at most 80 columns: accuracies, and differences from random orders in the widest scope that there is. */
export function gridTable(rows: readonly GridRow[]): string {
  const names = varyingNames(rows);
  const all = answerColumns(rows);
  const scope = all
    .map((column) => column.scope)
    .toSorted(byScope)
    .find((one, _, list) => one === "network" || !list.includes("network"));
  const columns = all.filter((column) => column.scope === scope);
  const shown = rows.slice(0, MOST_ROWS);
  const head = ["cell", ...names, "accuracy", ...columns.map(({ measure }) => seriesTitle(measure))];
  const body = shown.map((row, index) => {
    const own = answersByKey(row);
    const { result, given, state } = row;
    const accuracy = result === undefined ? state : result.accuracy.mean.toFixed(DIGITS);
    const differences = columns.map(({ key }) => {
      const answer = own.get(key);
      return answer === undefined ? UNKNOWN : `${signed(answer.difference.mean)}${signs[answer.verdict]}`;
    });
    return [`${index + 1}`, ...names.map((name) => given[name] ?? UNKNOWN), accuracy, ...differences];
  });
  const more = rows.length > shown.length ? [`... and ${rows.length - shown.length} more cells: see grid.csv`] : [];
  const legend =
    scope === undefined
      ? []
      : [
          "",
          `Columns of measures: mean accuracy over all removals, lowest first (${scope}),`,
          "minus that of random orders. *: decided within the cell, at 0.05 after Holm.",
        ];
  const lines = [...alignedTable({ rows: [head, ...body], keyColumns: 1 + names.length }, WIDTH), ...more, ...legend];
  return `${lines.join("\n")}\n`;
}
