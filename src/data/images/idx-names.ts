/**
 * What the IDX files of MNIST and its kin are called: `train-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`, the dotted spelling
 * `train-images.idx3-ubyte`, EMNIST's `emnist-letters-test-images-idx3-ubyte`, each perhaps with `.gz`.
 */
import { RunError } from "../../core/errors.ts";
import { type PartName, partNamed } from "../part-names.ts";
import { shownNames } from "../shown-names.ts";

const NAME =
  /^(.*?)(train|training|t10k|test|testing|val|valid|validation)[-_](images|labels)[-_.]idx([13])-ubyte(\.gz)?$/i;
/** Of the test part, in messages. */
const TEST = "t10k";

interface Named {
  readonly file: string;
  /** What stands before the part: `emnist-letters-`, or nothing. */
  readonly set: string;
  readonly part: PartName;
  readonly role: "images" | "labels";
  readonly isPacked: boolean;
}

/** The files of one part. */
export interface IdxPair {
  readonly images: string;
  readonly labels: string;
}

export interface IdxFiles {
  /** `emnist-letters-`, or nothing. */
  readonly set: string;
  readonly train: IdxPair;
  readonly validation?: IdxPair;
  readonly test: IdxPair;
}

function named(file: string): Named | undefined {
  const match = NAME.exec(file);
  if (match === null) return undefined;
  const [, set, part, role, , packed] = match;
  const own = part!.toLowerCase() === TEST ? "test" : partNamed(part!);
  if (own === undefined) return undefined;
  return { file, set: set!, part: own, role: role!.toLowerCase() as Named["role"], isPacked: packed !== undefined };
}

export function isIdxName(file: string): boolean {
  return named(file) !== undefined;
}

/** What files of one set begin with: the set of the only file, where the source is one. */
export function setOf(file: string): string | undefined {
  return named(file)?.set;
}

/**
 * The file that plays each role; plain ones are preferred. One error lists all that are missing.
 * @throws RunError where some are missing, or there are several sets
 */
export function findIdxFiles(label: string, present: readonly string[]): IdxFiles {
  const files = present.flatMap((file) => named(file) ?? []);
  const sets = [...new Set(files.map(({ set }) => set))];
  if (sets.length > 1) {
    throw new RunError({
      what: "there are several sets of IDX files",
      where: label,
      expected: "the files of one set",
      found: shownNames(sets.map((set) => `${set}...`)),
      fix: "give the path of one file of the set that is meant, or keep each set in a folder of its own",
    });
  }
  const set = sets[0] ?? "";
  const missing: string[] = [];
  const find = (part: PartName, role: Named["role"]): string => {
    const found = files.filter((file) => file.part === part && file.role === role);
    const best = found.find(({ isPacked }) => !isPacked) ?? found[0];
    const word = part === "test" ? (set === "" ? TEST : "test") : part;
    if (best === undefined) missing.push(`${set}${word}-${role}-idx${role === "images" ? 3 : 1}-ubyte[.gz]`);
    return best?.file ?? "";
  };
  const pair = (part: PartName): IdxPair => ({ images: find(part, "images"), labels: find(part, "labels") });
  const [train, test] = [pair("train"), pair("test")];
  const validation = files.some(({ part }) => part === "validation") ? pair("validation") : undefined;
  if (missing.length > 0) {
    throw new RunError({
      what: missing.length === 1 ? "an IDX file is missing" : `${missing.length} IDX files are missing`,
      where: label,
      expected: missing.join(", "),
      found: shownNames(present),
      fix: "point to the folder that holds these files itself, or add or rename them",
    });
  }
  return { set, train, test, ...(validation && { validation }) };
}
