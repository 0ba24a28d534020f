/** What the study needs from the place it runs in; src/platform/node.ts and (later) browser.ts supply it. */

/** Reads named files of one folder, and says which are there. */
export interface FileSource {
  /** Shown in messages: the folder's path or the dropped folder's name. */
  readonly label: string;
  list(): Promise<readonly string[]>;
  read(name: string): Promise<Uint8Array>;
  /** Decompressed bytes of a gzip file's content; rejects where the stream is damaged. */
  gunzip(bytes: Uint8Array): Promise<Uint8Array>;
}

/** A result file that is produced piece by piece, so that a large one never stands in memory whole. */
export interface ResultFile {
  /** Relative path with forward slashes, for example `models/repeat-000.safetensors`. */
  readonly name: string;
  readonly chunks: Iterable<string | Uint8Array>;
}

/** Names of the result files, relative to their folder. */
export const resultNames = {
  study: "study.json",
  neurons: "neurons.csv",
  curves: "curves.csv",
  orders: "orders.csv",
  single: "single.csv",
  profile: "profile.json",
  model: (repeat: number) => `models/repeat-${String(repeat).padStart(3, "0")}.safetensors`,
} as const;

/** A folder that result files are written to, each atomically (temporary name, then rename). */
export interface ResultSink {
  readonly label: string;
  write(file: ResultFile): Promise<void>;
}

/** Milliseconds on a monotonic clock. */
export type Clock = () => number;
