/** ONNX tensors that hold constants: weights, biases, shapes. From the file itself or from a file beside it. */
import type { ModelFiles } from "../model-reader.ts";
import type { Refuse } from "../refuse.ts";
import { type FloatType, floatBytes, type RealArray, readFloats, sizeOf, transposed } from "../tensor.ts";
import { dataTypes, type GraphMessage, type NodeMessage, type TensorMessage } from "./onnx-schema.ts";

export interface Constant {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major. int32 and int64 are whole numbers here, too. */
  readonly values: RealArray;
}

/** TensorProto.DataLocation. */
const EXTERNAL = 1;

const floatTypes: ReadonlyMap<number, FloatType> = new Map([
  [dataTypes.float16, "float16"],
  [dataTypes.bfloat16, "bfloat16"],
  [dataTypes.float32, "float32"],
  [dataTypes.float64, "float64"],
]);

/** Others of TensorProto.DataType, for messages. */
const typeNames: ReadonlyMap<number, string> = new Map([
  [2, "uint8"],
  [3, "int8"],
  [4, "uint16"],
  [5, "int16"],
  [8, "string"],
  [9, "bool"],
  [21, "uint4"],
  [22, "int4"],
]);
/** What weights and zero points are in a quantised network. */
const quantised: readonly number[] = [2, 3, 4, 5, 21, 22];

/** Bytes of the external files, by location. */
type ExternalData = ReadonlyMap<string, Uint8Array>;

const entryOf = ({ externalData }: TensorMessage, key: string) =>
  externalData.find((entry) => entry.key === key)?.value;

function tensorsOf(graph: GraphMessage): TensorMessage[] {
  const attributes = graph.node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? []));
  return [...graph.initializer, ...attributes];
}

/**
 * Files beside the model that tensors lie in.
 * @throws RunError where a location leads out of the folder or names no file.
 */
export async function loadExternalData(graph: GraphMessage, files: ModelFiles, refuse: Refuse): Promise<ExternalData> {
  const loaded = new Map<string, Uint8Array>();
  for (const tensor of tensorsOf(graph).filter(({ dataLocation }) => dataLocation === EXTERNAL)) {
    const location = entryOf(tensor, "location") ?? "";
    if (loaded.has(location)) continue;
    if (location === "" || /[/\\:\0]|^\.\.?$/.test(location)) {
      const expected = "the name of a file in the same folder";
      return refuse({
        what: `${tensor.name} lies outside the model's folder`,
        expected,
        found: `location "${location}"`,
      });
    }
    const bytes = await files.sibling(location);
    if (bytes === undefined) {
      const found = `no file ${location}`;
      return refuse({ what: `the data of ${tensor.name} are missing`, expected: "the file beside the model", found });
    }
    loaded.set(location, bytes);
  }
  return loaded;
}

function externalBytes(tensor: TensorMessage, external: ExternalData, refuse: Refuse): Uint8Array {
  const file = external.get(entryOf(tensor, "location") ?? "")!;
  const offset = Number(entryOf(tensor, "offset") ?? 0);
  const length = Number(entryOf(tensor, "length") ?? file.length - offset);
  if (![offset, length].every((value) => Number.isSafeInteger(value) && value >= 0) || offset + length > file.length) {
    const found = `bytes ${offset} to ${offset + length}`;
    refuse({ what: `${tensor.name} lies past the end of its file`, expected: `at most byte ${file.length}`, found });
  }
  return file.subarray(offset, offset + length);
}

