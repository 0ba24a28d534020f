/** Which column of a table holds the classes, and which are left out. */
import { RunError, UsageError } from "../../core/errors.ts";
import { nearestNames } from "../../core/nearest-name.ts";

/** What a table does not say itself. */
export interface TableOptions {
  /** Column that holds the classes; by default `label`. Of a table without names: its number from 1, `first` or `last`. */
  readonly label?: string;
  /** Columns that are left out, by name; of a table without names by number from 1. */
  readonly drop?: readonly string[];
  /** The table has no line of names: its first line is a sample. */
  readonly noHeader?: boolean;
}

/** What pandas calls a column of row numbers that came without a name. */
export const ROW_NUMBERS = /^Unnamed: \d+$/;

const DEFAULT_LABEL = "label";
/** Names shown in a message. */
const SHOWN = 12;

function shownColumns(names: readonly string[]): string {
  return `${names.slice(0, SHOWN).join(", ")}${names.length > SHOWN ? `, and ${names.length - SHOWN} more` : ""}`;
}

/** The columns that are left out; then `labelColumn` looks for the classes among the others. */
export function droppedColumns(names: readonly string[], drop: readonly string[] = [], where: string): Set<number> {
  const places = drop.flatMap((wanted) => {
    const found = [...names.keys()].filter((place) => names[place] === wanted);
    if (found.length > 0) return found;
    const near = nearestNames(wanted, names);
    throw new UsageError({
      what: `there is no column ${wanted} to leave out`,
      where,
      expected: "names of columns",
      found: shownColumns(names),
      fix:
        near.length > 0
          ? `did you mean ${near.join(" or ")}?`
          : "give with --drop the names of columns, separated by commas",
    });
  });
  return new Set(places);
}

/**
 * The place of the column named `label`, by default `label`.
 * @param advice what to do where none is called so, if something else is to be said than `--label`
 * @throws UsageError where there is no such column, by the name that was given or by the default; RunError where there are two
 * of one name, or no other column.
 */
export function labelColumn(
  names: readonly string[],
  label: string | undefined,
  where: string,
  advice?: string,
): number {
  const wanted = label ?? DEFAULT_LABEL;
  const place = names.indexOf(wanted);
  const columns = shownColumns(names);
  if (place === -1) {
    const fault = { what: `there is no column ${wanted}`, where, expected: "the column of classes", found: columns };
    const near = nearestNames(wanted, names);
    const guess = near.length > 0 ? `; did you mean ${near.join(" or ")}?` : "";
    const fix =
      label === undefined ? "say with --label which column holds the classes" : "give one of these with --label";
    throw new UsageError({ ...fault, fix: advice ?? `${fix}${guess}` });
  }
  if (names.lastIndexOf(wanted) !== place || names.length < 2) {
    const expected = `one column ${wanted}, and others with inputs`;
    throw new RunError({
      what: "the columns do not make samples",
      where,
      expected,
      found: columns,
      fix: advice ?? "mend them",
    });
  }
  return place;
}
