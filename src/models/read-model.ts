/** Reads a network that others trained: finds the format, reads the chain of dense layers, applies what the options add. */

import { RunError } from "../core/errors.ts";
import type { LayerChain } from "../core/layer-chain.ts";
import type { DenseLayer, InputForm } from "../core/network.ts";
import { type ForeignKind, foreignKind, PYTORCH_NAME, UNKNOWN_PYTORCH } from "./foreign-files.ts";
import { kerasArchiveReader, kerasH5Reader } from "./keras/keras-model.ts";
import { tfjsReader } from "./keras/tfjs-model.ts";
import type { LoadedModel, ModelFiles, ModelReader, ReadChain, ReadOptions } from "./model-reader.ts";
import { npyFolderReader, npzReader } from "./numpy/numpy-model.ts";
import { onnxReader } from "./onnx/onnx-reader.ts";
import { safetensorsReader } from "./safetensors-model.ts";

/** In the order in which they are asked whether a file begins as theirs. */
const readers: readonly ModelReader[] = [
  kerasH5Reader,
  npzReader,
  kerasArchiveReader,
  npyFolderReader,
  tfjsReader,
  safetensorsReader,
  onnxReader,
];

const KNOWN = readers.map(({ format, suffixes }) => `${format} (${suffixes.join(", ")})`).join(", ");

function foreignFile(name: string, { what, fix }: ForeignKind): RunError {
  return new RunError({ what: `this is ${what}, which is not read`, where: name, expected: KNOWN, found: what, fix });
}

function readerFor({ name, bytes }: ModelFiles): ModelReader {
  const foreign = foreignKind(name, bytes);
  if (foreign !== undefined) throw foreignFile(name, foreign);
  const lower = name.toLowerCase();
  const reader =
    readers.find(({ suffixes }) => suffixes.some((suffix) => lower.endsWith(suffix))) ??
    readers.find((candidate) => candidate.begins(bytes));
  if (reader !== undefined) return reader;
  if (PYTORCH_NAME.test(name)) throw foreignFile(name, UNKNOWN_PYTORCH);
  throw new RunError({
    what: "the file is of no format that is understood",
    where: name,
    expected: KNOWN,
    found: `${bytes.length} bytes that begin with ${JSON.stringify(String.fromCharCode(...bytes.subarray(0, 8)))}`,
    fix: "export the network in one of these formats, with the usual ending of its name",
  });
}

/** W ((x - mean) / sd) + b, with weights in float64 until they are rounded. */
function normalized(layer: DenseLayer, { mean, sd }: { readonly mean: number; readonly sd: number }): DenseLayer {
  const { inputs, outputs, weights } = layer;
  const biases = Float32Array.from({ length: outputs }, (_, output) => {
    let shift = 0;
    for (let input = 0; input < inputs; input++) shift += weights[output * inputs + input]! * (mean / sd);
    return layer.biases[output]! - shift;
  });
  return { inputs, outputs, weights: weights.map((weight) => weight / sd), biases };
}

/** Where the user says what the network is given, its file does not. */
function asNormalized(input: InputForm | undefined): Pick<LayerChain, "input"> {
  if (input === undefined) return {};
  const { whole: _, ...other } = input;
  return { input: other };
}

function withNormalization(read: ReadChain, normalize: ReadOptions["normalize"]): ReadChain {
  if (normalize === undefined) return read;
  const { hidden, last, output } = read.chain;
  const input = asNormalized(read.chain.input);
  const [first, ...others] = hidden;
  const chain: LayerChain =
    first === undefined
      ? { hidden, last: normalized(last, normalize), output, ...input }
      : { hidden: [{ ...first, ...normalized(first, normalize) }, ...others], last, output, ...input };
  const note = `inputs taken as (x - ${normalize.mean}) / ${normalize.sd}, folded into the first layer`;
  return { chain, notes: [...read.notes, note] };
}

/** An option may say what the file does not; it may not say otherwise. */
function requireActivation({ hidden }: LayerChain, { activation }: ReadOptions, file: string): void {
  const other = hidden.findIndex((layer) => activation !== undefined && layer.activation.kind !== activation.kind);
  if (activation === undefined || other < 0) return;
  throw new RunError({
    what: `hidden layer ${other + 1} has another activation than the one asked for`,
    where: file,
    expected: activation.kind,
    found: `${hidden[other]!.activation.kind}, as the file says`,
    fix: "leave the option --activation out",
  });
}

/**
 * The network of a file in any of the formats. Its format is recognised by content and name.
 * @throws RunError where the file is damaged, or holds anything but a chain of dense layers; UsageError where an option has
 * to say what the file does not.
 */
export async function readModel(files: ModelFiles, options: ReadOptions = {}): Promise<LoadedModel> {
  const reader = readerFor(files);
  const read = await reader.read(files, options);
  requireActivation(read.chain, options, files.name);
  return { ...withNormalization(read, options.normalize), format: reader.format };
}
