/**
 * The messages of ONNX (https://github.com/onnx/onnx, onnx/onnx.proto) with all fields that a model in its first-level form
 * has. What is not read is kept as bytes, so that it can be told from a field that does not exist.
 */
import { bytes, double, float, int64, type MessageOf, many, message, one, text } from "./protobuf-message.ts";

export const stringEntryTable = { key: one(1, text), value: one(2, text) };

export const tensorTable = {
  dims: many(1, int64),
  dataType: one(2, int64),
  segment: one(3, bytes),
  floatData: many(4, float),
  int32Data: many(5, int64),
  stringData: many(6, bytes),
  int64Data: many(7, int64),
  name: one(8, text),
  rawData: one(9, bytes),
  doubleData: many(10, double),
  uint64Data: many(11, int64),
  docString: one(12, text),
  externalData: many(13, message(stringEntryTable)),
  dataLocation: one(14, int64),
  metadataProps: many(16, message(stringEntryTable)),
};
export type TensorMessage = MessageOf<typeof tensorTable>;

export const attributeTable = {
  name: one(1, text),
  f: one(2, float),
  i: one(3, int64),
  s: one(4, bytes),
  t: one(5, message(tensorTable)),
  g: one(6, bytes),
  floats: many(7, float),
  ints: many(8, int64),
  strings: many(9, bytes),
  tensors: many(10, bytes),
  graphs: many(11, bytes),
  docString: one(13, text),
  typeProto: one(14, bytes),
  typeProtos: many(15, bytes),
  type: one(20, int64),
  refAttributeName: one(21, text),
  sparseTensor: one(22, bytes),
  sparseTensors: many(23, bytes),
};
export type AttributeMessage = MessageOf<typeof attributeTable>;

export const nodeTable = {
  input: many(1, text),
  output: many(2, text),
  name: one(3, text),
  opType: one(4, text),
  attribute: many(5, message(attributeTable)),
  docString: one(6, text),
  domain: one(7, text),
  overload: one(8, text),
  metadataProps: many(9, message(stringEntryTable)),
  deviceConfigurations: many(10, bytes),
};
export type NodeMessage = MessageOf<typeof nodeTable>;

export const dimensionTable = { dimValue: one(1, int64), dimParam: one(2, text), denotation: one(3, text) };
const tensorTypeTable = { elemType: one(1, int64), shape: one(2, message({ dim: many(1, message(dimensionTable)) })) };
export const typeTable = {
  tensorType: one(1, message(tensorTypeTable)),
  sequenceType: one(4, bytes),
  mapType: one(5, bytes),
  denotation: one(6, text),
  sparseTensorType: one(8, bytes),
  optionalType: one(9, bytes),
};

export const valueTable = {
  name: one(1, text),
  type: one(2, message(typeTable)),
  docString: one(3, text),
  metadataProps: many(4, message(stringEntryTable)),
};
export type ValueMessage = MessageOf<typeof valueTable>;

export const graphTable = {
  node: many(1, message(nodeTable)),
  name: one(2, text),
  initializer: many(5, message(tensorTable)),
  docString: one(10, text),
  input: many(11, message(valueTable)),
  output: many(12, message(valueTable)),
  valueInfo: many(13, bytes),
  quantizationAnnotation: many(14, bytes),
  sparseInitializer: many(15, bytes),
  metadataProps: many(16, message(stringEntryTable)),
};
export type GraphMessage = MessageOf<typeof graphTable>;

export const operatorSetTable = { domain: one(1, text), version: one(2, int64) };

export const modelTable = {
  irVersion: one(1, int64),
  producerName: one(2, text),
  producerVersion: one(3, text),
  domain: one(4, text),
  modelVersion: one(5, int64),
  docString: one(6, text),
  graph: one(7, message(graphTable)),
  opsetImport: many(8, message(operatorSetTable)),
  metadataProps: many(14, message(stringEntryTable)),
  trainingInfo: many(20, bytes),
  functions: many(25, bytes),
  configuration: many(26, bytes),
};
export type ModelMessage = MessageOf<typeof modelTable>;

/** What our own files call their producer. */
export const PRODUCER = "gpu-importance";

/** TensorProto.DataType. */
export const dataTypes = { float32: 1, int32: 6, int64: 7, float16: 10, float64: 11, bfloat16: 16 } as const;

/** Of them and others, those of whole numbers: u?int8 to u?int64. */
export const wholeTypes: readonly number[] = [2, 3, 4, 5, 6, 7, 12, 13];
export const realTypes: readonly number[] = [1, 10, 11, 16];

/** AttributeProto.AttributeType. */
export const attributeTypes = { float: 1, int: 2, string: 3 } as const;

/** Versions of the operators that are understood, of the domain `` or `ai.onnx`. */
export const opsets = { first: 7, last: 28 } as const;
