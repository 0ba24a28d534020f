/**
 * A result folder read as another program would, by the words of the specification alone: nothing of src/report, which
 * would overlook what it gets wrong itself.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { networkScopes } from "../../src/core/scope.ts";
import type { StudyConfig } from "../../src/core/study.ts";
import type { StudyFile } from "../../src/report/files/study-file.ts";

export type CsvRecord = Readonly<Record<string, string>>;

export interface CsvTable {
  readonly header: readonly string[];
  readonly rows: readonly CsvRecord[];
}

/** Fails where the text is cut off or a row has not as many cells as the header. */
export function readCsvTable(path: string): CsvTable {
  const text = readFileSync(path, "utf8");
  expect(text.endsWith("\n"), `${path} ends with a whole line`).toBe(true);
  const [header, ...lines] = text
    .slice(0, -1)
    .split("\n")
    .map((line) => line.split(","));
  const rows = lines.map((cells, index) => {
    expect(cells.length, `cells in line ${index + 2} of ${path}`).toBe(header!.length);
    return Object.fromEntries(header!.map((name, column) => [name, cells[column]!]));
  });
  return { header: header!, rows };
}

export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  /** Name to shape, in the order of the data. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Bytes after the header. */
  readonly dataBytes: number;
  readonly values: Float32Array;
}

export function readSafetensors(path: string): SafetensorsFile {
  const bytes = readFileSync(path);
  const dataStart = 8 + Number(bytes.readBigUInt64LE(0));
  const header: Record<string, { dtype: string; shape: number[] }> = JSON.parse(bytes.toString("utf8", 8, dataStart));
  const { __metadata__: metadata, ...tensors } = header;
  for (const { dtype } of Object.values(tensors)) expect(dtype).toBe("F32");
  const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
  const data = bytes.subarray(dataStart);
  const values = Float32Array.from({ length: Math.floor(data.length / 4) }, (_, index) => data.readFloatLE(index * 4));
  return { metadata: metadata as unknown as Record<string, string>, shapes, dataBytes: data.length, values };
}

export interface WrittenResults {
  readonly study: StudyFile;
  readonly neurons: CsvTable;
  readonly curves: CsvTable;
  readonly orders: CsvTable;
}

export function readResults(folder: string): WrittenResults {
  return {
    study: JSON.parse(readFileSync(join(folder, "study.json"), "utf8")),
    neurons: readCsvTable(join(folder, "neurons.csv")),
    curves: readCsvTable(join(folder, "curves.csv")),
    orders: readCsvTable(join(folder, "orders.csv")),
  };
}

/** Neurons of each scope, by its name. */
export function scopeSizes({ hidden, scopes }: StudyConfig): Map<string, number> {
  const sizes = new Map<string, number>();
  if (scopes.includes("layers")) for (const [index, width] of hidden.entries()) sizes.set(`layer${index + 1}`, width);
  const all = hidden.reduce((sum, width) => sum + width, 0);
  for (const scope of networkScopes) if (scopes.includes(scope)) sizes.set(scope, all);
  return sizes;
}

/** Evaluated steps of a curve: 0, stride, 2 stride, ... and the end. */
function steps(neurons: number, stride: number): number {
  return 1 + Math.ceil(neurons / stride);
}

/** How many rows a configuration gives in each table. */
export function expectedRows(config: StudyConfig): Record<"neurons" | "curves" | "orders", number> {
  const { repeats, hidden, measures, modes, randomDraws, stride } = config;
  const ordersPerScope = 2 * measures.length + randomDraws;
  const sizes = [...scopeSizes(config).values()];
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    neurons: repeats * sum(hidden),
    orders: repeats * ordersPerScope * sum(sizes),
    curves: repeats * ordersPerScope * modes.length * sum(sizes.map((size) => steps(size, stride))),
  };
}
