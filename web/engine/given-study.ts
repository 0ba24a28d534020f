/** What a visitor dropped, told apart and read: a network, a data set, or a folder of results. */
import { RunError } from "../../src/core/errors.ts";
import { type GivenFile, givenSource } from "../../src/platform/browser/given-files.ts";
import type { StudyFiles } from "../../src/report/analysis/analysis.ts";
import { readStudyFiles } from "../../src/report/files/read-study.ts";
import type { GivenData, OnFile } from "./given-data.ts";
import { isArchive, isData, isTable, kindOf, nameOf } from "./given-kind.ts";
import type { GivenNetwork } from "./given-network.ts";
import type { ReadingOptions } from "./protocol.ts";

type Given =
  | ({ readonly kind: "network" } & GivenNetwork)
  | ({ readonly kind: "dataset" } & GivenData)
  | { readonly kind: "results"; readonly label: string; readonly files: StudyFiles };

/**
 * The readers of networks and of data are fetched when something is dropped, so that the page opens without them.
 * @param onFile of pictures, which are many; see there
 * @throws RunError, naming file and fault, for whatever is none of these or damaged; UsageError where an option has to say
 * what the files do not.
 */
export async function readGiven(
  files: readonly GivenFile[],
  options: ReadingOptions = {},
  onFile?: OnFile,
): Promise<Given> {
  const kind = kindOf(files);
  if (kind === "results") {
    const source = givenSource(inOneFolder(files, isTable, "folders of results"));
    return { kind, label: source.label, files: await readStudyFiles(source, source.label) };
  }
  if (kind === "pictures") {
    const { readGivenData } = await import("./given-data.ts");
    return { kind: "dataset", ...(await readGivenData(files, options, onFile)) };
  }
  if (kind === "data" || kind === "archive") {
    const { areSamples, readGivenData } = await import("./given-data.ts");
    const isSought = kind === "data" ? isData : isArchive;
    if (kind === "data" || (await areSamples(files))) {
      const own = inOneFolder(files, isSought, "folders of data");
      return { kind: "dataset", ...(await readGivenData(own, options)) };
    }
  }
  if (kind === "unknown" && isPlainTable(nameOf(files[0]!.path))) {
    const { readGivenData } = await import("./given-data.ts");
    return { kind: "dataset", ...(await readGivenData(files, options)) };
  }
  const { readGivenNetwork } = await import("./given-network.ts");
  return { kind: "network", ...(await readGivenNetwork(files, options)) };
}

/** Tables that are not called so, as the UCI repository has them. */
const isPlainTable = (name: string) => /\.(data|dat|txt)(\.gz)?$/i.test(name);

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
