/** The data that `--data` and the options beside it name. */
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Dataset } from "../core/dataset.ts";
import { RunError } from "../core/errors.ts";
import type { StudyConfig } from "../core/study.ts";
import { splitEmbeddedDigits } from "../data/embedded-digits.ts";
import { type DataOptions, finished, openData, refuseOptions } from "../data/open-data.ts";
import { publicSets } from "../data/public-sets.ts";
import { loadDigits } from "../platform/node/digits.ts";
import { fetchedFolder, isFetched } from "../platform/node/fetched-data.ts";
import { dataSource, folderSource } from "../platform/node/files.ts";

/** The digits that come with the program. */
const EMBEDDED = "mnist";

export type DataConfig = DataOptions & Pick<StudyConfig, "data">;

/** What the data are called in results: the folder's own name, also where the path is `.` or `..`. */
export function dataName(source: string): string {
  return basename(resolve(source)) || "data";
}

/**
 * Reads the data: the embedded digits, a path, or, where there is no such path, what `data fetch` has fetched.
 * @param note is told of what is worth knowing and no reason to stop
 * @throws RunError where there are none, or they are damaged; UsageError where an option does not fit them.
 */
export async function readStudyData(config: DataConfig, note: (line: string) => void): Promise<Dataset> {
  if (config.data === EMBEDDED) return embeddedDigits(config, note);
  const set = publicSets.find((one) => one.dataName === config.data);
  if (set === undefined || existsSync(config.data)) {
    return openData(await dataSource(config.data), dataName(config.data), config);
  }
  if (isFetched(set)) return openData(folderSource(fetchedFolder(set)), set.dataName, config);
  throw new RunError({
    what: `${set.dataName} has not been fetched`,
    where: fetchedFolder(set),
    expected: "all files of the data set",
    found: "not all of them, and no path of that name",
    fix: `gpu-importance data fetch ${set.name}`,
  });
}

async function embeddedDigits(config: DataConfig, note: (line: string) => void): Promise<Dataset> {
  refuseOptions(config, EMBEDDED, "the embedded digits", "label", "split");
  const { digits, notes } = await loadDigits();
  for (const line of notes) note(line);
  return finished(await splitEmbeddedDigits(digits), EMBEDDED, config);
}
