/** One class that is written in several ways: the same number as 2 and 2.0 is one class; others are refused, or told of. */
import { RunError } from "../../core/errors.ts";
import type { CollectedRows } from "../splits/collect-rows.ts";
import { isDecimal } from "./plain-csv.ts";

const EXACT_DIGITS = 15;
const WHOLE = /^[+-]?(?:0|[1-9]\d{0,14})\.0*$/;

/** Two spellings that might be one class. */
interface Spelling {
  readonly name: string;
  /** Where it first occurs. */
  readonly place: string;
}

interface Spellings {
  /** What each spelling is called. */
  readonly nameOf: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

type Named = Pick<CollectedRows, "classNames" | "classPlaces">;

/**
 * @param parts of one data set
 * @throws RunError with both places where one class is spelled in two ways that are not just two ways to write a number
 */
export function classSpellings(parts: readonly Named[]): Spellings {
  const places = new Map<string, string>();
  for (const { classNames, classPlaces } of parts) {
    for (const [index, name] of classNames.entries()) if (!places.has(name)) places.set(name, classPlaces[index]!);
  }
  const spellings = Array.from(places, ([name, place]) => ({ name, place }));
  const numbers = spellings.every(({ name }) => isDecimal(name));
  // A whole number is called the same with and without decimals of 0, which pandas writes once a value is missing.
  const plain = (name: string) => (numbers && WHOLE.test(name) ? String(Number(name)) : name);
  const nameOf = new Map(spellings.map(({ name }) => [name, plain(name)]));
  const notes: string[] = [];
  for (const alike of groups(spellings, keyOf)) {
    if (!numbers || alike.some(({ name }) => /^[+-]?0\d/.test(name))) throw spelledTwice(alike);
    const name = String(Number(alike[0]!.name));
    for (const spelling of alike) nameOf.set(spelling.name, name);
    notes.push(`class ${name} is written in several ways, which count as one: ${shown(alike)}`);
  }
  for (const alike of groups(spellings, ({ name }) => (name.length > 1 ? name.toLowerCase() : name))) {
    if (new Set(alike.map(({ name }) => nameOf.get(name))).size > 1)
      notes.push(`classes differ in case alone: ${shown(alike)}`);
  }
  return { nameOf, notes };
}

/** The same for spellings of one class: numbers by their value, text without its ways of writing spaces and accents. */
function keyOf({ name }: Spelling): string {
  // Float64 does not tell longer numbers apart.
  if (isDecimal(name) && name.length <= EXACT_DIGITS) return String(Number(name));
  return name.normalize("NFC").trim().replaceAll(/\s+/g, " ");
}

function groups(spellings: readonly Spelling[], keyOfOne: (spelling: Spelling) => string): Spelling[][] {
  const byKey = new Map<string, Spelling[]>();
  for (const spelling of spellings) byKey.set(keyOfOne(spelling), [...(byKey.get(keyOfOne(spelling)) ?? []), spelling]);
  return [...byKey.values()].filter((alike) => alike.length > 1);
}

function shown(alike: readonly Spelling[]): string {
  return alike.map(({ name, place }) => `${JSON.stringify(name)} (${place})`).join(", ");
}

function spelledTwice(alike: readonly Spelling[]): RunError {
  return new RunError({
    what: "one class is spelled in two ways",
    where: alike.at(-1)!.place,
    expected: `${JSON.stringify(alike[0]!.name)}, as in ${alike[0]!.place}`,
    found: alike
      .slice(1)
      .map(({ name }) => JSON.stringify(name))
      .join(", "),
    fix: "write each class in one way",
  });
}
