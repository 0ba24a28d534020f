/** Cells of a grid: each a study, with a name that says what varies and tells it from all others. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { UsageError } from "../../core/errors.ts";
import { askedTraining } from "../results/trained-study.ts";
import { type Axis, type CellValues, cellCount, cellsOf, varyingOptions } from "./axes.ts";
import { HASH_DIGITS, hashIn } from "./cell-name.ts";
import { type CellOptions, cellDefaults, cellOptions } from "./cell-options.ts";

export interface Cell {
  /** Of its folder: `activation-relu_seed-3_4f2a9c01d4e5a1b2`. The digits stand for the whole configuration. */
  readonly name: string;
  /** What the file says of it, as the command line would: by names without dashes, in the order of help. */
  readonly given: Readonly<Record<string, string>>;
  /** As `run` has them. */
  readonly options: CellOptions;
}

const LONGEST_VALUE = 24;
const LONGEST_NAME = 120;

/** Fields in one order, so that the same configuration has the same text. */
function canonical(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(canonical);
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, one]) => [name, canonical(one)]));
}

/** What stands for the study of some options, however they were written. @throws UsageError as `askedTraining` */
function hashOf(options: CellOptions): string {
  const { adapter, tiles } = options;
  const text = JSON.stringify(canonical({ ...askedTraining(options).config, adapter, tiles }));
  return createHash("sha256").update(text).digest("hex").slice(0, HASH_DIGITS);
}

/** Of data only the last part of the path; nothing that file systems or shells read anything into. */
function safeText(name: string, text: string): string {
  const said = name === "data" ? basename(text) : text;
  return said
    .replaceAll(/[^A-Za-z0-9.+]+/g, "-")
    .replaceAll(/^[-.]+|-+$/g, "")
    .slice(0, LONGEST_VALUE);
}

function nameOf(given: Cell["given"], varying: ReadonlySet<string>, hash: string): string {
  const words = Object.entries(given)
    .filter(([name]) => varying.has(name))
    .map(([name, text]) => `${name}-${safeText(name, text)}`);
  const readable = words.length === 0 ? "study" : words.join("_").slice(0, LONGEST_NAME);
  return `${readable}_${hash}`;
}

/** `activation relu, seed 3` */
const givenText = (given: Cell["given"]): string =>
  Object.entries(given)
    .map(([name, text]) => `${name} ${text}`)
    .join(", ");

/** How the cells of a grid are made. */
interface Making {
  /** For messages. */
  readonly file: string;
  /** So many cells are expected. */
  readonly most: number;
}

function optionsOf(values: CellValues, defaults: CellOptions): CellOptions {
  const fields = [...values].map(([name, { value }]) => [cellOptions.get(name)!.attributeName(), value]);
  return { ...defaults, ...Object.fromEntries(fields) };
}

function cellOf(values: CellValues, varying: ReadonlySet<string>, defaults: CellOptions, file: string): Cell {
  const named = [...cellOptions.keys()].flatMap((name) => {
    const value = values.get(name);
    return value === undefined ? [] : [[name, value.text] as const];
  });
  const given = Object.fromEntries(named);
  const options = optionsOf(values, defaults);
  try {
    return { name: nameOf(given, varying, hashOf(options)), given, options };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const { where, ...fault } = error.fault;
    const place = `${file}, the cell of ${givenText(given)}`;
    throw new UsageError({ ...fault, where: place }, { cause: error });
  }
}

/** @throws UsageError where there are more than that; no cell is made before */
function requireFew(axes: readonly Axis[], file: string, most: number): void {
  const count = cellCount(axes);
  if (count <= most) return;
  const product = axes.flatMap(({ places }) => (places.length > 1 ? [places.length] : [])).join(" x ");
  throw new UsageError({
    what: "the grid has many cells",
    where: file,
    expected: `${most.toLocaleString("en")} or fewer, unless --max-cells says that more are meant`,
    found: `${product} = ${count.toLocaleString("en")}`,
    fix: `add --max-cells ${count} if that is meant; lists that should move together stand below zip`,
  });
}

/**
 * All cells, in the order of the file.
 * @throws UsageError where there are more, where a cell's options are at odds, or two cells come to the same study
 */
export function gridCells(axes: readonly Axis[], { file, most }: Making): Cell[] {
  requireFew(axes, file, most);
  const varying = new Set(varyingOptions(axes));
  const defaults = cellDefaults();
  const seen = new Map<string, Cell>();
  for (const values of cellsOf(axes)) {
    const cell = cellOf(values, varying, defaults, file);
    const hash = hashIn(cell.name);
    const before = seen.get(hash);
    if (before !== undefined) throw same(before, cell, file);
    seen.set(hash, cell);
  }
  return [...seen.values()];
}

function same(before: Cell, cell: Cell, file: string): UsageError {
  return new UsageError({
    what: "two cells are the same study",
    where: file,
    expected: "cells that are all different",
    found: `${givenText(before.given)}; and ${givenText(cell.given)}`,
    fix: "leave out what makes no difference",
  });
}
