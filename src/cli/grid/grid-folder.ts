/**
 * The folder of a grid: `grid.json` says which cells there are, `cells/` has a folder of results for each, `summaries/` a small file
 * for each that is done or has failed, whose name alone says which. So thousands of cells are listed without reading their results.
 */
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RunError, UsageError } from "../../core/errors.ts";
import { gridNames, resultNames } from "../../core/platform.ts";
import { isPartial, writeAtomically } from "../../platform/node/atomic-file.ts";
import { fileError } from "../../platform/node/files.ts";
import { makeFolder } from "../../platform/node/make-folder.ts";
import { hasStudy, namesIn } from "../../platform/node/results-folder.ts";
import { explained } from "../../platform/node/write-fault.ts";
import {
  type CellSummary,
  cellSummaryText,
  type DoneSummary,
  type GridRecord,
  gridRecordText,
  parseCellSummary,
  parseGridRecord,
} from "../../report/files/grid-files.ts";
import type { CellState } from "../../report/grid/grid-row.ts";
import { hashIn } from "./cell-name.ts";

const CELLS = "cells";
const SUMMARIES = "summaries";
const SUMMARY = /^(.+)\.(done|failed)\.json$/;

/** Whether a folder is that of a grid. */
export const hasGrid = async (path: string): Promise<boolean> => (await namesIn(path)).includes(gridNames.record);

export class GridFolder {
  readonly label: string;

  constructor(path: string) {
    this.label = path;
  }

  #path(name: string): string {
    return join(this.label, name);
  }

  /** Where a cell's results are, or will be. */
  cell(name: string): string {
    return this.#path(gridNames.cell(name));
  }

  /** @throws UsageError where something else is in the folder */
  async requireOwn(): Promise<void> {
    const names = await namesIn(this.label);
    if (names.includes(gridNames.record)) return;
    const others = names.filter((name) => !isPartial(name, (file) => file === gridNames.record));
    if (others.length === 0) return;
    const isStudy = await hasStudy(this.label);
    throw new UsageError({
      what: "the folder for the grid is not empty",
      where: this.label,
      expected: "a new or empty folder, or one of a grid",
      found: isStudy
        ? "results of a study"
        : others.slice(0, 3).join(", ") + (others.length > 3 ? `, ... (${others.length} in all)` : ""),
      fix: "choose another folder with --out",
    });
  }

  /** Names of cells that have a folder, by the digits at their ends: what a cell is called may change with the file, what it is does not. */
  async foldersByHash(): Promise<Map<string, string>> {
    return new Map((await namesIn(this.#path(CELLS))).map((name) => [hashIn(name), name]));
  }

  /** @throws RunError */
  async write(name: string, chunks: Iterable<string>): Promise<void> {
    const path = this.#path(name);
    try {
      await makeFolder(this.label);
      await writeAtomically(path, chunks);
    } catch (error) {
      throw await explained(error, path, "a file that can be written in full");
    }
  }

  writeRecord(record: GridRecord): Promise<void> {
    return this.write(gridNames.record, [gridRecordText(record)]);
  }

  /** @throws RunError */
  record(): GridRecord {
    return parseGridRecord(this.#text(gridNames.record), this.#path(gridNames.record));
  }

  /** At once: for thousands of small files that takes a fifth of the time. */
  #text(name: string): string {
    const path = this.#path(name);
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      throw fileError(error, path, "a file that can be read");
    }
  }

  /** Ids of the pictures of a cell's report. */
  async figures(name: string): Promise<string[]> {
    const path = this.#path(join(gridNames.cell(name), dirname(resultNames.figure(""))));
    return (await namesIn(path)).flatMap((file) => /^(.+)\.svg$/.exec(file)?.[1] ?? []);
  }

  /** By the names of files alone; of a cell that was begun, whether its results are there: a kill may come before its summary. */
  async states(): Promise<ReadonlyMap<string, CellState>> {
    const states = new Map<string, CellState>();
    for (const name of await namesIn(this.#path(CELLS))) states.set(name, "begun");
    for (const file of await namesIn(this.#path(SUMMARIES))) {
      const [, name, state] = SUMMARY.exec(file) ?? [];
      if (name === undefined || (state === "failed" && states.get(name) === "done")) continue;
      // Results that somebody removed are not done.
      if (state === "done" && !states.has(name)) continue;
      states.set(name, state as "done" | "failed");
    }
    for (const [name, state] of states) {
      if (state === "begun" && (await hasStudy(this.cell(name)))) states.set(name, "done");
    }
    return states;
  }

  /** @throws RunError where it is not there, or damaged */
  summary(name: string, state: CellSummary["state"]): CellSummary {
    const file = gridNames.summary(name, state);
    return parseCellSummary(this.#text(file), this.#path(file));
  }

  /** The same of a cell that is done; undefined where it is not there, or damaged: it can be made anew. */
  resultSummary(name: string): DoneSummary | undefined {
    try {
      const found = this.summary(name, "done");
      return found.state === "done" ? found : undefined;
    } catch (error) {
      if (error instanceof RunError) return undefined;
      throw error;
    }
  }

  /** What was said of the cell before goes. */
  async writeSummary(name: string, summary: CellSummary): Promise<void> {
    const other = summary.state === "done" ? "failed" : "done";
    await this.write(gridNames.summary(name, summary.state), [cellSummaryText(summary)]);
    await this.#remove(gridNames.summary(name, other));
  }

  /** Nothing is said of the cell, as it is done again. */
  async forget(name: string): Promise<void> {
    for (const state of ["done", "failed"] as const) await this.#remove(gridNames.summary(name, state));
  }

  async #remove(name: string): Promise<void> {
    const path = this.#path(name);
    await rm(path, { force: true }).catch(async (error: unknown) => {
      throw await explained(error, path, "a file that can be removed");
    });
  }
}
