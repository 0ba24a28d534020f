/**
 * Groups and datasets of HDF5 files in the form that h5py writes unless told otherwise, which Keras does not: superblock and
 * object headers of version 0 and 1, symbol tables, contiguous data (File Format Specification 3.0). An own reader, because
 * those that exist do not withstand damaged files: jsfive 0.4.2 takes more than a minute for 2 kB in which one byte of an
 * attribute's length is changed, and h5wasm 0.10.3 did not get through 2,000 files of 16 kB with one byte changed.
 */
import type { Refuse } from "../refuse.ts";
import { readFloats, sizeOf, type Tensor } from "../tensor.ts";
import { Hdf5Bytes } from "./hdf5-bytes.ts";
import { type Hdf5Type, shapeAt, typeAt } from "./hdf5-types.ts";

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** Place of the root group's object header in a superblock of version 0. */
const ROOT_ADDRESS = 64;
const SUPERBLOCK_BYTES = 96;

const messageTypes = {
  space: 1,
  type: 3,
  external: 7,
  layout: 8,
  filters: 11,
  attribute: 12,
  continuation: 16,
  symbols: 17,
};
const layoutClasses = { compact: 0, contiguous: 1 };

/** One message of an object header: its content. */
interface Message {
  readonly type: number;
  readonly start: number;
  readonly bytes: number;
}

const padded = (bytes: number) => Math.ceil(bytes / 8) * 8;

export function isHdf5(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, index) => bytes[index] === byte);
}

/** Messages of a version 1 object header and of the blocks in which it goes on. */
function messagesOf(file: Hdf5Bytes, address: number): Message[] {
  if (file.u8(address) !== 1) {
    file.damaged(address, "an object header of version 1", `version ${file.u8(address)}`);
  }
  const count = file.u16(address + 2);
  const blocks = [{ start: address + 16, bytes: file.u32(address + 8) }];
  file.claim(address, 16, "an object header");
  const messages: Message[] = [];
  for (const block of blocks) {
    file.claim(block.start, block.bytes, "an object header");
    let at = block.start;
    while (messages.length < count && at + 8 <= block.start + block.bytes) {
      const message = { type: file.u16(at), start: at + 8, bytes: file.u16(at + 2) };
      if (message.start + message.bytes > block.start + block.bytes) {
        file.damaged(at, `a message within its block of ${block.bytes} bytes`, `${message.bytes} bytes`);
      }
      messages.push(message);
      if (message.type === messageTypes.continuation) {
        blocks.push({ start: file.u64(message.start), bytes: file.u64(message.start + 8) });
      }
      at = message.start + message.bytes;
    }
  }
  if (messages.length !== count) file.damaged(address, `${count} messages`, `${messages.length}`);
  return messages;
}

/** A text in a global heap: length, address of the collection, index of the object. */
function heapText(file: Hdf5Bytes, offset: number): string {
  const [length, collection, index] = [file.u32(offset), file.u64(offset + 4), file.u32(offset + 12)];
  file.requireSignature(collection, "GCOL", 1);
  const end = collection + file.u64(collection + 8);
  let at = collection + 16;
  while (at + 16 <= end && file.u16(at) !== index && file.u16(at) !== 0) at += 16 + padded(file.u64(at + 8));
  if (at + 16 + length > end || file.u16(at) !== index || file.u64(at + 8) < length) {
    file.damaged(offset, `a text of ${length} bytes in the heap`, `no object ${index} of that size`);
  }
  file.claim(collection, end - collection, "a heap of texts");
  return file.text(at + 16, length);
}

interface Attribute {
  readonly name: string;
  readonly type: () => Hdf5Type;
  readonly shape: readonly number[];
  /** Where the value begins, and where the message ends. */
  readonly start: number;
  readonly end: number;
}

