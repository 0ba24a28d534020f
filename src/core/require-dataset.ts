/** Whether data that a program made hold together: sizes, types, labels and numbers, before any of it is computed with. */
import { type Dataset, inputTypeOf, type Split, type SplitName, splitNames } from "./dataset.ts";
import { UsageError } from "./errors.ts";
import type { InputType } from "./input-type.ts";
import { someText, wholeNumber } from "./option-checks.ts";
import { requireRecord, requireValue } from "./require-options.ts";
import { shownValue } from "./shown-value.ts";

/** Labels are 16-bit numbers. */
const classCount = wholeNumber({ least: 1, most: 2 ** 16 });
const extent = wholeNumber({ least: 1, most: 2 ** 24 });
/** Of each part. Samples are counted by 32-bit numbers. */
const LEAST_SAMPLES: Readonly<Record<SplitName, number>> = { train: 0, validation: 1, test: 1 };
const sampleCount = (split: SplitName) => wholeNumber({ least: LEAST_SAMPLES[split], most: 2 ** 32 - 1 });
const name = someText("a name");

function refuse(what: string, where: string, expected: string, found: unknown, fix: string): never {
  throw new UsageError({ what, where, expected, found: typeof found === "string" ? found : shownValue(found), fix });
}

function requireShape(value: unknown, features: number, where: string): void {
  if (!Array.isArray(value))
    refuse("sampleShape is invalid", where, "an array such as [28, 28]", value, "give [features]");
  const product = value.reduce<number>((size, each) => size * requireValue(each, extent, "sampleShape", where), 1);
  if (product === features) return;
  const found = `${value.join(" x ")} = ${product}`;
  refuse(
    "sampleShape does not fit features",
    where,
    `a product of ${features}`,
    found,
    "give [features] where in doubt",
  );
}

function requireClassNames(value: unknown, classes: number, where: string): void {
  if (value === undefined) return;
  const fits = Array.isArray(value) && value.length === classes && value.every((each) => typeof each === "string");
  if (!fits)
    refuse("classNames is invalid", where, `${classes} texts, one a class`, value, "leave it out, or name every class");
}

function requireInputs(value: unknown, length: number, features: number, where: string): InputType {
  if (value instanceof Uint8Array) {
    if (value.length === length) return "bytes";
  } else if (value instanceof Float32Array && value.length === length) {
    const index = value.findIndex((each) => !Number.isFinite(each));
    if (index === -1) return "floats";
    const place = `${where}, sample ${Math.floor(index / features)}, value ${index % features} (from 0)`;
    const fix = "fill in or leave out samples with missing values";
    refuse("an input is not a finite number", place, "a number that float32 can hold", String(value[index]), fix);
  }
  const expected = `a Uint8Array or Float32Array of ${length}, samples times features`;
  const emptied = ArrayBuffer.isView(value) && value.byteLength === 0;
  const fix = emptied ? "a buffer that was transferred to a worker is empty here: pass a copy" : "give them row by row";
  return refuse("inputs is invalid", where, expected, value, fix);
}

function requireLabels(value: unknown, count: number, classes: number, where: string): void {
  if (!(value instanceof Uint16Array) || value.length !== count)
    refuse("labels is invalid", where, `a Uint16Array of ${count}, one a sample`, value, "Uint16Array.from(labels)");
  const index = value.findIndex((label) => label >= classes);
  if (index === -1) return;
  const fix = "number the classes from 0, and give their number as classes; negative labels wrap around";
  refuse("a label is out of range", `${where}, sample ${index}`, `0 to ${classes - 1}`, `${value[index]}`, fix);
}

interface Sizes {
  readonly features: number;
  readonly classes: number;
}

function requireSplit(value: unknown, name: SplitName, { features, classes }: Sizes, where: string): Split {
  const split = requireRecord(value, "the part", where);
  if ("readPage" in split) {
    const fix = "pass the data's name or path to analyze";
    refuse("inputs are read page by page", where, "inputs in memory", "a part with readPage", fix);
  }
  const count = requireValue(split["count"], sampleCount(name), "count", where);
  requireInputs(split["inputs"], count * features, features, where);
  requireLabels(split["labels"], count, classes, where);
  return value as Split;
}

/**
 * The value as data in memory.
 * @param where its name in messages
 * @throws UsageError that says which part is wrong, and how.
 */
export function requireDataset(value: unknown, where: string): Dataset {
  const data = requireRecord(value, "the data", where);
  requireValue(data["name"], name, "name", where);
  const features = requireValue(data["features"], extent, "features", where);
  const classes = requireValue(data["classes"], classCount, "classes", where);
  requireShape(data["sampleShape"], features, where);
  requireClassNames(data["classNames"], classes, where);
  if (typeof data["sha256"] !== "string") {
    const fix = 'give "" where it is not known: it is computed where it is needed';
    refuse("sha256 is invalid", where, "a text", data["sha256"], fix);
  }
  const [first, ...others] = splitNames.map((split) => {
    return { split, type: inputTypeOf(requireSplit(data[split], split, { features, classes }, `${where}, ${split}`)) };
  });
  const other = others.find(({ type }) => type !== first!.type);
  if (other === undefined) return value as Dataset;
  const fix = "give all parts as bytes, or all as floats";
  return refuse(
    "the parts' inputs differ in type",
    `${where}, ${other.split}`,
    `${first!.type}, as in train`,
    other.type,
    fix,
  );
}
