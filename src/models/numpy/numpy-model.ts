/**
 * Networks as NumPy arrays: .npz archives, folders of .npy files, and our own .npz: W1, b1, W2, b2, ... with weights
 * [outputs, inputs], with `activation`, `weights_layout` and what the inputs are as texts.
 */
import { zipSync } from "fflate";
import { networkActivationText } from "../../core/activation.ts";
import type { KnownInputs } from "../../core/input-treatment.ts";
import { layersAsFiled } from "../../core/layer-chain.ts";
import { kindOf } from "../../core/layers/registry.ts";
import type { Network } from "../../core/network.ts";
import { encodeNpy, encodeNpyText, isNpy } from "../../formats/npy.ts";
import { chainOf } from "../chain-steps.ts";
import { ELSEWHERE, formOfTexts, formTextNames, formTexts, outputSteps } from "../input-form.ts";
import {
  type ModelFiles,
  type ModelReader,
  type ReadChain,
  type ReadOptions,
  weightsLayouts,
} from "../model-reader.ts";
import { activationsIn, namedLayers, requireNoBiasesBeside } from "../named-layers.ts";
import { type Refuse, refuseIn } from "../refuse.ts";
import { featuresOf, inputKeys, readInputs, statedInputs } from "../stated-inputs.ts";
import type { Tensor } from "../tensor.ts";
import { isZip, openZip } from "../zip.ts";
import { decodeNpy } from "./npy-content.ts";

const FIX = "write the arrays again with numpy.savez(file, W1=..., b1=..., W2=..., b2=...)";
const SUFFIX = ".npy";
/** Of networks that people pack in an archive. */
const PACKED_NETWORK = /\.(?:onnx|h5|hdf5|keras|safetensors|npz|pb)$|(?:^|\/)model\.json$/i;
/** Weights and biases of more layers than any network here has. */
const MOST_ARRAYS = 2000;
/** Names of the texts that our own files hold beside the arrays. */
const ACTIVATION = "activation";
const LAYOUT = "weights_layout";
/** The oldest time that zip archives can hold, so that equal networks give equal bytes. */
const FIXED_TIME = new Date(1980, 0, 1);

const hasSuffix = (name: string, suffix: string) => name.toLowerCase().endsWith(suffix);

/** Name without suffix, to the bytes of an array. */
type NamedArray = readonly [name: string, bytes: Uint8Array];

/** One of `known`, where the file has a text of that name. */
function saidBy<T extends string>(
  texts: ReadonlyMap<string, string>,
  name: string,
  known: readonly T[],
  refuse: Refuse,
) {
  const text = texts.get(name);
  const said = known.find((candidate) => candidate === text);
  if (text !== undefined && said === undefined) {
    refuse({ what: `${name} is not understood`, expected: known.join(", "), found: text });
  }
  return said;
}

async function readArrays(
  arrays: readonly NamedArray[],
  files: ModelFiles,
  options: ReadOptions,
  refuse: Refuse,
): Promise<ReadChain> {
  const tensors: Tensor[] = [];
  const texts = new Map<string, string>();
  for (const [name, bytes] of arrays) {
    const content = decodeNpy(bytes, name, files.name, refuse);
    if ("tensor" in content) tensors.push(content.tensor);
    else texts.set(name, content.text);
  }
  const isOfInputs = ({ name }: Tensor) => name === inputKeys.mean || name === inputKeys.deviation;
  const numbers = (name: string) => tensors.find((tensor) => tensor.name === name)?.values;
  const text = texts.get(ACTIVATION);
  const layout = saidBy(texts, LAYOUT, weightsLayouts, refuse);
  const known: readonly string[] = [ACTIVATION, LAYOUT, ...formTextNames, inputKeys.inputs];
  const other = [...texts.keys()].find((name) => !known.includes(name));
  if (other !== undefined) {
    refuse({
      what: `${other} is not understood`,
      expected: `arrays of numbers, ${known.join(", ")}`,
      found: "a text",
    });
  }
  const activation = text === undefined ? undefined : activationsIn(text, ACTIVATION, refuse);
  const layouts = layout === undefined ? weightsLayouts : [layout];
  const weights = tensors.filter((tensor) => !isOfInputs(tensor));
  const layers = namedLayers(weights, layouts, activation, options, refuse);
  await requireNoBiasesBeside(layers, files, refuse);
  const own = text !== undefined && layout !== undefined;
  const { input, output } = own ? formOfTexts((name) => texts.get(name), refuse) : ELSEWHERE;
  const { chain, notes } = chainOf([...layers.steps, ...outputSteps(output)], refuse, input);
  const found = { means: numbers(inputKeys.mean), deviations: numbers(inputKeys.deviation) };
  const inputs = readInputs({ text: texts.get(inputKeys.inputs), ...found }, featuresOf(chain), refuse);
  return { chain: { ...chain, ...inputs }, notes: [...layers.notes, ...notes] };
}

