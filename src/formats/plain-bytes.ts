/**
 * Plain data (numbers, text, lists, records, typed arrays) as bytes, and back as they were, to the bit: four bytes with the length
 * of a header, little-endian; the header, JSON in UTF-8, padded with spaces; the typed arrays one after another, little-endian,
 * each at a multiple of 8. In the header an array is `{"$": "Float32Array", "first": 0, "length": 12}`, where `first` counts bytes
 * behind the header, and a number that JSON lacks is `{"$": "number", "text": "-0"}`.
 */
import { isLittleEndian } from "../core/byte-order.ts";

const arrayTypes = { Uint8Array, Uint16Array, Uint32Array, Float32Array, Float64Array } as const;
type ArrayName = keyof typeof arrayTypes;
type PlainArray = InstanceType<(typeof arrayTypes)[ArrayName]>;

/** What the header has in the place of an array, or of a number that JSON lacks. */
type Mark =
  | { readonly $: "number"; readonly text: string }
  | { readonly $: ArrayName; readonly first: number; readonly length: number };

const LENGTH_BYTES = 4;
const ALIGNMENT = 8;
const aligned = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Bytes as files hold them, or as this machine does; nothing is changed in place. */
function swapped<T extends Uint8Array>(bytes: T, width: number): T {
  if (isLittleEndian || width === 1) return bytes;
  return bytes.map((_, index) => bytes[index - 2 * (index % width) + width - 1]!) as T;
}

/** Typed arrays that are put aside while marks take their place. */
class PutAside {
  readonly arrays: PlainArray[] = [];
  bytes = 0;

  array(array: PlainArray): Mark {
    const name = array.constructor.name;
    if (!(name in arrayTypes)) throw new TypeError(`${name} is not plain data`);
    const first = this.bytes;
    this.arrays.push(array);
    this.bytes = aligned(first + array.byteLength);
    return { $: name as ArrayName, first, length: array.length };
  }

  /** The value with marks in it. @throws TypeError where it is not plain data */
  marked(value: unknown): unknown {
    if (typeof value === "number") {
      if (Object.is(value, -0)) return { $: "number", text: "-0" };
      return Number.isFinite(value) ? value : { $: "number", text: String(value) };
    }
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value !== "object") throw new TypeError(`${typeof value} is not plain data`);
    if (ArrayBuffer.isView(value)) return this.array(value as PlainArray);
    if (Array.isArray(value)) return value.map((one) => this.marked(one));
    const fields = Object.entries(value).filter(([, one]) => one !== undefined);
    if (fields.some(([name]) => name === "$")) throw new TypeError("a field called $ is not plain data");
    return Object.fromEntries(fields.map(([name, one]) => [name, this.marked(one)]));
  }
}

/**
 * Fields that are undefined are left out.
 * @throws TypeError where something is not plain data: a function, a symbol, a bigint, an array of another type
 */
export function encodePlain(value: unknown): Uint8Array {
  const aside = new PutAside();
  const text = new TextEncoder().encode(JSON.stringify(aside.marked(value)));
  const start = aligned(LENGTH_BYTES + text.length);
  const bytes = new Uint8Array(start + aside.bytes).fill(0x20, LENGTH_BYTES, start);
  new DataView(bytes.buffer).setUint32(0, start - LENGTH_BYTES, true);
  bytes.set(text, LENGTH_BYTES);
  let first = start;
  for (const array of aside.arrays) {
    const own = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    bytes.set(swapped(own, array.BYTES_PER_ELEMENT), first);
    first = aligned(first + array.byteLength);
  }
  return bytes;
}

function unmarked(value: unknown, arrays: Uint8Array): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => unmarked(one, arrays));
  if (!("$" in value)) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, unmarked(one, arrays)]));
  }
  const mark = value as Mark;
  if (mark.$ === "number") return Number(mark.text);
  const type = arrayTypes[mark.$];
  const end = mark.first + mark.length * type.BYTES_PER_ELEMENT;
  if (end > arrays.length) throw new RangeError(`an array ends at byte ${end} of ${arrays.length}`);
  // A copy: it begins where its type wants to, and keeps no more alive than itself.
  const own = swapped(new Uint8Array(arrays.subarray(mark.first, end)), type.BYTES_PER_ELEMENT);
  return new type(own.buffer);
}

/**
 * What `encodePlain` was given.
 * @param bytes vouched for by whoever kept them: what is not as `encodePlain` makes it is a bug
 * @throws an error of any kind where they are something else
 */
export function decodePlain(bytes: Uint8Array): unknown {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
  return unmarked(JSON.parse(header), bytes.subarray(LENGTH_BYTES + length));
}
