/** Data of any format that is known here to a Dataset. Formats are recognised by the names and the first bytes of files. */
import { type AnyDataset, type Dataset, isPaged, type Shares } from "../core/dataset.ts";
import { RunError, UsageError } from "../core/errors.ts";
import { latin1Text } from "../core/long-arrays.ts";
import type { DataFolder } from "../core/platform.ts";
import { isCifar10, readCifar10 } from "./cifar10.ts";
import { csvPart } from "./csv.ts";
import { type Divided, divide, divideLarge, type LargeData, type PagedDivided } from "./divide.ts";
import { fingerprint, pagedFingerprint } from "./fingerprint.ts";
import { isIdxFolder, readIdxFolder } from "./idx-folder.ts";
import { readNpz } from "./npz.ts";
import { parquetPart } from "./parquet.ts";
import { partNamed } from "./part-names.ts";
import { findPngFolder } from "./png-folder.ts";
import type { FoundData, Part } from "./rows.ts";
import { shownNames } from "./shown-names.ts";
import { asksForTreatment, type Normalization, treatedAsAsked } from "./treat-inputs.ts";

export interface DataOptions extends Normalization {
  /** Column of a table that holds the classes; by default `label`. */
  readonly label?: string;
  /** How a table without parts is divided; by default DEFAULT_SHARES. */
  readonly split?: Shares;
}

const LOOKED_FOR = [
  "the four IDX files of MNIST and its kin (train-images-idx3-ubyte[.gz], ...)",
  "data_batch_*.bin and test_batch.bin of CIFAR-10",
  "one .npz archive",
  "one .csv, .tsv or .parquet table, or such tables named train, test and perhaps val",
  "folders of .png pictures, one a class, perhaps within train, test and val",
];
const TABLE = /\.(?:csv|tsv|parquet|pq|npz)$/i;
const MAGICS: Readonly<Record<string, "npz" | "parquet">> = { "PK\x03\x04": "npz", PAR1: "parquet" };

/**
 * Reads a whole data set.
 * @param name the data set's name in results.
 * @throws RunError where nothing is recognised (with what was looked for) or what is there is damaged, with file, place
 * and reason; UsageError where an option does not fit the data.
 */
export async function openData(source: DataFolder, name: string, options: DataOptions): Promise<Dataset> {
  const divided = await readParts(source, name, options, divide);
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
  const divided = await readParts(source, name, options, (found, shares) => divideLarge(found, shares, reading));
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

async function readParts<T>(
  source: DataFolder,
  name: string,
  options: DataOptions,
  dividing: (found: FoundData, shares?: Shares) => Promise<T>,
): Promise<T | Divided> {
  const files = await source.list();
  if (isIdxFolder(files)) {
    refuseOptions(options, source.label, "IDX files", "label", "split");
    return readIdxFolder(source, name);
  }
  return dividing(await findData(source, files, options), options.split);
}

async function findData(source: DataFolder, files: readonly string[], options: DataOptions): Promise<FoundData> {
  if (isCifar10(files)) {
    refuseOptions(options, source.label, "CIFAR-10", "label");
    return readCifar10(source, files);
  }
  const tables = await findTables(source, files, options);
  if (tables !== undefined) return tables;
  const pictures = await findPngFolder(source);
  if (pictures === undefined) throw nothingKnown(source.label, files, await source.folders());
  refuseOptions(options, source.label, "pictures", "label");
  return pictures;
}

/** Options that do not fit some data must not be ignored. @throws UsageError where one of them is given */
export function refuseOptions(
  options: DataOptions,
  where: string,
  what: string,
  ...names: ("label" | "split")[]
): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  const reason =
    given === "label" ? "which are no table" : "which say themselves what is for training and what for test";
  throw new UsageError({ what: `--${given} does not fit ${what}, ${reason}`, where, fix: `leave --${given} away` });
}

/** Archives and tables; a single file may have any name. */
async function findTables(
  source: DataFolder,
  files: readonly string[],
  options: DataOptions,
): Promise<FoundData | undefined> {
  const candidates = files.filter((file) => TABLE.test(file) || files.length === 1);
  const [only] = candidates;
  if (only === undefined) return undefined;
  if (candidates.length === 1) {
    const kind = await kindOf(source, only);
    if (kind === "npz") refuseOptions(options, source.label, "an archive of arrays", "label");
    if (kind === "npz") return readNpz(source, only);
    return kind === undefined ? undefined : { table: await tablePart(source, only, options.label) };
  }
  return tableParts(source, candidates, options.label);
}

/** By the first bytes, or, for text, by the name. */
async function kindOf(source: DataFolder, file: string): Promise<"npz" | "parquet" | "csv" | undefined> {
  const magic = MAGICS[latin1Text(await source.readRange(file, 0, 4))];
  return magic ?? (TABLE.test(file) ? "csv" : undefined);
}

async function tablePart(source: DataFolder, file: string, label: string | undefined): Promise<Part> {
  return (await kindOf(source, file)) === "parquet" ? parquetPart(source, file, label) : csvPart(source, file, label);
}

/** Tables whose names say which part they are. */
async function tableParts(source: DataFolder, files: readonly string[], label: string | undefined): Promise<FoundData> {
  const parts: Partial<Record<"train" | "validation" | "test", Part>> = {};
  const others: string[] = [];
  for (const file of files) {
    const name = partNamed(file.replace(TABLE, ""));
    if (name === undefined || parts[name] !== undefined) others.push(file);
    else parts[name] = await tablePart(source, file, label);
  }
  const { train, validation, test } = parts;
  if (train !== undefined && test !== undefined && others.length === 0) {
    return { train, test, validationFrom: "classes", ...(validation === undefined ? {} : { validation }) };
  }
  throw new RunError({
    what: "it is not clear which tables are meant",
    where: source.label,
    expected: "one table or archive, or tables named train, test and perhaps val",
    found: shownNames(files),
    fix: "give the path of one file",
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
