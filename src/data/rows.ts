/** What every reader of data yields, whatever the format: rows in pieces, in one table or in parts. */
import { RunError } from "../core/errors.ts";

/** Some rows; a reader holds no more than one piece, unless its format is one that must be held whole. */
export interface RowChunk {
  /** Shape of one sample, the same in all pieces of a source. */
  readonly sampleShape: readonly number[];
  /** [rows, features], row-major; a byte b stands for b / 255, floats for themselves. */
  readonly inputs: Uint8Array | Float32Array;
  /** [rows]: what the row's class is called. */
  readonly labels: readonly string[];
  /** [features]: what they are called, where a table says so. */
  readonly features?: readonly string[];
  /** The line of the file that a row stands on, from 1. */
  lineOf?(row: number): number;
  /** How much of the part has been read with this piece, up to 1, where the reader knows. */
  readonly share?: number;
}

/** A table, or one part of a source. */
export interface Part {
  /** File or folder, for messages. */
  readonly where: string;
  /** Classes are names of folders or of the publisher, which no missing value can be. */
  readonly hasNamedClasses?: boolean;
  /** Reads from the beginning, every time: rows that do not fit in memory are read twice. */
  rows(): AsyncIterable<RowChunk>;
}

/** Parts that the source itself tells apart. */
export interface GivenParts {
  readonly train: Part;
  readonly validation?: Part;
  readonly test: Part;
  /**
   * Where there is no validation part: `end` takes the last sixth of the training rows, as is the custom with MNIST;
   * `classes` a sixth of each class, for rows that may lie class by class.
   */
  readonly validationFrom: "end" | "classes";
}

/** One table, which is to be divided, or parts. */
export type FoundData = { readonly table: Part } | GivenParts;

/** What a reader refuses in a file: the reason, what is right, and what is to be done. */
export function damagedData(where: string, what: string, expected: string, found: string, fix: string): RunError {
  return new RunError({ what, where, expected, found, fix });
}
