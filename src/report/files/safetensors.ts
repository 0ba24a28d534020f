/**
 * Networks as safetensors files (https://github.com/huggingface/safetensors): a little-endian u64 header length, a JSON
 * header, then the tensors back to back. Names and shapes follow PyTorch: layers.0.weight [outputs, inputs] and
 * layers.0.bias [outputs], float32. The metadata hold what a dense layer does not say: activation and architecture.
 */
import { z } from "zod";
import { RunError } from "../../core/errors.ts";
import { type Activation, activations, type DenseLayer, type Network, widthsOf } from "../../core/network.ts";
import { schemaFault } from "./schema-fault.ts";

const PREFIX_BYTES = 8;
const FLOAT_BYTES = 4;
/** The format's own bound. */
const MAX_HEADER_BYTES = 100_000_000;

interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

function tensorsOf(network: Network): NamedTensor[] {
  return network.layers.flatMap(({ outputs, inputs, weights, biases }, index) => [
    { name: `layers.${index}.weight`, shape: [outputs, inputs], values: weights },
    { name: `layers.${index}.bias`, shape: [outputs], values: biases },
  ]);
}

function architectureOf(widths: readonly number[]): string {
  return widths.join("-");
}

/** The header as bytes, padded with spaces so that the tensors begin at a multiple of 8. */
function encodeHeader(network: Network, tensors: readonly NamedTensor[]): Uint8Array {
  const metadata = { activation: network.activation, architecture: architectureOf(widthsOf(network)) };
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    const end = offset + values.length * FLOAT_BYTES;
    header[name] = { dtype: "F32", shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = JSON.stringify(header);
  return new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8, " "));
}

/** The bytes of a safetensors file that holds `network`. */
export function encodeSafetensors(network: Network): Uint8Array {
  const tensors = tensorsOf(network);
  const header = encodeHeader(network, tensors);
  const floats = tensors.reduce((sum, { values }) => sum + values.length, 0);
  const bytes = new Uint8Array(PREFIX_BYTES + header.length + floats * FLOAT_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, PREFIX_BYTES);
  let offset = PREFIX_BYTES + header.length;
  for (const { values } of tensors) {
    for (const value of values) {
      view.setFloat32(offset, value, true);
      offset += FLOAT_BYTES;
    }
  }
  return bytes;
}

/** Throws the RunError of a file that is not what it should be. */
type Fail = (what: string, expected: string, found: string) => never;

function failIn(file: string): Fail {
  return (what, expected, found) => {
    const fix = "restore the file from a copy, or write it again with gpu-importance run or the safetensors package";
    const short = found.length > 80 ? `${found.slice(0, 80)}...` : found;
    throw new RunError({ what, where: file, expected, found: short, fix });
  };
}

const size = z.int().min(0);
const tensorSchema = z.object({
  dtype: z.literal("F32"),
  shape: z.array(z.int().min(1)).min(1).max(2),
  data_offsets: z.tuple([size, size]),
});
type TensorEntry = z.infer<typeof tensorSchema>;
const metadataSchema = z.object({ activation: z.enum(activations), architecture: z.string().optional() });

