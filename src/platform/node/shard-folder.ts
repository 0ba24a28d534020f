/**
 * A folder that shards of a study leave their parts in, several at once where it is the same: nobody claims it, and no lock is
 * needed, since whoever writes a part writes it whole and with the same bytes.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../../core/errors.ts";
import { leftPartials } from "./atomic-file.ts";
import { makeFolder } from "./make-folder.ts";
import { isPartFile, PartFolder } from "./part-folder.ts";
import { hasStudy, namesIn, partsPath, requireEmpty } from "./results-folder.ts";
import { explained } from "./write-fault.ts";

export interface ShardFolder {
  readonly label: string;
  readonly parts: PartFolder;
}

/** @throws UsageError where the results are complete */
async function requireUnfinished(path: string): Promise<void> {
  if (!(await hasStudy(path))) return;
  throw new UsageError({
    what: "the study in this folder is complete",
    where: path,
    expected: "a new folder, or one of an unfinished study",
    found: "study.json",
    fix: "choose another folder with --out",
  });
}

/** What killed processes were writing; those of other machines cannot be asked, and are left alone for a day. */
async function removeLeftovers(parts: string): Promise<void> {
  if ((await namesIn(parts)).length === 0) return;
  const left = await leftPartials(parts, { isOurs: isPartFile, isOwned: false });
  for (const name of left) await rm(join(parts, name), { force: true });
}

/**
 * Opens a folder for the parts of a shard, made with its parents where it is missing.
 * @throws UsageError where something else is in it; RunError where it cannot be made or read
 */
export async function openShardFolder(path: string): Promise<ShardFolder> {
  await requireUnfinished(path);
  await requireEmpty(path, [], true);
  const parts = partsPath(path);
  try {
    await makeFolder(path);
    await removeLeftovers(parts);
  } catch (error) {
    throw await explained(error, path, "a folder that can be written to");
  }
  return { label: path, parts: new PartFolder(parts) };
}
