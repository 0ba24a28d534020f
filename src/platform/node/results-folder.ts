/**
 * A folder on disk as the place for results. It belongs to one study and one process at a time (claim.ts), and a file
 * gets its final name only when all of it is on the disk (atomic-file.ts): a run that is killed or a disk that is full
 * leaves no half-written file under the name of a whole one, and two runs never mix.
 */

import { lstat, mkdir, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsageError } from "../../core/errors.ts";
import { appendAll } from "../../core/long-arrays.ts";
import { type FileDigest, type ResultSink, resultNames, type StreamedFile } from "../../core/platform.ts";
import { isPartial, leftPartials, stageFile } from "./atomic-file.ts";
import { type Claim, claim, claimOfFolder, isFolderClaim, type Watch } from "./claim.ts";
import { isFolder, makeFolder } from "./make-folder.ts";
import { IDENTITY_FILE, isPartFile, PartFolder, type StoreFolder } from "./part-folder.ts";
import { explained, systemErrorCode } from "./write-fault.ts";

const MODELS_FOLDER = dirname(resultNames.model(0));
const MODEL_FILE = /^repeat-\d+\.safetensors$/;
const { study, report, summary, claims } = resultNames;

/** Files of an earlier report: they are of the results that a forced run or a new report replaces. */
const FIGURES_FOLDER = dirname(resultNames.figure(""));
const FIGURE_FILE = /^(study-\d+-)?(figure-\d+|answer)\.(svg|vl\.json)$/;
const REPORT_FILES: readonly string[] = [report, summary, claims];
/** Files of an earlier run that a forced run replaces; they are removed in this order. */
const TOP_FILES: readonly string[] = Object.values<unknown>(resultNames).filter(
  (name): name is string => typeof name === "string" && !REPORT_FILES.includes(name),
);

/** Names in a folder; none where it does not exist. @throws RunError */
export async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw await explained(error, path, "a folder that can be read");
  }
}

/** Names of the files of `folder` below `path` that match, with the folder. */
async function matching(path: string, folder: string, pattern: RegExp): Promise<string[]> {
  const names = await namesIn(join(path, folder));
  return names.filter((name) => pattern.test(name)).map((name) => join(folder, name));
}

async function removeFiles(path: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const file = join(path, name);
    await rm(file, { force: true }).catch(async (error: unknown) => {
      throw await explained(error, file, "an earlier result that can be removed");
    });
  }
}

async function removeStaleReport(path: string): Promise<void> {
  await removeFiles(path, [...REPORT_FILES, ...(await matching(path, FIGURES_FOLDER, FIGURE_FILE))]);
}

async function removeStaleResults(path: string): Promise<void> {
  await removeFiles(path, [...TOP_FILES, ...(await matching(path, MODELS_FOLDER, MODEL_FILE))]);
  await removeStaleReport(path);
}

/** Where the parts of a study lie that is not complete. */
const PARTS_FOLDER = "parts";
export const partsPath = (results: string): string => join(results, PARTS_FOLDER);
/** Whether results are complete: study.json comes last. */
export const hasStudy = async (results: string): Promise<boolean> => (await namesIn(results)).includes(study);

/** Whether something lies beside complete results that a kill has left, or that a process is about to remove. */
export async function isLeftBeside(results: string): Promise<boolean> {
  const names = await namesIn(results);
  return names.includes(study) && names.some((name) => name === PARTS_FOLDER || isFolderClaim(name));
}

/** Folders that files are written to, below the one of the results, and which of their files are ours. */
const places: readonly (readonly [folder: string, isOurs: (name: string) => boolean])[] = [
  [".", (name) => TOP_FILES.includes(name) || REPORT_FILES.includes(name)],
  [MODELS_FOLDER, (name) => MODEL_FILE.test(name)],
  [FIGURES_FOLDER, (name) => FIGURE_FILE.test(name)],
  [PARTS_FOLDER, isPartFile],
];
/** As partial files were called before they had names of their own. */
const OLD_PARTIAL = ".partial";

