/**
 * A whole grid out of the folders that its shards have left: complete cells are taken over with their checksums checked, cells whose
 * repeats were divided are put together as `merge` does it for one study. What is not there is listed, and the rest is reported.
 */
import { createReadStream } from "node:fs";
import { join, resolve } from "node:path";
import { RunError, UsageError } from "../../core/errors.ts";
import { gridNames, resultNames } from "../../core/platform.ts";
import { folderSource } from "../../platform/node/files.ts";
import { openResultsFolder } from "../../platform/node/results-folder.ts";
import type { GridRecord } from "../../report/files/grid-files.ts";
import { parseStudyFile } from "../../report/files/study-file.ts";
import type { CellResult } from "../../report/grid/grid-row.ts";
import { reportOfRun } from "../commands/report-command.ts";
import { isTemporary } from "../exit-codes.ts";
import { otherResults } from "../results/complete-results.ts";
import { type MergeOptions, mergedInto } from "../results/merged-study.ts";
import { nothingKept, type Session } from "../results/session.ts";
import { clearUp } from "../results/written-study.ts";
import { cellResultIn } from "./cell-result.ts";
import { GridFolder } from "./grid-folder.ts";
import { reportGrid } from "./grid-report.ts";
import { openGrids, type UnitedCell, unitedCells } from "./united-grid.ts";

const isSame = (a: GridFolder, b: GridFolder) => resolve(a.label) === resolve(b.label);

/** What decides which data are read, and how. */
const dataOptions = ["data", "label", "no-header", "drop", "classes", "split", "normalize", "standardize"];

/** What a complete cell found; the folders of shards stay as they are. */
async function resultOf({ folder, name }: NonNullable<UnitedCell["at"]>): Promise<CellResult> {
  return folder.resultSummary(name)?.result ?? (await cellResultIn(folder.cell(name), name)).result;
}

/** @throws UsageError where complete cells were computed from other data of the same name, or by others, unless that is accepted */
async function requireAlike(cells: readonly UnitedCell[], mixedAdapters: boolean): Promise<void> {
  const seen = new Map<string, { readonly value: string; readonly where: string }>();
  for (const { at, options } of cells) {
    if (at === undefined) continue;
    const { origin } = await resultOf(at);
    const { adapter: askedAdapter = "", tiles: askedTiles = "" } = options;
    const asked = dataOptions.map((name) => options[name] ?? "").join(" ");
    const own: [key: string, value: string, isAdapter: boolean][] = [
      ["version", origin.version, false],
      [`adapter ${askedAdapter} ${askedTiles}`, `${origin.adapter}, ${origin.tiles}`, true],
      [`data ${asked}`, `${origin.data} with SHA-256 ${origin.sha256}`, false],
    ];
    for (const [key, value, isAdapter] of own) {
      const where = at.folder.cell(at.name);
      const before = seen.get(key);
      if (before === undefined) seen.set(key, { value, where });
      if (before === undefined || before.value === value || (isAdapter && mixedAdapters)) continue;
      throw new UsageError({
        what: isAdapter ? "cells were computed on different adapters" : "cells do not belong together",
        where,
        expected: `${before.value}, as in ${before.where}`,
        found: value,
        fix: isAdapter
          ? "compute all cells on one kind of adapter, or add --mixed-adapters: bits then differ between cells"
          : "leave out one of the folders, and compute its cells again",
      });
    }
  }
}

/** @throws UsageError where complete results have another study.json */
async function requireCopy(to: string, text: string): Promise<void> {
  const there = new TextDecoder().decode(await folderSource(to).read(resultNames.study));
  if (there !== text) throw otherResults(to, "results of the same cell that were computed at another time");
}

