import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { encodeNpy, encodeNpyText } from "../../src/formats/npy.ts";
import type { ReadOptions } from "../../src/models/model-reader.ts";
import { readModel } from "../../src/models/read-model.ts";
import { encodeTensors } from "../../src/models/safetensors.ts";
import { expectRefused, logitsOf, modelFiles } from "../support/model-files.ts";

const relu: ReadOptions = { activation: { kind: "relu" } };
/** Tensors of zeros, but that all numbers of the n-th are n + 1. */
type Shapes = Readonly<Record<string, readonly number[]>>;
const filled = (shapes: Shapes) =>
  Object.entries(shapes).map(([name, shape], index) => {
    const values = new Float32Array(shape.reduce((product, extent) => product * extent, 1)).fill(index + 1);
    return { name, shape, values };
  });
const safetensors = (shapes: Shapes) => modelFiles("a.safetensors", encodeTensors(filled(shapes), {}));

function folder(shapes: Shapes, texts: Readonly<Record<string, string>> = {}) {
  const arrays = filled(shapes).map(({ name, shape, values }) => [`${name}.npy`, encodeNpy(values, shape)] as const);
  const rest = Object.entries(texts).map(([name, text]) => [`${name}.npy`, encodeNpyText(text)] as const);
  const [[name, bytes], ...others] = [...arrays, ...rest] as [
    readonly [string, Uint8Array],
    ...(readonly [string, Uint8Array])[],
  ];
  return modelFiles(name, bytes, Object.fromEntries(others));
}

/** First weight of each layer: which tensor it came from. */
async function firstWeights(files: ReturnType<typeof modelFiles>, options: ReadOptions = relu) {
  const { chain } = await readModel(files, options);
  return [...chain.hidden, chain.last].map(({ weights }) => weights[0]);
}

describe("layers are known by their names:", () => {
  it.each([
    [
      "nn.Sequential",
      { "0.weight": [3, 2], "0.bias": [3], "10.weight": [3, 3], "10.bias": [3], "2.weight": [3, 3], "2.bias": [3] },
      [1, 5, 3],
    ],
    [
      "any prefix",
      {
        "model.net.fc1.weight": [3, 2],
        "model.net.fc1.bias": [3],
        "model.net.fc2.weight": [3, 3],
        "model.net.fc2.bias": [3],
      },
      [1, 3],
    ],
    [
      "blocks in blocks",
      { "b1.l2.weight": [3, 3], "b2.l1.weight": [3, 3], "b1.l1.weight": [3, 2], "b2.l2.weight": [4, 3] },
      [3, 1, 2, 4],
    ],
    [
      "words, put in order by their shapes",
      { "out.weight": [2, 5], "out.bias": [2], "hidden.weight": [5, 4], "hidden.bias": [5] },
      [3, 1],
    ],
    [
      "numbers and a word",
      { "head.weight": [3, 3], "fc1.weight": [3, 2], "fc2.weight": [3, 3], "stem.weight": [2, 7] },
      [4, 2, 3, 1],
    ],
  ])("%s", async (name, shapes, expected) => {
    if (name === "numbers and a word") {
      await expectRefused(safetensors(shapes), /in which order the layers follow/, relu);
      return;
    }
    expect(await firstWeights(safetensors(shapes))).toEqual(expected);
  });

  it.each([
    ["W1, b1", { W1: [2, 3], b1: [3], W2: [3, 4], b2: [4] }, [1, 3]],
    ["coefs_0, intercepts_0", { coefs_0: [2, 3], coefs_1: [3, 4], intercepts_0: [3], intercepts_1: [4] }, [1, 2]],
    ["biases as rows", { weights_1: [2, 3], biases_1: [1, 3], weights_2: [3, 4], biases_2: [1, 4] }, [1, 3]],
    [
      "layers.N.weight",
      { "layers.0.weight": [3, 2], "layers.0.bias": [3], "layers.1.weight": [4, 3], "layers.1.bias": [4] },
      [1, 3],
    ],
  ])("%s in NumPy", async (_, shapes, expected) => expect(await firstWeights(folder(shapes))).toEqual(expected));
});

