/** Folders of PNG pictures, one folder a class, its name the class's name; or such folders in `train` and `test`. */

import { RunError } from "../../core/errors.ts";
import { appendAll } from "../../core/long-arrays.ts";
import type { DataFolder } from "../../core/platform.ts";
import { type PartName, partNamed } from "../part-names.ts";
import { damagedData, type FoundData, type Part, type RowChunk } from "../rows.ts";
import { isHidden, isPicture, unreadNames } from "../unread-files.ts";
import { type DecodedPicture, decodePng } from "./png.ts";

const PNG = /\.png$/i;
/** Pictures of one piece. */
const CHUNK = 256;

/** The pictures of one class. */
interface ClassFolder {
  readonly folder: DataFolder;
  readonly name: string;
  readonly files: readonly string[];
}

/** Pictures, and what else lies in their folders. */
interface FoundPictures {
  readonly found: FoundData;
  readonly unread: readonly string[];
}

/**
 * Undefined where no folder holds pictures.
 * @throws RunError where there are parts, but none to train or test with, or pictures would be left out.
 */
export async function findPngFolder(source: DataFolder): Promise<FoundPictures | undefined> {
  const folders = await source.folders();
  const classes = await classFolders(source, folders);
  if (classes.length > 0) {
    const unread = await unreadOf(source, classes);
    return { found: { table: part(source, classes) }, unread };
  }
  const parts = new Map<PartName, Part>();
  const read: string[] = [];
  const unread: string[] = [];
  for (const name of folders) {
    const partName = partNamed(name);
    const inside = source.folder(name);
    const own = partName === undefined ? [] : await classFolders(inside, await inside.folders());
    if (partName === undefined || own.length === 0) continue;
    if (parts.has(partName)) throw partTwice(source, name);
    parts.set(partName, part(inside, own));
    read.push(name);
    appendAll(
      unread,
      (await unreadOf(inside, own)).map((inner) => `${name}/${inner}`),
    );
  }
  if (parts.size === 0) return undefined;
  const [train, validation, test] = [parts.get("train"), parts.get("validation"), parts.get("test")];
  if (train === undefined || test === undefined) {
    const expected = "folders of classes in train and in test";
    const fix = "add what is missing, or give one folder of classes, which is then divided";
    throw damagedData(source.label, "a part is missing", expected, [...parts.keys()].join(", "), fix);
  }
  appendAll(
    unread,
    await unreadNames(source, { files: [], folders: read }, `folders of classes in ${read.join(", ")}`),
  );
  return { found: { train, test, validationFrom: "classes", ...(validation && { validation }) }, unread };
}

function partTwice(source: DataFolder, name: string): RunError {
  const what = "one part lies in two folders";
  return damagedData(`${source.label}/${name}`, what, "each part once", name, "put its pictures into one folder");
}

/** What lies beside and within the folders of classes, and is not read. */
async function unreadOf(parent: DataFolder, classes: readonly ClassFolder[]): Promise<string[]> {
  const what = "pictures in PNG, all of a class in its folder";
  const unread: string[] = [];
  for (const { folder, name, files } of classes) {
    appendAll(
      unread,
      (await unreadNames(folder, { files }, what)).map((inner) => `${name}/${inner}`),
    );
  }
  const folders = classes.map(({ name }) => name);
  return [...(await unreadNames(parent, { files: [], folders }, what)), ...unread];
}

async function classFolders(parent: DataFolder, names: readonly string[]): Promise<ClassFolder[]> {
  const classes: ClassFolder[] = [];
  for (const name of [...names].sort()) {
    if (isHidden(name)) continue;
    const folder = parent.folder(name);
    const files = (await folder.list()).filter((file) => PNG.test(file) && isPicture(file)).sort();
    if (files.length > 0) classes.push({ folder, name, files });
  }
  return classes;
}

function part(folder: DataFolder, classes: readonly ClassFolder[]): Part {
  return { where: folder.label, hasNamedClasses: true, rows: () => pictures(classes) };
}

async function* pictures(classes: readonly ClassFolder[]): AsyncGenerator<RowChunk> {
  let first: { readonly picture: DecodedPicture; readonly where: string } | undefined;
  for (const { folder, name, files } of classes) {
    for (let begin = 0; begin < files.length; begin += CHUNK) {
      const names = files.slice(begin, begin + CHUNK);
      const decoded: DecodedPicture[] = [];
      for (const file of names) {
        const where = `${folder.label}/${file}`;
        const picture = await decode(folder, file, where);
        first ??= { picture, where };
        requireSameShape(picture, where, first.picture, first.where);
        decoded.push(picture);
      }
      yield chunkOf(decoded, name);
    }
  }
}

async function decode(folder: DataFolder, file: string, where: string): Promise<DecodedPicture> {
  const bytes = await folder.read(file);
  try {
    return decodePng(bytes);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    const fix = "mend or remove the picture";
    const expected = "a whole PNG picture, 8 bits a channel, no transparency";
    throw new RunError({ what: "the picture cannot be read", where, expected, found, fix }, { cause });
  }
}

function shapeOf({ width, height, channels }: DecodedPicture): number[] {
  return channels === 1 ? [height, width] : [height, width, channels];
}

function requireSameShape(picture: DecodedPicture, where: string, first: DecodedPicture, firstWhere: string): void {
  const expected = shapeOf(first).join(" x ");
  const found = shapeOf(picture).join(" x ");
  if (found === expected) return;
  const fix = "bring all pictures to one size and one number of channels";
  throw damagedData(where, "pictures differ in shape", `${expected}, as in ${firstWhere}`, found, fix);
}

function chunkOf(decoded: readonly DecodedPicture[], name: string): RowChunk {
  const features = decoded[0]!.pixels.length;
  const inputs = new Uint8Array(decoded.length * features);
  for (const [row, { pixels }] of decoded.entries()) inputs.set(pixels, row * features);
  return { sampleShape: shapeOf(decoded[0]!), inputs, labels: decoded.map(() => name) };
}
