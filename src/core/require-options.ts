/** Options as programs pass them, field by field: what is not allowed is refused with what is, misspelt names included. */
import { UsageError } from "./errors.ts";
import { nearestName } from "./nearest-name.ts";
import type { Check } from "./option-checks.ts";
import { shownValue } from "./shown-value.ts";

/** Fields of an object that has no others. */
export type Checks<T> = { readonly [Name in keyof T]-?: Check<Exclude<T[Name], undefined>> | Nested<T[Name]> };
interface Nested<T> {
  readonly fields: Checks<Exclude<T, undefined>>;
}

const isNested = <T>(check: Check<T> | Nested<T>): check is Nested<T> => "fields" in check;

/** The first of some values that is none of the names, or the value itself. */
function strangerOf(value: unknown, names: readonly string[]): unknown {
  return Array.isArray(value) ? value.find((each) => !names.includes(each as string)) : value;
}

/** The name that was probably meant by a value, or by one of several. */
export function meantName(value: unknown, names: readonly string[] = []): string | undefined {
  const stranger = strangerOf(value, names);
  return typeof stranger === "string" ? nearestName(stranger, names) : undefined;
}

/**
 * @param name of the option or argument
 * @param where what it was passed to
 * @throws UsageError that says what is allowed.
 */
export function requireValue<T>(value: unknown, check: Check<T>, name: string, where: string): T {
  const taken = value === undefined ? undefined : check.take(value);
  if (taken !== undefined) return taken;
  const { allowed, names } = check;
  const stranger = names === undefined ? value : (strangerOf(value, names) ?? value);
  const meant = meantName(value, names);
  throw new UsageError({
    what: value === undefined ? `${name} is missing` : `${name} is invalid`,
    where,
    expected: allowed,
    found: shownValue(stranger),
    fix: meant === undefined ? `pass ${name} as it is expected` : `did you mean ${meant}?`,
  });
}

/** @throws UsageError where the value is not an object of its own fields, such as `{ stride: 2 }`. */
export function requireRecord(value: unknown, name: string, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value))
    return value as Readonly<Record<string, unknown>>;
  const fix = `pass ${name} as an object`;
  throw new UsageError({ what: `${name} is invalid`, where, expected: "an object", found: shownValue(value), fix });
}

/**
 * The options that are given; those that are undefined are absent.
 * @param needed names of those that may not be left out
 * @throws UsageError for a name that does not exist, with the one that was probably meant, and for a value that is not allowed.
 */
export function requireOptions<T extends object>(
  value: unknown,
  checks: Checks<T>,
  where: string,
  needed: readonly (keyof T & string)[] = [],
): T {
  const given = requireRecord(value, "options", where);
  const names = Object.keys(checks);
  for (const name of Object.keys(given)) if (!names.includes(name)) throw noSuchOption(name, names, where);
  const taken: [string, unknown][] = [];
  for (const name of names) {
    const option = given[name];
    if (option === undefined && !needed.includes(name as keyof T & string)) continue;
    const check = checks[name as keyof T];
    const nested = isNested(check as Check<unknown>);
    taken.push([
      name,
      nested
        ? requireOptions(option, (check as Nested<object>).fields, `${where}, ${name}`)
        : requireValue(option, check as Check<unknown>, `option ${name}`, where),
    ]);
  }
  return Object.fromEntries(taken) as T;
}

function noSuchOption(name: string, names: readonly string[], where: string): UsageError {
  const near = nearestName(name, names);
  return new UsageError({
    what: "there is no such option",
    where,
    expected: names.join(", "),
    found: shownValue(name),
    fix: near === undefined ? "leave it out" : `did you mean ${near}?`,
  });
}
