/** What ONNX graphs say of their input: its type, its axes and their order, and scikit-learn's scaling. */
import { describe, expect, it } from "vitest";
import type { NodeMessage, TensorMessage } from "../../src/models/onnx/onnx-schema.ts";
import { readModel } from "../../src/models/read-model.ts";
import { expectRefused, logitsOf, modelFiles } from "../support/model-files.ts";
import {
  constant,
  floatsAttribute,
  type GraphParts,
  node,
  onnxBytes,
  wholeAttribute,
  wholeConstant,
  wholesAttribute,
} from "../support/onnx-model.ts";

const FLOAT = 1;
const UINT8 = 2;
const INT64 = 7;
const DOUBLE = 11;
const W = constant("W", [2, 3], [1, 2, 3, 4, 5, 6]);
const product = node("MatMul z,W y");
const files = (parts: GraphParts) => modelFiles("a.onnx", onnxBytes(parts));
const identity = (size: number) =>
  constant(
    "W",
    [size, size],
    Array.from({ length: size ** 2 }, (_, index) => (index % (size + 1) === 0 ? 1 : 0)),
  );
const scaler = (name: string, offset: readonly number[], scale: readonly number[]): NodeMessage => ({
  ...node(name, floatsAttribute("offset", offset), floatsAttribute("scale", scale)),
  domain: "ai.onnx.ml",
});

describe("an input of whole numbers", () => {
  const cast = node("Cast x z", wholeAttribute("to", FLOAT));

  it("is said to take bytes as they are", async () => {
    for (const elemType of [UINT8, INT64]) {
      const { chain } = await readModel(files({ nodes: [cast, product], constants: [W], elemType }));
      expect(chain.input).toEqual({ shape: [2], whole: true });
    }
    const { chain } = await readModel(files({ nodes: [cast, product], constants: [W] }));
    expect(chain.input).toEqual({ shape: [2] });
  });

  it("is not said to where the user says what is done to inputs", async () => {
    const options = { normalize: { mean: 0, sd: 1 / 255 } };
    const { chain } = await readModel(files({ nodes: [cast, product], constants: [W], elemType: UINT8 }), options);
    expect(chain.input).toEqual({ shape: [2] });
  });

  it("may be divided by 255 once it is real, without advice for networks that take fractions", async () => {
    const nodes = [node("Cast x v", wholeAttribute("to", FLOAT)), node("Div v,c z"), product];
    const { chain, notes } = await readModel(
      files({ nodes, constants: [W, constant("c", [], [255])], elemType: UINT8 }),
    );
    expect(logitsOf(chain, [255, 510])).toEqual([9, 12, 15].map((value) => expect.closeTo(value, 5)));
    expect(notes.join()).not.toContain("--normalize");
  });

  const cases: [string, NodeMessage[], TensorMessage[], number, RegExp][] = [
    [
      "divided before it is real",
      [node("Div x,c v"), node("Cast v z", wholeAttribute("to", FLOAT)), product],
      [W, wholeConstant("c", [255])],
      INT64,
      /Div v takes whole numbers\n.*cast to real numbers first/,
    ],
    [
      "read by an activation of several nodes",
      [node("Sigmoid x s"), node("Mul x,s v"), node("Cast v z", wholeAttribute("to", FLOAT)), product],
      [W],
      INT64,
      /takes whole numbers|not supported/,
    ],
    ["of texts", [node("Identity x z"), product], [W], 8, /the input x is not understood\n.*real.*\n.*data type 8/],
    [
      "cast to bytes",
      [node("Cast x z", wholeAttribute("to", UINT8)), product],
      [W],
      FLOAT,
      /data type 2, which rounds/,
    ],
  ];
  it.each(cases)("%s is refused", async (_, nodes, constants, elemType, message) => {
    await expectRefused(files({ nodes, constants, elemType }), message);
  });

  it("may be cast to float64", async () => {
    const nodes = [node("Cast x z", wholeAttribute("to", DOUBLE)), product];
    expect((await readModel(files({ nodes, constants: [W], elemType: UINT8 }))).chain.input?.whole).toBe(true);
  });
});

