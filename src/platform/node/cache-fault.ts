/** What the file system refuses in the user's cache folder, as a message that says what to do. */
import { RunError } from "../../core/errors.ts";

const ANOTHER = "set XDG_CACHE_HOME to a folder that you may write to";
const reasons: Readonly<Record<string, readonly [found: string, fix: string]>> = {
  ENOSPC: ["no space left on the disk", "free some space, or set XDG_CACHE_HOME to a folder on another disk"],
  EDQUOT: ["the disk quota is used up", "free some space, or set XDG_CACHE_HOME to a folder on another disk"],
  EFBIG: ["the file grew beyond the size that is allowed", "raise the limit (ulimit -f)"],
  EACCES: ["no permission", ANOTHER],
  EPERM: ["no permission", ANOTHER],
  EROFS: ["the file system is read-only", ANOTHER],
  ENOTDIR: ["a part of the path is a file, not a folder", ANOTHER],
  EEXIST: ["a file of that name, not a folder", ANOTHER],
  ENOENT: ["the folder cannot be made", ANOTHER],
};

/**
 * A file-system error as RunError; any other error is passed on as it is.
 * @param kept what is there in spite of it
 */
export function cacheFault(error: unknown, where: string, kept?: string): unknown {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return error;
  const [found, fix] = reasons[String(error.code)] ?? [error.message, ANOTHER];
  const fault = {
    what: "the cache cannot be used",
    where,
    expected: "a folder that can be read and written",
    found,
    fix,
  };
  return new RunError({ ...fault, ...(kept === undefined ? {} : { kept }) }, { cause: error });
}
