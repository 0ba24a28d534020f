/** Plain-text tables: aligned columns that go on below, under their row names again, where a line would get too wide. */
import { appendAll, greatest } from "../../core/long-arrays.ts";

import { plainName } from "../../core/plain-text.ts";

interface AlignedTable {
  /** [rows][columns], header rows first; every row has the same number of columns. */
  readonly rows: readonly (readonly string[])[];
  /** Number of leading columns that name the row: left-aligned and repeated in every block. The others are right-aligned. */
  readonly keyColumns: number;
  /** Columns after the key columns that must stay side by side, for example 3 for the steps of one mode. Default 1. */
  readonly group?: number;
}

const GAP = "  ";

/** [columns] */
function widthsOf(rows: AlignedTable["rows"]): number[] {
  return rows[0]!.map((_, column) => greatest(rows.map((row) => row[column]!.length)));
}

/** Column numbers of each block: the key columns and as many groups as fit, at least one. */
function blocksOf({ keyColumns, group = 1 }: AlignedTable, widths: readonly number[], maxWidth: number): number[][] {
  const columns = widths.length;
  const widthOfAll = (list: readonly number[]) =>
    list.reduce((sum, column) => sum + widths[column]! + GAP.length, -GAP.length);
  const keys = Array.from({ length: keyColumns }, (_, index) => index);
  const blocks: number[][] = [];
  for (let first = keyColumns; first < columns; first += group) {
    const next = Array.from({ length: Math.min(group, columns - first) }, (_, index) => first + index);
    const open = blocks.at(-1);
    if (open !== undefined && widthOfAll([...open, ...next]) <= maxWidth) appendAll(open, next);
    else blocks.push([...keys, ...next]);
  }
  return blocks;
}

/** Lines of at most `maxWidth` characters, unless a single group is wider; a blank line between blocks. */
export function alignedTable(given: AlignedTable, maxWidth: number): string[] {
  const table = { ...given, rows: given.rows.map((row) => row.map(plainName)) };
  const { rows, keyColumns } = table;
  const widths = widthsOf(rows);
  const cell = (row: readonly string[], column: number) => {
    const width = widths[column]!;
    return column < keyColumns ? row[column]!.padEnd(width) : row[column]!.padStart(width);
  };
  return blocksOf(table, widths, maxWidth).flatMap((columns, block) => {
    const lines = rows.map((row) =>
      columns
        .map((column) => cell(row, column))
        .join(GAP)
        .trimEnd(),
    );
    return block === 0 ? lines : ["", ...lines];
  });
}