function attributeAt(file: Hdf5Bytes, { start, bytes }: Message): Attribute {
  const version = file.u8(start);
  if (![1, 2, 3].includes(version) || (version > 1 && file.u8(start + 1) !== 0)) {
    file.damaged(start, "an attribute of version 1 to 3", `version ${version}, flags ${file.u8(start + 1)}`);
  }
  const space = version === 1 ? padded : (length: number) => length;
  const nameStart = start + (version === 3 ? 9 : 8);
  const typeStart = nameStart + space(file.u16(start + 2));
  const shapeStart = typeStart + space(file.u16(start + 4));
  return {
    name: file.text(nameStart, file.u16(start + 2)),
    type: () => typeAt(file, typeStart),
    shape: shapeAt(file, shapeStart),
    start: shapeStart + space(file.u16(start + 6)),
    end: start + bytes,
  };
}

export class Hdf5Object {
  readonly #file: Hdf5Bytes;
  /** Path from the root, for messages. */
  readonly #path: string;
  readonly #messages: readonly Message[];

  constructor(file: Hdf5Bytes, path: string, address: number) {
    this.#file = file;
    this.#path = path;
    this.#messages = messagesOf(file, address);
  }

  /** Texts of an attribute, one or many; undefined where there is none of that name. */
  texts(name: string): readonly string[] | undefined {
    const file = this.#file;
    const attributes = this.#all(messageTypes.attribute).map((message) => attributeAt(file, message));
    const attribute = attributes.find((candidate) => candidate.name === name);
    if (attribute === undefined) return undefined;
    const count = sizeOf(attribute.shape);
    // h5py writes an empty list as real numbers.
    if (count === 0) return [];
    const type = attribute.type();
    if (type.kind === "float" || !(attribute.start + count * type.bytes <= attribute.end)) {
      return file.damaged(attribute.start, `${count} texts of ${name}`, `${type.kind} of ${type.bytes} bytes`);
    }
    return Array.from({ length: count }, (_, index) => {
      const at = attribute.start + index * type.bytes;
      return type.kind === "text" ? file.text(at, type.bytes) : heapText(file, at);
    });
  }

  /** The group or dataset of that path below this one; undefined where there is none. */
  find(path: string): Hdf5Object | undefined {
    let object: Hdf5Object | undefined = this;
    for (const name of path.split("/").filter((part) => part !== "")) {
      if (object === undefined) return undefined;
      object = object.#child(name);
    }
    return object;
  }

  /** Names of what is in the group; none for a dataset. */
  names(): readonly string[] {
    return [...this.#links().keys()];
  }

  /** @throws RunError where this is no dataset of real numbers that lie together, unpacked. */
  tensor(): Tensor {
    const file = this.#file;
    const name = this.#path;
    const packed = this.#all(messageTypes.filters).length + this.#all(messageTypes.external).length;
    const [type, space, layout] = [messageTypes.type, messageTypes.space, messageTypes.layout].map((kind) =>
      this.#all(kind),
    );
    if (packed > 0 || type?.length !== 1 || space?.length !== 1 || layout?.length !== 1) {
      const expected = "one array of numbers, not compressed";
      return file.refuse({ what: `${name} is not understood`, expected, found: "a group, or compressed data" });
    }
    const element = typeAt(file, type[0]!.start);
    const shape = shapeAt(file, space[0]!.start);
    if (element.kind !== "float") {
      return file.refuse({
        what: `${name} holds no real numbers`,
        expected: "float16, float32 or float64",
        found: "text",
      });
    }
    const bytes = this.#data(layout[0]!, sizeOf(shape) * element.bytes);
    return { name, shape, values: readFloats(bytes, element.type, element.littleEndian) };
  }

  #all(type: number): Message[] {
    return this.#messages.filter((message) => message.type === type);
  }

  #data({ start }: Message, wanted: number): Uint8Array {
    const file = this.#file;
    const [version, kind] = [file.u8(start), file.u8(start + 1)];
    const compact = kind === layoutClasses.compact;
    if ((version !== 3 && version !== 4) || (!compact && kind !== layoutClasses.contiguous)) {
      const fix = "save the model again without compression and chunks";
      const found = `layout version ${version}, class ${kind}`;
      return file.refuse({ what: `${this.#path} is not understood`, expected: "numbers in one piece", found, fix });
    }
    const address = compact ? start + 4 : file.u64(start + 2);
    const bytes = compact ? file.u16(start + 2) : file.u64(start + 10);
    if (bytes !== wanted || bytes === 0) file.damaged(start, `${wanted} bytes of ${this.#path}`, `${bytes} bytes`);
    if (!compact) file.claim(address, bytes, this.#path);
    return file.slice(address, bytes);
  }