/** All places a tensor's numbers may lie in, as numbers; undefined where the type is not understood. */
function valuesOf(tensor: TensorMessage, raw: Uint8Array | undefined, refuse: Refuse): RealArray {
  const { dataType = 0, name } = tensor;
  const type = floatTypes.get(dataType);
  const wholeBytes = type === undefined ? (dataType === dataTypes.int64 ? 8 : 4) : floatBytes[type];
  if (raw !== undefined && raw.length % wholeBytes !== 0) {
    const found = `${raw.length} bytes`;
    refuse({ what: `${name} is cut off`, expected: `a multiple of ${wholeBytes} bytes`, found });
  }
  if (type === "float32") return raw ? readFloats(raw, type) : Float32Array.from(tensor.floatData);
  if (type === "float64") return raw ? readFloats(raw, type) : Float64Array.from(tensor.doubleData);
  if (type !== undefined && raw) return readFloats(raw, type);
  if (dataType === dataTypes.int64) return raw ? readWhole(raw, 8) : Float64Array.from(tensor.int64Data);
  if (dataType === dataTypes.int32) return raw ? readWhole(raw, 4) : Float64Array.from(tensor.int32Data);
  return refuse({
    what: `${name} has a type that is not understood`,
    expected: "float32, float64, float16 or bfloat16 as raw data, int32 or int64",
    found: typeNames.get(dataType) ?? `ONNX data type ${dataType}`,
    ...(quantised.includes(dataType) ? { fix: "take the network as it was before it was quantised" } : {}),
  });
}

function readWhole(raw: Uint8Array, bytes: 4 | 8): Float64Array {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  return Float64Array.from({ length: raw.length / bytes }, (_, index) =>
    bytes === 8 ? Number(view.getBigInt64(index * 8, true)) : view.getInt32(index * 4, true),
  );
}

/** @throws RunError where the type is not understood or the numbers are not as many as the shape says. */
function constantOf(tensor: TensorMessage, external: ExternalData, refuse: Refuse): Constant {
  const { dims: shape, name = "a constant without a name", dataLocation = 0 } = tensor;
  if (dataLocation > EXTERNAL) {
    refuse({ what: `${name} lies in an unknown place`, expected: "data location 0 or 1", found: `${dataLocation}` });
  }
  const raw = dataLocation === EXTERNAL ? externalBytes(tensor, external, refuse) : tensor.rawData;
  const lists = [tensor.floatData, tensor.int32Data, tensor.int64Data, tensor.doubleData];
  const sources = lists.filter(({ length }) => length > 0).length + (raw === undefined ? 0 : 1);
  const values = valuesOf(tensor, raw, refuse);
  if (sources > 1 || values.length !== sizeOf(shape) || shape.some((extent) => extent < 1)) {
    const expected = `${sizeOf(shape)} numbers for shape [${shape.join(", ")}], once`;
    refuse({ what: `${name} does not have the numbers of its shape`, expected, found: `${values.length} numbers` });
  }
  return { name, shape, values };
}

/** What a Constant node yields. */
function constantNode({ attribute, output }: NodeMessage, external: ExternalData, refuse: Refuse): Constant {
  const name = output[0] ?? "";
  const [said, second] = attribute;
  if (said?.name === "value" && said.t !== undefined && second === undefined) {
    return { ...constantOf(said.t, external, refuse), name };
  }
  const single = said?.name === "value_float" ? said.f : said?.name === "value_int" ? said.i : undefined;
  if (single !== undefined && second === undefined) return { name, shape: [], values: Float64Array.of(single) };
  const list = said?.name === "value_floats" ? said.floats : said?.name === "value_ints" ? said.ints : [];
  if (list.length > 0 && second === undefined) return { name, shape: [list.length], values: Float64Array.from(list) };
  const found = attribute.map((one) => one.name).join(", ");
  return refuse({ what: `Constant ${name} is not understood`, expected: "a value of numbers", found });
}

/** Transpose of a matrix; of a vector it is the vector. */
function transposedConstant(constant: Constant, { attribute, output }: NodeMessage, refuse: Refuse): Constant {
  const name = output[0]!;
  const [rows, columns] = constant.shape;
  const reversed = constant.shape.map((_, axis) => constant.shape.length - 1 - axis);
  const permutation = attribute.find((one) => one.name === "perm")?.ints ?? reversed;
  if (constant.shape.length > 2 || permutation.join() !== reversed.join()) {
    const found = `perm ${permutation.join(", ")} of shape [${constant.shape.join(", ")}]`;
    refuse({ what: `Transpose ${name} is not understood`, expected: "rows and columns of a matrix swapped", found });
  }
  if (rows === undefined || columns === undefined) return { ...constant, name };
  return { name, shape: [columns, rows], values: transposed(constant.values, rows, columns) };
}

