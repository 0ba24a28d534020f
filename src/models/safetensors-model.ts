/**
 * Networks as safetensors: those that we write, and PyTorch's state_dict of nn.Linear modules under any names. Names and
 * shapes follow PyTorch: layers.0.weight [outputs, inputs] and layers.0.bias [outputs]. The metadata of our own files hold
 * what a dense layer does not say: activation, architecture, and what the inputs are (lists of numbers as JSON).
 */
import { z } from "zod";
import { networkActivationText } from "../core/activation.ts";
import { float32Text } from "../core/float-text.ts";
import type { KnownInputs } from "../core/input-treatment.ts";
import { type LayerChain, layersAsFiled, toNetwork } from "../core/layer-chain.ts";
import { shapeText } from "../core/layers/network-shape.ts";
import { kindOf, shapeOf } from "../core/layers/registry.ts";
import type { Network } from "../core/network.ts";
import { schemaFault } from "../core/schema-fault.ts";
import { chainOf } from "./chain-steps.ts";
import { ELSEWHERE, formOfTexts, formTexts, outputSteps } from "./input-form.ts";
import type { ModelReader, ReadChain, ReadOptions } from "./model-reader.ts";
import { activationsIn, type NamedLayers, namedLayers, requireNoBiasesBeside } from "./named-layers.ts";
import { type Refuse, refuseIn } from "./refuse.ts";
import { decodeTensors, encodeTensors } from "./safetensors.ts";
import { featuresOf, inputKeys, readInputs, statedInputs } from "./stated-inputs.ts";

const FIX = "restore the file from a copy, or write it again with gpu-importance run or the safetensors package";

/** Behind the eight bytes of its length, the header begins with a brace. */
const HEADER_START = 8;
const OPENING_BRACE = 0x7b;

const metadataSchema = z
  .looseObject({
    activation: z.string().optional(),
    architecture: z.string().optional(),
    inputs: z.string().optional(),
    input_mean: z.string().optional(),
    input_deviation: z.string().optional(),
  })
  .optional();
type Metadata = NonNullable<z.infer<typeof metadataSchema>>;

/** The bytes of a safetensors file that holds `network`. */
export function encodeSafetensors(network: Network): Uint8Array {
  const layers = layersAsFiled(network);
  const tensors = layers.flatMap((layer, index) =>
    kindOf(layer)
      .tensors(layer)
      .map((tensor) => ({ ...tensor, name: `layers.${index}.${tensor.name}` })),
  );
  return encodeTensors(tensors, {
    activation: networkActivationText(network.activation),
    architecture: shapeText(layers.map(shapeOf)),
    ...formTexts(network),
    ...inputsMetadata(network),
  });
}

/** Each number as short as reads back the same float32. */
function inputsMetadata(network: Network): Record<string, string> {
  const inputs = statedInputs(network);
  if (inputs === undefined) return {};
  const { inputTreatment } = network;
  if (inputTreatment === undefined) return { [inputKeys.inputs]: inputs };
  const list = (values: Float32Array) => `[${Array.from(values, float32Text).join(",")}]`;
  return {
    [inputKeys.inputs]: inputs,
    [inputKeys.mean]: list(inputTreatment.means),
    [inputKeys.deviation]: list(inputTreatment.deviations),
  };
}

/** @throws RunError where the text is not a list of numbers */
function numbersIn(text: string | undefined, key: string, refuse: Refuse): number[] | undefined {
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    refuse({ what: `__metadata__ ${key} is not JSON`, expected: "[0.5,1.25]", found: text }, error);
  }
  const parsed = z.array(z.number()).safeParse(value);
  if (parsed.success) return parsed.data;
  return refuse({
    what: `__metadata__ ${key} does not fit`,
    expected: "a list of numbers, as [0.5,1.25]",
    found: text,
  });
}

/** Only files that were written here say `architecture`: in others `inputs` may mean anything. */
function inputsSaidBy(metadata: Metadata, features: number, refuse: Refuse): KnownInputs {
  if (metadata.architecture === undefined) return {};
  const means = numbersIn(metadata.input_mean, inputKeys.mean, refuse);
  const deviations = numbersIn(metadata.input_deviation, inputKeys.deviation, refuse);
  return readInputs({ text: metadata.inputs, means, deviations }, features, refuse);
}

function parseMetadata(metadata: unknown, refuse: Refuse): z.infer<typeof metadataSchema> {
  const result = metadataSchema.safeParse(metadata);
  if (result.success) return result.data;
  const { path, expected, found } = schemaFault(result.error, metadata);
  return refuse({ what: `__metadata__ ${path} does not fit`, expected, found });
}

function requireArchitecture({ hidden, last }: LayerChain, architecture: string | undefined, refuse: Refuse): void {
  const expected = shapeText([...hidden, last].map(shapeOf));
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
  const inputs = inputsSaidBy(said, featuresOf(chain), refuse);
  return { chain: { ...chain, ...inputs }, notes: [...layers.notes, ...notes], layers };
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
