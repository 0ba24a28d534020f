/**
 * Protocol-buffer messages by a table of their fields, read and written. A field that the table does not have is refused: in
 * a network it could be one that changes what is computed. The wire format itself is the library's.
 */
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** How one value of a field lies on the wire. */
interface FieldType<T> {
  readonly wire: WireType;
  read(reader: BinaryReader): T;
  write(writer: BinaryWriter, value: T): void;
}

export interface Field<T, Many extends boolean> {
  /** As in the .proto file. */
  readonly number: number;
  readonly many: Many;
  readonly type: FieldType<T>;
}

type MessageTable = Readonly<Record<string, Field<unknown, boolean>>>;

/** What a message of the table holds; a field that is absent is undefined, or empty where there may be many. */
export type MessageOf<S extends MessageTable> = {
  readonly [K in keyof S]: S[K] extends Field<infer T, infer Many>
    ? Many extends true
      ? readonly T[]
      : T | undefined
    : never;
};

function safeInteger(value: bigint | string): number {
  const integer = Number(value);
  if (!Number.isSafeInteger(integer)) throw new RangeError(`the integer ${value} is too large`);
  return integer;
}

export const int64: FieldType<number> = {
  wire: WireType.Varint,
  read: (reader) => safeInteger(reader.int64()),
  write: (writer, value) => writer.int64(value),
};
export const float: FieldType<number> = {
  wire: WireType.Bit32,
  read: (reader) => reader.float(),
  write: (writer, value) => writer.float(value),
};
export const double: FieldType<number> = {
  wire: WireType.Bit64,
  read: (reader) => reader.double(),
  write: (writer, value) => writer.double(value),
};
export const text: FieldType<string> = {
  wire: WireType.LengthDelimited,
  read: (reader) => reader.string(true),
  write: (writer, value) => writer.string(value),
};
export const bytes: FieldType<Uint8Array> = {
  wire: WireType.LengthDelimited,
  read: (reader) => reader.bytes(),
  write: (writer, value) => writer.bytes(value),
};

export function message<S extends MessageTable>(table: S): FieldType<MessageOf<S>> {
  return {
    wire: WireType.LengthDelimited,
    read: (reader) => decodeMessage(table, reader.bytes()),
    write: (writer, value) => writer.bytes(encodeMessage(table, value)),
  };
}

export function one<T>(number: number, type: FieldType<T>): Field<T, false> {
  return { number, many: false, type };
}

export function many<T>(number: number, type: FieldType<T>): Field<T, true> {
  return { number, many: true, type };
}

/** Values of one occurrence of a field: one, or all of a packed run. */
function* occurrence<T>(reader: BinaryReader, wire: WireType, { number, many, type }: Field<T, boolean>): Generator<T> {
  if (wire === type.wire) {
    yield type.read(reader);
  } else if (many && wire === WireType.LengthDelimited) {
    const packed = new BinaryReader(reader.bytes());
    while (packed.pos < packed.len) yield type.read(packed);
  } else {
    throw new RangeError(`field ${number} has wire type ${wire}`);
  }
}

/** A message with these fields, the others absent. */
export function messageWith<S extends MessageTable>(table: S, values: Partial<MessageOf<S>>): MessageOf<S> {
  const absent = Object.entries(table).map(([name, { many }]) => [name, many ? [] : undefined]);
  return { ...Object.fromEntries(absent), ...values };
}

/** @throws the library's errors, and RangeError for fields that the table does not have. */
export function decodeMessage<S extends MessageTable>(table: S, encoded: Uint8Array): MessageOf<S> {
  const byNumber = new Map(Object.entries(table).map(([name, field]) => [field.number, { name, field }]));
  const values: Record<string, unknown> = { ...messageWith(table, {}) };
  const reader = new BinaryReader(encoded);
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    const entry = byNumber.get(number);
    if (entry === undefined) throw new RangeError(`field ${number} is unknown`);
    const list = values[entry.name];
    for (const value of occurrence(reader, wire, entry.field)) {
      if (Array.isArray(list)) list.push(value);
      else if (values[entry.name] !== undefined) throw new RangeError(`field ${number} occurs twice`);
      else values[entry.name] = value;
    }
  }
  return values as MessageOf<S>;
}

export function encodeMessage<S extends MessageTable>(table: S, values: MessageOf<S>): Uint8Array {
  const writer = new BinaryWriter();
  for (const [name, { number, many, type }] of Object.entries(table)) {
    const value: unknown = values[name];
    const present = many ? ((value ?? []) as readonly unknown[]) : value === undefined ? [] : [value];
    for (const single of present) type.write(writer.tag(number, type.wire), single);
  }
  return writer.finish();
}