/** Takes a complete cell over; study.json comes last. @throws RunError where a file is damaged */
async function takeOver(from: string, to: string, options: MergeOptions, session: Session): Promise<void> {
  const source = folderSource(from);
  const text = new TextDecoder().decode(await source.read(resultNames.study));
  const study = parseStudyFile(text, join(from, resultNames.study));
  const figures = (await source.list("figures")).map((name) => `figures/${name}`);
  const { report, summary, claims } = resultNames;
  const there = new Set(await source.list());
  const pages = options.report ? [summary, claims, report].filter((name) => there.has(name)) : [];
  const all = [...Object.keys(study.files ?? {}), ...(options.report ? figures : []), ...pages, resultNames.study];
  const { force = false } = options;
  using sink = await openResultsFolder(to, { force, again: true, copied: true, tell: session.display.line });
  // By an earlier merge. What study.json says tells its files from all others.
  if (sink.isComplete) {
    await requireCopy(to, text);
    return clearUp(sink, session.display);
  }
  for (const name of all) {
    const expected = study.files?.[name];
    await sink.write({ name, chunks: createReadStream(join(from, name)) });
    const written = sink.written.get(name)!;
    if (expected === undefined || written.sha256 === expected.sha256) continue;
    throw new RunError({
      what: "a file of the cell is damaged",
      where: join(from, name),
      expected: `SHA-256 ${expected.sha256}, as its study.json says`,
      found: written.sha256,
      fix: "compute the cell again there (grid with --force), or leave that folder out",
    });
  }
  if (options.report && pages.length === 0) await reportOfRun(to, sink, () => {}, false);
}

/** Has a cell in `out`, if it can be had. @returns why not */
async function merged(
  cell: UnitedCell,
  out: GridFolder,
  options: MergeOptions,
  session: Session,
): Promise<string | undefined> {
  const { name, state, at, places } = cell;
  const to = out.cell(name);
  if (at === undefined) return "not begun";
  if (state === "done") {
    const isThere = places.some((place) => isSame(place.folder, out) && place.state === "done");
    if (!isThere) await takeOver(at.folder.cell(at.name), to, options, session);
    return undefined;
  }
  if (state === "failed") {
    const summary = at.folder.summary(at.name, "failed");
    if (!isSame(at.folder, out)) await out.writeSummary(name, summary);
    return summary.state === "failed" ? summary.message : undefined;
  }
  const quiet: Session = { display: session.display, told: () => nothingKept, conclude() {}, print: async () => {} };
  const { open: _, ...own } = options;
  await mergedInto(
    quiet,
    places.map((place) => place.folder.cell(place.name)),
    { ...own, out: to },
  );
  return undefined;
}

/** @throws UsageError, RunError: where cells are missing, when all else is written */
export async function mergeGrids(session: Session, folders: readonly string[], options: MergeOptions): Promise<void> {
  const grids = await openGrids(folders);
  const out = new GridFolder(options.out);
  await out.requireOwn();
  const cells = unitedCells(grids);
  await requireAlike(
    cells.filter(({ state }) => state === "done"),
    options.mixedAdapters === true,
  );
  const record: GridRecord = grids[0].record;
  session.told = () => ({ kept: `what is in ${out.label}`, fix: "the same command goes on from there" });
  await out.writeRecord(record);
  const lacking: { readonly name: string; readonly reason: string }[] = [];
  for (const cell of cells) {
    try {
      const reason = await merged(cell, out, options, session);
      if (reason !== undefined) lacking.push({ name: cell.name, reason });
    } catch (error) {
      if (isTemporary(error) || !(error instanceof RunError || error instanceof UsageError)) throw error;
      lacking.push({ name: cell.name, reason: error.message });
    }
  }
  await reportGrid(out, record, session, options);
  if (lacking.length === 0) return;
  const shown = lacking.slice(0, 5).map(({ name, reason }) => `${name}: ${reason.split("\n")[0]}`);
  const more = lacking.length > shown.length ? [`and ${lacking.length - shown.length} more`] : [];
  throw new RunError({
    what: `${lacking.length} of ${cells.length} cells are not complete`,
    where: out.label,
    found: [...shown, ...more].join("\n"),
    kept: `all other cells, and ${join(out.label, gridNames.table)}`,
    fix: "start the shards again that do them; each goes on with what it has; then merge again",
  });
}
