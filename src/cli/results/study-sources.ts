/** Folders that shards and unfinished studies have left their parts in. */
import { resolve } from "node:path";
import { RunError } from "../../core/errors.ts";
import { IDENTITY } from "../../core/part-store.ts";
import { PartFolder } from "../../platform/node/part-folder.ts";
import { hasStudy, partsPath } from "../../platform/node/results-folder.ts";
import { coursesIn, type ShardCourse } from "../../study/course.ts";
import { identityOf } from "../../study/identity.ts";
import { storedRecord } from "../../study/study-record.ts";
import type { StudySource } from "../../study/study-sources.ts";

export interface FolderSource extends StudySource {
  readonly store: PartFolder;
  readonly courses: readonly ShardCourse[];
}

/** @throws RunError where no study was begun in the folder, or what says which it is is damaged */
async function openSource(folder: string): Promise<FolderSource> {
  const store = new PartFolder(partsPath(folder));
  const record = await storedRecord(store);
  if (record !== undefined) {
    return { label: folder, store, record, courses: await coursesIn(store, await identityOf(record)) };
  }
  const isDamaged = await store.has(IDENTITY);
  throw new RunError({
    what: isDamaged ? "what says of which study the parts are is damaged" : "there is no unfinished study",
    where: isDamaged ? `${store.label}/${IDENTITY}.part` : folder,
    expected: "a folder that run or analyze, with --shard or without, has left parts in",
    found: isDamaged
      ? "another checksum, or another version's"
      : (await hasStudy(folder))
        ? "complete results"
        : "none",
    fix: isDamaged ? "start the command again that wrote there: it goes on, and mends it" : "check the folder's name",
  });
}

/** Each folder once, however often it is named. @throws RunError as `openSource` */
export async function openSources(folders: readonly string[]): Promise<FolderSource[]> {
  const named = [...new Map(folders.map((folder) => [resolve(folder), folder])).values()];
  return Promise.all(named.map(openSource));
}
