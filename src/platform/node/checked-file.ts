/** A file that gets its name only after it was read back and found good. */
import { existsSync } from "node:fs";
import { readFile, rename } from "node:fs/promises";
import { UsageError } from "../../core/errors.ts";
import { fileError } from "./files.ts";
import { openNamedFile } from "./results-folder.ts";

export interface CheckedFile {
  /** Where the bytes lie until they are accepted. */
  readonly partial: string;
  /** Writes the bytes to the disk under the name `partial`. @returns what a reader finds there. */
  write(bytes: Uint8Array): Promise<Uint8Array>;
  /** Gives the file its name, in one step; what had the name is gone. */
  accept(): Promise<void>;
}

/** @throws UsageError where one of the files is there, and may not be replaced. */
export function requireAbsent(paths: readonly string[], force: boolean): void {
  const present = paths.find((path) => existsSync(path));
  if (present === undefined || force) return;
  throw new UsageError({
    what: "there is a file of that name",
    where: present,
    expected: "a name that is free",
    fix: "choose another --out, or add --force to replace it",
  });
}

/** @throws UsageError where `path` is a folder, RunError where nothing can be written there. */
export async function openCheckedFile(path: string, option: string): Promise<CheckedFile> {
  await openNamedFile(path, option);
  const partial = `${path}.partial`;
  const file = await openNamedFile(partial, option);
  const explained = (error: unknown) => fileError(error, path, "a file that can be written and read");
  return {
    partial,
    async write(bytes) {
      await file.write([bytes]);
      const buffer = await readFile(partial).catch((error: unknown) => {
        throw explained(error);
      });
      return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    },
    accept: () =>
      rename(partial, path).catch((error: unknown) => {
        throw explained(error);
      }),
  };
}
