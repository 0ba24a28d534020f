/** Files that PyTorch and Keras wrote, against what they themselves compute (fixtures/make.py). */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { ReadOptions } from "../../src/models/model-reader.ts";
import { readModel } from "../../src/models/read-model.ts";
import { modelFiles, outputsOf } from "../support/model-files.ts";

const fixture = (name: string) => readFileSync(resolve(import.meta.dirname, "fixtures", name));
const expected: { inputs: number[][]; outputs: Record<string, number[][]> } = JSON.parse(
  fixture("expected.json").toString(),
);
/** Outputs are of order 1 and sums of 4 float32 products at most, through three layers; folding adds a rounding of weights. */
const TOLERANCE = 2 ** -18;

async function load(name: string, options: ReadOptions = {}, renamed = name) {
  return await readModel(modelFiles(renamed, new Uint8Array(fixture(name))), options);
}

const cases: [name: string, format: string, activation: string, output: string, options: ReadOptions][] = [
  ["torch-opset9.onnx", "ONNX", "leaky-relu", "log-softmax", {}],
  ["torch-opset17.onnx", "ONNX", "elu", "none", {}],
  ["torch-dynamo.onnx", "ONNX", "gelu", "softmax", {}],
  ["torch-gelu-opset17.onnx", "ONNX", "gelu", "none", {}],
  ["torch-gelu-tanh-opset14.onnx", "ONNX", "gelu-tanh", "none", {}],
  ["torch-gelu-dynamo18.onnx", "ONNX", "gelu", "softmax", {}],
  ["torch.safetensors", "safetensors", "tanh", "none", { activation: { kind: "tanh" } }],
  ["keras-sequential.h5", "Keras HDF5", "leaky-relu", "softmax", {}],
  ["keras-functional.h5", "Keras HDF5", "tanh", "none", {}],
  ["keras-functional.keras", "Keras archive", "tanh", "none", {}],
  ["torch-batchnorm-opset17.onnx", "ONNX", "relu", "none", {}],
  ["keras-normalized.h5", "Keras HDF5", "tanh", "none", {}],
  ["keras-normalized.keras", "Keras archive", "tanh", "none", {}],
];

describe("a file of another tool", () => {
  it.each(cases)("%s computes what the tool computes", async (name, format, activation, output, options) => {
    const { chain, format: found } = await load(name, options);
    expect([found, chain.hidden[0]!.activation.kind, chain.output]).toEqual([format, activation, output]);
    const wanted = expected.outputs[name]!;
    expect(wanted.length).toBe(2);
    for (const [sample, row] of wanted.entries()) {
      const outputs = outputsOf(chain, expected.inputs[sample]!);
      for (const [index, value] of row.entries()) expect(Math.abs(outputs[index]! - value)).toBeLessThan(TOLERANCE);
    }
  });

  it("is recognised by its content where its name says nothing", async () => {
    for (const [name, format, , , options] of cases.filter(([name]) => !name.endsWith(".keras"))) {
      expect((await load(name, options, "model")).format).toBe(format);
    }
  });

  it("says what was folded into the weights", async () => {
    expect((await load("torch-opset9.onnx")).notes).toEqual([
      "constant Sub /Sub, Div /Div in front of Gemm /net/net.1/Gemm folded into its weights",
    ]);
    expect((await load("keras-sequential.h5")).notes).toEqual([
      "constant rescaling in front of first folded into its weights",
    ]);
  });
});
