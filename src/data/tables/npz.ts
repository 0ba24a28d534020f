/**
 * Archives of numpy arrays: `x_train`, `y_train`, `x_test`, `y_test` and perhaps `x_val`, `y_val` (also spelled `train_images`,
 * `train_labels` and so on), or a single `X` and `y`.
 */
import type { DataFolder } from "../../core/platform.ts";
import type { NpyArray } from "../../formats/npy.ts";
import { NpyRows } from "../../formats/npy-stream.ts";
import { type StreamedMember, streamedMembers } from "../../formats/zip-stream.ts";
import { type PartName, partNamed } from "../part-names.ts";
import { damagedData, type FoundData, type Part, type RowChunk } from "../rows.ts";

/** Of inputs that are read at once. */
const PIECE_BYTES = 2 ** 22;
const INPUTS = ["x", "images", "data"];
const LABELS = ["y", "labels", "targets"];
/** Arrays that say something of the samples: `label_names`. */
const NO_SAMPLES = ["name", "names", "mean", "std", "shape", "min", "max", "scale"];
/** `table` for a pair of arrays that names no part. */
type Place = "table" | PartName;

interface Pair {
  inputs?: StreamedMember;
  labels?: StreamedMember;
}

/**
 * @param advice what to do where parts are missing, if there is something better than to save them in this archive
 * @throws RunError where arrays are missing or damaged, not of numbers, or do not fit together.
 */
export async function readNpz(folder: DataFolder, file: string, advice?: string): Promise<FoundData> {
  const { members, pairs } = await open(folder, file);
  const part = (place: Place) => partOf(pairs, place, file);
  const [table, train, validation, test] = [part("table"), part("train"), part("validation"), part("test")];
  if (train !== undefined && test !== undefined && table === undefined) {
    return { train, test, validationFrom: "end", ...(validation === undefined ? {} : { validation }) };
  }
  if (table !== undefined && pairs.size === 1) return { table };
  throw damagedData(
    file,
    table !== undefined ? "it is not clear which arrays are meant" : "the archive lacks arrays",
    "x_train, y_train, x_test, y_test (and perhaps x_val, y_val), or X and y",
    members.map(({ name }) => arrayName(name)).join(", ") || "an empty archive",
    advice ?? "save the arrays under these names: numpy.savez(file, x_train=..., y_train=..., ...)",
  );
}

/** One part, where each has an archive of its own: its arrays may be called as the part, or X and y alone. */
export async function npzPart(folder: DataFolder, file: string, name: PartName): Promise<Part> {
  const { members, pairs } = await open(folder, file);
  const part = partOf(pairs, name, file) ?? partOf(pairs, "table", file);
  if (part !== undefined && pairs.size === 1) return part;
  const found = members.map(({ name: member }) => arrayName(member)).join(", ") || "an empty archive";
  const fix = "save the samples and labels of one part in each archive, or those of all parts in one archive";
  throw damagedData(file, "the arrays are not those of one part", `X and y, or x_${name} and y_${name}`, found, fix);
}

/**
 * Whether an archive's arrays are named as samples or labels, and not as the weights of a network.
 * @throws RunError where the file is no archive, or damaged
 */
export async function holdsSamples(folder: DataFolder, file: string): Promise<boolean> {
  return (await membersOf(folder, file)).some(({ name }) => roleOf(wordsOf(name)) !== undefined);
}

async function open(folder: DataFolder, file: string) {
  const members = await membersOf(folder, file);
  return { members, pairs: pairsOf(members, file) };
}

async function membersOf(folder: DataFolder, file: string): Promise<StreamedMember[]> {
  const size = await folder.size(file);
  return streamedMembers({ size, read: (first, length) => folder.readRange(file, first, length) }, file);
}

function partOf(pairs: ReadonlyMap<Place, Pair>, place: Place, file: string): Part | undefined {
  const pair = pairs.get(place);
  return pair === undefined ? undefined : { where: `${file}, ${partText(pair)}`, rows: () => rowsOf(pair, file) };
}

function arrayName(member: string): string {
  return member.replace(/\.npy$/, "");
}

function partText({ inputs, labels }: Pair): string {
  return [inputs, labels].map((member) => (member === undefined ? "?" : arrayName(member.name))).join(" and ");
}

const wordsOf = (member: string) => arrayName(member).toLowerCase().split(/[_-]/);

