import { describe, expect, it } from "vitest";
import type { LayerActivation } from "../../src/core/activation.ts";
import {
  type AttributeMessage,
  graphTable,
  type NodeMessage,
  operatorSetTable,
  type TensorMessage,
  tensorTable,
  valueTable,
} from "../../src/models/onnx/onnx-schema.ts";
import { messageWith } from "../../src/models/onnx/protobuf-message.ts";
import { readModel } from "../../src/models/read-model.ts";
import { expectRefused, logitsOf, modelFiles } from "../support/model-files.ts";
import {
  constant,
  floatAttribute,
  type GraphParts,
  node,
  onnxBytes,
  tensorAttribute,
  textAttribute,
  wholeAttribute,
  wholeConstant,
} from "../support/onnx-model.ts";

/** [inputs, outputs] = [2, 3] and its transpose; [3, 2]. */
const W = constant("W", [2, 3], [1, 2, 3, 4, 5, 6]);
const T = constant("T", [3, 2], [1, 4, 2, 5, 3, 6]);
const V = constant("V", [3, 2], [1, 0, 0, 1, 1, 1]);
const b = constant("b", [3], [10, 20, 30]);
const column = constant("b", [3, 1], [10, 20, 30]);

/** Logits for the input [1, 2]; without hidden layer unless the nodes make one. */
async function logits(
  nodes: readonly NodeMessage[],
  constants: readonly TensorMessage[],
  more: Partial<GraphParts> = {},
) {
  const { chain } = await readModel(modelFiles("a.onnx", onnxBytes({ nodes, constants, ...more })));
  return logitsOf(chain, [1, 2]);
}

/** x W = [9, 12, 15]. */
const product = node("MatMul x,W y");

