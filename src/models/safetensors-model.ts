/**
 * Networks as safetensors: those that we write, and PyTorch's state_dict of nn.Linear modules under any names. Names and
 * shapes follow PyTorch: layers.0.weight [outputs, inputs] and layers.0.bias [outputs]. The metadata of our own files hold
 * what a dense layer does not say: activation and architecture.
 */
import { z } from "zod";
import { networkActivationText } from "../core/activation.ts";
import { type LayerChain, layersAsFiled, toNetwork } from "../core/layer-chain.ts";
import type { Network } from "../core/network.ts";
import { schemaFault } from "../core/schema-fault.ts";
import { chainOf } from "./chain-steps.ts";
import { ELSEWHERE, formOfTexts, formTexts, outputSteps } from "./input-form.ts";
import type { ModelReader, ReadChain, ReadOptions } from "./model-reader.ts";
import { activationsIn, type NamedLayers, namedLayers, requireNoBiasesBeside } from "./named-layers.ts";
import { type Refuse, refuseIn } from "./refuse.ts";
import { decodeTensors, encodeTensors } from "./safetensors.ts";

const FIX = "restore the file from a copy, or write it again with gpu-importance run or the safetensors package";

/** Behind the eight bytes of its length, the header begins with a brace. */
const HEADER_START = 8;
const OPENING_BRACE = 0x7b;

const metadataSchema = z
  .looseObject({ activation: z.string().optional(), architecture: z.string().optional() })
  .optional();

function architectureOf(widths: readonly number[]): string {
  return widths.join("-");
}

/** The bytes of a safetensors file that holds `network`. */
export function encodeSafetensors(network: Network): Uint8Array {
  const layers = layersAsFiled(network);
  const tensors = layers.flatMap(({ outputs, inputs, weights, biases }, index) => [
    { name: `layers.${index}.weight`, shape: [outputs, inputs], values: weights },
    { name: `layers.${index}.bias`, shape: [outputs], values: biases },
  ]);
  return encodeTensors(tensors, {
    activation: networkActivationText(network.activation),
    architecture: architectureOf([layers[0]!.inputs, ...layers.map(({ outputs }) => outputs)]),
    ...formTexts(network),
  });
}

function parseMetadata(metadata: unknown, refuse: Refuse): z.infer<typeof metadataSchema> {
  const result = metadataSchema.safeParse(metadata);
  if (result.success) return result.data;
  const { path, expected, found } = schemaFault(result.error, metadata);
  return refuse({ what: `__metadata__ ${path} does not fit`, expected, found });
}

function requireArchitecture({ hidden, last }: LayerChain, architecture: string | undefined, refuse: Refuse): void {
  const expected = architectureOf([...hidden, last].map(({ inputs }) => inputs).concat(last.outputs));
  if (architecture !== undefined && architecture !== expected) {
    refuse({ what: "the architecture contradicts the tensors", expected, found: architecture });
  }
}

function readLayers(
  bytes: Uint8Array,
  options: ReadOptions,
  refuse: Refuse,
): ReadChain & { readonly layers: NamedLayers } {
  const { tensors, metadata } = decodeTensors(bytes, refuse);
  const said = parseMetadata(metadata, refuse) ?? {};
  const { activation, architecture } = said;
  const own = activation !== undefined && architecture !== undefined;
  const { input, output } = own ? formOfTexts((name) => said[name], refuse) : ELSEWHERE;
  const ofHidden = activation === undefined ? undefined : activationsIn(activation, "__metadata__ activation", refuse);
  const layers = namedLayers(tensors, ["out-in"], ofHidden, options, refuse);
  const { chain, notes } = chainOf([...layers.steps, ...outputSteps(output)], refuse, input);
  requireArchitecture(chain, architecture, refuse);
  return { chain, notes: [...layers.notes, ...notes], layers };
}

/**
 * The network of a safetensors file that says its activation, as ours do.
 * @param file shown in messages.
 * @throws RunError where anything of the file is damaged or is not a chain of dense layers in finite numbers.
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): Network {
  const refuse = refuseIn(file, FIX);
  // What an option could say for a file from elsewhere is damage in one of ours.
  const refuseAll: Refuse = ({ option: _, ...refusal }, cause) => refuse(refusal, cause);
  return toNetwork(readLayers(bytes, {}, refuseAll).chain, file);
}

export const safetensorsReader: ModelReader = {
  format: "safetensors",
  suffixes: [".safetensors"],
  begins: (bytes) => bytes[HEADER_START] === OPENING_BRACE,
  async read(files, options) {
    const refuse = refuseIn(files.name, FIX);
    const { layers, ...read } = readLayers(files.bytes, options, refuse);
    await requireNoBiasesBeside(layers, files, refuse);
    return read;
  },
};