describe("the layout of weights", () => {
  const inOut = { W1: [2, 3], b1: [3], W2: [3, 4], b2: [4] };
  it("follows from the shapes", async () => {
    const { chain, notes } = await readModel(folder(inOut), relu);
    expect([chain.hidden[0]!.inputs, chain.last.outputs]).toEqual([2, 4]);
    expect(notes).toEqual(["weights taken as [in, out]"]);
    expect((await readModel(folder({ W1: [3, 2], W2: [4, 3] }), relu)).notes).toContain("weights taken as [out, in]");
  });

  it("has to be said where all shapes are square, by option or by file", async () => {
    const square = { W1: [2, 2], b1: [2], W2: [2, 2], b2: [2] };
    await expectRefused(folder(square), /to do: {4}add --weights-layout/, relu, UsageError);
    const values = Float32Array.of(1, 2, 3, 4);
    const files = modelFiles("W1.npy", encodeNpy(values, [2, 2]), { "W2.npy": encodeNpy(values, [2, 2]) });
    const both = await Promise.all(
      (["out-in", "in-out"] as const).map((weightsLayout) => readModel(files, { ...relu, weightsLayout })),
    );
    expect(both.map(({ chain }) => logitsOf(chain, [1, 0]))).toEqual([
      [7, 15],
      [7, 10],
    ]);
    const texts = { activation: "relu", weights_layout: "in-out" };
    expect((await readModel(folder(square, texts))).chain.hidden[0]!.activation).toEqual({ kind: "relu" });
  });

  it("of column-major arrays is what the header says", async () => {
    const bytes = encodeNpy(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
    const text = new TextDecoder("latin1").decode(bytes).replace("'fortran_order': False", "'fortran_order': True ");
    const files = modelFiles(
      "W1.npy",
      Uint8Array.from(text, (character) => character.charCodeAt(0)),
      {},
    );
    const { chain } = await readModel(
      modelFiles("W1.npy", files.bytes, { "b1.npy": encodeNpy(new Float32Array(3), [3]) }),
    );
    expect([...chain.last.weights]).toEqual([1, 4, 2, 5, 3, 6]);
  });
});

describe("named tensors are refused", () => {
  it.each([
    [
      "where a name is no layer's",
      { "fc1.weight": [3, 2], "fc1.scale": [3] },
      /fc1\.scale is not understood\n[\s\S]*leave out[\s\S]*as ONNX/,
    ],
    [
      "where a weight is missing",
      { "fc1.weight": [3, 2], "fc2.bias": [3] },
      /weight that belongs to fc2\.bias is missing/,
    ],
    ["for a convolution", { "c.weight": [3, 2, 5, 5] }, /c\.weight is no dense layer's weight\n.*\n.*\[3, 2, 5, 5\]/],
    [
      "for a normalisation layer",
      { "fc1.weight": [3, 2], "bn.weight": [3], "bn.bias": [3] },
      /bn\.weight is no dense layer's weight\n[\s\S]*as ONNX, which says what is computed/,
    ],
    [
      "where shapes form no chain",
      { "1.weight": [3, 2], "2.weight": [4, 4] },
      /shapes of the layers do not fit.*\n.*\n.*1\.weight \[3, 2\], 2\.weight \[4, 4\]/,
    ],
    ["where a bias has another length", { "1.weight": [3, 2], "1.bias": [2] }, /shapes of the layers do not fit/],
    ["where two orders fit", { "a.weight": [3, 3], "b.weight": [3, 3] }, /in which order.*\n.*\n.*a - b, or b - a/],
    ["where two names mean one layer", { W1: [3, 2], weight_1: [3, 2] }, /weight_1 and W1 mean the same/],
  ])("%s", async (_, shapes, message) => await expectRefused(safetensors(shapes), message, relu));

  it("quickly where hundreds of layers could be put in any order", async () => {
    const shapes = Object.fromEntries(
      Array.from({ length: 300 }, (_, at) => [`${"x".repeat(at + 1)}.weight`, at < 299 ? [2, 2] : [3, 9]]),
    );
    await expectRefused(safetensors(shapes), /shapes of the layers do not fit|in which order/, relu);
  });

  it("where the activation is not said", async () => {
    await expectRefused(
      safetensors({ "1.weight": [3, 2], "2.weight": [2, 3] }),
      /add --activation relu/,
      {},
      UsageError,
    );
  });

  it.each(["gelu,relu,tanh", "elu:0.5,gelu"])(
    "where the file's list %s does not fit its layers",
    async (activation) => {
      const shapes = { "1.weight": [3, 2], "2.weight": [2, 3] };
      const count = activation.split(",").length;
      const message = new RegExp(`list of activations does not fit its layers\n.*one activation, or 1,.*\n.*${count}`);
      await expectRefused(modelFiles("a.safetensors", encodeTensors(filled(shapes), { activation })), message);
      const arrays = { W1: [2, 3], b1: [3], W2: [3, 4], b2: [4] };
      await expectRefused(folder(arrays, { activation }), message);
    },
  );

  it("where the option says another activation than the file", async () => {
    const bytes = encodeTensors(filled({ "1.weight": [3, 2], "2.weight": [2, 3] }), { activation: "tanh" });
    await expectRefused(modelFiles("a.safetensors", bytes), /another activation.*\n.*relu\n.*tanh/, relu);
  });
});

describe("what the options add", () => {
  it("stands beside the layers: (x - mean) / sd", async () => {
    const files = safetensors({ "1.weight": [1, 2], "1.bias": [1], "2.weight": [1, 1], "2.bias": [1] });
    const { chain } = await readModel(files, relu);
    const { chain: rescaled } = await readModel(files, { ...relu, normalize: { mean: 0.5, sd: 0.25 } });
    const inputTreatment = { means: Float32Array.of(0.5), deviations: Float32Array.of(0.25) };
    expect(rescaled).toEqual({ ...chain, inputTreatment });
  });
});
