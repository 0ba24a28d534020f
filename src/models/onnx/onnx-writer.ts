/**
 * Networks as ONNX models that any runtime takes: Gemm and activation in turn, from "input" [N, features] to "logits"; one output
 * with a sigmoid is "probability", as it came.
 */
import {
  type Activation,
  activationOfLayer,
  type LayerActivation,
  type NetworkActivation,
} from "../../core/activation.ts";
import { layersAsFiled } from "../../core/layer-chain.ts";
import { classesOf, featuresOf } from "../../core/layers/network-shape.ts";
import { kindOf, type Layer, shapeOf } from "../../core/layers/registry.ts";
import type { Network } from "../../core/network.ts";
import { float32Bytes } from "../../formats/float32-bytes.ts";
import { formTexts, OUTPUT } from "../input-form.ts";
import { inputKeys, statedInputs } from "../stated-inputs.ts";
import {
  attributeTable,
  attributeTypes,
  dataTypes,
  dimensionTable,
  graphTable,
  modelTable,
  type NodeMessage,
  nodeTable,
  operatorSetTable,
  PRODUCER,
  stringEntryTable,
  type TensorMessage,
  tensorTable,
  typeTable,
  type ValueMessage,
  valueTable,
} from "./onnx-schema.ts";
import { encodeMessage, messageWith } from "./protobuf-message.ts";
import { treatmentConstants, treatmentNodes, valueNames } from "./treatment-nodes.ts";

/** Names of what comes out. */
const LOGITS = "logits";
const PROBABILITY = "probability";

/** Version 7 of the format came with opset 12 and 13; older runtimes than those of 2020 are not served. */
const USUAL = { irVersion: 7, opset: 13 };
/** Gelu is an operator since opset 20, of version 9. */
const WITH_GELU = { irVersion: 9, opset: 20 };

const operatorOf: Readonly<Record<Activation, string>> = {
  sigmoid: "Sigmoid",
  tanh: "Tanh",
  relu: "Relu",
  "leaky-relu": "LeakyRelu",
  elu: "Elu",
  softplus: "Softplus",
  identity: "Identity",
  gelu: "Gelu",
  "gelu-tanh": "Gelu",
};

function tensor(name: string, dims: readonly number[], values: Float32Array): TensorMessage {
  return messageWith(tensorTable, { name, dims, dataType: dataTypes.float32, rawData: float32Bytes(values) });
}

/** A value [N, width], N being open. */
function batchOf(name: string, width: number): ValueMessage {
  const dim = [messageWith(dimensionTable, { dimParam: "N" }), messageWith(dimensionTable, { dimValue: width })];
  const tensorType = { elemType: dataTypes.float32, shape: { dim } };
  return messageWith(valueTable, { name, type: messageWith(typeTable, { tensorType }) });
}

function node(opType: string, name: string, input: readonly string[], output: string): NodeMessage {
  return messageWith(nodeTable, { opType, name, input, output: [output] });
}

function activationNode(activation: LayerActivation, index: number): NodeMessage {
  const { kind } = activation;
  const plain = node(operatorOf[kind], `${kind}.${index}`, [`sums.${index}`], `activations.${index}`);
  if ("alpha" in activation) {
    const alpha = { name: "alpha", f: activation.alpha, type: attributeTypes.float };
    return { ...plain, attribute: [messageWith(attributeTable, alpha)] };
  }
  if (kind !== "gelu-tanh") return plain;
  const approximate = { name: "approximate", s: new TextEncoder().encode("tanh"), type: attributeTypes.string };
  return { ...plain, attribute: [messageWith(attributeTable, approximate)] };
}

function versionsFor(activation: NetworkActivation): typeof USUAL {
  const kinds = typeof activation === "string" ? [activation] : activation.map(({ kind }) => kind);
  return kinds.includes("gelu") || kinds.includes("gelu-tanh") ? WITH_GELU : USUAL;
}

function layerNode(layer: Layer, index: number, inputs: readonly string[], sums: string): NodeMessage {
  const { type, attributes } = kindOf(layer).operator;
  const attribute = Object.entries(attributes).map(([name, i]) => {
    return messageWith(attributeTable, { name, i, type: attributeTypes.int });
  });
  return { ...node(type, `layers.${index}`, inputs, sums), attribute };
}

function nodesOf(layers: readonly Layer[], network: Network): NodeMessage[] {
  const { activation, singleOutput } = network;
  const treatment = treatmentNodes(network);
  const first = treatment.length === 0 ? valueNames.input : valueNames.treated;
  const nodes = layers.flatMap((layer, index) => {
    const source = index === 0 ? first : `activations.${index - 1}`;
    const last = index === layers.length - 1;
    const sums = last ? LOGITS : `sums.${index}`;
    const inputs = [source, `layers.${index}.weight`, `layers.${index}.bias`];
    const own = layerNode(layer, index, inputs, sums);
    return last ? [own] : [own, activationNode(activationOfLayer(activation, index, layers.length), index)];
  });
  return singleOutput === "sigmoid" ? [...nodes, node("Sigmoid", "sigmoid", [LOGITS], PROBABILITY)] : nodes;
}

/** The bytes of the model. Weights are as in PyTorch. */
export function encodeOnnx(network: Network): Uint8Array {
  const layers = layersAsFiled(network);
  const initializer = layers.flatMap((layer, index) =>
    kindOf(layer)
      .tensors(layer)
      .map(({ name, shape, values }) => tensor(`layers.${index}.${name}`, shape, values)),
  );
  const shape = layers.map(shapeOf);
  const { irVersion, opset } = versionsFor(network.activation);
  const output = network.singleOutput === "sigmoid" ? PROBABILITY : LOGITS;
  const stated = statedInputs(network);
  const constants = treatmentConstants(network).map(([name, values]) => tensor(name, [values.length], values));
  const model = messageWith(modelTable, {
    irVersion,
    producerName: PRODUCER,
    opsetImport: [messageWith(operatorSetTable, { domain: "", version: opset })],
    graph: messageWith(graphTable, {
      name: "network",
      node: [...treatmentNodes(network), ...nodesOf(layers, network)],
      initializer: [...constants, ...initializer],
      input: [batchOf(valueNames.input, featuresOf(shape))],
      output: [batchOf(output, classesOf(shape))],
    }),
    metadataProps: Object.entries({ ...formTexts(network), ...(stated && { [inputKeys.inputs]: stated }) })
      .filter(([name]) => name !== OUTPUT)
      .map(([key, value]) => messageWith(stringEntryTable, { key, value })),
  });
  return encodeMessage(modelTable, model);
}
