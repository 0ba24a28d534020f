/** What the study needs from the place it runs in; src/platform/node.ts and (later) browser.ts supply it. */

/** Reads named files of one folder, and says which are there. */
export interface FileSource {
  /** Shown in messages: the folder's path or the dropped folder's name. */
  readonly label: string;
  /** Names of the files in the folder itself, or in one below it; none where there is no such folder below. */
  list(below?: string): Promise<readonly string[]>;
  /** @param name relative path with forward slashes. */
  read(name: string): Promise<Uint8Array>;
  /**
   * Decompressed bytes of a gzip file's content; rejects where the stream is damaged.
   * @param sizeOf how many bytes the content says that it has, from its beginning; more are not unpacked
   */
  gunzip(bytes: Uint8Array, sizeOf?: (beginning: Uint8Array) => number): Promise<Uint8Array>;
}

/** Data of any format: folders in folders, and files that are read piece by piece. */
export interface DataFolder extends FileSource {
  /** Names of the folders in this one. */
  folders(): Promise<readonly string[]>;
  folder(name: string): DataFolder;
  /** The file's bytes in pieces, in order. */
  stream(name: string): AsyncIterable<Uint8Array>;
  /** Bytes of the file. */
  size(name: string): Promise<number>;
  /** Bytes [first, first + length) of the file, fewer where it ends before. */
  readRange(name: string, first: number, length: number): Promise<Uint8Array>;
  /** The content of a gzip stream, piece by piece; rejects, with the reason alone, where it is damaged or cut off. */
  gunzipStream(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** Names of the files in the same folder, where the source is a single file. */
  beside?(): Promise<readonly string[]>;
}

/** Bytes outside of memory, in pages that grow at their ends; gone when they are disposed of, or the program ends. */
export interface PageStore extends Disposable {
  /** Adds bytes to a page. @throws RunError where there is no room */
  append(page: number, bytes: Uint8Array): void;
  /** All bytes of a page, in the order in which they were added. One call at a time; the next may overwrite them. */
  read(page: number): Promise<Uint8Array>;
}

/** A checksum of bytes that come in pieces. */
export interface Digest {
  update(bytes: Uint8Array): void;
  /** 64 lower-case hexadecimal digits. */
  hexadecimal(): string;
}

/** Where data go that do not fit in memory. */
export interface Scratch {
  /**
   * @param pageBytes of each page, which will be filled
   * @throws RunError where there is no room for them
   */
  openPages(pageBytes: readonly number[]): Promise<PageStore>;
  sha256(): Digest;
}

/** A result file that is produced piece by piece, so that a large one never stands in memory whole. */
export interface ResultFile {
  /** Relative path with forward slashes, for example `models/repeat-000.safetensors`. */
  readonly name: string;
  readonly chunks: Iterable<string | Uint8Array>;
}

/** The same, of what is read or computed while it is written. */
export interface StreamedFile {
  readonly name: string;
  readonly chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;
}

/**
 * Names of the result files, relative to their folder; those of a report are made from the others. study.json is the first, since
 * files are removed in this order: without it no folder counts as complete.
 */
export const resultNames = {
  study: "study.json",
  neurons: "neurons.csv",
  histograms: "histograms.csv",
  curves: "curves.csv",
  orders: "orders.csv",
  single: "single.csv",
  pairs: "pairs.csv",
  largePairs: "pairs.parquet",
  pairRemovals: "pair-removals.csv",
  largePairRemovals: "pair-removals.parquet",
  groups: "groups.csv",
  profile: "profile.json",
  model: (repeat: number) => `models/repeat-${String(repeat).padStart(3, "0")}.safetensors`,
  report: "report.html",
  summary: "summary.csv",
  claims: "claims.json",
  figure: (id: string) => `figures/${id}.svg`,
  specification: (id: string) => `figures/${id}.vl.json`,
} as const;

/** Names of the files of a grid of studies, relative to its folder. */
export const gridNames = {
  record: "grid.json",
  table: "grid.csv",
  report: "report.html",
  comparison: "compare.html",
  /** Folder of a cell's results. */
  cell: (name: string) => `cells/${name}`,
  /** Of a cell that is done, or has failed. */
  summary: (name: string, state: "done" | "failed") => `summaries/${name}.${state}.json`,
} as const;

/** What a file holds, for comparison. */
export interface FileDigest {
  readonly bytes: number;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** A folder that result files are written to, each atomically (temporary name, then rename). */
export interface ResultSink {
  readonly label: string;
  /** What has been written, by name. */
  readonly written: ReadonlyMap<string, FileDigest>;
  write(file: StreamedFile): Promise<void>;
  /** Names of files that were written and are there no more: somebody removed the folder, say. */
  lost(): Promise<string[]>;
}

/** What the page of a report brings along so that it needs nothing else: text of a style sheet and of a script. */
export interface PageAssets {
  readonly style: string;
  readonly script: string;
}

/** Milliseconds on a monotonic clock. */
export type Clock = () => number;
