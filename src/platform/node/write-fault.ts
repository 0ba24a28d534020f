/** What a file system says about a file that cannot be written, as a message. */
import { lstat } from "node:fs/promises";
import { RunError } from "../../core/errors.ts";

const remedies: Readonly<Record<string, readonly [found: string, fix: string]>> = {
  ENOSPC: ["no space left on the disk", "free some space, or choose another folder with --out"],
  EDQUOT: ["the disk quota is used up", "free some space, or choose another folder with --out"],
  EFBIG: ["the file grew beyond the size that is allowed", "raise the limit (ulimit -f), or choose another --out"],
  EACCES: ["no permission to write", "choose a folder with --out that you may write to"],
  EPERM: ["no permission to write", "choose a folder with --out that you may write to"],
  EROFS: ["the file system is read-only", "choose a folder with --out that you may write to"],
  ENOTDIR: ["a part of the path is a file, not a folder", "choose another folder with --out, or move that file away"],
  EEXIST: ["a file of that name, not a folder", "choose another folder with --out, or move that file away"],
  ELOOP: ["symbolic links that lead in a circle", "choose another folder with --out, or remove those links"],
};

export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && "syscall" in error ? String(error.code) : undefined;
}

/** A link that leads nowhere is in the way of a folder, but not a file. */
async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

/** A file-system error as RunError; any other error is passed on as it is. @param option that names another place */
export async function explained(error: unknown, where: string, expected: string, option = "--out"): Promise<unknown> {
  const code = systemErrorCode(error);
  if (code === undefined) return error;
  const [said, fix] = remedies[code] ?? [(error as Error).message, "choose another folder with --out"];
  const found = code === "EEXIST" && (await isLink(where)) ? "a symbolic link that leads nowhere" : said;
  const fault = { what: "results cannot be written", where, expected, found, fix: fix.replace("--out", option) };
  return new RunError(fault, { cause: error });
}