/** Length of the header in bytes, checked against the file before anything of that length is read. */
function headerLength(bytes: Uint8Array, fail: Fail): number {
  if (bytes.length < PREFIX_BYTES) fail("the file is too short", "at least 8 bytes", `${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, PREFIX_BYTES).getBigUint64(0, true);
  const most = Math.min(bytes.length - PREFIX_BYTES, MAX_HEADER_BYTES);
  if (length > most) fail("the header does not fit into the file", `at most ${most} bytes`, `${length} bytes`);
  return Number(length);
}

function parseHeader(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const header: unknown = JSON.parse(text);
    if (typeof header === "object" && header !== null && !Array.isArray(header)) return { ...header };
  } catch {
    // Said below, like a header that is JSON but no object.
  }
  return fail("the header cannot be read", "a JSON object in UTF-8", text === "" ? "something else" : text);
}

function parseEntry<T>(schema: z.ZodType<T>, value: unknown, name: string, fail: Fail): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, expected, found } = schemaFault(result.error, value);
  return fail(`${[name, path].join(" ").trimEnd()} does not fit`, expected, found);
}

/** The tensors fill the rest of the file without gap or overlap, and each is as long as its shape says. */
function checkOffsets(tensors: ReadonlyMap<string, TensorEntry>, dataBytes: number, fail: Fail): void {
  let next = 0;
  for (const [name, { shape, data_offsets }] of [...tensors].sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0],
  )) {
    const length = shape.reduce((product, extent) => product * extent, FLOAT_BYTES);
    const expected = `bytes ${next} to ${next + length} for shape [${shape.join(", ")}]`;
    if (data_offsets[0] !== next || data_offsets[1] !== next + length) {
      fail(`${name} lies in the wrong place`, expected, `bytes ${data_offsets.join(" to ")}`);
    }
    next += length;
  }
  if (next !== dataBytes) fail("the file has the wrong length", `${next} bytes of tensors`, `${dataBytes} bytes`);
}

function readFloats(data: DataView, name: string, entry: TensorEntry, fail: Fail): Float32Array {
  const [begin, end] = entry.data_offsets;
  const values = new Float32Array((end - begin) / FLOAT_BYTES);
  for (let index = 0; index < values.length; index++) {
    const value = data.getFloat32(begin + index * FLOAT_BYTES, true);
    if (!Number.isFinite(value)) fail(`${name}, element ${index}, is not finite`, "a finite float32", String(value));
    values[index] = value;
  }
  return values;
}

/** Layers from layers.0 on; each takes as many inputs as the one before has outputs, and there are no other tensors. */
function readLayers(tensors: ReadonlyMap<string, TensorEntry>, data: DataView, fail: Fail): DenseLayer[] {
  const layers: DenseLayer[] = [];
  const count = Math.ceil(tensors.size / 2);
  for (let index = 0; index < count; index++) {
    const [weight, bias] = [`layers.${index}.weight`, `layers.${index}.bias`].map((name) => ({
      name,
      entry:
        tensors.get(name) ?? fail(`${name} is missing`, "a weight and a bias per layer", [...tensors.keys()].join()),
    })) as [{ name: string; entry: TensorEntry }, { name: string; entry: TensorEntry }];
    const [outputs, inputs] = weight.entry.shape;
    const wantedInputs = layers.at(-1)?.outputs ?? inputs;
    if (outputs === undefined || inputs === undefined || inputs !== wantedInputs) {
      const expected = `[outputs, ${wantedInputs ?? "inputs"}]`;
      fail(`${weight.name} has the wrong shape`, expected, `[${weight.entry.shape.join(", ")}]`);
    }
    if (bias.entry.shape.length !== 1 || bias.entry.shape[0] !== outputs) {
      fail(`${bias.name} has the wrong shape`, `[${outputs}]`, `[${bias.entry.shape.join(", ")}]`);
    }
    const weights = readFloats(data, weight.name, weight.entry, fail);
    layers.push({ inputs, outputs, weights, biases: readFloats(data, bias.name, bias.entry, fail) });
  }
  return layers;
}

function readMetadata(value: unknown, layers: readonly DenseLayer[], fail: Fail): Activation {
  const { activation, architecture } = parseEntry(metadataSchema, value, "__metadata__", fail);
  const widths = architectureOf(widthsOf({ activation, layers }));
  if (architecture !== undefined && architecture !== widths) {
    fail("the architecture contradicts the tensors", widths, architecture);
  }
  return activation;
}

/**
 * The network that a safetensors file holds. The metadata need `activation`; `architecture` is compared where it stands.
 * @param file shown in messages.
 * @throws RunError where anything of the file is damaged or is not a chain of dense layers in finite float32.
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): Network {
  const fail = failIn(file);
  const dataStart = PREFIX_BYTES + headerLength(bytes, fail);
  const { __metadata__, ...entries } = parseHeader(bytes.subarray(PREFIX_BYTES, dataStart), fail);
  const tensors = new Map(
    Object.entries(entries).map(([name, value]) => [name, parseEntry(tensorSchema, value, name, fail)] as const),
  );
  if (tensors.size === 0) fail("the file holds no layers", "layers.0.weight, layers.0.bias, ...", "no tensors");
  checkOffsets(tensors, bytes.length - dataStart, fail);
  const layers = readLayers(tensors, new DataView(bytes.buffer, bytes.byteOffset + dataStart), fail);
  return { activation: readMetadata(__metadata__, layers, fail), layers };
}