describe("an ONNX graph means", () => {
  const products: [string, NodeMessage[], TensorMessage[], number[], Partial<GraphParts>?][] = [
    ["a product", [product], [W], [9, 12, 15]],
    ["a product of one sample without a batch", [product], [W], [9, 12, 15], { input: [2] }],
    ["a product and a bias", [node("MatMul x,W z"), node("Add z,b y")], [W, b], [19, 32, 45]],
    ["a bias in front of the product", [node("MatMul x,W z"), node("Add b,z y")], [W, b], [19, 32, 45]],
    ["Gemm", [node("Gemm x,W,b y")], [W, b], [19, 32, 45]],
    ["Gemm without C", [node("Gemm x,W y")], [W], [9, 12, 15]],
    ["Gemm, B transposed", [node("Gemm x,T,b y", wholeAttribute("transB", 1))], [T, b], [19, 32, 45]],
    [
      "Gemm, alpha and beta",
      [node("Gemm x,W,b y", floatAttribute("alpha", 2), floatAttribute("beta", -1))],
      [W, b],
      [8, 4, 0],
    ],
    ["Gemm, one number for C", [node("Gemm x,W,c y")], [W, constant("c", [], [5])], [14, 17, 20]],
    [
      "Gemm, A transposed: samples in columns",
      [node("Gemm x,W,b y", wholeAttribute("transA", 1))],
      [W, b],
      [19, 32, 45],
      { input: [2, 1] },
    ],
    ["a matrix times a column", [node("MatMul T,x y")], [T], [9, 12, 15], { input: [2, "N"] }],
    [
      "a matrix times a column, and a bias",
      [node("MatMul T,x z"), node("Add z,b y")],
      [T, column],
      [19, 32, 45],
      { input: [2, "N"] },
    ],
    [
      "Gemm with samples in the columns of B",
      [node("Gemm W,x,b y", wholeAttribute("transA", 1))],
      [W, column],
      [19, 32, 45],
      { input: [2, 1] },
    ],
    ["Gemm with B transposed back", [node("Gemm T,x,b y", wholeAttribute("transB", 1))], [T, column], [19, 32, 45]],
    ["a transposed constant", [node("Transpose T W"), node("MatMul x,W y")], [T], [9, 12, 15]],
    ["a constant by another name", [node("Identity W U"), node("MatMul x,U y")], [W], [9, 12, 15]],
    ["a Constant node", [node("Constant - W", tensorAttribute("value", W)), product], [], [9, 12, 15]],
    ["Sub in front", [node("Sub x,c z"), node("MatMul z,W y")], [W, constant("c", [1], [1])], [4, 5, 6]],
    ["Sub from a constant", [node("Sub c,x z"), node("MatMul z,W y")], [W, constant("c", [1], [1])], [-4, -5, -6]],
    [
      "Div in front, number by number",
      [node("Div x,c z"), node("MatMul z,W y")],
      [W, constant("c", [1, 2], [1, 2])],
      [5, 7, 9],
    ],
    [
      "Sub, then Mul",
      [node("Sub x,c v"), node("Mul v,d z"), node("MatMul z,W y")],
      [W, constant("c", [], [1]), constant("d", [2], [3, 2])],
      [8, 10, 12],
    ],
    ["Mul behind", [node("MatMul x,W z"), node("Mul z,d y")], [W, constant("d", [3], [1, 0, -1])], [9, 0, -15]],
    ["Flatten of an image", [node("Flatten x z"), node("MatMul z,W y")], [W], [9, 12, 15], { input: ["N", 1, 2, 1] }],
    [
      "Flatten of an image without a batch",
      [node("Flatten x z", wholeAttribute("axis", 0)), node("MatMul z,W y")],
      [W],
      [9, 12, 15],
      { input: [2, 1, 1] },
    ],
    [
      "Reshape",
      [node("Reshape x,s z"), node("MatMul z,W y")],
      [W, wholeConstant("s", [-1, 2])],
      [9, 12, 15],
      { input: ["N", 1, 2] },
    ],
    [
      "Reshape that keeps the batch",
      [node("Reshape x,s z"), node("MatMul z,W y")],
      [W, wholeConstant("s", [0, -1])],
      [9, 12, 15],
      { input: ["N", 2, 1] },
    ],
    [
      "Squeeze of an image",
      [node("Squeeze x,s v"), node("MatMul v,W z"), node("Identity z y")],
      [W, wholeConstant("s", [1, -1])],
      [9, 12, 15],
      { input: ["N", 1, 2, 1] },
    ],
    [
      "channels normalised",
      [node("Sub x,c v"), node("Flatten v z"), node("MatMul z,W y")],
      [W, constant("c", [1, 2, 1, 1], [1, 2])],
      [0, 0, 0],
      { input: ["N", 2, 1, 1] },
    ],
    [
      "BatchNormalization in front",
      [node("BatchNormalization x,c,d,e,f z", floatAttribute("epsilon", 1)), node("MatMul z,W y")],
      [
        W,
        constant("c", [2], [2, 4]),
        constant("d", [2], [1, 0]),
        constant("e", [2], [0, 1]),
        constant("f", [2], [3, 15]),
      ],
      // 2 (1 - 0) / 2 + 1 = 2 and 4 (2 - 1) / 4 = 1
      [6, 9, 12],
    ],
    [
      "BatchNormalization behind, its epsilon unsaid",
      [node("MatMul x,W z"), node("BatchNormalization z,c,d,e,f y", floatAttribute("momentum", 0.9))],
      [W, ...["c", "d", "e", "f"].map((name) => constant(name, [3], [0, 0, 0]))],
      [0, 0, 0],
    ],
    [
      "BatchNormalization of channels",
      [node("BatchNormalization x,c,d,e,f v", floatAttribute("epsilon", 0)), node("Flatten v z"), node("MatMul z,W y")],
      [W, ...[3, 1, 1, 4].map((value, index) => constant("cdef"[index]!, [1], [value]))],
      // 3 (x - 1) / 2 + 1 = 1 and 2.5
      [11, 14.5, 18],
      { input: ["N", 1, 2] },
    ],
    [
      "Dropout and Cast",
      [node("Dropout x v"), node("Cast v z", wholeAttribute("to", 1)), node("MatMul z,W y")],
      [W],
      [9, 12, 15],
    ],
  ];
  it.each(products)("%s", async (_, nodes, constants, expected, more) => {
    expect(await logits(nodes, constants, more)).toEqual(expected);
  });

  it.each([
    ["rows", [2, 1], [0, 1, 1, 2]],
    ["columns", [1, 1, 2], [0, 0, 2, 2]],
  ])("an image normalised by %s", async (_, shape, expected) => {
    const identity = Array.from({ length: 16 }, (_, index) => (index % 5 === 0 ? 1 : 0));
    const constants = [constant("c", shape, [1, 2]), constant("I", [4, 4], identity)];
    const nodes = [node("Sub x,c v"), node("Flatten v z"), node("MatMul z,I y")];
    const { chain } = await readModel(modelFiles("a.onnx", onnxBytes({ nodes, constants, input: ["N", 2, 2] })));
    expect(logitsOf(chain, [1, 2, 3, 4])).toEqual(expected);
  });

  const hidden: [string, NodeMessage, LayerActivation][] = [
    ["PRelu with one slope", node("PRelu h,quarter a"), { kind: "leaky-relu", alpha: 0.25 }],
    ["Clip at 0", node("Clip h,zero a"), { kind: "relu" }],
    ["Clip at 0, without an upper bound", node("Clip h,zero, a"), { kind: "relu" }],
    [
      "Clip of the first opsets",
      node("Clip h a", floatAttribute("min", 0), floatAttribute("max", 3.4028234663852886e38)),
      { kind: "relu" },
    ],
    ["Max with 0", node("Max zero,h a"), { kind: "relu" }],
    ["Relu", node("Relu h a"), { kind: "relu" }],
    ["Sigmoid", node("Sigmoid h a"), { kind: "sigmoid" }],
    ["Tanh", node("Tanh h a"), { kind: "tanh" }],
    ["Softplus", node("Softplus h a"), { kind: "softplus" }],
    ["LeakyRelu", node("LeakyRelu h a"), { kind: "leaky-relu", alpha: 0.01 }],
    ["LeakyRelu with alpha", node("LeakyRelu h a", floatAttribute("alpha", 0.25)), { kind: "leaky-relu", alpha: 0.25 }],
    ["Elu", node("Elu h a"), { kind: "elu", alpha: 1 }],
    ["Gelu", node("Gelu h a"), { kind: "gelu" }],
    ["Gelu by tanh", node("Gelu h a", textAttribute("approximate", "tanh")), { kind: "gelu-tanh" }],
    ["Identity", node("Identity h a"), { kind: "identity" }],
  ];
  it.each(hidden)("the activation %s", async (_, activation, expected) => {
    const nodes = [node("MatMul x,W h"), activation, node("MatMul a,V y")];
    const more = [constant("zero", [], [0]), constant("quarter", [1], [0.25])];
    const constants = [W, V, ...more.filter(({ name }) => activation.input.includes(name!))];
    const { chain } = await readModel(modelFiles("a.onnx", onnxBytes({ nodes, constants })));
    expect(chain.hidden.map((layer) => layer.activation)).toEqual([expected]);
    expect(chain.output).toBe("none");
  });

  it.each([
    ["Softmax", "softmax", 13],
    ["Softmax", "softmax", 7],
    ["LogSoftmax", "log-softmax", 28],
    ["Sigmoid", "sigmoid", 13],
  ])("%s at the end, which is kept apart", async (operator, output, opset) => {
    const nodes = [node("MatMul x,W z"), node(`${operator} z y`)];
    const { chain } = await readModel(modelFiles("a.onnx", onnxBytes({ nodes, constants: [W], opset })));
    expect([chain.hidden.length, chain.output]).toEqual([0, output]);
  });

  it.each([
    ["a division by 255", "Div x,c z", [255], true],
    ["a product with 1 / 127.5", "Mul x,c z", [Math.fround(1 / 127.5)], true],
    ["a division by 256", "Div x,c z", [256], false],
    ["divisions by several numbers", "Div x,c z", [255, 1], false],
  ])("%s in front, and says where it is one of bytes", async (_, text, values, said) => {
    const constants = [W, constant("c", values.length === 1 ? [] : [2], values)];
    const bytes = onnxBytes({ nodes: [node(text), node("MatMul z,W y")], constants });
    const { notes } = await readModel(modelFiles("a.onnx", bytes));
    expect(notes.some((note) => note.includes("--normalize 0,0.00392156862745098"))).toBe(said);
  });

  it("weights beside the model", async () => {
    const externalData = [
      { key: "location", value: "weights.bin" },
      { key: "offset", value: "4" },
    ];
    const external = messageWith(tensorTable, { ...W, floatData: [], dataLocation: 1, externalData });
    const bytes = onnxBytes({ nodes: [product], constants: [external] });
    const data = new Uint8Array(Float32Array.of(99, ...W.floatData).buffer);
    const { chain } = await readModel(modelFiles("a.onnx", bytes, { "weights.bin": data }));
    expect(logitsOf(chain, [1, 2])).toEqual([9, 12, 15]);
    await expectRefused(modelFiles("a.onnx", bytes), /the data of W are missing/);
    await expectRefused(
      modelFiles("a.onnx", bytes, { "weights.bin": data.subarray(0, 27) }),
      /W (is cut off|does not have)/,
    );
    await expectRefused(modelFiles("a.onnx", bytes, { "weights.bin": data.subarray(0, 3) }), /W lies past the end/);
  });
});

