/** Writes a network in the format that a file's name asks for. */
import { UsageError } from "../core/errors.ts";
import { nearestName } from "../core/nearest-name.ts";
import type { Network } from "../core/network.ts";
import { encodeNpz } from "./numpy/numpy-model.ts";
import { encodeOnnx } from "./onnx/onnx-writer.ts";
import { encodeSafetensors } from "./safetensors-model.ts";

export interface ModelWriter {
  /** Shown to users. */
  readonly format: string;
  readonly suffix: string;
  encode(network: Network): Uint8Array;
}

const writers: readonly ModelWriter[] = [
  { format: "safetensors", suffix: ".safetensors", encode: encodeSafetensors },
  { format: "ONNX", suffix: ".onnx", encode: encodeOnnx },
  { format: "NumPy archive", suffix: ".npz", encode: encodeNpz },
];

/** The same name with the ending that was probably meant. */
function meantSuffix(name: string): string | undefined {
  const [, stem, ending] = /^(.*)(\.[^./\\]+)$/.exec(name) ?? [];
  if (stem === undefined || ending === undefined) return undefined;
  const suffixes = writers.map(({ suffix }) => suffix);
  const meant = nearestName(ending, suffixes);
  return meant === undefined ? undefined : `did you mean ${stem}${meant}?`;
}

/** @throws UsageError where the name ends like none of the formats that are written. */
export function writerFor(name: string): ModelWriter {
  const writer = writers.find(({ suffix }) => name.toLowerCase().endsWith(suffix));
  if (writer !== undefined) return writer;
  throw new UsageError({
    what: "the name of the file does not say in which format to write",
    where: name,
    expected: `a name that ends in ${writers.map(({ suffix }) => suffix).join(", ")}`,
    fix: meantSuffix(name) ?? `${name}.safetensors, for example`,
  });
}
