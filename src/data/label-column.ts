/** Which column of a table holds the classes. */
import { RunError, UsageError } from "../core/errors.ts";

/** What pandas calls a column of row numbers that came without a name. */
export const ROW_NUMBERS = /^Unnamed: \d+$/;

const DEFAULT_LABEL = "label";
/** Names shown in a message. */
const SHOWN = 12;

/**
 * The place of the column named `label`, by default `label`.
 * @throws UsageError where a column that was asked for is not there; RunError where there is none by the default name, two
 * of one name, or no other column.
 */
export function labelColumn(names: readonly string[], label: string | undefined, where: string): number {
  const wanted = label ?? DEFAULT_LABEL;
  const place = names.indexOf(wanted);
  const columns = `${names.slice(0, SHOWN).join(", ")}${names.length > SHOWN ? `, and ${names.length - SHOWN} more` : ""}`;
  if (place === -1) {
    const fault = { what: `there is no column ${wanted}`, where, expected: "the column of classes", found: columns };
    if (label !== undefined) throw new UsageError({ ...fault, fix: "give one of these with --label" });
    throw new RunError({ ...fault, fix: "say with --label which column holds the classes" });
  }
  if (names.lastIndexOf(wanted) !== place || names.length < 2) {
    const expected = `one column ${wanted}, and others with inputs`;
    throw new RunError({ what: "the columns do not make samples", where, expected, found: columns, fix: "mend them" });
  }
  return place;
}
