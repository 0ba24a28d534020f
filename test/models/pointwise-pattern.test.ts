/** Nodes that are an activation together, whatever their order; and others, which must not be taken for one. */
import { describe, expect, test } from "vitest";
import { activate } from "../../src/core/activation-values.ts";
import type { Constant } from "../../src/models/onnx/onnx-constants.ts";
import type { NodeMessage } from "../../src/models/onnx/onnx-schema.ts";
import { pointwisePattern } from "../../src/models/onnx/pointwise-pattern.ts";
import { node, wholeAttribute } from "../support/onnx-model.ts";

/** Constants are named by their values; they are float32 in files. */
function patternOf(nodes: readonly NodeMessage[], constantShape: readonly number[] = []) {
  const users = new Map<string, NodeMessage[]>();
  const constants = new Map<string, Constant>();
  for (const one of nodes) {
    for (const name of new Set(one.input)) {
      users.set(name, [...(users.get(name) ?? []), one]);
      if (Number.isNaN(Number(name))) continue;
      constants.set(name, { name, shape: constantShape, values: Float32Array.of(Number(name)) });
    }
  }
  return pointwisePattern("z", users, constants);
}

const nodes = (...texts: string[]) => texts.map((text) => node(text));
const activationOf = (...texts: string[]) => patternOf(nodes(...texts))?.activation?.kind;

describe("a switch between two ways", () => {
  test("is softplus where both ways are the same at the switch, as torch.export writes it", () => {
    expect(activationOf("Greater z,20 c", "Softplus z s", "Where c,z,s y")).toBe("softplus");
    expect(activationOf("Less z,20 c", "Softplus z s", "Where c,s,z y")).toBe("softplus");
  });

  test.each([
    ["jumps between two points at which it is ReLU", ["Greater z,0.01 c", "Mul z,0 o", "Where c,z,o y"]],
    ["is softplus on the wrong side alone", ["Greater z,20 c", "Softplus z s", "Where c,s,z y"]],
    ["leaves softplus early", ["Greater z,5 c", "Softplus z s", "Where c,z,s y"]],
  ])("is none where it %s", (_, texts) => {
    expect(activationOf(...texts)).toBeUndefined();
  });
});

describe("nodes are GELU", () => {
  test.each([
    ["as PyTorch writes it", ["Div z,1.4142135 a", "Erf a b", "Add b,1 c", "Mul z,c d", "Mul d,0.5 y"]],
    ["as TensorFlow writes it", ["Mul z,0.5 h", "Mul z,0.70710678 a", "Erf a b", "Add 1,b c", "Mul h,c y"]],
    [
      "with the half at the error function",
      ["Div z,1.4142135 a", "Erf a b", "Mul b,0.5 c", "Add c,0.5 d", "Mul z,d y"],
    ],
    [
      "by a probability from the other side",
      ["Neg z n", "Mul n,0.70710678 a", "Erf a b", "Sub 1,b c", "Mul c,0.5 d", "Mul d,z y"],
    ],
    [
      "whatever the order of the nodes in the file",
      ["Mul d,0.5 y", "Mul z,c d", "Add b,1 c", "Erf a b", "Div z,1.4142135 a"],
    ],
  ])("%s", (_, texts) => {
    const pattern = patternOf(nodes(...texts))!;
    expect(pattern.activation).toEqual({ kind: "gelu" });
    expect(pattern.value).toBe("y");
    expect(pattern.nodes).toHaveLength(texts.length);
  });

  test.each([
    [
      "with a power",
      [
        "Pow z,3 p",
        "Mul p,0.044715 q",
        "Add z,q r",
        "Mul r,0.7978846 s",
        "Tanh s t",
        "Add t,1 u",
        "Mul z,u v",
        "Mul v,0.5 y",
      ],
    ],
    [
      "with products",
      [
        "Mul z,z p",
        "Mul z,p q",
        "Mul 0.044715,q r",
        "Add z,r s",
        "Mul 0.7978846,s t",
        "Tanh t u",
        "Add 1,u v",
        "Mul z,v w",
        "Mul 0.5,w y",
      ],
    ],
    [
      "by the logistic function",
      ["Pow z,3 p", "Mul p,0.044715 q", "Add z,q r", "Mul r,1.5957691 s", "Sigmoid s t", "Mul z,t y"],
    ],
  ])("by tanh, %s", (_, texts) => expect(activationOf(...texts)).toBe("gelu-tanh"));
});

test("the pattern ends where one value is left, and not before", () => {
  const texts = ["Div z,1.4142135 a", "Erf a b", "Add b,1 c", "Mul z,c d", "Mul d,0.5 y", "Relu y v"];
  // The half belongs to the chain: x (1 + erf) alone is no activation.
  expect(patternOf(nodes(...texts.slice(0, 4)))).toMatchObject({ value: "d", activation: undefined });
  // What comes behind the activation is none of it.
  expect(patternOf(nodes(...texts))).toMatchObject({ value: "y", activation: { kind: "gelu" } });
});

describe("nodes are no activation that is known", () => {
  test.each([
    ["SiLU", ["Sigmoid z a", "Mul z,a y"]],
    ["GELU by the logistic function with 1.702", ["Mul z,1.702 a", "Sigmoid a b", "Mul z,b y"]],
    ["GELU with another constant", ["Div z,1.41 a", "Erf a b", "Add b,1 c", "Mul z,c d", "Mul d,0.5 y"]],
    ["Mish", ["Softplus z a", "Tanh a b", "Mul z,b y"]],
    ["a ReLU that is cut off", ["Relu z a", "Min z,6 b", "Mul a,b y"]],
    ["what is no number somewhere", ["Log z a", "Mul z,a y"]],
  ])("%s", (_, texts) => {
    expect(patternOf(nodes(...texts))).toMatchObject({ activation: undefined });
  });
});

describe("there is no pattern", () => {
  test.each<[string, NodeMessage[]]>([
    ["where a constant is missing", nodes("Div z,k a", "Mul z,a y")],
    ["where a node is none of numbers", nodes("Softmax z a", "Mul z,a y")],
    ["where a node has attributes", [node("Relu z a", wholeAttribute("axis", 1)), node("Mul z,a y")]],
    ["where the ways never meet", nodes("Relu z a", "Tanh z b")],
    ["where nodes go round", nodes("Add z,b a", "Relu a b", "Mul z,a y")],
  ])("%s", (_, list) => expect(patternOf(list)).toBeUndefined());

  test("where a constant has several numbers", () => {
    const constants = new Map([["k", { name: "k", shape: [2], values: Float32Array.of(1, 2) }]]);
    const list = nodes("Mul z,k a", "Mul z,a y");
    const users = new Map([
      ["z", list],
      ["a", list.slice(1)],
    ]);
    expect(pointwisePattern("z", users, constants)).toBeUndefined();
  });

  test("of more nodes than any activation has", () => {
    const long = Array.from({ length: 40 }, (_, index) => `Add ${index === 0 ? "z" : `v${index - 1}`},1 v${index}`);
    expect(patternOf(nodes(...long, "Mul z,v39 y"))).toBeUndefined();
  });
});

test("the candidates differ by far more than what counts as equal", () => {
  expect(Math.abs(activate(2.5, "gelu") - activate(2.5, "gelu-tanh"))).toBeGreaterThan(3e-4);
});
