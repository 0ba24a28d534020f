/**
 * Parts of studies as files of one folder, each under its own name with `.part` behind it. A part gets its name when all of it is
 * on the disk (atomic-file.ts), and nobody is kept from writing: two processes that write one part write the same bytes, and
 * whichever rename comes last leaves them. So there is no lock that a kill could leave behind.
 */
import { readdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { IDENTITY, type PartStore, type StoredPart } from "../../core/part-store.ts";
import { leftPartials, writeAtomically } from "./atomic-file.ts";
import { explained, systemErrorCode } from "./write-fault.ts";

const ENDING = ".part";
/** The file that says what study parts are of. */
export const IDENTITY_FILE = `${IDENTITY}${ENDING}`;
/** Whether a file's name is that of a part. */
export const isPartFile = (name: string): boolean => /^[a-z0-9][a-z0-9-]*\.part$/.test(name);

interface DatedPart extends StoredPart {
  /** Since 1970. */
  readonly writtenMs: number;
}

/** Whether it is there or not. */
async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true }).catch(async (error: unknown) => {
    throw await explained(error, path, "a part that can be removed");
  });
}

/** A folder that parts of a study lie in, below `label`. */
export interface StoreFolder {
  readonly label: string;
  readonly parts: PartFolder;
  /** Whether the results of a study are there, with nothing left to do. */
  readonly isComplete: boolean;
}

export class PartFolder implements PartStore {
  readonly label: string;

  /** @param path of the folder, which is made when the first part is written */
  constructor(path: string) {
    this.label = path;
  }

  #path(name: string): string {
    return join(this.label, `${name}${ENDING}`);
  }

  /** Undefined where there is nothing of that name. */
  async #there<T>(name: string, look: (path: string) => Promise<T>): Promise<T | undefined> {
    const path = this.#path(name);
    try {
      return await look(path);
    } catch (error) {
      if (["ENOENT", "ENOTDIR"].includes(systemErrorCode(error) ?? "")) return undefined;
      throw await explained(error, path, "a part that can be read");
    }
  }

  async has(name: string): Promise<boolean> {
    return (await this.#there(name, (path) => stat(path))) !== undefined;
  }

  read(name: string): Promise<Uint8Array | undefined> {
    return this.#there(name, (path) => readFile(path));
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(name);
    try {
      await writeAtomically(path, [bytes]);
    } catch (error) {
      throw await explained(error, path, "a part that can be written in full");
    }
  }

  async remove(name: string): Promise<void> {
    await removeFile(this.#path(name));
  }

  async list(): Promise<StoredPart[]> {
    return (await this.dated()).map(({ name, bytes }) => ({ name, bytes }));
  }

  /** Parts, with when each was written. */
  async dated(): Promise<DatedPart[]> {
    const names = (await this.#names()).filter(isPartFile).map((file) => file.slice(0, -ENDING.length));
    const parts = await Promise.all(
      names.map(async (name) => {
        const found = await this.#there(name, (path) => stat(path)); // Somebody may have removed it meanwhile.
        return found === undefined ? [] : [{ name, bytes: found.size, writtenMs: found.mtimeMs }];
      }),
    );
    return parts.flat();
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.label);
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return [];
      throw await explained(error, this.label, "a folder that can be read");
    }
  }

  /**
   * Removes all parts, what killed processes were writing, and the folder, unless something else is in it. What says of which study
   * they are goes last, so that a kill leaves no parts of which nobody knows that.
   */
  async clear(): Promise<void> {
    const names = await this.#names();
    if (names.length === 0) return;
    const left = await leftPartials(this.label, { isOurs: isPartFile, isOwned: false });
    const parts = names.filter((name) => isPartFile(name) && name !== IDENTITY_FILE);
    for (const name of [...parts, ...left, IDENTITY_FILE]) await removeFile(join(this.label, name));
    await rmdir(this.label).catch((error: unknown) => {
      if (systemErrorCode(error) !== "ENOTEMPTY") throw error; // Another's file.
    });
  }
}