type Rearrangement = (node: NodeMessage, sources: readonly Constant[]) => Constant | undefined;

function reshapedConstant({ output }: NodeMessage, [source, target]: readonly Constant[]): Constant | undefined {
  const { values } = source!;
  const extents = Array.from(target?.values ?? []);
  const rest = values.length / extents.reduce((product, extent) => (extent === -1 ? product : product * extent), 1);
  const shape = extents.map((extent) => (extent === -1 ? rest : extent));
  const fits = shape.every((extent) => Number.isInteger(extent) && extent > 0) && sizeOf(shape) === values.length;
  return fits && target?.shape.length === 1 ? { name: output[0] ?? "", shape, values } : undefined;
}

/** To a type that holds the numbers as they are. */
function castConstant({ output, attribute }: NodeMessage, [source]: readonly Constant[]): Constant | undefined {
  const to = attribute.find(({ name }) => name === "to")?.i;
  const { values } = source!;
  const exact =
    to === dataTypes.int64 || to === dataTypes.int32
      ? values.every((value) => Number.isSafeInteger(value))
      : to === dataTypes.float32 && values.every((value) => Math.fround(value) === value);
  return exact ? { ...source!, name: output[0] ?? "" } : undefined;
}

function joinedConstant({ output, attribute }: NodeMessage, sources: readonly Constant[]): Constant | undefined {
  const axis = attribute.find(({ name }) => name === "axis")?.i;
  if (sources.some(({ shape }) => shape.length !== 1) || (axis !== 0 && axis !== -1)) return undefined;
  const values = Float64Array.from(sources.flatMap((source) => Array.from(source.values)));
  return { name: output[0] ?? "", shape: [values.length], values };
}

/** One dimension of extent 1 in front, which is what is left of a number when a shape is put together. */
function unsqueezedConstant({ output, input, attribute }: NodeMessage, [source, axes]: readonly Constant[]) {
  const said = input.length > 1 ? Array.from(axes!.values) : attribute.find(({ name }) => name === "axes")?.ints;
  const [axis, another] = said ?? [];
  if (source!.shape.length > 0 || (axis !== 0 && axis !== -1) || another !== undefined) return undefined;
  return { name: output[0] ?? "", shape: [1], values: source!.values };
}

/** What only moves numbers of constants; undefined where it does more, or is not understood. */
const rearrangements: Readonly<Record<string, Rearrangement>> = {
  Reshape: reshapedConstant,
  Cast: castConstant,
  Concat: joinedConstant,
  Unsqueeze: unsqueezedConstant,
};

export interface Constants {
  /** By name of the value. */
  readonly values: ReadonlyMap<string, Constant>;
  /** Nodes that are left: they compute with the input. */
  readonly nodes: readonly NodeMessage[];
}

/** Initialisers, and what nodes make of constants alone, in the order of the file. */
export function collectConstants(graph: GraphMessage, external: ExternalData, refuse: Refuse): Constants {
  const values = new Map<string, Constant>();
  for (const tensor of graph.initializer) values.set(tensor.name ?? "", constantOf(tensor, external, refuse));
  const nodes = graph.node.filter((node) => {
    const constant = evaluated(node, values, external, refuse);
    if (constant !== undefined) values.set(constant.name, constant);
    return constant === undefined;
  });
  return { values, nodes };
}

function evaluated(
  node: NodeMessage,
  values: ReadonlyMap<string, Constant>,
  external: ExternalData,
  refuse: Refuse,
): Constant | undefined {
  if (node.opType === "Constant") return constantNode(node, external, refuse);
  const sources = node.input.map((name) => values.get(name)).filter((constant) => constant !== undefined);
  const [source] = sources;
  if (source === undefined || sources.length < node.input.length) return undefined;
  if (Object.hasOwn(rearrangements, node.opType ?? "")) return rearrangements[node.opType!]!(node, sources);
  if (sources.length > 1) return undefined;
  if (node.opType === "Identity") return { ...source, name: node.output[0] ?? "" };
  return node.opType === "Transpose" ? transposedConstant(source, node, refuse) : undefined;
}
