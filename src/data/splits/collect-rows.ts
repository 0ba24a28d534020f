/** All rows of a part: in memory, or where that is too small, what can be said of them without keeping their inputs. */

import { inputTypeOf } from "../../core/dataset.ts";
import { RunError } from "../../core/errors.ts";
import type { InputType } from "../../core/input-type.ts";
import type { Part, RowChunk } from "../rows.ts";
import { isMissingClass } from "../tables/missing-classes.ts";
import { type CountedColumns, RowCounters } from "../tables/row-counters.ts";

/** Inputs of one part may take so many bytes: as much as a typed array of Node 20 can hold. */
export const MAX_INPUT_BYTES = 2 ** 32;
const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;
/** Labels are 16-bit numbers. */
export const MAX_CLASSES = 2 ** 16;

export interface CollectedRows {
  readonly part: Part;
  readonly count: number;
  readonly sampleShape: readonly number[];
  readonly inputType: InputType;
  /** [count, features]; absent where they are too large to be kept. */
  readonly inputs?: Uint8Array | Float32Array;
  /** [count]: place of the row's class in `classNames`. */
  readonly labels: Uint16Array;
  /** In the order in which they first occur. */
  readonly classNames: readonly string[];
  /** [classes]: where each first occurs, for messages. */
  readonly classPlaces: readonly string[];
  /** What is known of columns that may do no more than count the rows. */
  readonly counted: CountedColumns;
}

/** What may be kept in memory. */
export interface Keeping {
  /** Bytes of inputs of one part. */
  readonly bytes: number;
  /** Whether inputs that are bytes count as the floats that they will become. */
  readonly asFloats?: boolean;
  /** Told of the rows that have been read, after each piece. */
  onRows?(rows: number, share: number | undefined): void;
}

/**
 * Reads a part to its end.
 * @param isClass whether a text that looks like a missing value is a class nevertheless
 * @param keeping inputs that take more are not kept; without it they are refused where they take more than an array can.
 * @throws RunError where there are no rows, too many bytes or classes, rows of different shapes, or inputs that are no
 * finite numbers; and what the reader throws.
 */
export async function collectRows(
  part: Part,
  keeping?: Keeping,
  isClass: (name: string) => boolean = () => false,
): Promise<CollectedRows> {
  const { where } = part;
  let inputs: (Uint8Array | Float32Array)[] | undefined = [];
  const labels: Uint16Array[] = [];
  const classes = new ClassNumbers(part, isClass);
  const counters = new RowCounters();
  let first: RowChunk | undefined;
  let count = 0;
  let bytes = 0;
  for await (const chunk of part.rows()) {
    first ??= chunk;
    requireSameRows(first, chunk, where);
    requireFinite(chunk, count, where);
    bytes += keeping?.asFloats === true ? chunk.inputs.length * FLOAT_BYTES : chunk.inputs.byteLength;
    if (keeping === undefined && bytes > MAX_INPUT_BYTES) throw tooLarge(where);
    if (bytes > Math.min(keeping?.bytes ?? MAX_INPUT_BYTES, MAX_INPUT_BYTES)) inputs = undefined;
    inputs?.push(chunk.inputs);
    labels.push(classes.numbers(chunk, count));
    counters.add(chunk);
    count += chunk.labels.length;
    keeping?.onRows?.(count, chunk.share);
  }
  if (first === undefined || count === 0) {
    const fix = "point to data with samples";
    throw new RunError({ what: "there are no samples", where, expected: "at least one", found: "none", fix });
  }
  return {
    part,
    count,
    sampleShape: first.sampleShape,
    inputType: inputTypeOf(first),
    ...(inputs === undefined ? {} : { inputs: joined(inputs) }),
    labels: joined(labels),
    classNames: classes.names,
    classPlaces: classes.places,
    counted: counters.columns(where),
  };
}

/** Numbers the classes as they come. */
class ClassNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #part: Part;
  readonly #isClass: (name: string) => boolean;
  readonly places: string[] = [];

  constructor(part: Part, isClass: (name: string) => boolean) {
    this.#part = part;
    this.#isClass = isClass;
  }

  get names(): string[] {
    return [...this.#numbers.keys()];
  }

  /** @param before rows of earlier chunks */
  numbers({ labels, lineOf }: RowChunk, before: number): Uint16Array {
    return Uint16Array.from(labels, (label, row) => {
      const known = this.#numbers.get(label);
      if (known !== undefined) return known;
      const place = lineOf === undefined ? `sample ${before + row} (from 0)` : `line ${lineOf(row)}`;
      return this.#add(label, `${this.#part.where}, ${place}`);
    });
  }

  #add(label: string, place: string): number {
    if (this.#part.hasNamedClasses !== true && isMissingClass(label) && !this.#isClass(label)) {
      throw new RunError({
        what: "a class is missing",
        where: place,
        expected: "a class for each sample",
        found: `${JSON.stringify(label)}, which stands for a missing value`,
        fix: "fill in or leave out such samples; where it is a class, name it with all others: --classes",
      });
    }
    if (this.#numbers.size === MAX_CLASSES) throw this.#tooMany();
    this.#numbers.set(label, this.#numbers.size);
    this.places.push(place);
    return this.#numbers.size - 1;
  }

  #tooMany(): RunError {
    return new RunError({
      what: "there are too many classes",
      where: this.#part.where,
      expected: `at most ${MAX_CLASSES} different labels`,
      found: "more",
      fix: "check that the labels are classes and not measured values",
    });
  }
}

function requireSameRows(first: RowChunk, { sampleShape, inputs }: RowChunk, where: string): void {
  const same = sampleShape.join() === first.sampleShape.join() && inputs.constructor === first.inputs.constructor;
  if (same) return;
  throw new RunError({
    what: "samples differ in shape",
    where,
    expected: `${first.sampleShape.join(" x ")}, as the first`,
    found: sampleShape.join(" x "),
    fix: "bring all samples to one shape",
  });
}

function requireFinite({ inputs, labels }: RowChunk, rowsBefore: number, where: string): void {
  if (inputs instanceof Uint8Array) return;
  const index = inputs.findIndex((value) => !Number.isFinite(value));
  if (index === -1) return;
  const features = inputs.length / labels.length;
  throw new RunError({
    what: "an input is no finite number",
    where: `${where}, sample ${rowsBefore + Math.floor(index / features)}, value ${index % features} (from 0)`,
    expected: "a number that float32 can hold",
    found: String(inputs[index]),
    fix: "fill in or leave out samples with missing values",
  });
}

function tooLarge(where: string): RunError {
  return new RunError({
    what: "the samples do not fit in memory",
    where,
    expected: `at most ${MAX_INPUT_BYTES} bytes of inputs`,
    found: "more",
    fix: "use fewer samples or features (images take a byte a value, tables four); analyze takes tables of any size",
  });
}

/** One piece is taken as it is. */
function joined<T extends Uint8Array | Float32Array | Uint16Array>(pieces: readonly T[]): T {
  const [first] = pieces as readonly [T];
  if (pieces.length === 1) return first;
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const all = new (first.constructor as new (length: number) => T)(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
