/** Data of any format that is known here to a Dataset. Formats are recognised by the names and the first bytes of files. */
import { type AnyDataset, type Dataset, isPaged, type Shares } from "../core/dataset.ts";
import { RunError, UsageError } from "../core/errors.ts";
import type { DataFolder } from "../core/platform.ts";
import { isCifar10, readCifar10 } from "./images/cifar10.ts";
import { isIdxFolder, readIdx } from "./images/idx-folder.ts";
import { setOf } from "./images/idx-names.ts";
import { findPngFolder } from "./images/png-folder.ts";
import { type ClassOrder, inClassOrder } from "./inputs/class-order.ts";
import { asksForTreatment, type Normalization, treatedAsAsked } from "./inputs/treat-inputs.ts";
import type { FoundData } from "./rows.ts";
import { shownNames } from "./shown-names.ts";
import {
  type Divided,
  type Dividing,
  divide,
  divideLarge,
  type LargeData,
  type PagedDivided,
} from "./splits/divide.ts";
import { fingerprint, pagedFingerprint } from "./splits/fingerprint.ts";
import type { TableOptions } from "./tables/label-column.ts";
import { findTables } from "./tables/table-files.ts";
import { unreadNames, unreadNote } from "./unread-files.ts";

export interface DataOptions extends Normalization, TableOptions, ClassOrder {
  /** How a table without parts is divided; by default DEFAULT_SHARES. */
  readonly split?: Shares;
  /** Told of what is worth knowing and no reason to stop: files that are not read, columns that only count rows. */
  readonly onNote?: (line: string) => void;
}

const LOOKED_FOR = [
  "the four IDX files of MNIST and its kin (train-images-idx3-ubyte[.gz], ...)",
  "data_batch_*.bin and test_batch.bin of CIFAR-10",
  "one .npz archive",
  "one .csv, .tsv (also .gz) or .parquet table, or tables or archives named train, test and perhaps val",
  "folders of .png pictures, one a class, perhaps within train, test and val",
];
/**
 * Reads a whole data set.
 * @param name the data set's name in results.
 * @throws RunError where nothing is recognised (with what was looked for) or what is there is damaged, with file, place
 * and reason; UsageError where an option does not fit the data.
 */
export async function openData(source: DataFolder, name: string, options: DataOptions): Promise<Dataset> {
  const divided = await readParts(source, options, divide);
  return finished(divided, name, options);
}

/**
 * The same for data that may not fit in memory. Where they do, or are of a format that is read whole (IDX files), the
 * outcome is that of `openData`; else inputs are read page by page, until the outcome is disposed of.
 * @throws as `openData`; RunError where there is no room for the pages
 */
export async function openLargeData(
  source: DataFolder,
  name: string,
  options: DataOptions,
  large: LargeData,
): Promise<AnyDataset & Disposable> {
  const reading = { ...large, rescaled: large.rescaled === true || asksForTreatment(options) };
  const divided = await readParts(source, options, (found, dividing) => divideLarge(found, dividing, reading));
  if (!isPagedSet(divided)) return { ...(await finished(divided, name, options)), [Symbol.dispose]() {} };
  try {
    const sha256 = await pagedFingerprint(divided, large.scratch.sha256);
    const treated = await treatedAsAsked({ ...divided, name, sha256 }, options);
    return { ...treated, [Symbol.dispose]: () => divided[Symbol.dispose]() };
  } catch (error) {
    divided[Symbol.dispose]();
    throw error;
  }
}

function isPagedSet(divided: Divided | PagedDivided): divided is PagedDivided {
  return isPaged(divided.test);
}

/** Samples with their inputs as asked for, and the checksum. @throws as `treatedAsAsked` */
export async function finished(divided: Divided, name: string, options: Normalization): Promise<Dataset> {
  return treatedAsAsked({ ...divided, name, sha256: await fingerprint(divided) }, options);
}