function arraysOfArchive(bytes: Uint8Array, file: string, refuse: Refuse): NamedArray[] {
  const archive = openZip(bytes, file, refuse);
  const packed = archive.names.find((name) => PACKED_NETWORK.test(name));
  if (packed !== undefined) {
    const fix = `unpack the archive, and give ${packed}`;
    refuse({ what: "this is an archive with a network's file in it", expected: "arrays, *.npy", found: packed, fix });
  }
  return archive.names.map((name) => {
    if (!hasSuffix(name, SUFFIX)) refuse({ what: `${name} is not understood`, expected: "arrays, *.npy", found: name });
    return [name.slice(0, -SUFFIX.length), archive.read(name)!];
  });
}

async function arraysOfFolder(files: ModelFiles, refuse: Refuse): Promise<NamedArray[]> {
  const names = (await files.siblings()).filter((name) => hasSuffix(name, SUFFIX)).sort();
  if (names.length > MOST_ARRAYS) {
    const fix = "give a folder of a network's weights and biases alone, or one .npz file";
    const expected = `at most ${MOST_ARRAYS} .npy files`;
    refuse({ what: "the folder holds too many arrays for a network", expected, found: `${names.length}`, fix });
  }
  const arrays: NamedArray[] = [];
  for (const name of names) {
    const bytes = name === files.name ? files.bytes : await files.sibling(name);
    arrays.push([name.slice(0, -SUFFIX.length), bytes ?? new Uint8Array(0)]);
  }
  return arrays;
}

export const npzReader: ModelReader = {
  format: "NumPy archive",
  suffixes: [".npz"],
  begins: isZip,
  read: async (files, options) => {
    const { name, bytes } = files;
    const refuse = refuseIn(name, FIX);
    return readArrays(arraysOfArchive(bytes, name, refuse), files, options, refuse);
  },
};

/** All .npy files of the folder, whichever of them is named. */
export const npyFolderReader: ModelReader = {
  format: "folder of NumPy arrays",
  suffixes: [SUFFIX],
  begins: isNpy,
  read: async (files, options) => {
    const refuse = refuseIn(files.name, FIX);
    return readArrays(await arraysOfFolder(files, refuse), files, options, refuse);
  },
};

function inputEntries(known: KnownInputs): (readonly [string, Uint8Array])[] {
  const stated = statedInputs(known);
  if (stated === undefined) return [];
  const { means, deviations } = known.inputTreatment ?? {};
  return [
    [`${inputKeys.inputs}${SUFFIX}`, encodeNpyText(stated)],
    ...(means ? [[`${inputKeys.mean}${SUFFIX}`, encodeNpy(means, [means.length])] as const] : []),
    ...(deviations ? [[`${inputKeys.deviation}${SUFFIX}`, encodeNpy(deviations, [deviations.length])] as const] : []),
  ];
}

/** What the arrays of a layer are called, with its number. */
const letters = { weight: "W", bias: "b" } as const;

/** The bytes of an .npz file that numpy.load reads. */
export function encodeNpz(network: Network): Uint8Array {
  const entries = layersAsFiled(network).flatMap((layer, index) =>
    kindOf(layer)
      .tensors(layer)
      .map(({ name, shape, values }) => [`${letters[name]}${index + 1}${SUFFIX}`, encodeNpy(values, shape)] as const),
  );
  const texts = [
    [`${ACTIVATION}${SUFFIX}`, encodeNpyText(networkActivationText(network.activation))],
    [`${LAYOUT}${SUFFIX}`, encodeNpyText("out-in")],
    ...Object.entries(formTexts(network)).map(([name, text]) => [`${name}${SUFFIX}`, encodeNpyText(text)] as const),
  ];
  const archive = Object.fromEntries([...texts, ...inputEntries(network), ...entries]);
  return zipSync(archive, { level: 0, mtime: FIXED_TIME });
}
