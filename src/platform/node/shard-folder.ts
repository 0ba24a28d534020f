/**
 * A folder that shards of a study leave their parts in, several at once where it is the same: nobody claims it, and no lock is
 * needed, since whoever writes a part writes it whole and with the same bytes.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { leftPartials } from "./atomic-file.ts";
import { makeFolder } from "./make-folder.ts";
import { isPartFile, PartFolder, type StoreFolder } from "./part-folder.ts";
import { hasStudy, namesIn, partsPath, requireEmpty } from "./results-folder.ts";
import { explained } from "./write-fault.ts";

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
export async function openShardFolder(path: string): Promise<StoreFolder> {
  const isComplete = await hasStudy(path);
  if (!isComplete) await requireEmpty(path, [], true);
  const parts = partsPath(path);
  try {
    await makeFolder(path);
    await removeLeftovers(parts);
  } catch (error) {
    throw await explained(error, path, "a folder that can be written to");
  }
  return { label: path, parts: new PartFolder(parts), isComplete };
}