describe("an ONNX graph is refused, with the node,", () => {
  const outside = (location: string) =>
    messageWith(tensorTable, {
      ...W,
      floatData: [],
      dataLocation: 1,
      externalData: [{ key: "location", value: location }],
    });
  const normalised = (constants: readonly TensorMessage[], ...attributes: AttributeMessage[]): GraphParts => ({
    nodes: [node("BatchNormalization x,c,d,e,f z", ...attributes), node("MatMul z,W y")],
    constants: [W, ...constants],
  });
  const ones = (extent: number) => [..."cdef"].map((name) => constant(name, [extent], Array(extent).fill(1)));
  const cases: [string, GraphParts, RegExp][] = [
    [
      "for BatchNormalization that still trains",
      normalised(ones(2), wholeAttribute("training_mode", 1)),
      /BatchNormalization z is not understood here\n.*outside training/,
    ],
    [
      "for BatchNormalization of other features",
      normalised(ones(3)),
      /BatchNormalization z is not understood here\n.*2 numbers in c\n.*\[3\]/,
    ],
    [
      "for BatchNormalization of one number for all features",
      normalised(ones(1)),
      /BatchNormalization z is not understood here\n.*2 numbers in c\n.*\[1\]/,
    ],
    [
      "for BatchNormalization by constants that are computed",
      { ...normalised(ones(2)), constants: [W, ...ones(2).slice(1)] },
      /BatchNormalization z takes a second value/,
    ],
    [
      "for an operator that ONNX Runtime made",
      { nodes: [{ ...node("FusedGemm x,W y"), domain: "com.microsoft" }], constants: [W] },
      /FusedGemm y is not supported\n[\s\S]*before ONNX Runtime optimised it/,
    ],
    ...[
      ["for a slope each number", node("PRelu a,c z"), [3], [0.1, 0.2, 0.3], /one slope.*\n.*3 slopes/],
      ["for a slope below 0", node("PRelu a,c z"), [1], [-0.5], /of at least 0\n.*-0\.5/],
      ["for a bound above", node("Clip a,c,c z"), [], [0], /Clip z is not understood here\n[\s\S]*0 to 0/],
      ["for a bound below 0", node("Clip a,c z"), [], [-1], /Clip z is not understood here\n[\s\S]*-1 to Infinity/],
      ["for a maximum with 1", node("Max a,c z"), [], [1], /Max z is not understood here/],
      ["for a squeezed batch", node("Squeeze a,c z"), [1], [0], /Squeeze z is not understood here\n[\s\S]*axes 0/],
      ["for squeezed numbers", node("Squeeze a,c z"), [1], [1], /Squeeze z is not understood here\n[\s\S]*axes 1/],
    ].map(
      ([name, operation, shape, values, message]) =>
        [
          name,
          {
            nodes: [node("MatMul x,W a"), operation, node("MatMul z,V y")],
            constants: [W, V, constant("c", shape as number[], values as number[])],
          },
          message,
        ] as [string, GraphParts, RegExp],
    ),
    [
      "for a second output",
      {
        nodes: [product, node("Identity y q")],
        constants: [W],
        change: (model) => ({
          ...model,
          graph: { ...model.graph!, output: [...model.graph!.output, messageWith(valueTable, { name: "q" })] },
        }),
      },
      /does not have exactly one output\n[\s\S]*y, q\n[\s\S]*extract_model/,
    ],
    [
      "for weights that were quantised",
      {
        nodes: [product],
        constants: [messageWith(tensorTable, { name: "W", dims: [2], dataType: 3, int32Data: [1, 2] })],
      },
      /W has a type[\s\S]*int8[\s\S]*before it was quantised/,
    ],
    [
      "for an operator that is not known",
      { nodes: [node("Conv x,W y")], constants: [W] },
      /Conv y is not supported\n.*Gemm, MatMul/,
    ],
    [
      "for an operator of another domain",
      { nodes: [{ ...product, domain: "org.me" }], constants: [W] },
      /MatMul of org\.me/,
    ],
    [
      "for an attribute that is not known",
      { nodes: [node("MatMul x,W y", wholeAttribute("twice", 1))], constants: [W] },
      /MatMul y has an attribute/,
    ],
    [
      "for a branch",
      { nodes: [node("MatMul x,W a"), node("Relu a c"), node("Tanh a d"), node("Add c,d y")], constants: [W] },
      /nodes make an activation that is not supported\n.*gelu.*\n.*Relu c, Tanh d, Add y/,
    ],
    [
      "for a branch that is no function of single numbers",
      { nodes: [node("MatMul x,W a"), node("Relu a c"), node("MatMul a,T d"), node("Add c,d y")], constants: [W, T] },
      /value a does not have exactly one reader\n.*\n.*Relu c, MatMul d/,
    ],
    [
      "for a second value",
      { nodes: [node("MatMul x,W a"), node("Add a,q y")], constants: [W] },
      /Add y takes a second value/,
    ],
    [
      "for the value twice",
      { nodes: [node("Mul x,x z"), node("MatMul z,W y")], constants: [W] },
      /Mul z is not understood here/,
    ],
    [
      "for a cycle beside the way",
      { nodes: [product, node("Relu p q"), node("Relu q p")], constants: [W] },
      /Relu q is not on the way\n.*\n.*cycle/,
    ],
    [
      "for a cycle on the way",
      { nodes: [node("Relu x z"), node("Add z,q p"), node("Relu p q"), product], constants: [W] },
      /x does not have exactly one reader|second value/,
    ],
    ["for a value made twice", { nodes: [node("Relu x x"), product], constants: [W] }, /the value x is made twice/],
    [
      "for a way that ends",
      { nodes: [node("MatMul x,W z")], constants: [W] },
      /value z does not have exactly one reader/,
    ],
    ["for weights that nothing reads", { nodes: [product], constants: [W, b] }, /no node reads the constant b/],
    [
      "for widths that do not fit",
      { nodes: [node("MatMul x,W a"), node("Relu a z"), node("MatMul z,W y")], constants: [W] },
      /MatMul y is not understood here\n.*2 features.*\n.*\[N, 3\]/,
    ],
    [
      "for an input of another width",
      { nodes: [product], constants: [W], input: ["N", 5] },
      /2 features, as W has\n.*\[N, 5\]/,
    ],
    [
      "for an image that is not flattened",
      { nodes: [product], constants: [W], input: ["N", 2, 2] },
      /one sample a row/,
    ],
    [
      "for samples that are mixed",
      {
        nodes: [node("Reshape x,s z"), node("MatMul z,W y")],
        constants: [W, wholeConstant("s", [2, 2])],
        input: [1, 4],
      },
      /keeps samples apart/,
    ],
    [
      "for two activations in a row",
      { nodes: [node("MatMul x,W a"), node("Relu a z"), node("Tanh z y")], constants: [W] },
      /Tanh y stands where it is not understood/,
    ],
    [
      "for an activation at the end",
      { nodes: [node("MatMul x,W a"), node("Relu a y")], constants: [W] },
      /Relu y follows the last layer/,
    ],
    [
      "for a layer behind softmax",
      { nodes: [node("MatMul x,W a"), node("Softmax a z"), node("MatMul z,V y")], constants: [W, V] },
      /MatMul y stands where/,
    ],
    [
      "for softmax over samples",
      { nodes: [node("MatMul x,W z"), node("Softmax z y", wholeAttribute("axis", 0))], constants: [W] },
      /Softmax y is not understood here\n.*1 or -1/,
    ],
    [
      "for a constant divided by the value",
      { nodes: [node("Div c,x z"), node("MatMul z,W y")], constants: [W, constant("c", [], [1])] },
      /Div z is not understood/,
    ],
    [
      "for a division by 0",
      { nodes: [node("Div x,c z"), node("MatMul z,W y")], constants: [W, constant("c", [], [0])] },
      /weight of MatMul y, element 0, is not finite/,
    ],
    [
      "for a weight that is NaN",
      { nodes: [product], constants: [constant("W", [2, 3], [1, 2, 3, Number.NaN, 5, 6])] },
      /is not finite/,
    ],
    [
      "for too few numbers",
      { nodes: [product], constants: [constant("W", [2, 3], [1, 2, 3])] },
      /W does not have the numbers of its shape/,
    ],
    [
      "for a shape beyond the file",
      { nodes: [product], constants: [constant("W", [2 ** 40, 2 ** 40], [1])] },
      /W does not have the numbers of its shape/,
    ],
    [
      "for data outside the folder",
      { nodes: [product], constants: [outside("../weights.bin")] },
      /W lies outside the model's folder/,
    ],
    [
      "for data at an absolute path",
      { nodes: [product], constants: [outside("/etc/passwd")] },
      /W lies outside the model's folder/,
    ],
    ["for an opset too old", { nodes: [product], constants: [W], opset: 6 }, /opset 7 to 28\n.*opset 6/],
    ["for an opset too new", { nodes: [product], constants: [W], opset: 29 }, /opset 7 to 28\n.*opset 29/],
    [
      "for too many nodes",
      { nodes: Array.from({ length: 10_001 }, (_, at) => node(`Relu ${at} ${at + 1}`)), constants: [] },
      /the graph is too large/,
    ],
    [
      "for two inputs",
      {
        nodes: [product],
        constants: [W],
        change: (model) => ({
          ...model,
          graph: { ...model.graph!, input: [...model.graph!.input, messageWith(valueTable, { name: "u" })] },
        }),
      },
      /exactly one input/,
    ],
    [
      "for no graph",
      { nodes: [], constants: [], change: (model) => ({ ...model, graph: undefined }) },
      /holds no graph/,
    ],
    [
      "for no operator set",
      {
        nodes: [product],
        constants: [W],
        change: (model) => ({
          ...model,
          opsetImport: [messageWith(operatorSetTable, { domain: "org.me", version: 1 })],
        }),
      },
      /operators' version/,
    ],
    ["for no layer", { nodes: [node("Identity x y")], constants: [] }, /holds no dense layer/],
    [
      "for sparse weights",
      {
        nodes: [product],
        constants: [W],
        change: (model) => ({
          ...model,
          graph: messageWith(graphTable, { ...model.graph, sparseInitializer: [Uint8Array.of(1)] }),
        }),
      },
      /sparse constants/,
    ],
  ];
  it.each(cases)("%s", async (_, parts, message) => {
    await expectRefused(modelFiles("a.onnx", onnxBytes(parts)), message);
  });

  it("for fields that do not exist, fields twice and groups as deep as the file is long", async () => {
    const bytes = onnxBytes({ nodes: [product], constants: [W] });
    const parts: [number[], RegExp][] = [
      [[0xf8, 0x07, 1], /cannot be decoded\n.*\n.*field 127 is unknown/],
      [[0x08, 7], /field 1 occurs twice/],
      [new Array(100_000).fill(0x0b), /cannot be decoded/],
    ];
    for (const [extra, message] of parts) {
      await expectRefused(modelFiles("a.onnx", Uint8Array.from([...bytes, ...extra])), message);
    }
  });
});
