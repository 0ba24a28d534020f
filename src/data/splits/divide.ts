/** Rows of a source to training, validation and test, with classes numbered alike in all of them. */
import {
  type Dataset,
  type PagedDataset,
  type Shares,
  type Split,
  type SplitName,
  splitNames,
} from "../../core/dataset.ts";
import { RunError, UsageError } from "../../core/errors.ts";
import type { FoundData, GivenParts, Part } from "../rows.ts";
import { classSpellings } from "../tables/class-spelling.ts";
import { countingColumns } from "../tables/row-counters.ts";
import { type CollectedRows, collectRows, type Keeping, MAX_CLASSES } from "./collect-rows.ts";
import { type Paging, type Placed, pagedSplits } from "./paged-splits.ts";
import { requireEveryClassInValidation } from "./require-every-class.ts";
import { stratifiedSplit } from "./stratified-split.ts";

/** 1 in so many training samples is for validation, where a source has no validation part. */
const VALIDATION_DENOMINATOR = 6;
const DEFAULT_SHARES: Shares = [70, 15, 15];

/** A Dataset without what is added when it is complete. */
export type Divided = Omit<Dataset, "name" | "sha256">;
/** The same of one that is read page by page. */
export type PagedDivided = Omit<PagedDataset, "name" | "sha256"> & Disposable;

/** Classes over all parts. */
interface Classes {
  readonly names: readonly string[];
  /** Of each way in which a class is written. */
  readonly numbers: ReadonlyMap<string, number>;
}

/** A part whose labels are numbers of the common classes. */
type NumberedRows = Omit<CollectedRows, "classNames" | "classPlaces" | "counted">;

/** What is asked of data that are divided. */
export interface Dividing {
  /** As asked for; only a table is divided by them. */
  readonly shares?: Shares;
  /** Whether a text that looks like a missing value is a class nevertheless. */
  isClass?(name: string): boolean;
  /** Told of what is worth knowing and no reason to stop. */
  note?(line: string): void;
}

/** How rows are read that may not fit in memory. */
export interface LargeData extends Keeping, Pick<Paging, "scratch"> {
  /** Told of rows that have been put in their place, after each piece. */
  onStored?(rows: number, total: number): void;
  /** Bytes of a page, about; another number changes no result. */
  readonly pageBytes?: number;
  /** Whether inputs will be rescaled, so that bytes become floats of four. */
  readonly rescaled?: boolean;
}

/**
 * Reads all rows and divides them.
 * @throws UsageError where shares are given for a source with parts of its own; RunError where a part is empty, parts
 * differ in shape, or a class has no validation sample.
 */
export async function divide(found: FoundData, dividing: Dividing = {}): Promise<Divided> {
  return inMemory(await placedRows(found, dividing));
}

/** The same, and where the inputs of a part take more than may be kept, they are not kept in memory. */
export async function divideLarge(
  found: FoundData,
  dividing: Dividing,
  { scratch, onStored, pageBytes, rescaled = false, ...keeping }: LargeData,
): Promise<Divided | PagedDivided> {
  const placed = await placedRows(found, dividing, { ...keeping, asFloats: rescaled });
  if (splitNames.every((name) => placed.splits[name].rows.inputs !== undefined)) return inMemory(placed);
  const { facts, splits } = placed;
  const paging = { scratch, asFloats: rescaled, ...(onStored === undefined ? {} : { onRows: onStored }) };
  return { ...facts, ...(await pagedSplits(splits, facts.features, paging, pageBytes)) };
}

/** Which rows are in which split, and what else is known of them. */
interface PlacedRows {
  readonly facts: Pick<Dataset, "features" | "sampleShape" | "classes" | "classNames" | "shares">;
  readonly splits: Readonly<Record<SplitName, Placed & { readonly rows: NumberedRows }>>;
}

