/** Whether a network that a program made holds together: sizes, types and numbers, before any of it is computed with. */
import { type Activation, activations } from "./activation.ts";
import { UsageError } from "./errors.ts";
import { type InputTreatment, treatmentFault } from "./input-treatment.ts";
import { type InputType, inputTypes } from "./input-type.ts";
import { featuresOf } from "./layers/network-shape.ts";
import { type KindName, kindOf, layerKinds } from "./layers/registry.ts";
import { type Network, networkShape, type SingleOutput, singleOutputs } from "./network.ts";
import { layerActivationCheck, oneName, wholeNumber } from "./option-checks.ts";
import { requireRecord, requireValue } from "./require-options.ts";
import { shownValue } from "./shown-value.ts";

/** More units than any device's binding holds parameters of. */
const sizeCheck = wholeNumber({ least: 1, most: 2 ** 24 });
const kindName = oneName(Object.keys(layerKinds) as KindName[]);
const activationName = oneName(activations);

/**
 * @param where what holds the numbers, for messages
 * @throws UsageError where they are not so many finite float32.
 */
export function requireFloats(value: unknown, length: number, name: string, where: string): Float32Array {
  const expected = `a Float32Array of ${length}`;
  if (!(value instanceof Float32Array) || value.length !== length) {
    const emptied = ArrayBuffer.isView(value) && value.byteLength === 0;
    const fix = emptied
      ? "a buffer that was transferred to a worker is empty here: pass a copy"
      : "see the type's shapes";
    throw new UsageError({ what: `${name} is invalid`, where, expected, found: shownValue(value), fix });
  }
  const index = value.findIndex((each) => !Number.isFinite(each));
  if (index === -1) return value;
  const found = String(value[index]);
  const fix = "take the numbers from before the training diverged, or leave out what is not a number";
  throw new UsageError({
    what: `${name}, element ${index}, is not finite`,
    where,
    expected: "a finite float32",
    found,
    fix,
  });
}

function requireActivation(value: unknown, hidden: number, where: string): void {
  if (!Array.isArray(value)) {
    requireValue<Activation>(value, activationName, "activation", where);
    return;
  }
  if (value.length !== hidden) {
    const what = "activation does not have one entry for each hidden layer";
    const fix = "leave out that of the last layer, whose outputs are logits";
    throw new UsageError({ what, where, expected: `${hidden}`, found: `${value.length}`, fix });
  }
  for (const [index, each] of value.entries()) requireValue(each, layerActivationCheck, `activation[${index}]`, where);
}

/** @returns values that it gives of a sample. @param before what the layer before gives; undefined for the first */
function requireLayer(value: unknown, before: number | undefined, where: string): number {
  const layer = requireRecord(value, "the layer", where);
  const named = layer["kind"] === undefined ? {} : { kind: requireValue(layer["kind"], kindName, "kind", where) };
  const kind = kindOf(named);
  const shape = kind.shapeSaid((field) => requireValue(layer[field], sizeCheck, field, where));
  const { units, area, inputs } = shape;
  if (before !== undefined && inputs !== before) {
    const expected = `${before} inputs, the outputs of the layer before`;
    const fix = "give the layers first to last";
    throw new UsageError({ what: "the layer does not fit", where, expected, found: `${inputs}`, fix });
  }
  requireFloats(layer["weights"], kind.weights(shape), "weights", where);
  requireFloats(layer["biases"], units, "biases", where);
  return units * area;
}

const inputTypeName = oneName(inputTypes);
const singleOutputName = oneName(singleOutputs);

/** @param features inputs of the network; undefined where numbers are not of inputs */
function requireTreatment(value: unknown, name: string, features: number | undefined, where: string): InputTreatment {
  const { means, deviations } = requireRecord(value, name, where);
  if (!(means instanceof Float32Array) || !(deviations instanceof Float32Array)) {
    const expected = "means and deviations, each a Float32Array";
    throw new UsageError({ what: `${name} is invalid`, where, expected, found: shownValue(value) });
  }
  const fault = treatmentFault({ means, deviations }, features ?? means.length);
  if (fault !== undefined) throw new UsageError({ what: `${name} does not fit the network`, where, ...fault });
  return { means, deviations };
}

/** What the network says of its inputs and of its one output. */
function requireSaid(
  network: Readonly<Record<string, unknown>>,
  features: number,
  outputs: number,
  where: string,
): void {
  const { inputType, inputTreatment, channelTreatment, input, singleOutput } = network;
  if (inputType !== undefined) requireValue<InputType>(inputType, inputTypeName, "inputType", where);
  if (inputTreatment !== undefined) requireTreatment(inputTreatment, "inputTreatment", features, where);
  if (channelTreatment !== undefined) {
    const { means } = requireTreatment(channelTreatment, "channelTreatment", undefined, where);
    if (inputTreatment !== undefined || features % means.length !== 0) {
      const expected = "one of both, channelTreatment with a mean and a deviation of each channel";
      const found = `${means.length} of each, ${features} inputs, ${inputTreatment === undefined ? "no" : "an"} inputTreatment`;
      throw new UsageError({ what: "channelTreatment does not fit the network", where, expected, found });
    }
  }
  if (input !== undefined) {
    const { shape } = requireRecord(input, "input", where);
    const size = Array.isArray(shape)
      ? shape.reduce<number>((product, extent) => product * Number(extent), 1)
      : features;
    if ((shape !== undefined && !Array.isArray(shape)) || size !== features) {
      const expected = `extents whose product is ${features}`;
      const found = Array.isArray(shape) ? shape.map(shownValue).join(" x ") : shownValue(shape);
      throw new UsageError({ what: "input.shape does not fit the network", where, expected, found });
    }
  }
  if (singleOutput === undefined) return;
  requireValue<SingleOutput>(singleOutput, singleOutputName, "singleOutput", where);
  if (outputs === 2) return;
  const expected = "2 outputs, the logits 0 and z";
  throw new UsageError({ what: "singleOutput does not fit the network", where, expected, found: `${outputs}` });
}

/**
 * The value as a network.
 * @param where its name in messages
 * @throws UsageError that says which layer is wrong, and how.
 */
export function requireNetwork(value: unknown, where: string): Network {
  const { layers, activation } = requireRecord(value, "the network", where);
  if (!Array.isArray(layers) || layers.length === 0) {
    const fix = "give the layers first to last; the last one's outputs are logits";
    throw new UsageError({
      what: "layers is invalid",
      where,
      expected: "an array of one or more layers",
      found: shownValue(layers),
      fix,
    });
  }
  let outputs: number | undefined;
  for (const [index, layer] of layers.entries()) outputs = requireLayer(layer, outputs, `${where}, layers[${index}]`);
  requireActivation(activation, layers.length - 1, where);
  requireSaid(value as Readonly<Record<string, unknown>>, featuresOf(networkShape(value as Network)), outputs!, where);
  return value as Network;
}
