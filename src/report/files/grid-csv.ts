/** grid.csv: a grid of studies as a table, one row for each cell. */
import { csvFormatValue } from "d3-dsv";
import type { Estimate } from "../analysis/analysis.ts";
import { answerColumns, answersByKey, claimColumns, type GridRow } from "../grid/grid-row.ts";
import { csvChunks, float64Text } from "./csv.ts";

type Cell = string | number | undefined;

/** What is not known is an empty cell. */
const cellText = (value: Cell) =>
  value === undefined ? "" : csvFormatValue(typeof value === "number" ? float64Text(value) : value);

/** Mean and the ends of its interval. */
const estimateColumns = (name: string) => [name, `${name}_low`, `${name}_high`];
const estimateCells = (estimate: Estimate | undefined): Cell[] => [
  estimate?.mean,
  estimate?.interval?.low,
  estimate?.interval?.high,
];

/** Names of options as columns: `learning_rate`. None of them is that of another column. */
const optionColumn = (name: string) => name.replaceAll("-", "_");

/** Text of grid.csv in pieces. */
export function gridCsv(rows: readonly GridRow[]): Iterable<string> {
  const options = [...new Set(rows.flatMap(({ given }) => Object.keys(given)))];
  const answers = answerColumns(rows);
  const claims = claimColumns(rows);
  const header = [
    "cell",
    "state",
    ...options.map(optionColumn),
    "networks",
    ...estimateColumns("test_accuracy"),
    "mode",
    ...answers.flatMap(({ key }) => [...estimateColumns(`${key}_difference`), `${key}_holm`, `${key}_verdict`]),
    ...claims.map(({ id }) => `claim_${id.replaceAll("-", "_")}`),
    "elapsed_seconds",
    "version",
    "computed_by",
    "kernels",
    "data_sha256",
    "message",
  ];
  function* lines(): Generator<string> {
    for (const row of rows) {
      const { name, state, given, result, elapsedMs, message } = row;
      const own = answersByKey(row);
      const verdicts = new Map(result?.claims.map(({ id, verdict }) => [id, verdict]));
      const cells: Cell[] = [
        name,
        state,
        ...options.map((option) => given[option]),
        result?.accuracy.repeats,
        ...estimateCells(result?.accuracy),
        result?.mode,
        ...answers.flatMap(({ key }) => {
          const answer = own.get(key);
          return [...estimateCells(answer?.difference), answer?.holm, answer?.verdict];
        }),
        ...claims.map(({ id }) => verdicts.get(id)),
        elapsedMs === undefined ? undefined : elapsedMs / 1000,
        result?.origin.version,
        result?.origin.adapter,
        result?.origin.tiles,
        result?.origin.sha256,
        message,
      ];
      yield cells.map(cellText).join();
    }
  }
  return csvChunks(header, lines());
}
