/** ONNX models put together node by node, as bytes. */
import {
  type AttributeMessage,
  attributeTable,
  attributeTypes,
  dataTypes,
  dimensionTable,
  graphTable,
  type ModelMessage,
  modelTable,
  type NodeMessage,
  nodeTable,
  operatorSetTable,
  type TensorMessage,
  tensorTable,
  typeTable,
  valueTable,
} from "../../src/models/onnx/onnx-schema.ts";
import { encodeMessage, messageWith } from "../../src/models/onnx/protobuf-message.ts";

export function constant(name: string, dims: readonly number[], values: readonly number[]): TensorMessage {
  return messageWith(tensorTable, { name, dims, dataType: dataTypes.float32, floatData: values });
}

export function wholeConstant(name: string, values: readonly number[]): TensorMessage {
  return messageWith(tensorTable, { name, dims: [values.length], dataType: dataTypes.int64, int64Data: values });
}

export const floatAttribute = (name: string, f: number): AttributeMessage =>
  messageWith(attributeTable, { name, f, type: attributeTypes.float });
export const wholeAttribute = (name: string, i: number): AttributeMessage =>
  messageWith(attributeTable, { name, i, type: attributeTypes.int });
export const textAttribute = (name: string, text: string): AttributeMessage =>
  messageWith(attributeTable, { name, s: new TextEncoder().encode(text), type: attributeTypes.string });
export const floatsAttribute = (name: string, floats: readonly number[]): AttributeMessage =>
  messageWith(attributeTable, { name, floats });
export const wholesAttribute = (name: string, ints: readonly number[]): AttributeMessage =>
  messageWith(attributeTable, { name, ints });
export const tensorAttribute = (name: string, t: TensorMessage): AttributeMessage =>
  messageWith(attributeTable, { name, t });

/** `Gemm x,W,b y`: operator, inputs, output. */
export function node(text: string, ...attribute: readonly AttributeMessage[]): NodeMessage {
  const [opType, inputs, output] = text.split(" ") as [string, string, string];
  const input = inputs === "-" ? [] : inputs.split(",");
  return messageWith(nodeTable, { opType, input, output: [output], attribute });
}

export interface GraphParts {
  readonly nodes: readonly NodeMessage[];
  readonly constants: readonly TensorMessage[];
  /** Extents of the value `x`; text where they are open. */
  readonly input?: readonly (number | string)[];
  /** TensorProto.DataType of `x`; float32 where none is given. */
  readonly elemType?: number;
  readonly opset?: number;
  readonly change?: (model: ModelMessage) => ModelMessage;
}

/** A model from `x` to `y`. */
export function onnxBytes({ nodes, constants, input = ["N", 2], opset = 13, ...more }: GraphParts) {
  const { elemType = dataTypes.float32, change = (model: ModelMessage) => model } = more;
  const dim = input.map((extent) =>
    messageWith(dimensionTable, typeof extent === "number" ? { dimValue: extent } : { dimParam: extent }),
  );
  const type = messageWith(typeTable, { tensorType: { elemType, shape: { dim } } });
  const model = messageWith(modelTable, {
    irVersion: 7,
    opsetImport: [messageWith(operatorSetTable, { domain: "", version: opset })],
    graph: messageWith(graphTable, {
      node: nodes,
      initializer: constants,
      input: [messageWith(valueTable, { name: "x", type })],
      output: [messageWith(valueTable, { name: "y" })],
    }),
  });
  return encodeMessage(modelTable, change(model));
}
