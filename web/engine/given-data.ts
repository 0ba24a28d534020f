/** Reads data that a visitor dropped, in any format that the command line reads. Fetched when it is needed. */
import type { Dataset } from "../../src/core/dataset.ts";
import type { DataFolder } from "../../src/core/platform.ts";
import { openData } from "../../src/data/open-data.ts";
import { holdsSamples } from "../../src/data/tables/npz.ts";
import type { GivenFile } from "../../src/platform/browser/given-files.ts";
import { givenFolder } from "../../src/platform/browser/given-folder.ts";
import { isArchive, nameOf } from "./given-kind.ts";
import type { ReadingOptions } from "./protocol.ts";

export interface GivenData {
  readonly dataset: Dataset;
  /** What is worth knowing of how it was read, as sentences without full stop. */
  readonly notes: readonly string[];
}

/** Asked before a file of many is read, told how many were: what it throws ends the reading. */
export type OnFile = (read: number) => void | Promise<void>;

/** @throws RunError, UsageError as `openData`; what `onFile` throws */
export async function readGivenData(
  files: readonly GivenFile[],
  options: ReadingOptions,
  onFile: OnFile = () => {},
): Promise<GivenData> {
  const { label, drop, noHeader, classes, split } = options;
  let read = 0;
  const source = asking(givenFolder(files), () => onFile(read++));
  const notes: string[] = [];
  const dataset = await openData(source, nameOf(source.label), {
    ...(label !== undefined && { label }),
    ...(drop !== undefined && { drop }),
    ...(noHeader !== undefined && { noHeader }),
    ...(classes !== undefined && { classes }),
    ...(split !== undefined && { split }),
    onNote: (line) => notes.push(line),
  });
  return { dataset, notes };
}

/** The folder and all below it, of which every file is asked for before it is read. */
function asking(folder: DataFolder, ask: () => void | Promise<void>): DataFolder {
  return {
    ...folder,
    folder: (name) => asking(folder.folder(name), ask),
    async read(name) {
      await ask();
      return folder.read(name);
    },
  };
}

/** Whether .npz files hold samples, not weights. @throws RunError where one is damaged */
export async function areSamples(files: readonly GivenFile[]): Promise<boolean> {
  for (const { path, content } of files) {
    const name = nameOf(path);
    if (isArchive(name) && (await holdsSamples(givenFolder([{ path: name, content }]), name))) return true;
  }
  return false;
}
