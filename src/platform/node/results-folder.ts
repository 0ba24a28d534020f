/**
 * A folder on disk as the place for results. A file gets its final name only when all of it is on the disk, so a run
 * that is killed or a disk that is full leaves no half-written file behind under the name of a whole one.
 */
import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RunError, UsageError } from "../../core/errors.ts";
import { type ResultFile, type ResultSink, resultNames } from "../../core/platform.ts";
import { isFolder, makeFolder } from "./make-folder.ts";

/** Ending of a file that is being written, in the folder of its final name so that the rename stays on one disk. */
const PARTIAL = ".partial";
const PROBE = ".write-test";

/** Files of an earlier run that a forced run replaces, study.json first: without it no folder counts as complete. */
const MODELS_FOLDER = dirname(resultNames.model(0));
const MODEL_FILE = /^repeat-\d+\.safetensors(\.partial)?$/;
const { study, neurons, histograms, curves, orders, single, profile, report, summary, claims } = resultNames;
const TOP_FILES = [study, neurons, histograms, curves, orders, single, profile];

/** Files of an earlier report: they are of the results that a forced run or a new report replaces. */
const FIGURES_FOLDER = dirname(resultNames.figure(""));
const FIGURE_FILE = /^(study-\d+-)?figure-\d+\.(svg|vl\.json)(\.partial)?$/;
const REPORT_FILES = [report, summary, claims];

const remedies: Readonly<Record<string, readonly [found: string, fix: string]>> = {
  ENOSPC: ["no space left on the disk", "free some space, or choose another folder with --out"],
  EDQUOT: ["the disk quota is used up", "free some space, or choose another folder with --out"],
  EFBIG: ["the file grew beyond the size that is allowed", "raise the limit (ulimit -f), or choose another --out"],
  EACCES: ["no permission to write", "choose a folder with --out that you may write to"],
  EPERM: ["no permission to write", "choose a folder with --out that you may write to"],
  EROFS: ["the file system is read-only", "choose a folder with --out that you may write to"],
  ENOTDIR: ["a part of the path is a file, not a folder", "choose another folder with --out, or move that file away"],
  EEXIST: ["a file of that name, not a folder", "choose another folder with --out, or move that file away"],
};

function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && "syscall" in error ? String(error.code) : undefined;
}

/** A file-system error as RunError; any other error is passed on as it is. @param option that names another place */
function explained(error: unknown, where: string, expected: string, option = "--out"): unknown {
  const code = systemErrorCode(error);
  if (code === undefined) return error;
  const [found, fix] = remedies[code] ?? [(error as Error).message, "choose another folder with --out"];
  const fault = { what: "results cannot be written", where, expected, found, fix: fix.replace("--out", option) };
  return new RunError(fault, { cause: error });
}

async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle | undefined;
  try {
    folder = await open(path, "r");
    await folder.sync();
  } catch {
    // Not every system can sync a folder; the file itself is safe already.
  } finally {
    await folder?.close();
  }
}

/** Writes under the temporary name until all bytes are on the disk, then renames; leaves nothing behind on failure. */
async function writeAtomically(path: string, chunks: ResultFile["chunks"]): Promise<void> {
  const partial = `${path}${PARTIAL}`;
  await makeFolder(dirname(path));
  try {
    const handle = await open(partial, "w");
    try {
      for (const chunk of chunks) await handle.appendFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Names in a folder; none where it does not exist. */
async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw explained(error, path, "a folder that can be read");
  }
}

/** Names of the files of `folder` below `path` that match, with the folder. */
async function matching(path: string, folder: string, pattern: RegExp): Promise<string[]> {
  const names = await namesIn(join(path, folder));
  return names.filter((name) => pattern.test(name)).map((name) => join(folder, name));
}

const withPartial = (names: readonly string[]) => names.flatMap((name) => [name, `${name}${PARTIAL}`]);

async function removeFiles(path: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const file = join(path, name);
    await rm(file, { force: true }).catch((error: unknown) => {
      throw explained(error, file, "an earlier result that can be removed");
    });
  }
}

