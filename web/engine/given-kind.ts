/** What dropped files are, by their names: what has to be read to tell is told apart by whoever reads it. */
import { RunError } from "../../src/core/errors.ts";
import { resultNames } from "../../src/core/platform.ts";
import type { GivenFile } from "../../src/platform/browser/given-files.ts";

/** `unknown`: one file whose name says nothing. `archive`: .npz files, of samples or of a network's weights. */
export type GivenKind = "results" | "data" | "network" | "archive" | "unknown";

const tables: readonly string[] = [
  resultNames.study,
  resultNames.neurons,
  resultNames.histograms,
  resultNames.orders,
  resultNames.curves,
  resultNames.single,
];
export const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);

export const isTable = (name: string) => tables.includes(name);
const isIdx = (name: string) => /idx\d-ubyte(\.gz)?$/i.test(name);
const isCifar = (name: string) => /^(data_batch_\d+|test_batch)(\.bin)?$/.test(name);
const isColumns = (name: string) => /\.(csv|tsv|tab|parquet|pq)(\.gz)?$/i.test(name);
/** What makes a file one of a data set. */
export const isData = (name: string) => isIdx(name) || isCifar(name) || isColumns(name);
export const isArchive = (name: string) => /\.npz$/i.test(name);
/** Files that are a network alone, or stand for one whose other files lie beside them. */
const isNetwork = (name: string) => /\.(safetensors|onnx|keras|h5|hdf5|npy|pb|pt|pth|mat)$|^model\.json$/i.test(name);
const isPicture = (name: string) => /\.(png|jpe?g|gif|bmp|webp)$/i.test(name);

/** Files of .npy are one network, however many they are. */
export function networkPaths(paths: readonly string[]): string[] {
  const networks = paths.filter((path) => isNetwork(nameOf(path)));
  const isArray = (path: string) => /\.npy$/i.test(path);
  return [...networks.filter((path) => !isArray(path)), ...networks.filter(isArray).slice(0, 1)];
}

/** @throws RunError, naming the files, where they are of no kind, or of two kinds of which one would be left out. */
export function kindOf(files: readonly GivenFile[]): GivenKind {
  const names = files.map(({ path }) => nameOf(path));
  if (names.some(isTable)) return "results";
  const isOfData = names.some(isData);
  const isOfNetwork = names.some(isNetwork);
  if (isOfData && isOfNetwork) {
    throw refused(
      names,
      "there are data and a network",
      "one of them at a time",
      "drop the data first, then the network",
    );
  }
  if (isOfData) return "data";
  if (isOfNetwork) return "network";
  if (names.some(isArchive)) return "archive";
  if (names.length > 1 && names.some(isPicture)) {
    const fix = "save them as one .npz of x and y, or give the folder to the command line: gpu-importance analyze";
    throw refused(names, "the lab does not read pictures", "tables, arrays or IDX files", fix);
  }
  if (names.length === 1) return "unknown";
  throw notReadable(names);
}

export const EXPECTED =
  "one network (.safetensors, .onnx, .keras, .h5, .npz, .npy files, or model.json with its weights), one data set (.csv, " +
  ".tsv, .parquet, .npz, IDX files or CIFAR-10), or a folder of results";

export function notReadable(names: readonly string[]): RunError {
  const fix = "check the names: files are told apart by these";
  return refused(names, "the lab cannot read this", EXPECTED, fix, names.length === 0 ? "no files" : undefined);
}

function refused(names: readonly string[], what: string, expected: string, fix: string, found?: string): RunError {
  const where = names.slice(0, 3).join(", ") + (names.length > 3 ? `, ... (${names.length} files)` : "");
  return new RunError({ what, where, expected, ...(found !== undefined && { found }), fix });
}
