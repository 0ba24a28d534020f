/** What a visitor dropped, told apart: a network, a data set, or a folder of results. */
import type { Dataset } from "../../src/core/dataset.ts";
import { RunError } from "../../src/core/errors.ts";
import { type Network, widthsOf } from "../../src/core/network.ts";
import { resultNames } from "../../src/core/platform.ts";
import { readIdxFolder } from "../../src/data/idx-folder.ts";
import { decodeSafetensors } from "../../src/models/safetensors-model.ts";
import { type GivenFile, givenSource } from "../../src/platform/browser/given-files.ts";
import type { StudyFiles } from "../../src/report/analysis/analysis.ts";
import { readStudyFiles } from "../../src/report/files/read-study.ts";

export type Given =
  | { readonly kind: "network"; readonly label: string; readonly network: Network }
  | { readonly kind: "dataset"; readonly dataset: Dataset }
  | { readonly kind: "results"; readonly label: string; readonly files: StudyFiles };

const tables: readonly string[] = [
  resultNames.study,
  resultNames.neurons,
  resultNames.orders,
  resultNames.curves,
  resultNames.single,
];
const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);
const isIdx = (name: string) => /idx\d-ubyte(\.gz)?$/.test(name);
const isNetwork = (name: string) => name.endsWith(".safetensors");

/** The folder that a file lies in, as `results/first/`; empty for one that was dropped by itself. */
const folderOf = (path: string) => path.slice(0, path.lastIndexOf("/") + 1);

/**
 * The one folder that holds files of a kind, however deep in what was dropped, with all that is below it.
 * @param kind what it is, for messages, in the plural
 * @returns undefined where there is none
 * @throws RunError where there are several.
 */
function folderWith(files: readonly GivenFile[], isOne: (name: string) => boolean, kind: string) {
  const folders = [...new Set(files.filter(({ path }) => isOne(nameOf(path))).map(({ path }) => folderOf(path)))];
  const [folder, ...others] = folders;
  if (folder === undefined) return undefined;
  if (others.length > 0) {
    throw new RunError({
      what: `there are several ${kind}`,
      where: shortList(folders.map((name) => name || "the files beside the folders")),
      expected: "one at a time",
      found: `${folders.length}`,
      fix: "drop one of these folders",
    });
  }
  const parent = folderOf(folder.slice(0, -1));
  const own = files.filter(({ path }) => path.startsWith(folder));
  return givenSource(own.map(({ path, content }) => ({ path: path.slice(parent.length), content })));
}

const shortList = (names: readonly string[]) => names.slice(0, 3).join(", ") + (names.length > 3 ? ", ..." : "");

/** @throws RunError, naming file and fault, for whatever is none of these or damaged. */
export async function readGiven(files: readonly GivenFile[]): Promise<Given> {
  const names = files.map(({ path }) => nameOf(path));
  const results = folderWith(files, (name) => tables.includes(name), "studies");
  if (results !== undefined) {
    return { kind: "results", label: results.label, files: await readStudyFiles(results, results.label) };
  }
  const data = folderWith(files, isIdx, "data sets");
  if (data !== undefined) return { kind: "dataset", dataset: await readIdxFolder(data, data.label) };
  const [only, ...others] = files.filter((_, index) => isNetwork(names[index]!));
  if (only !== undefined && others.length === 0) return readNetwork(only);
  throw new RunError({
    what: others.length > 0 ? "there are several networks" : "the lab cannot read this",
    where: shortList(names) + (names.length > 3 ? ` (${names.length} files)` : ""),
    expected: "one .safetensors file, the four IDX files of a data set, or a folder of results",
    ...(names.length === 0 && { found: "no files" }),
    fix: others.length > 0 ? "drop one of them" : "check the names: files are told apart by these",
  });
}

async function readNetwork({ path, content }: GivenFile): Promise<Given> {
  const label = nameOf(path);
  const bytes = await givenSource([{ path: label, content }]).read(label);
  return { kind: "network", label, network: decodeSafetensors(bytes, label) };
}

/** @throws RunError where the network does not take these data, or has nothing to remove. */
export function requireFit(network: Network, { features, classes, name }: Dataset, file: string): void {
  const widths = widthsOf(network);
  const expected = `${features} inputs, a hidden layer or more, ${classes} outputs, for the data set ${name}`;
  const fits = widths[0] === features && widths.at(-1) === classes && widths.length > 2;
  if (fits) return;
  const fix = "drop the IDX files of the data that it was trained on first";
  throw new RunError({
    what: "the network does not fit the data",
    where: file,
    expected,
    found: widths.join("-"),
    fix,
  });
}
