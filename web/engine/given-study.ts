/** What a visitor dropped, told apart: a network, a data set, or a folder of results. */
import type { Dataset } from "../../src/core/dataset.ts";
import { RunError } from "../../src/core/errors.ts";
import type { Network } from "../../src/core/network.ts";
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
  resultNames.histograms,
  resultNames.orders,
  resultNames.curves,
  resultNames.single,
];
const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);
const isTable = (name: string) => tables.includes(name);
const isIdx = (name: string) => /idx\d-ubyte(\.gz)?$/.test(name);
const isNetwork = (name: string) => name.endsWith(".safetensors");

/** @throws RunError, naming file and fault, for whatever is none of these or damaged. */
export async function readGiven(files: readonly GivenFile[]): Promise<Given> {
  const names = files.map(({ path }) => nameOf(path));
  if (names.some(isTable)) {
    const source = givenSource(inOneFolder(files, isTable, "folders of results"));
    return { kind: "results", label: source.label, files: await readStudyFiles(source, source.label) };
  }
  if (names.some(isIdx)) {
    const source = givenSource(inOneFolder(files, isIdx, "folders of IDX files"));
    return { kind: "dataset", dataset: await readIdxFolder(source, source.label) };
  }
  const [only, ...others] = files.filter((_, index) => isNetwork(names[index]!));
  if (only !== undefined && others.length === 0) return readNetwork(only);
  throw new RunError({
    what: others.length > 0 ? "there are several networks" : "the lab cannot read this",
    where: names.slice(0, 3).join(", ") + (names.length > 3 ? `, ... (${names.length} files)` : ""),
    expected: "one .safetensors file, the four IDX files of a data set, or a folder of results",
    ...(names.length === 0 && { found: "no files" }),
    fix: others.length > 0 ? "drop one of them" : "check the names: files are told apart by these",
  });
}

/**
 * The files of the folder, wherever it lies in what was dropped, that holds those which `isSought`.
 * @param what those folders, in messages
 * @throws RunError that names them where there are several
 */
function inOneFolder(
  files: readonly GivenFile[],
  isSought: (name: string) => boolean,
  what: string,
): readonly GivenFile[] {
  const sought = files.filter(({ path }) => isSought(nameOf(path)));
  const [folder, ...others] = new Set(sought.map(({ path }) => path.slice(0, -nameOf(path).length)));
  if (others.length > 0) {
    const names = [folder!, ...others].map((one) => one.slice(0, -1) || "the files beside them").sort();
    throw new RunError({
      what: `there are ${names.length} ${what}`,
      where: files[0]!.path.split("/")[0]!,
      expected: "one at a time",
      found: names.slice(0, 5).join(", ") + (names.length > 5 ? `, ... (${names.length} folders)` : ""),
      fix: "drop one of them",
    });
  }
  const above = folder!.slice(0, folder!.lastIndexOf("/", folder!.length - 2) + 1);
  const own = files.filter(({ path }) => path.startsWith(folder!));
  return own.map(({ path, content }) => ({ path: path.slice(above.length), content }));
}

async function readNetwork({ path, content }: GivenFile): Promise<Given> {
  const label = nameOf(path);
  const bytes = await givenSource([{ path: label, content }]).read(label);
  return { kind: "network", label, network: decodeSafetensors(bytes, label) };
}
