/** The data that `--data` and the options beside it name. */
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { type AnyDataset, type Dataset, inputTypeOf, splitNames } from "../core/dataset.ts";
import { RunError } from "../core/errors.ts";
import { meantNames } from "../core/nearest-name.ts";
import type { DataFolder } from "../core/platform.ts";
import type { ProgressListener } from "../core/progress.ts";
import type { StudyConfig } from "../core/study.ts";
import { splitEmbeddedDigits } from "../data/digits/embedded-digits.ts";
import { publicSets } from "../data/digits/public-sets.ts";
import { inClassOrder } from "../data/inputs/class-order.ts";
import { type DataOptions, finished, openData, openLargeData, refuseOptions, tableOptions } from "../data/open-data.ts";
import { loadDigits } from "../platform/node/digits.ts";
import { fetchedFolder, isFetched } from "../platform/node/fetched-data.ts";
import { dataSource, folderSource } from "../platform/node/files.ts";
import { machineMemoryBytes } from "../platform/node/memory.ts";
import { pathAdvice } from "../platform/node/near-paths.ts";
import { diskScratch } from "../platform/node/scratch.ts";
import { clock } from "./clock.ts";

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
  const { source, name } = await namedSource(config.data);
  return openData(source, name, { ...config, onNote: teller(config, note) });
}

/** What is said of data, on lines of the display, and to whoever asked for it. */
function teller({ onNote }: DataConfig, note: (line: string) => void): (line: string) => void {
  return (line) => {
    note(`data:    ${line}`);
    onNote?.(line);
  };
}

/** Neither a set nor a path: of both, what was probably meant. */
function nothingNamed(data: string): RunError {
  const sets = [EMBEDDED, ...publicSets.map(({ dataName: name }) => name)];
  return new RunError({
    what: "there is nothing at this path",
    where: resolve(data),
    expected: `a file or a folder that can be read, or one of ${sets.join(", ")}`,
    found: "nothing",
    fix: pathAdvice(data, meantNames(data, sets, 1)),
  });
}

/** @throws RunError where there is none */
async function namedSource(data: string): Promise<{ readonly source: DataFolder; readonly name: string }> {
  const set = publicSets.find((one) => one.dataName === data);
  if (set === undefined && !existsSync(data)) throw nothingNamed(data);
  if (set === undefined || existsSync(data)) return { source: await dataSource(data), name: dataName(data) };
  if (isFetched(set)) return { source: folderSource(fetchedFolder(set)), name: set.dataName };
  throw new RunError({
    what: `${set.dataName} has not been fetched`,
    where: fetchedFolder(set),
    expected: "all files of the data set",
    found: "not all of them, and no path of that name",
    fix: `gpu-importance data fetch ${set.name}`,
  });
}

/** Inputs of a part are kept in memory up to this share of it: while they are sorted into splits they are there thrice. */
const KEPT_SHARE = 1 / 8;
/** Reading that is over before needs no progress. */
const UNSHOWN_MS = 1000;

/** What is known of how data will be used, before they are read. */
interface DataKeeping {
  /** 10^6 bytes of inputs of one part that are kept in memory. */
  readonly keepMegabytes?: number | undefined;
  /** Whether networks will have the inputs rescaled, beside what the options say. */
  readonly rescaled?: boolean;
}

/** Who is told while data are read. */
interface ReadingDisplay {
  /** What is worth knowing. */
  line(text: string): void;
  readonly show: ProgressListener;
  /** The data are read. */
  end(): void;
}

/**
 * The same for data that may not fit in memory: then they are read twice, and go to temporary files.
 * @throws as `readStudyData`; RunError where there is no room for temporary files
 */
export async function readLargeStudyData(
  config: DataConfig,
  { keepMegabytes, rescaled = false }: DataKeeping,
  display: ReadingDisplay,
): Promise<AnyDataset & Disposable> {
  if (config.data === EMBEDDED) return { ...(await embeddedDigits(config, display.line)), [Symbol.dispose]() {} };
  const { source, name } = await namedSource(config.data);
  const bytes = keepMegabytes === undefined ? machineMemoryBytes() * KEPT_SHARE : keepMegabytes * 1e6;
  const begin = clock();
  const show = (done: number, total: number) => display.show({ stage: "data", done, total, unit: "rows" });
  let stored = false;
  const dataset = await openLargeData(
    source,
    name,
    { ...config, onNote: teller(config, display.line) },
    {
      bytes,
      rescaled,
      scratch: diskScratch(),
      onRows(rows, share) {
        if (clock() - begin > UNSHOWN_MS) show(rows, share === undefined ? rows : Math.round(rows / share));
      },
      onStored(rows, total) {
        if (!stored) display.line(`data:    more than ${Math.round(bytes / 1e6)} MB; once more, into temporary files`);
        stored = true;
        show(rows, total);
      },
    },
  );
  display.end();
  if (stored) display.line(`data:    ${pagesText(dataset)}`);
  return dataset;
}

function pagesText({ features, ...dataset }: AnyDataset): string {
  const samples = splitNames.reduce((sum, split) => sum + dataset[split].count, 0);
  const bytes = samples * features * (inputTypeOf(dataset.test) === "bytes" ? 1 : 4);
  return `${(bytes / 1e9).toFixed(2)} GB of inputs in temporary files, read page by page`;
}

async function embeddedDigits(config: DataConfig, note: (line: string) => void): Promise<Dataset> {
  refuseOptions(config, EMBEDDED, "the embedded digits", "split", ...tableOptions);
  const { digits, notes } = await loadDigits();
  for (const line of notes) note(line);
  const divided = await splitEmbeddedDigits(digits);
  return finished(inClassOrder(divided, config, EMBEDDED, teller(config, note)), EMBEDDED, config);
}