async function placedRows(found: FoundData, dividing: Dividing, keeping?: Keeping): Promise<PlacedRows> {
  const { shares, isClass } = dividing;
  if ("table" in found) {
    return placeTable(await collectRows(found.table, keeping, isClass), shares ?? DEFAULT_SHARES, dividing);
  }
  if (shares !== undefined) {
    throw new UsageError({
      what: "--split does not fit the data, which say themselves what is for training and what for test",
      where: found.train.where,
      expected: "one table without parts",
      found: `parts for training and test${found.validation === undefined ? "" : ", and for validation"}`,
      fix: "omit --split",
    });
  }
  return placeParts(found, keeping, dividing);
}

/** Classes of all parts; columns that count rows are told of. */
function classesAndNotes(parts: readonly CollectedRows[], { note = () => {} }: Dividing): Classes {
  for (const name of countingColumns(parts.map(({ counted }) => counted))) note(countingNote(name));
  const { nameOf, notes } = classSpellings(parts);
  for (const line of notes) note(line);
  return classesOf(parts, nameOf);
}

function countingNote(name: string): string {
  const fix = / \(from 0\)$/.test(name)
    ? "save the array without it"
    : `leave it out with --drop ${JSON.stringify(name)}`;
  return `warning: ${JSON.stringify(name)} only counts the rows, which tells samples apart and perhaps classes; ${fix}`;
}

function placeTable(rows: CollectedRows, shares: Shares, dividing: Dividing): PlacedRows {
  const classes = classesAndNotes([rows], dividing);
  const numbered = renumbered(rows, classes);
  const members = stratifiedSplit(numbered.labels, classes.names.length, shares);
  const splits = {
    train: placed(numbered, members.train),
    validation: placed(numbered, members.validation),
    test: placed(numbered, members.test),
  };
  const needed: readonly SplitName[] = shares[0] === 0 ? ["validation", "test"] : splitNames;
  const facts = complete(splits, numbered, classes, "give more samples, or larger shares with --split", needed);
  return { splits, facts: { ...facts, shares } };
}

async function placeParts(
  { train, validation, test, validationFrom }: GivenParts,
  keeping: Keeping | undefined,
  dividing: Dividing,
): Promise<PlacedRows> {
  const { isClass } = dividing;
  const read = async (part: Part | undefined) =>
    part === undefined ? [] : [await collectRows(part, keeping, isClass)];
  const collected = [...(await read(train)), ...(await read(test)), ...(await read(validation))];
  const classes = classesAndNotes(collected, dividing);
  const [training, testing, given] = collected.map((rows) => renumbered(rows, classes)) as [
    NumberedRows,
    NumberedRows,
    NumberedRows?,
  ];
  for (const other of collected) requireSameShape(training, other);
  const parts =
    given !== undefined
      ? { train: wholeOf(training), validation: wholeOf(given) }
      : validationFrom === "end"
        ? lastSixth(training)
        : sixthOfClasses(training, classes);
  const fix =
    given !== undefined
      ? "give samples of every class"
      : "give more samples or a validation part, or shuffle the samples";
  const splits = { ...parts, test: wholeOf(testing) };
  return { splits, facts: complete(splits, training, classes, fix) };
}

/** Names in numeric order where all are numbers, else in the order of their characters. */
function classesOf(parts: readonly CollectedRows[], nameOf: ReadonlyMap<string, string>): Classes {
  const names = [...new Set(nameOf.values())];
  const numeric = names.every((name) => name !== "" && Number.isFinite(Number(name)));
  names.sort((a, b) => (numeric ? Number(a) - Number(b) : 0) || (a < b ? -1 : 1));
  if (names.length < 2 || names.length > MAX_CLASSES) {
    throw new RunError({
      what: names.length < 2 ? "all samples are of one class" : "there are too many classes",
      where: parts[0]!.part.where,
      expected: `2 to ${MAX_CLASSES} different labels`,
      found: names.length < 2 ? `only ${JSON.stringify(names[0])}` : `${names.length}`,
      fix: "check that the labels are the classes that the network is to tell apart",
    });
  }
  const numberOf = new Map(names.map((name, number) => [name, number]));
  return { names, numbers: new Map(Array.from(nameOf, ([written, name]) => [written, numberOf.get(name)!])) };
}