/** Samples in the order of classes that is asked for. */
async function readParts<T extends Divided | PagedDivided>(
  source: DataFolder,
  options: DataOptions,
  dividing: (found: FoundData, dividing: Dividing) => Promise<T>,
): Promise<T | Divided> {
  const { classes, split: shares, onNote: note = () => {} } = options;
  if (shares?.[0] === 0 && options.standardize === true) throw nothingToStandardizeBy(source.label);
  const folder = await withSiblings(source);
  const files = await folder.list();
  if (isIdxFolder(files)) {
    refuseOptions(options, source.label, "IDX files", "split", ...tableOptions);
    const { divided, numbers, files: read } = await readIdx(folder);
    const unread =
      source.beside === undefined ? await unreadNames(source, { files: read }, "the IDX files of one set") : [];
    for (const line of unreadNote(unread)) note(line);
    return inClassOrder(divided, options, source.label, note, numbers);
  }
  const { found, unread } = await findData(source, files, options);
  for (const line of unreadNote(unread)) note(line);
  const isClass = (name: string) => classes?.includes(name.trim()) === true;
  const divided = await dividing(found, { ...(shares && { shares }), isClass, note });
  try {
    return inClassOrder(divided, options, source.label, note);
  } catch (error) {
    if (isPagedSet(divided)) divided[Symbol.dispose]();
    throw error;
  }
}

function nothingToStandardizeBy(where: string): UsageError {
  return new UsageError({
    what: "--standardize goes by the training samples, and there are none",
    where,
    expected: "a share for training above 0",
    found: "--split 0,...",
    fix: "give training a share, or the numbers with --normalize",
  });
}

/** One file of a set of IDX files stands for all of them. */
async function withSiblings(source: DataFolder): Promise<DataFolder> {
  const [only] = source.beside === undefined ? [] : await source.list();
  const set = only === undefined ? undefined : setOf(only);
  if (set === undefined) return source;
  const files = (await source.beside!()).filter((name) => setOf(name) === set || name === `${set}mapping.txt`);
  return { ...source, list: async () => files };
}

/** Data of some format, and what else lies there. */
interface Found {
  readonly found: FoundData;
  readonly unread: readonly string[];
}

async function findData(source: DataFolder, files: readonly string[], options: DataOptions): Promise<Found> {
  if (isCifar10(files)) {
    refuseOptions(options, source.label, "CIFAR-10", ...tableOptions);
    const { parts, files: read } = await readCifar10(source, files);
    return { found: parts, unread: await unreadNames(source, { files: read }, "the files of CIFAR-10") };
  }
  const tables = await findTables(source, options);
  if (tables?.isArchive === true) refuseOptions(options, source.label, "an archive of arrays", ...tableOptions);
  if (tables !== undefined) return tables;
  const pictures = await findPngFolder(source);
  if (pictures === undefined) throw nothingKnown(source.label, files, await source.folders());
  refuseOptions(options, source.label, "pictures", ...tableOptions);
  return pictures;
}

/** Options that say how columns are read. */
export const tableOptions = ["label", "noHeader", "drop"] as const;
const flags = { label: "--label", noHeader: "--no-header", drop: "--drop", split: "--split" };

/** Options that do not fit some data must not be ignored. @throws UsageError where one of them is given */
export function refuseOptions(
  options: DataOptions,
  where: string,
  what: string,
  ...names: ("split" | (typeof tableOptions)[number])[]
): void {
  const given = names.find((name) => options[name] !== undefined && options[name] !== false);
  if (given === undefined) return;
  const reason =
    given === "split" ? "which say themselves what is for training and what for test" : "which are no table";
  throw new UsageError({
    what: `${flags[given]} does not fit ${what}, ${reason}`,
    where,
    fix: `omit ${flags[given]}`,
  });
}

function nothingKnown(where: string, files: readonly string[], folders: readonly string[]): RunError {
  return new RunError({
    what: "there are no data of a known format",
    where,
    expected: LOOKED_FOR.join("\n            or "),
    found: shownNames([...files, ...folders.map((folder) => `${folder}/`)]),
    fix: "point to one of these; gpu-importance data --help lists what can be fetched",
  });
}