async function removeStaleReport(path: string): Promise<void> {
  await removeFiles(path, [...withPartial(REPORT_FILES), ...(await matching(path, FIGURES_FOLDER, FIGURE_FILE))]);
}

async function removeStaleResults(path: string): Promise<void> {
  await removeFiles(path, [...withPartial(TOP_FILES), ...(await matching(path, MODELS_FOLDER, MODEL_FILE))]);
  await removeStaleReport(path);
}

/** Makes the folder and writes a small file into it, so that a useless --out is known before hours of computing. */
async function requireWritable(path: string, option = "--out"): Promise<void> {
  const probe = join(path, PROBE);
  try {
    await makeFolder(path);
    await writeAtomically(probe, ["x"]);
    await rm(probe);
  } catch (error) {
    throw explained(error, path, "a folder that can be written to", option);
  }
}

/** Where a single file goes that the user named. */
export interface NamedFile {
  /** @throws RunError that names the file, where it cannot be written in full. */
  write(chunks: ResultFile["chunks"]): Promise<void>;
}

/**
 * Makes sure that a file can be written, before the work that yields it.
 * @param option what names it on the command line
 * @throws UsageError where it is a folder, RunError where its own folder cannot be made or written to.
 */
export async function openNamedFile(path: string, option: string): Promise<NamedFile> {
  await requireWritable(dirname(path), option);
  if (await isFolder(path)) {
    const fix = "name a file, for example trace.json in that folder";
    throw new UsageError({ what: "the path of a file is wanted", where: path, found: "a folder", fix });
  }
  return {
    write: (chunks) =>
      writeAtomically(path, chunks).catch((error: unknown) => {
        throw explained(error, path, "a file that can be written in full", option);
      }),
  };
}

export interface ResultsFolderOptions {
  /** Accept a folder that is not empty, and replace the results in it; other files in it stay. */
  readonly force: boolean;
}

/**
 * Opens a folder for results, made with its parents where it is missing. With `force`, the results of an earlier run are
 * removed just before the first new file is written, so that they survive a run that fails while it computes.
 * @throws UsageError where the folder is not empty and `force` is not given.
 * @throws RunError where the folder cannot be made, read or written to; `write` throws it too, naming the file.
 */
export async function openResultsFolder(path: string, { force }: ResultsFolderOptions): Promise<ResultSink> {
  const present = await namesIn(path);
  if (present.length > 0 && !force) {
    throw new UsageError({
      what: "the folder for results is not empty",
      where: path,
      expected: "a new or empty folder",
      found: present.slice(0, 3).join(", ") + (present.length > 3 ? `, ... (${present.length} in all)` : ""),
      fix: "choose another folder with --out, or add --force to replace the results in it",
    });
  }
  await requireWritable(path);
  for (const below of [MODELS_FOLDER, FIGURES_FOLDER]) await namesIn(join(path, below));
  return clearedSink(path, force ? removeStaleResults : async () => {});
}

/**
 * Opens a folder for a report, made where it is missing; what else is in it stays. An earlier report is removed just
 * before the first new file is written.
 * @throws RunError where the folder cannot be made or written to; `write` throws it too, naming the file.
 */
export async function openReportFolder(path: string): Promise<ResultSink> {
  await requireWritable(path);
  return clearedSink(path, removeStaleReport);
}

/** Writes below `path`; `clear` is called once, before the first file. */
function clearedSink(path: string, clear: (path: string) => Promise<void>): ResultSink {
  let cleared: Promise<void> | undefined;
  return {
    label: path,
    async write({ name, chunks }) {
      cleared ??= clear(path);
      await cleared;
      const file = join(path, name);
      await writeAtomically(file, chunks).catch((error: unknown) => {
        throw explained(error, file, "a file that can be written in full");
      });
    },
  };
}