function renumbered(
  { classNames, classPlaces: _, counted: __, ...rows }: CollectedRows,
  { numbers }: Classes,
): NumberedRows {
  const numberOf = classNames.map((name) => numbers.get(name)!);
  return { ...rows, labels: rows.labels.map((label) => numberOf[label]!) };
}

function requireSameShape(training: NumberedRows, other: CollectedRows): void {
  const describe = ({ sampleShape, inputType }: NumberedRows) => `${sampleShape.join(" x ")} ${inputType}`;
  if (describe(training) === describe(other)) return;
  throw new RunError({
    what: "training samples and others differ in shape",
    where: other.part.where,
    expected: `${describe(training)}, as in ${training.part.where}`,
    found: describe(other),
    fix: "take all parts from the same data set",
  });
}

type PlacedNumbered = Placed & { readonly rows: NumberedRows };

function placed(rows: NumberedRows, members: Uint32Array): PlacedNumbered {
  return { rows, members, labels: Uint16Array.from(members, (member) => rows.labels[member]!) };
}

/** Rows first, first + 1, ... */
function range(rows: NumberedRows, first: number, end: number): PlacedNumbered {
  return placed(
    rows,
    Uint32Array.from({ length: end - first }, (_, index) => first + index),
  );
}

function wholeOf(rows: NumberedRows): PlacedNumbered {
  return range(rows, 0, rows.count);
}

/** The custom with MNIST: 50,000 and 10,000 of 60,000. */
function lastSixth(rows: NumberedRows): { train: PlacedNumbered; validation: PlacedNumbered } {
  const first = rows.count - Math.floor(rows.count / VALIDATION_DENOMINATOR);
  return { train: range(rows, 0, first), validation: range(rows, first, rows.count) };
}

function sixthOfClasses(rows: NumberedRows, { names }: Classes): { train: PlacedNumbered; validation: PlacedNumbered } {
  const members = stratifiedSplit(rows.labels, names.length, [VALIDATION_DENOMINATOR - 1, 1, 0]);
  return { train: placed(rows, members.train), validation: placed(rows, members.validation) };
}

function inMemory({ facts, splits }: PlacedRows): Divided {
  return { ...facts, train: gather(splits.train), validation: gather(splits.validation), test: gather(splits.test) };
}

/** Consecutive rows as a view, others as a copy. */
function gather({ rows, members, labels }: PlacedNumbered): Split {
  const inputs = rows.inputs!;
  const count = members.length;
  const features = inputs.length / rows.count;
  const first = members[0] ?? 0;
  if (members.every((member, index) => member === first + index)) {
    return { count, inputs: inputs.subarray(first * features, (first + count) * features), labels };
  }
  const make = inputs.constructor as new (length: number) => Uint8Array | Float32Array;
  const own = new make(count * features);
  for (const [row, member] of members.entries()) {
    own.set(inputs.subarray(member * features, (member + 1) * features), row * features);
  }
  return { count, inputs: own, labels };
}

/**
 * @param needed parts that must not be empty
 * @throws RunError where one is, or a class has no validation sample
 */
function complete(
  splits: PlacedRows["splits"],
  { part: { where }, sampleShape }: NumberedRows,
  { names }: Classes,
  fix: string,
  needed: readonly SplitName[] = splitNames,
): PlacedRows["facts"] {
  const { train, validation, test } = splits;
  const labels = { train: train.labels, validation: validation.labels, test: test.labels };
  const counts = `${train.labels.length} training, ${validation.labels.length} validation, ${test.labels.length} test samples`;
  if (needed.some((name) => splits[name].members.length === 0)) {
    throw new RunError({ what: "a part is empty", where, expected: "samples in each part", found: counts, fix });
  }
  const features = sampleShape.reduce((product, size) => product * size, 1);
  // Names that are the numbers say nothing.
  const classNames = names.some((name, number) => name !== String(number)) ? names : undefined;
  requireEveryClassInValidation(labels, names.length, where, fix, classNames);
  return {
    features,
    sampleShape,
    classes: names.length,
    ...(classNames === undefined ? {} : { classNames }),
  };
}
