/** Reads a network that others trained: finds the format, reads the chain of dense layers, applies what the options add. */

import { channelTreatment, isByChannel, normalizedText, treatmentOf } from "../core/channel-treatment.ts";
import { RunError, UsageError } from "../core/errors.ts";
import { inputsText, type KnownInputs, sameTreatment } from "../core/input-treatment.ts";
import type { LayerChain } from "../core/layer-chain.ts";
import { latin1Text } from "../core/long-arrays.ts";
import type { InputForm } from "../core/network.ts";
import { withoutOnes } from "../core/sample-axes.ts";
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

type NamedBytes = Pick<ModelFiles, "name" | "bytes">;

function knownReader({ name, bytes }: NamedBytes): ModelReader | undefined {
  const lower = name.toLowerCase();
  return (
    readers.find(({ suffixes }) => suffixes.some((suffix) => lower.endsWith(suffix))) ??
    readers.find((candidate) => candidate.begins(bytes))
  );
}

/** Whether the file is a network or what people give as one: `readModel` reads it, or says what it is. */
export function isMeantAsNetwork(file: NamedBytes): boolean {
  const isForeign = foreignKind(file.name, file.bytes) !== undefined || PYTORCH_NAME.test(file.name);
  return isForeign || knownReader(file) !== undefined;
}

function readerFor({ name, bytes }: ModelFiles): ModelReader {
  const foreign = foreignKind(name, bytes);
  if (foreign !== undefined) throw foreignFile(name, foreign);
  const reader = knownReader({ name, bytes });
  if (reader !== undefined) return reader;
  if (PYTORCH_NAME.test(name)) throw foreignFile(name, UNKNOWN_PYTORCH);
  throw new RunError({
    what: "the file is of no format that is understood",
    where: name,
    expected: KNOWN,
    found: `${bytes.length} bytes that begin with ${JSON.stringify(latin1Text(bytes.subarray(0, 8)))}`,
    fix: "export the network in one of these formats, with the usual ending of its name",
  });
}

/** Where the user says what the network is given, its file does not. */
function asNormalized(input: InputForm | undefined): Pick<LayerChain, "input"> {
  if (input === undefined) return {};
  const { whole: _, ...other } = input;
  return { input: other };
}

/** An option may say what the file does not; it may not say otherwise. */
function withNormalization(read: ReadChain, normalize: ReadOptions["normalize"], file: string): ReadChain {
  if (normalize === undefined) return read;
  const { input, inputTreatment, ...chain } = read.chain;
  const shape = input?.shape ?? [];
  const asked: KnownInputs =
    isByChannel(normalize) && withoutOnes(shape).length < 2
      ? { channelTreatment: channelTreatment(normalize) }
      : { inputTreatment: treatmentOf(normalize, shape, file) };
  if (inputTreatment !== undefined && !sameTreatment(inputTreatment, asked.inputTreatment)) {
    throw new UsageError({
      what: "the network takes other inputs than those asked for",
      where: file,
      expected: `${inputsText(read.chain, shape)}, as the file says`,
      found: normalizedText(normalize),
      fix: "omit --normalize",
    });
  }
  return { ...read, chain: { ...chain, ...asNormalized(input), ...asked } };
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
  return { ...withNormalization(read, options.normalize, files.name), format: reader.format };
}