  #child(name: string): Hdf5Object | undefined {
    const address = this.#links().get(name);
    return address === undefined ? undefined : new Hdf5Object(this.#file, `${this.#path}/${name}`, address);
  }

  /** Address of the object header for each name in the group. */
  #links(): Map<string, number> {
    const file = this.#file;
    const links = new Map<string, number>();
    const [symbols] = this.#all(messageTypes.symbols);
    if (symbols === undefined) return links;
    const heap = file.u64(symbols.start + 8);
    file.requireSignature(heap, "HEAP", 0);
    file.claim(heap, 32, "a heap of names");
    const names = { start: file.u64(heap + 24), bytes: file.u64(heap + 8) };
    file.claim(names.start, names.bytes, "names");
    for (const node of symbolNodes(file, file.u64(symbols.start), undefined)) {
      for (const [nameOffset, address] of symbolsOf(file, node)) {
        if (!(nameOffset < names.bytes)) file.damaged(node, `a name within ${names.bytes} bytes`, `${nameOffset}`);
        links.set(file.text(names.start + nameOffset, names.bytes - nameOffset), address);
      }
    }
    return links;
  }
}

/** Addresses of a group's symbol table nodes: the leaves of a B-tree, whose levels go down by one. */
function* symbolNodes(file: Hdf5Bytes, address: number, level: number | undefined): Generator<number> {
  file.requireSignature(address, "TREE", 0);
  const found = file.u8(address + 5);
  if (level !== undefined && found !== level) file.damaged(address, `a node of level ${level}`, `level ${found}`);
  const count = file.u16(address + 6);
  file.claim(address, 24 + 16 * count + 8, "a tree of names");
  for (let index = 0; index < count; index++) {
    const child = file.u64(address + 24 + 16 * index + 8);
    if (found === 0) yield child;
    else yield* symbolNodes(file, child, found - 1);
  }
}

/** Offset of the name in the heap, and address of the object header. */
function* symbolsOf(file: Hdf5Bytes, node: number): Generator<readonly [number, number]> {
  file.requireSignature(node, "SNOD", 1);
  const count = file.u16(node + 6);
  file.claim(node, 8 + 40 * count, "a table of names");
  for (let index = 0; index < count; index++) {
    const entry = node + 8 + 40 * index;
    const cache = file.u32(entry + 16);
    if (cache > 1) file.damaged(entry, "a group or a dataset", `a link of kind ${cache}`);
    yield [file.u64(entry), file.u64(entry + 8)];
  }
}

/**
 * Gives the root group to `read`; afterwards no two parts that were read may overlap.
 * @throws RunError where the file is damaged, or of a form that Keras does not write.
 */
export function readHdf5<T>(bytes: Uint8Array, refuse: Refuse, read: (root: Hdf5Object) => T): T {
  const file = new Hdf5Bytes(bytes, refuse);
  if (!isHdf5(bytes) || bytes.length < SUPERBLOCK_BYTES) {
    refuse({
      what: "this is no HDF5 file",
      expected: "its signature",
      found: `${bytes.length} bytes of something else`,
    });
  }
  const versions = [8, 13, 14].map((offset) => file.u8(offset)).join(" ");
  if (versions !== "0 8 8" || file.u64(24) !== 0) {
    const fix = "save the model again with h5py's default, libver='earliest'";
    const found = `superblock version ${file.u8(8)}`;
    refuse({ what: "the form of the HDF5 file is not understood", expected: "superblock version 0", found, fix });
  }
  if (file.u64(40) !== bytes.length) {
    const expected = `${file.u64(40)} bytes, as the file says`;
    refuse({ what: "the HDF5 file has the wrong length", expected, found: `${bytes.length} bytes` });
  }
  file.claim(0, SUPERBLOCK_BYTES, "the superblock");
  const result = read(new Hdf5Object(file, "", file.u64(ROOT_ADDRESS)));
  file.requireApart();
  return result;
}
