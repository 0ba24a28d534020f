/** Shapes that a graph computes itself, as PyTorch writes `x.view(x.size(0), -1)`. */
import { describe, expect, it } from "vitest";
import type { AttributeMessage, NodeMessage, TensorMessage } from "../../src/models/onnx/onnx-schema.ts";
import { readModel } from "../../src/models/read-model.ts";
import { expectRefused, logitsOf, modelFiles } from "../support/model-files.ts";
import { constant, node, onnxBytes, wholeAttribute, wholeConstant } from "../support/onnx-model.ts";

const W = constant("W", [4, 2], [1, 0, 0, 1, 1, 0, 0, 1]);
const scalar = (name: string, value: number): TensorMessage => ({ ...wholeConstant(name, [value]), dims: [] });
const zero = scalar("zero", 0);
const one = scalar("one", 1);
const two = scalar("two", 2);
const axes = wholeConstant("axes", [0]);
const rest = wholeConstant("rest", [-1]);
const four = wholeConstant("four", [4]);
const axis = wholeAttribute("axis", 0);
const ends = [node("Reshape x,s z", wholeAttribute("allowzero", 1)), node("MatMul z,W y")];

/** x.size(0) as a list of one number, `a`. */
const batch = [node("Shape x n"), node("Gather n,zero m", axis), node("Unsqueeze m,axes a")];
const joined = (text: string, ...attributes: AttributeMessage[]) => node(text, ...attributes);

const graphs: [string, NodeMessage[], TensorMessage[]][] = [
  ["x.view(x.size(0), -1)", [...batch, joined("Concat a,rest s", axis), ...ends], [zero, axes, rest]],
  ["x.view(x.size(0), 4)", [...batch, joined("Concat a,four s", axis), ...ends], [zero, axes, four]],
  [
    "x.view(x.size(0), x.size(1) * x.size(2))",
    [
      ...batch,
      node("Gather n,one c", axis),
      node("Shape x n2"),
      node("Gather n2,two d", axis),
      node("Mul c,d e"),
      node("Unsqueeze e,axes f"),
      joined("Concat a,f s", axis),
      ...ends,
    ],
    [zero, one, two, axes],
  ],
  [
    "a part of the shape, as torch.export takes it",
    [
      node("Shape x n", wholeAttribute("start", 0), wholeAttribute("end", 1)),
      node("Squeeze n m"),
      node("Reshape m,rest a"),
      joined("Concat a,rest s", axis),
      ...ends,
    ],
    [rest],
  ],
  [
    "a slice of the shape",
    [node("Shape x n"), node("Slice n,axes,axes1 a"), joined("Concat a,rest s", axis), ...ends],
    [axes, wholeConstant("axes1", [1]), rest],
  ],
  [
    "constants put together",
    [
      node("Unsqueeze four0,axes a"),
      node("Cast rest b", wholeAttribute("to", 7)),
      joined("Concat b,a s", axis),
      ...ends,
    ],
    [scalar("four0", 4), axes, rest],
  ],
];

const bytesOf = (nodes: NodeMessage[], constants: TensorMessage[], input: (number | string)[]) =>
  modelFiles("a.onnx", onnxBytes({ nodes, constants: [...constants, W], input, opset: 15 }));

describe("an image is flattened to", () => {
  it.each(graphs)("%s", async (_, nodes, constants) => {
    for (const samples of ["N", 1, 3]) {
      const { chain } = await readModel(bytesOf(nodes, constants, [samples, 1, 4]));
      expect(logitsOf(chain, [1, 2, 3, 4])).toEqual([4, 6]);
    }
  });
});

describe("a computed shape is refused", () => {
  it.each<[string, NodeMessage[], TensorMessage[], RegExp]>([
    [
      "with the batch behind",
      [...batch, joined("Concat rest,a s", axis), ...ends],
      [zero, axes, rest],
      /Reshape z is not understood here\n.*batch as the first dimension\n.*\[-1, batch\]/,
    ],
    [
      "of another number of values",
      [...batch, joined("Concat a,two s", axis), ...ends],
      [zero, axes, wholeConstant("two", [2])],
      /Reshape z is not understood here\n.*samples apart/,
    ],
    [
      "with arithmetic on the batch",
      [
        node("Shape x n"),
        node("Gather n,zero m", axis),
        node("Mul m,one p"),
        node("Unsqueeze p,axes a"),
        joined("Concat a,rest s", axis),
        ...ends,
      ],
      [zero, one, axes, rest],
      /Reshape z takes a second value/,
    ],
    [
      "of a batch that was kept open, which is not 1 from then on",
      [
        node("Reshape x,keep k"),
        node("Shape k n"),
        node("Gather n,zero m", axis),
        node("Unsqueeze m,axes a"),
        joined("Concat rest,a s", axis),
        node("Reshape k,s z"),
        node("MatMul z,W y"),
      ],
      [zero, axes, rest, wholeConstant("keep", [0, -1])],
      /batch as the first dimension\n.*\[-1, batch\]/,
    ],
    [
      "past the end",
      [
        node("Shape x n"),
        node("Gather n,nine m", axis),
        node("Unsqueeze m,axes a"),
        joined("Concat a,rest s", axis),
        ...ends,
      ],
      [scalar("nine", 9), axes, rest],
      /Reshape z takes a second value/,
    ],
    [
      "where it is added to the value",
      [node("Shape x n"), node("Add x,n z"), node("Flatten z f"), node("MatMul f,W y")],
      [],
      /Add z is not understood here/,
    ],
  ])("%s", async (_, nodes, constants, message) => {
    await expectRefused(bytesOf(nodes, constants, ["N", 1, 4]), message);
  });
});
