/** Which tables and archives of a folder are read: one, which is divided, or one for each part. */

import { RunError } from "../../core/errors.ts";
import { latin1Text } from "../../core/long-arrays.ts";
import type { DataFolder } from "../../core/platform.ts";
import { type PartName, partNamed } from "../part-names.ts";
import type { FoundData, Part } from "../rows.ts";
import { shownNames } from "../shown-names.ts";
import { unreadNames } from "../unread-files.ts";
import { csvPart } from "./csv.ts";
import type { TableOptions } from "./label-column.ts";
import { npzPart, readNpz } from "./npz.ts";
import { parquetPart } from "./parquet.ts";

const TABLE = /\.(?:csv|tsv|tab|parquet|pq|npz)(?:\.gz)?$/i;
/** Tables that are not called so, where they are given by their paths. */
const PLAIN_TEXT = /\.(?:data|dat|txt)(?:\.gz)?$/i;
type Kind = "npz" | "parquet" | "csv";
const MAGICS: Readonly<Record<string, "npz" | "parquet">> = { "PK\x03\x04": "npz", PAR1: "parquet" };
const GZIP = "\x1f\x8b";

/** Tables or archives, and what else lies there. */
interface FoundTables {
  readonly found: FoundData;
  /** Whether all is in archives, whose arrays say what they are. */
  readonly isArchive: boolean;
  readonly unread: readonly string[];
}

/** Undefined where there are none. @throws RunError where it is not clear which are meant, or others would be left out. */
export async function findTables(source: DataFolder, options: TableOptions): Promise<FoundTables | undefined> {
  const files = await source.list();
  const isFile = source.beside !== undefined;
  const named = files.filter((file) => TABLE.test(file) || files.length === 1);
  // Of a file and its packed twin one is read.
  const candidates = named.filter((file) => !(/\.gz$/i.test(file) && named.includes(file.slice(0, -".gz".length))));
  const [only] = candidates;
  if (only === undefined) return undefined;
  const kinds = new Map<string, Kind | undefined>();
  for (const file of candidates) kinds.set(file, await kindOf(source, file));
  const kind = kinds.get(only);
  if (candidates.length === 1 && kind === undefined) return undefined;
  const found =
    candidates.length === 1
      ? await single(source, only, kind!, options)
      : await inParts(source, candidates, kinds, options);
  const unread = await unreadNames(source, { files: candidates }, candidates.join(", "));
  const isArchive = [...kinds.values()].every((one) => one === "npz");
  return { found, isArchive, unread: isFile ? await partsBeside(source, only) : unread };
}

/** By the first bytes, or, for text, by the name. @throws RunError where a file is packed that has to be read here and there */
async function kindOf(source: DataFolder, file: string): Promise<Kind | undefined> {
  const begin = latin1Text(await source.readRange(file, 0, 4));
  const magic = MAGICS[begin];
  if (magic !== undefined) return magic;
  const isText = /\.(?:csv|tsv|tab)(?:\.gz)?$/i.test(file) || (PLAIN_TEXT.test(file) && source.beside !== undefined);
  if (isText) return "csv";
  if (!begin.startsWith(GZIP) || !TABLE.test(file)) return TABLE.test(file) ? kindByName(file) : undefined;
  throw new RunError({
    what: "the file is packed by gzip",
    where: file,
    expected: "an .npz or .parquet file, which are packed within",
    found: "a gzip file",
    fix: "unpack it: gunzip",
  });
}

const kindByName = (file: string): Kind =>
  /\.npz/i.test(file) ? "npz" : /\.p(?:q|arquet)/i.test(file) ? "parquet" : "csv";

async function single(source: DataFolder, file: string, kind: Kind, options: TableOptions): Promise<FoundData> {
  if (kind !== "npz") return { table: tablePart(source, file, kind, options) };
  const others = source.beside === undefined ? [] : await partsBeside(source, file);
  return readNpz(
    source,
    file,
    others.length === 0 ? undefined : `give the folder, to read ${others.join(", ")} with it`,
  );
}

function tablePart(source: DataFolder, file: string, kind: Kind, options: TableOptions): Part {
  return kind === "parquet" ? parquetPart(source, file, options) : csvPart(source, file, options);
}

/** Tables and archives whose names say which part they are. */
async function inParts(
  source: DataFolder,
  files: readonly string[],
  kinds: ReadonlyMap<string, Kind | undefined>,
  options: TableOptions,
): Promise<FoundData> {
  const parts: Partial<Record<PartName, Part>> = {};
  const others: string[] = [];
  for (const file of files) {
    const name = partNamed(file.replace(TABLE, ""));
    const kind = kinds.get(file);
    if (name === undefined || parts[name] !== undefined || kind === undefined) others.push(file);
    else parts[name] = kind === "npz" ? await npzPart(source, file, name) : tablePart(source, file, kind, options);
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
    fix: "give the path of one file, or call the files train, test and val",
  });
}

/** Files beside a single one that are called as the other parts of it. */
async function partsBeside(source: DataFolder, file: string): Promise<string[]> {
  const own = partNamed(file.replace(TABLE, ""));
  if (own === undefined || source.beside === undefined) return [];
  const names = (await source.beside()).filter((name) => TABLE.test(name) && name !== file);
  return names.filter((name) => ![undefined, own].includes(partNamed(name.replace(TABLE, "")))).sort();
}