/** What an array holds whose name has these words. */
function roleOf(words: readonly string[]): "inputs" | "labels" | undefined {
  if (words.some((word) => INPUTS.includes(word))) return "inputs";
  return words.some((word) => LABELS.includes(word)) ? "labels" : undefined;
}

/** @throws RunError where arrays of samples or labels would not be read */
function pairsOf(members: readonly StreamedMember[], file: string): Map<Place, Pair> {
  const pairs = new Map<Place, Pair>();
  for (const member of members) {
    const words = wordsOf(member.name);
    const role = roleOf(words);
    if (role === undefined) continue;
    const parts = words.flatMap((word) => partNamed(word) ?? []);
    const place = parts[0] ?? "table";
    const isClear = words.length === 1 + parts.length && parts.length <= 1;
    if (!isClear || pairs.get(place)?.[role] !== undefined) {
      if (!isClear && words.some((word) => NO_SAMPLES.includes(word))) continue;
      const what = isClear ? "two arrays play one role" : "an array that looks like data would not be read";
      const expected = "x and y (or images and labels, data and targets), alone or with train, val or test";
      throw damagedData(
        file,
        what,
        expected,
        arrayName(member.name),
        "rename the array, or save the archive without it",
      );
    }
    pairs.set(place, { ...pairs.get(place), [role]: member });
  }
  return pairs;
}

async function* rowsOf({ inputs, labels }: Pair, file: string): AsyncGenerator<RowChunk> {
  if (inputs === undefined || labels === undefined) {
    const found = `${arrayName((inputs ?? labels)!.name)} alone`;
    throw damagedData(file, "an array is missing", "inputs with their labels", found, "save both arrays");
  }
  const read = (member: StreamedMember) => NpyRows.open(member.pieces(), member.size, `${file}, member ${member.name}`);
  const samples = await read(inputs);
  const classes = await read(labels);
  const where = `${file}, member ${labels.name}`;
  const inputsWhere = `${file}, member ${inputs.name}`;
  const [count, ...sampleShape] = samples.shape;
  if (count === undefined || count === 0 || sampleShape.length === 0 || samples.rowBytes === 0) {
    const found = `shape (${samples.shape.join(", ")})`;
    const fix = "give an array of all samples, one a row";
    throw damagedData(inputsWhere, "these are no samples", "[samples, ...]", found, fix);
  }
  if (classes.shape.length === 0 || classes.shape.reduce((product, length) => product * length, 1) !== count) {
    const found = `shape (${classes.shape.join(", ")})`;
    const fix = "give one label a sample, not one-hot rows: labels.argmax(1)";
    throw damagedData(where, "labels do not fit the samples", `shape (${count},)`, found, fix);
  }
  const together = samples.scattered ? count : Math.max(1, Math.floor(PIECE_BYTES / samples.rowBytes));
  for (let first = 0; first < count; first += together) {
    const rows = Math.min(together, count - first);
    const values = inputsOf(samples.type, await samples.take(rows), inputsWhere);
    const names = labelsOf(classes.type, await classes.take(rows), first, where);
    yield { sampleShape, inputs: values, labels: names, share: (first + rows) / count };
  }
  // Checksums are seen at the end alone: what came before is of no use where they are wrong.
  await samples.end();
  await classes.end();
}

/** Bytes stay bytes (b / 255); every other type of number stands for itself. */
function inputsOf(type: string, values: NpyArray["values"], where: string): Uint8Array | Float32Array {
  if (type === "u1") return values as Uint8Array;
  if (typeof values[0] === "number") return Float32Array.from(values as ArrayLike<number>);
  throw damagedData(where, "samples are no numbers", "an array of numbers", `type ${type}`, "convert it with astype()");
}

/** Text as it is; whole numbers as decimal text. @param first number of the first label, for messages */
function labelsOf(type: string, values: NpyArray["values"], first: number, where: string): string[] {
  const fix = "give whole numbers or text as labels";
  return Array.from(values as ArrayLike<string | number>, (value, index) => {
    if (typeof value === "string" ? value !== "" : Number.isSafeInteger(value)) return String(value);
    throw damagedData(
      `${where}, label ${first + index} (from 0)`,
      "this is no label",
      "a class",
      `${value} (${type})`,
      fix,
    );
  });
}
