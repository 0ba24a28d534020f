/** The columns of a text table, from its line of names or by number; and whether that line is a sample in truth. */
import { UsageError } from "../../core/errors.ts";
import { damagedData } from "../rows.ts";
import { droppedColumns, labelColumn, ROW_NUMBERS, type TableOptions } from "./label-column.ts";
import { type Columns, isDecimal } from "./plain-csv.ts";

export const SAMPLE_ADVICE =
  "add --no-header, and say with --label first, last or a number which column holds the classes";

/** Columns by the names in the first line. @throws RunError, UsageError */
export function headedColumns(header: readonly string[], { label, drop }: TableOptions, file: string): Columns {
  // A nameless column is called as pandas calls it.
  const names = header.map((name, place) => name.trim() || `Unnamed: ${place}`);
  const where = `${file}, line 1`;
  const dropped = droppedColumns(names, drop, where);
  const left = names.filter((_, place) => !dropped.has(place));
  const advice = isSampleLike(left) ? SAMPLE_ADVICE : undefined;
  const wanted = labelColumn(left, label, where, advice);
  for (const [place, name] of header.entries()) {
    if (dropped.has(place) || !(name.trim() === "" || ROW_NUMBERS.test(name.trim()))) continue;
    const nameless = name.trim() === "";
    const what = nameless ? "a column has no name" : "the table holds the index of pandas";
    const found = nameless ? `no name for column ${place + 1}` : names[place]!;
    const fix = `leave the column out: --drop "${names[place]}" (pandas writes none with index=False)`;
    throw damagedData(where, what, "features and classes alone, with a name for each column", found, fix);
  }
  return { names, label: names.indexOf(left[wanted]!), dropped };
}

/** Columns by number, from 1. @throws UsageError */
export function numberedColumns(record: readonly string[], { label, drop = [] }: TableOptions, file: string): Columns {
  const names = record.map((_, place) => String(place + 1));
  const number = (wanted: string) => ({ first: "1", last: String(names.length) })[wanted] ?? wanted;
  const dropped = droppedColumns(names, drop.map(number), file);
  const expected = `first, last, or a number from 1 to ${names.length}`;
  const shown = record.slice(0, 6).map((text) => JSON.stringify(text.slice(0, 20)));
  const found = `${names.length} columns: ${shown.join(", ")}${names.length > shown.length ? ", ..." : ""}`;
  const fault = { where: `${file}, line 1`, expected, found };
  if (label === undefined) {
    throw new UsageError({ what: "it is not said which column holds the classes", ...fault, fix: "add --label last" });
  }
  const place = names.indexOf(number(label));
  if (place === -1 || dropped.has(place) || names.length - dropped.size < 2) {
    const what = place === -1 ? `there is no column ${label}` : "no samples are left";
    throw new UsageError({ what, ...fault, fix: "columns without names have numbers: --label last, --drop 1" });
  }
  return { names, label: place, dropped };
}

/** Numbers, but for one at most: names that were made by counting are none. */
function isSampleLike(names: readonly string[]): boolean {
  const numbers = names.filter(isDecimal);
  if (numbers.length === 0 || names.length - numbers.length > 1) return false;
  return !isCounted(numbers);
}

/** `0,1,2`, as pandas names columns that have no names. */
function isCounted(names: readonly string[]): boolean {
  const first = Number(names[0]);
  return names.every((name, index) => /^\s*\d+\s*$/.test(name) && Number(name) === first + index);
}

/** Whether the line of names may be a sample: then a class is called as the column of classes. */
export function isHeadASample({ names, label, dropped }: Columns): boolean {
  const left = names.filter((_, place) => !dropped.has(place));
  if (!left.every((name) => isDecimal(name) || name === names[label])) return false;
  return !isDecimal(names[label]!) || !isCounted(left);
}
