/**
 * The container safetensors (https://github.com/huggingface/safetensors): a little-endian u64 header length, a JSON header
 * with name, type, shape and place of each tensor, then the tensors back to back.
 */
import { z } from "zod";
import { schemaFault } from "../core/schema-fault.ts";
import { float32Bytes } from "../formats/float32-bytes.ts";
import { ONLY_DENSE_LAYERS, type Refuse, reasonOf } from "./refuse.ts";
import { type FloatType, floatBytes, readFloats, sizeOf, type Tensor } from "./tensor.ts";

const PREFIX_BYTES = 8;
/** The format's own bound. */
const MAX_HEADER_BYTES = 100_000_000;

const floatTypes = { F16: "float16", BF16: "bfloat16", F32: "float32", F64: "float64" } as const satisfies Record<
  string,
  FloatType
>;

const size = z.int().min(0);
const tensorSchema = z.object({
  dtype: z.enum(["F16", "BF16", "F32", "F64"]),
  shape: z.array(z.int().min(1)),
  data_offsets: z.tuple([size, size]),
});
type TensorEntry = z.infer<typeof tensorSchema>;

interface SafetensorsContent {
  readonly tensors: readonly Tensor[];
  /** `__metadata__` as it stands; undefined where there is none. */
  readonly metadata: unknown;
}

export interface Float32Tensor extends Tensor {
  readonly values: Float32Array;
}

/** The bytes of a file with these tensors, padded with spaces so that they begin at a multiple of 8. */
export function encodeTensors(
  tensors: readonly Float32Tensor[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    const end = offset + values.length * floatBytes.float32;
    header[name] = { dtype: "F32", shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = JSON.stringify(header);
  const headerBytes = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8, " "));
  const bytes = new Uint8Array(PREFIX_BYTES + headerBytes.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes.length), true);
  bytes.set(headerBytes, PREFIX_BYTES);
  let at = PREFIX_BYTES + headerBytes.length;
  for (const { values } of tensors) {
    bytes.set(float32Bytes(values), at);
    at += values.length * floatBytes.float32;
  }
  return bytes;
}

/** Length of the header in bytes, checked against the file before anything of that length is read. */
function headerLength(bytes: Uint8Array, refuse: Refuse): number {
  if (bytes.length < PREFIX_BYTES) {
    refuse({ what: "the file is too short", expected: "at least 8 bytes", found: `${bytes.length} bytes` });
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, PREFIX_BYTES).getBigUint64(0, true);
  const most = Math.min(bytes.length - PREFIX_BYTES, MAX_HEADER_BYTES);
  if (length > most) {
    const expected = `at most ${most} bytes`;
    refuse({ what: "the header does not fit into the file", expected, found: `${length} bytes` });
  }
  return Number(length);
}

function parseHeader(bytes: Uint8Array, refuse: Refuse): Record<string, unknown> {
  const expected = "a JSON object in UTF-8";
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    refuse({ what: "the header cannot be read", expected, found: reasonOf(error) }, error);
  }
  if (typeof header === "object" && header !== null && !Array.isArray(header)) return { ...header };
  return refuse({ what: "the header cannot be read", expected, found: "JSON of another kind" });
}

function parseEntry(name: string, value: unknown, refuse: Refuse): TensorEntry {
  const result = tensorSchema.safeParse(value);
  if (result.success) return result.data;
  const { path, expected, found } = schemaFault(result.error, value);
  if (path === "dtype") {
    const types = Object.keys(floatTypes).join(", ");
    refuse({ what: `${name} holds no real numbers`, expected: `dtype ${types}`, found, fix: ONLY_DENSE_LAYERS });
  }
  return refuse({ what: `${[name, path].join(" ").trimEnd()} does not fit`, expected, found });
}

/** The tensors fill the rest of the file without gap or overlap, and each is as long as its shape says. */
function checkOffsets(tensors: ReadonlyMap<string, TensorEntry>, dataBytes: number, refuse: Refuse): void {
  let next = 0;
  for (const [name, { dtype, shape, data_offsets }] of [...tensors].sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0],
  )) {
    const length = sizeOf(shape) * floatBytes[floatTypes[dtype]];
    const expected = `bytes ${next} to ${next + length} for shape [${shape.join(", ")}]`;
    if (data_offsets[0] !== next || data_offsets[1] !== next + length) {
      refuse({ what: `${name} lies in the wrong place`, expected, found: `bytes ${data_offsets.join(" to ")}` });
    }
    next += length;
  }
  if (next !== dataBytes) {
    const found = `${dataBytes} bytes`;
    refuse({ what: "the file has the wrong length", expected: `${next} bytes of tensors`, found });
  }
}

/** @throws RunError where a length, an offset, a type or the JSON is not as the format has it. */
export function decodeTensors(bytes: Uint8Array, refuse: Refuse): SafetensorsContent {
  const dataStart = PREFIX_BYTES + headerLength(bytes, refuse);
  const { __metadata__: metadata, ...entries } = parseHeader(bytes.subarray(PREFIX_BYTES, dataStart), refuse);
  const parsed = new Map(
    Object.entries(entries).map(([name, value]) => [name, parseEntry(name, value, refuse)] as const),
  );
  const data = bytes.subarray(dataStart);
  checkOffsets(parsed, data.length, refuse);
  const tensors = [...parsed].map(([name, { dtype, shape, data_offsets }]) => ({
    name,
    shape,
    values: readFloats(data.subarray(...data_offsets), floatTypes[dtype]),
  }));
  return { tensors, metadata };
}