describe("the axes of an input", () => {
  it.each<[string, (number | string)[], readonly number[] | undefined]>([
    ["of a batch", ["N", 2, 3, 1], [2, 3, 1]],
    ["of one sample", [1, 2, 3], [2, 3]],
    ["of a sample without a batch", [3, 2], [3, 2]],
    ["that are open say nothing, and", ["N", "h", "w"], undefined],
  ])("%s are told", async (_, input, shape) => {
    const nodes = [node("Reshape x,s z"), product];
    const constants = [identity(6), wholeConstant("s", [input[0] === 3 ? 1 : -1, 6])];
    expect((await readModel(files({ nodes, constants, input }))).chain.input).toEqual(shape ? { shape } : {});
  });

  it("change places in a Transpose, also behind a scale for each number", async () => {
    const swap = wholesAttribute("perm", [0, 2, 1]);
    const values = [1, 2, 3, 4, 5, 6];
    const read = async (nodes: NodeMessage[], more: TensorMessage[] = []) => {
      const parts = { nodes: [...nodes, node("Flatten v z"), product], constants: [identity(6), ...more] };
      return logitsOf((await readModel(files({ ...parts, input: ["N", 2, 3] }))).chain, values);
    };
    // [[1, 2, 3], [4, 5, 6]], column by column.
    expect(await read([node("Transpose x v", swap)])).toEqual([1, 4, 2, 5, 3, 6]);
    const c = constant("c", [2, 3], [1, 10, 100, 1000, 1e4, 1e5]);
    const scaled = [1, 4000, 20, 5e4, 300, 6e5];
    expect(await read([node("Mul x,c u"), node("Transpose u v", swap)], [c])).toEqual(scaled);
    const d = constant("d", [3, 2], [1, 1000, 10, 1e4, 100, 1e5]);
    expect(await read([node("Transpose x u", swap), node("Mul u,d v")], [d])).toEqual(scaled);
    expect(await read([node("Transpose x u", swap), node("Transpose u v", swap)])).toEqual(values);
  });

  it("swapped with the batch are one sample a column", async () => {
    const T = constant("T", [3, 2], [1, 4, 2, 5, 3, 6]);
    const nodes = [node("Transpose x z"), node("MatMul T,z h"), node("Transpose h y")];
    expect(logitsOf((await readModel(files({ nodes, constants: [T] }))).chain, [1, 2])).toEqual([9, 12, 15]);
  });

  it("change places behind a layer in its outputs", async () => {
    const nodes = [
      node("MatMul x,W h"),
      node("Reshape h,s u"),
      node("Transpose u v", wholesAttribute("perm", [0, 2, 1])),
      node("Flatten v y"),
    ];
    const constants = [identity(6), wholeConstant("s", [-1, 2, 3])];
    const { chain, notes } = await readModel(files({ nodes, constants, input: ["N", 6] }));
    expect(logitsOf(chain, [1, 2, 3, 4, 5, 6])).toEqual([1, 4, 2, 5, 3, 6]);
    expect(notes).toEqual(["outputs of MatMul h put in the order of Transpose v"]);
  });

  it.each<[string, NodeMessage[], (number | string)[], RegExp]>([
    ["moved into the batch", [node("Transpose x v", wholesAttribute("perm", [1, 0, 2]))], ["N", 2, 3], /perm 1, 0, 2/],
    [
      "moved, of unknown extent",
      [node("Transpose x v", wholesAttribute("perm", [0, 2, 1]))],
      ["N", 2, "w"],
      /known shape/,
    ],
    ["missing", [node("Transpose x v", wholesAttribute("perm", [0, 1]))], ["N", 2, 3], /perm 0, 1/],
  ])("are refused where they are %s", async (_, nodes, input, message) => {
    const parts = { nodes: [...nodes, node("Flatten v z"), product], constants: [identity(6)], input };
    await expectRefused(files(parts), message);
  });

  it("of the output are one vector of classes", async () => {
    const layer = [node("MatMul x,W h"), node("Reshape h,s v")];
    const parts = { constants: [identity(6), wholeConstant("s", [-1, 2, 3])], input: ["N", 6] };
    await expectRefused(files({ ...parts, nodes: [...layer, node("Softmax v y")] }), /one vector of classes a sample/);
    await expectRefused(
      files({ ...parts, nodes: [...layer, node("Identity v y")] }),
      /output is not understood\n.*\[batch, classes\]\n.*\[N, 2, 3\]/,
    );
  });
});

describe("a Scaler of ai.onnx.ml", () => {
  it("is folded into the layer behind it", async () => {
    const nodes = [scaler("Scaler x z", [1, 2], [2, 10]), product];
    const { chain, notes } = await readModel(files({ nodes, constants: [W] }));
    // (3 - 1) 2 = 4 and (3 - 2) 10 = 10.
    expect(logitsOf(chain, [3, 3])).toEqual([44, 58, 72]);
    expect(notes[0]).toMatch(/^constant Scaler z in front of MatMul y folded/);
  });

  it("takes one number for all, and whole numbers", async () => {
    const nodes = [scaler("Scaler x z", [1], [2]), product];
    const { chain } = await readModel(files({ nodes, constants: [W], elemType: INT64 }));
    expect(logitsOf(chain, [3, 3])).toEqual([20, 28, 36]);
    expect(chain.input?.whole).toBe(true);
  });

  it("is refused where it does not fit, and so is any other of its domain", async () => {
    const fails = (first: NodeMessage, message: RegExp) =>
      expectRefused(files({ nodes: [first, product], constants: [W] }), message);
    await fails(scaler("Scaler x z", [1, 2, 3], [1]), /offset for \[N, 2\]\n.*3 numbers/);
    await fails(scaler("Scaler x z", [1], []), /scale for \[N, 2\]\n.*0 numbers/);
    await fails(
      { ...node("Normalizer x z"), domain: "ai.onnx.ml" },
      /not supported\n.*Scaler of ai\.onnx\.ml\n.*Normalizer/,
    );
    await fails(node("Scaler x z", floatsAttribute("scale", [1])), /Scaler z is not supported/);
  });
});