/** What killed runs were writing, in a folder that is claimed. */
async function leftovers(path: string): Promise<string[]> {
  const left: string[] = [];
  for (const [folder, isOurs] of places) {
    const names = await namesIn(join(path, folder));
    if (names.length === 0) continue;
    const old = names.filter((name) => name.endsWith(OLD_PARTIAL) && isOurs(name.slice(0, -OLD_PARTIAL.length)));
    // Shards write parts without a claim.
    const isOwned = folder !== PARTS_FOLDER;
    const partial = await leftPartials(join(path, folder), { isOurs, isOwned });
    appendAll(
      left,
      [...old, ...partial].map((name) => join(folder, name)),
    );
  }
  return left;
}

/** Whether a study was begun in the folder and not finished: study.json comes last, and its parts go then. */
async function isUnfinished(path: string): Promise<boolean> {
  const parts = await namesIn(partsPath(path));
  return parts.includes(IDENTITY_FILE) && !(await hasStudy(path));
}

/**
 * Says no to a folder that holds more than what killed runs were writing, parts, and the first files of an unfinished study.
 * Whatever parts are of, their names say what they are good for.
 * @throws UsageError
 */
export async function requireEmpty(path: string, left: readonly string[], unfinished: boolean): Promise<void> {
  const isOurs = (folder: string, name: string) =>
    places.some(([place, isOfPlace]) => place === folder && isOfPlace(name)) && (unfinished || folder === PARTS_FOLDER);
  const isBeingWritten = (folder: string, name: string) => folder === PARTS_FOLDER && isPartial(name, isPartFile);
  const isLeft = (folder: string, name: string) =>
    left.includes(join(folder, name)) || isOurs(folder, name) || isBeingWritten(folder, name);
  const isFree = async (name: string): Promise<boolean> => {
    if (isFolderClaim(name) || left.includes(name) || isOurs(".", name)) return true;
    const isPlace = places.some(([folder]) => folder === name) && (await isFolder(join(path, name)));
    return isPlace && (await namesIn(join(path, name))).every((below) => isLeft(name, below));
  };
  const present: string[] = [];
  for (const name of await namesIn(path)) if (!(await isFree(name))) present.push(name);
  if (present.length === 0) return;
  throw new UsageError({
    what: "the folder for results is not empty",
    where: path,
    expected: "a new or empty folder",
    found: present.slice(0, 3).join(", ") + (present.length > 3 ? `, ... (${present.length} in all)` : ""),
    fix: "choose another folder with --out, or add --force to replace the results in it",
  });
}

/** A place for results that this process has to itself until it is closed. */
export interface ResultsFolder extends ResultSink, StoreFolder, Disposable {
  /** Of a study on its way; what an earlier one left there is still there, also where its results are replaced. */
  readonly parts: PartFolder;
  /** Whether its results were complete when it was opened, and stay: only a report can be written. */
  readonly isComplete: boolean;
  /** Whether a kill has left something beside complete results. @throws RunError */
  isAbandoned(): Promise<boolean>;
  /** Removes what killed runs were writing beside complete results, and their parts. @throws RunError */
  clearUp(): Promise<void>;
}

/** Claims a folder: that writes a small file into it, so a useless --out is known before hours of computing. */
async function claimed(path: string, watch: Watch): Promise<Claim> {
  try {
    return await claim(claimOfFolder(path), watch);
  } catch (error) {
    throw await explained(error, path, "a folder that can be written to");
  }
}

interface ResultsFolderOptions extends Watch {
  /** Accept a folder that is not empty, and replace the results in it; other files in it stay. */
  readonly force: boolean;
  /** Accept complete results, which stay as they are: whoever asks for the same again has to look whether it is the same. */
  readonly again?: boolean;
  /** Accept results without study.json, and replace them, though no parts say what they are of: they were made out of others. */
  readonly copied?: boolean;
}

/**
 * Opens a folder for results, made with its parents where it is missing; it is this process's own until it is closed.
 * What killed runs were writing is removed. With `force`, and of an unfinished study, the results of an earlier run are
 * removed just before the first new file is written, so that they survive a run that fails while it computes.
 * @throws UsageError where the folder has more in it than an unfinished study, and none of the options accepts that.
 * @throws RunError where another process writes there, or the folder cannot be made, read or written to; `write` throws
 * it too, naming the file.
 */
