/** Rows of a source to training, validation and test, with classes numbered alike in all of them. */
import type { Dataset, Shares, Split, SplitName } from "../core/dataset.ts";
import { RunError, UsageError } from "../core/errors.ts";
import { requireEveryClassInValidation } from "./class-counts.ts";
import { type CollectedRows, collectRows, MAX_CLASSES } from "./collect-rows.ts";
import type { FoundData, GivenParts, Part } from "./rows.ts";
import { stratifiedSplit } from "./stratified-split.ts";

/** 1 in so many training samples is for validation, where a source has no validation part. */
const VALIDATION_DENOMINATOR = 6;
export const DEFAULT_SHARES: Shares = [70, 15, 15];

/** A Dataset without what is added when it is complete. */
export type Divided = Omit<Dataset, "name" | "sha256">;

/** Classes over all parts. */
interface Classes {
  readonly names: readonly string[];
  readonly numbers: ReadonlyMap<string, number>;
}

/** A part whose labels are numbers of the common classes. */
type NumberedRows = Omit<CollectedRows, "classNames">;

/**
 * Reads all rows and divides them.
 * @param shares as asked for; only a table is divided by them.
 * @throws UsageError where shares are given for a source with parts of its own; RunError where a part is empty, parts
 * differ in shape, or a class has no validation sample.
 */
export async function divide(found: FoundData, shares?: Shares): Promise<Divided> {
  if ("table" in found) return divideTable(await collectRows(found.table), shares ?? DEFAULT_SHARES);
  if (shares !== undefined) {
    throw new UsageError({
      what: "--split does not fit the data, which say themselves what is for training and what for test",
      where: found.train.where,
      expected: "one table without parts",
      found: `parts for training and test${found.validation === undefined ? "" : ", and for validation"}`,
      fix: "leave --split away",
    });
  }
  return joinParts(found);
}

function divideTable(rows: CollectedRows, shares: Shares): Divided {
  const classes = classesOf([rows]);
  const numbered = renumbered(rows, classes);
  const members = stratifiedSplit(numbered.labels, classes.names.length, shares);
  const parts = {
    train: gather(numbered, members.train),
    validation: gather(numbered, members.validation),
    test: gather(numbered, members.test),
  };
  return { ...complete(parts, rows, classes, "give more samples, or larger shares with --split"), shares };
}

async function joinParts({ train, validation, test, validationFrom }: GivenParts): Promise<Divided> {
  const read = async (part: Part | undefined) => (part === undefined ? [] : [await collectRows(part)]);
  const collected = [...(await read(train)), ...(await read(test)), ...(await read(validation))];
  const classes = classesOf(collected);
  const [training, testing, given] = collected.map((rows) => renumbered(rows, classes)) as [
    NumberedRows,
    NumberedRows,
    NumberedRows?,
  ];
  for (const other of collected) requireSameShape(training, other);
  const divided =
    given !== undefined
      ? { train: wholeOf(training), validation: wholeOf(given) }
      : validationFrom === "end"
        ? lastSixth(training)
        : sixthOfClasses(training, classes);
  const fix =
    given !== undefined
      ? "give samples of every class"
      : "give more samples or a validation part, or shuffle the samples";
  return complete({ ...divided, test: wholeOf(testing) }, training, classes, fix);
}

/** Names in numeric order where all are numbers, else in the order of their characters. */
function classesOf(parts: readonly CollectedRows[]): Classes {
  const names = [...new Set(parts.flatMap(({ classNames }) => classNames))];
  const numeric = names.every((name) => name !== "" && Number.isFinite(Number(name)));
  names.sort((a, b) => (numeric ? Number(a) - Number(b) : 0) || (a < b ? -1 : 1));
  if (names.length < 2 || names.length > MAX_CLASSES) {
    throw new RunError({
      what: names.length < 2 ? "all samples are of one class" : "there are too many classes",
      where: parts[0]!.where,
      expected: `2 to ${MAX_CLASSES} different labels`,
      found: names.length < 2 ? `only ${JSON.stringify(names[0])}` : `${names.length}`,
      fix: "check that the labels are what is to be told apart",
    });
  }
  return { names, numbers: new Map(names.map((name, number) => [name, number])) };
}

function renumbered({ classNames, ...rows }: CollectedRows, { numbers }: Classes): NumberedRows {
  const numberOf = classNames.map((name) => numbers.get(name)!);
  return { ...rows, labels: rows.labels.map((label) => numberOf[label]!) };
}

function requireSameShape(training: NumberedRows, other: CollectedRows): void {
  const bytes = (inputs: Uint8Array | Float32Array) => (inputs instanceof Uint8Array ? "bytes" : "floats");
  const describe = ({ sampleShape, inputs }: NumberedRows) => `${sampleShape.join(" x ")} ${bytes(inputs)}`;
  if (describe(training) === describe(other)) return;
  throw new RunError({
    what: "training samples and others differ in shape",
    where: other.where,
    expected: `${describe(training)}, as in ${training.where}`,
    found: describe(other),
    fix: "take all parts from the same data set",
  });
}

function wholeOf({ count, inputs, labels }: NumberedRows): Split {
  return { count, inputs, labels };
}

/** The custom with MNIST: 50,000 and 10,000 of 60,000. Views, not copies. */
function lastSixth(rows: NumberedRows): { train: Split; validation: Split } {
  const first = rows.count - Math.floor(rows.count / VALIDATION_DENOMINATOR);
  const features = rows.inputs.length / rows.count;
  const slice = (from: number, to: number): Split => ({
    count: to - from,
    inputs: rows.inputs.subarray(from * features, to * features),
    labels: rows.labels.subarray(from, to),
  });
  return { train: slice(0, first), validation: slice(first, rows.count) };
}

function sixthOfClasses(rows: NumberedRows, { names }: Classes): { train: Split; validation: Split } {
  const members = stratifiedSplit(rows.labels, names.length, [VALIDATION_DENOMINATOR - 1, 1, 0]);
  return { train: gather(rows, members.train), validation: gather(rows, members.validation) };
}

function gather({ count, inputs, labels }: NumberedRows, members: Uint32Array): Split {
  const features = inputs.length / count;
  const make = inputs.constructor as new (length: number) => Uint8Array | Float32Array;
  const own = new make(members.length * features);
  for (const [row, member] of members.entries()) {
    own.set(inputs.subarray(member * features, (member + 1) * features), row * features);
  }
  return { count: members.length, inputs: own, labels: Uint16Array.from(members, (member) => labels[member]!) };
}

function complete(
  parts: Readonly<Record<SplitName, Split>>,
  { where, sampleShape }: Pick<CollectedRows, "where" | "sampleShape">,
  { names }: Classes,
  fix: string,
): Divided {
  const { train, validation, test } = parts;
  const counts = `${train.count} training, ${validation.count} validation, ${test.count} test samples`;
  if (Math.min(train.count, validation.count, test.count) === 0) {
    throw new RunError({ what: "a part is empty", where, expected: "samples in each part", found: counts, fix });
  }
  const labels = { train: train.labels, validation: validation.labels, test: test.labels };
  const features = sampleShape.reduce((product, size) => product * size, 1);
  // Names that are the numbers say nothing.
  const classNames = names.some((name, number) => name !== String(number)) ? names : undefined;
  requireEveryClassInValidation(labels, names.length, where, fix, classNames);
  return {
    features,
    sampleShape,
    classes: names.length,
    ...(classNames === undefined ? {} : { classNames }),
    ...parts,
  };
}
