/** Single files that the user named: claimed before the work that yields them, whole when they get their names. */
import { lstat, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { type Fault, RunError, UsageError } from "../../core/errors.ts";
import type { ResultFile } from "../../core/platform.ts";
import { type StagedFile, stageFile, sweepPartialsOf } from "./atomic-file.ts";
import { type Claim, claim, claimOfFile, type Watch } from "./claim.ts";
import { isFolder, makeFolder } from "./make-folder.ts";
import { explained } from "./write-fault.ts";

const exists = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

function occupied(where: string): Fault {
  return {
    what: "there is a file of that name",
    where,
    expected: "a name that is free",
    fix: "choose another --out, or add --force to replace it",
  };
}

/** @throws UsageError where one of the files is there, and may not be replaced. */
export async function requireAbsent(paths: readonly string[], force: boolean): Promise<void> {
  for (const path of force ? [] : paths) if (await exists(path)) throw new UsageError(occupied(path));
}

/** Where a single file goes; nobody else writes it until this process ends. */
export class NamedFile {
  readonly path: string;
  readonly #option: string;
  readonly #claim: Claim;
  #staged: StagedFile | undefined;

  constructor(path: string, option: string, own: Claim) {
    this.path = path;
    this.#option = option;
    this.#claim = own;
  }

  async #explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw await explained(error, this.path, "a file that can be written in full", this.#option);
    }
  }

  /** @throws RunError that names the file, where it cannot be written in full. */
  async write(chunks: ResultFile["chunks"]): Promise<void> {
    await this.stage(chunks);
    await this.publish();
  }

  /** Writes the bytes to the disk under another name, in place of those staged before. */
  async stage(chunks: ResultFile["chunks"]): Promise<void> {
    await this.#explained(async () => {
      await this.#staged?.discard();
      this.#staged = await stageFile(this.path, chunks);
    });
  }

  /** What a reader finds of the staged bytes. */
  async readStaged(): Promise<Uint8Array> {
    const buffer = await this.#explained(() => readFile(this.#staged!.partial));
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  }

  /** Gives the staged bytes their name, in one step; what had the name is gone. */
  async publish(): Promise<void> {
    await this.#explained(async () => {
      await this.#claim.require();
      await this.#staged!.publish();
    });
    this.#staged = undefined;
  }

  /** Keeps the staged bytes beside the name, for a look at them. @returns where */
  async setAside(): Promise<string> {
    const aside = `${this.path}.partial`;
    await this.#explained(() => rename(this.#staged!.partial, aside));
    this.#staged = undefined;
    return aside;
  }

  async remove(): Promise<void> {
    await this.#explained(() => rm(this.path, { force: true }));
  }

  async exists(): Promise<boolean> {
    return exists(this.path);
  }
}

/**
 * Makes sure that a file can be written, and that nobody else writes it, before the work that yields it. What killed
 * processes had begun to write there is removed.
 * @param option what names it on the command line
 * @throws UsageError where it is a folder; RunError where its own folder cannot be made or written to, or another process
 * writes the file.
 */
export async function openNamedFile(path: string, option: string, watch: Watch = {}): Promise<NamedFile> {
  if (await isFolder(path)) {
    const fix = "name a file, for example trace.json in that folder";
    throw new UsageError({ what: "the path of a file is wanted", where: path, found: "a folder", fix });
  }
  try {
    await makeFolder(dirname(path));
    const own = await claim(claimOfFile(path, option), watch);
    await sweepPartialsOf(path, true);
    return new NamedFile(path, option, own);
  } catch (error) {
    throw await explained(error, dirname(path), "a folder that can be written to", option);
  }
}

/**
 * Gives staged files their names together: a whole set is there, or at its head is not. Where others have the names, the head
 * is replaced when the old rest is gone, so that files of two sets never stand side by side.
 * @param force replace what has the names
 * @throws RunError where somebody has made a file of one of the names meanwhile, and it may not be replaced
 */
export async function publishTogether([head, ...rest]: readonly [NamedFile, ...NamedFile[]], force: boolean) {
  for (const file of force ? [] : [head, ...rest]) {
    if (await file.exists()) throw new RunError({ ...occupied(file.path), kept: await head.setAside() });
  }
  for (const file of rest) await file.remove();
  await head.publish();
  for (const file of rest) await file.publish();
}
