/** What dropped files are, by their names: what has to be read to tell is told apart by whoever reads it. */
import { RunError } from "../../src/core/errors.ts";
import { resultNames } from "../../src/core/platform.ts";
import { isPicture } from "../../src/data/unread-files.ts";
import type { GivenFile } from "../../src/platform/browser/given-files.ts";

/**
 * `pictures`: data, of which not one file but the folders say what they are. `archive`: .npz files, of samples or of a
 * network's weights. `unknown`: one file whose name says nothing.
 */
type GivenKind = "results" | "data" | "pictures" | "network" | "archive" | "unknown";

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

/** Files of .npy are one network, however many they are. */
export function networkPaths(paths: readonly string[]): string[] {
  const networks = paths.filter((path) => isNetwork(nameOf(path)));
  const isArray = (path: string) => /\.npy$/i.test(path);
  return [...networks.filter((path) => !isArray(path)), ...networks.filter(isArray).slice(0, 1)];
}

/** @throws RunError, naming the files, where they are of no kind, or of two kinds of which one would be left out. */
export function kindOf(files: readonly GivenFile[]): GivenKind {
  const paths = files.map(({ path }) => path);
  const names = paths.map(nameOf);
  if (names.some(isTable)) return "results";
  const isOfData = names.some(isData);
  const isOfClasses = haveClassFolders(paths);
  const isOfNetwork = names.some(isNetwork);
  if ((isOfData || isOfClasses) && isOfNetwork) {
    throw refused(
      names,
      "there are data and a network",
      "one of them at a time",
      "drop the data first, then the network",
    );
  }
  if (isOfClasses) return "pictures";
  if (isOfData) return "data";
  if (isOfNetwork) return "network";
  if (names.some(isArchive)) return "archive";
  if (names.some(isPicture)) return "pictures";
  if (names.length === 1) return "unknown";
  throw notReadable(names);
}

const folderOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** Whether pictures lie in folders side by side. A single folder of them may be somebody's figures. */
function haveClassFolders(paths: readonly string[]): boolean {
  const folders = new Set(paths.filter((path) => isPicture(nameOf(path))).map(folderOf));
  const parents = [...folders].filter((folder) => folder !== "").map(folderOf);
  return new Set(parents).size < parents.length;
}

const EXPECTED =
  "one network (.safetensors, .onnx, .keras, .h5, .npz, .npy files, or model.json with its weights), one data set (.csv, " +
  ".tsv, .parquet, .npz, IDX files, CIFAR-10, or folders of .png pictures, one a class), or a folder of results";

export function notReadable(names: readonly string[]): RunError {
  const fix = "check the names: files are told apart by these";
  return refused(names, "the lab cannot read this", EXPECTED, fix, names.length === 0 ? "no files" : undefined);
}

function refused(names: readonly string[], what: string, expected: string, fix: string, found?: string): RunError {
  const where = names.slice(0, 3).join(", ") + (names.length > 3 ? `, ... (${names.length} files)` : "");
  return new RunError({ what, where, expected, ...(found !== undefined && { found }), fix });
}
