/** Files and folders out of a drop or a file dialogue, with their paths below what was given. */
import { appendAll } from "../../src/core/long-arrays.ts";
import type { GivenFile } from "../engine/protocol.ts";

export function pickedFiles(list: FileList | null): GivenFile[] {
  return Array.from(list ?? [], (file) => ({ path: file.webkitRelativePath || file.name, content: file }));
}

/** Entries must be taken before the first wait: the browser forgets them with the event. */
export async function droppedFiles({ items, files }: DataTransfer): Promise<GivenFile[]> {
  const entries = Array.from(items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return pickedFiles(files);
  return (await Promise.all(entries.map(filesBelow))).flat();
}

async function filesBelow(entry: FileSystemEntry): Promise<GivenFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\//, ""), content: file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: GivenFile[] = [];
  // A reader gives some entries at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    appendAll(found, (await Promise.all(some.map(filesBelow))).flat());
  }
}