export async function openResultsFolder(
  path: string,
  { force, again = false, copied = false, ...watch }: ResultsFolderOptions,
): Promise<ResultsFolder> {
  const own = await claimed(path, watch);
  try {
    const left = await leftovers(path);
    const isThere = await hasStudy(path);
    const isComplete = isThere && again && !force;
    const unfinished = !force && (copied ? !isThere : await isUnfinished(path));
    // Nobody knows yet whether they are those that are asked for: nothing is touched.
    if (isComplete) return new ClaimedFolder(path, own, { clear: removeStaleReport, isComplete });
    if (!force) await requireEmpty(path, left, unfinished);
    await removeFiles(path, left);
    return new ClaimedFolder(path, own, { clear: force || unfinished ? removeStaleResults : async () => {} });
  } catch (error) {
    own.release();
    throw error;
  }
}

/**
 * Opens a folder for a report, made where it is missing; what else is in it stays. An earlier report is removed just
 * before the first new file is written.
 * @throws RunError where another process writes there, or the folder cannot be made or written to; `write` throws it too,
 * naming the file.
 */
export async function openReportFolder(path: string, watch: Watch = {}): Promise<ResultsFolder> {
  const own = await claimed(path, watch);
  try {
    await removeFiles(path, await leftovers(path));
    return new ClaimedFolder(path, own, { clear: removeStaleReport });
  } catch (error) {
    own.release();
    throw error;
  }
}

/** Also where it is a link that leads nowhere. */
const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** So often a folder may vanish while one is made in it. */
const MOST_GONE = 20;

/** Makes a folder that did not exist: `path`, or the first of `path-2`, `path-3`, ... that is free. */
export async function makeNewFolder(path: string): Promise<string> {
  for (let [number, gone] = [1, 0]; ; ) {
    const name = number === 1 ? path : `${path}-${number}`;
    try {
      await makeFolder(dirname(name));
      await mkdir(name);
      return name;
    } catch (error) {
      const code = systemErrorCode(error);
      const above = dirname(name);
      if (code === "EEXIST" && (await isFolder(above))) number++;
      // Another command that ends takes the folder above away where it is empty.
      else if ((code === "ENOENT" || !(await isThere(above))) && gone < MOST_GONE) gone++;
      else throw await explained(error, name, "a folder that can be made");
    }
  }
}

interface Opened {
  /** Called once, before the first file is written. */
  clear(path: string): Promise<void>;
  readonly isComplete?: boolean;
}

/** Writes below `path`. */
class ClaimedFolder implements ResultsFolder {
  readonly label: string;
  readonly isComplete: boolean;
  readonly parts: PartFolder;
  readonly written = new Map<string, FileDigest>();
  readonly #claim: Claim;
  readonly #clear: Opened["clear"];
  #cleared: Promise<void> | undefined;

  constructor(path: string, own: Claim, { clear, isComplete = false }: Opened) {
    this.label = path;
    this.isComplete = isComplete;
    this.parts = new PartFolder(partsPath(path));
    this.#claim = own;
    this.#clear = clear;
  }

  async write({ name, chunks }: StreamedFile): Promise<void> {
    await this.#requireOwn();
    this.#cleared ??= this.#clear(this.label);
    await this.#cleared;
    const file = join(this.label, name);
    try {
      const { bytes, sha256, publish } = await stageFile(file, chunks);
      await this.#requireOwn();
      await publish();
      this.written.set(name, { bytes, sha256 });
    } catch (error) {
      throw await explained(error, file, "a file that can be written in full");
    }
  }

  async isAbandoned(): Promise<boolean> {
    return this.#claim.follows || (await namesIn(this.label)).includes(PARTS_FOLDER);
  }

  async clearUp(): Promise<void> {
    await removeFiles(this.label, await leftovers(this.label));
    await this.parts.clear();
  }

  async lost(): Promise<string[]> {
    const lost: string[] = [];
    for (const [name, { bytes }] of this.written) {
      const size = await stat(join(this.label, name)).then(
        (found) => found.size,
        () => undefined,
      );
      if (size !== bytes) lost.push(name);
    }
    return lost;
  }

  async #requireOwn(): Promise<void> {
    try {
      await this.#claim.require();
    } catch (error) {
      throw await explained(error, this.label, "a folder that can be written to");
    }
  }

  [Symbol.dispose](): void {
    this.#claim.release();
  }
}
