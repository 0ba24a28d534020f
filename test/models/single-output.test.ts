/** Networks with one output for two classes: z as the logits 0 and z, in all formats, and written back as they came. */
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { toNetwork } from "../../src/core/layer-chain.ts";
import type { Network, SingleOutput } from "../../src/core/network.ts";
import { encodeNpy } from "../../src/formats/npy.ts";
import type { ModelFiles } from "../../src/models/model-reader.ts";
import { encodeNpz } from "../../src/models/numpy/numpy-model.ts";
import type { NodeMessage, TensorMessage } from "../../src/models/onnx/onnx-schema.ts";
import { encodeOnnx } from "../../src/models/onnx/onnx-writer.ts";
import { pruneNetwork } from "../../src/models/prune.ts";
import { readModel } from "../../src/models/read-model.ts";
import { encodeTensors } from "../../src/models/safetensors.ts";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { madeUpKeras, sumLayer } from "../support/keras-chain.ts";
import { expectRefused, logitsOf, modelFiles } from "../support/model-files.ts";
import { realLayer, testRandom } from "../support/networks.ts";
import { constant, node, onnxBytes, wholeAttribute } from "../support/onnx-model.ts";
import { tfjsFiles } from "../support/tfjs-model.ts";

const random = testRandom(9);
const [first, second] = [realLayer(random, 3, 4), realLayer(random, 4, 1)];
const layers = [first, second];
const row = [0.5, -1, 2];
const relu = { activation: { kind: "relu" } } as const;
const z = logitsOf({ hidden: [{ ...first, activation: { kind: "relu" } }], last: second, output: "none" }, row)[0]!;
const tensor = (name: string, shape: readonly number[], values: Float32Array) => ({ name, shape, values });

const pytorch = () =>
  encodeTensors(
    layers.flatMap(({ inputs, outputs, weights, biases }, index) => [
      tensor(`net.${2 * index}.weight`, [outputs, inputs], weights),
      tensor(`net.${2 * index}.bias`, [outputs], biases),
    ]),
    {},
  );
const npz = () =>
  zipSync(
    Object.fromEntries(
      layers.flatMap(({ inputs, outputs, weights, biases }, index) => [
        [`W${index}.npy`, encodeNpy(weights, [outputs, inputs])],
        [`b${index}.npy`, encodeNpy(biases, [outputs])],
      ]),
    ),
  );
const onnx = (last: readonly string[], more: readonly TensorMessage[] = [], ...nodesAfter: readonly NodeMessage[]) => {
  const list = (values: Float32Array) => Array.from(values);
  const constants = layers.flatMap(({ inputs, outputs, weights, biases }, index) => [
    constant(`W${index}`, [outputs, inputs], list(weights)),
    constant(`b${index}`, [outputs], list(biases)),
  ]);
  const transposed = [node("Transpose W0 T0"), node("Transpose W1 T1")];
  const nodes = [
    ...transposed,
    node("Gemm x,T0,b0 h"),
    node("Relu h a"),
    node("Gemm a,T1,b1 z"),
    ...last.map((one) => node(one)),
  ];
  return onnxBytes({ nodes: [...nodes, ...nodesAfter], constants: [...constants, ...more], input: ["N", 3] });
};
const tfjs = (activation: string) =>
  tfjsFiles({ activation: "relu", layers }, ({ json, weights }) => ({
    json: JSON.parse(JSON.stringify(json).replace('"softmax"', JSON.stringify(activation))),
    weights,
  }));

const cases: [string, ModelFiles, SingleOutput][] = [
  ["safetensors", modelFiles("a.safetensors", pytorch()), "logit"],
  ["an .npz archive", modelFiles("a.npz", npz()), "logit"],
  ["ONNX", modelFiles("a.onnx", onnx(["Identity z y"])), "logit"],
  ["ONNX with a sigmoid", modelFiles("a.onnx", onnx(["Sigmoid z y"])), "sigmoid"],
  ["TensorFlow.js", tfjs("linear"), "logit"],
  ["TensorFlow.js with a sigmoid", tfjs("sigmoid"), "sigmoid"],
];

const read = async (files: ModelFiles, options = {}): Promise<Network> =>
  toNetwork((await readModel(files, options)).chain, files.name);
const asChain = ({ layers: all }: Network) => ({
  hidden: [{ ...all[0]!, activation: { kind: "relu" } as const }],
  last: all[1]!,
  output: "none" as const,
});

describe("one output is two logits, 0 and z, of", () => {
  it.each(cases)("%s", async (name, files, singleOutput) => {
    const network = await read(files, name.includes("npz") || name === "safetensors" ? relu : {});
    expect(network.singleOutput).toBe(singleOutput);
    expect(logitsOf(asChain(network), row)).toEqual([0, z]);
  });

  it("what skl2onnx makes of it, [1 - p, p]", async () => {
    const pair = (text: string, one: number, axis = 1) => {
      const files = onnx(["Sigmoid z p", "Sub one,p q"], [constant("one", [1], [one])], {
        ...node(text),
        attribute: [wholeAttribute("axis", axis)],
      });
      return modelFiles("a.onnx", files);
    };
    const network = await read(pair("Concat q,p y", 1));
    expect(network.singleOutput).toBe("sigmoid");
    expect(logitsOf(asChain(network), row)).toEqual([0, z]);
    await expectRefused(pair("Concat p,q y", 1), /exactly one reader/);
    await expectRefused(pair("Concat q,p y", 2), /exactly one reader/);
    await expectRefused(pair("Concat q,p y", 1, 0), /exactly one reader/);
  });

  it("a Dense layer of Keras with a sigmoid", () => {
    const input = { class_name: "InputLayer", config: { batch_shape: [null, 2] } };
    const { chain } = madeUpKeras({ layers: [input, sumLayer(2), sumLayer(1, { activation: "sigmoid" })] }, [2, 2]);
    expect(toNetwork(chain, "a").singleOutput).toBe("sigmoid");
    expect(toNetwork(chain, "a").layers[1]).toMatchObject({ outputs: 2, weights: Float32Array.of(0, 0, 1, 0) });
  });
});

describe("a network of one output", () => {
  const writers = [
    ["a.safetensors", encodeSafetensors],
    ["a.npz", encodeNpz],
    ["a.onnx", encodeOnnx],
  ] as const;

  it.each(writers)("is written back as it came: %s", async (name, encode) => {
    for (const singleOutput of ["logit", "sigmoid"] as const) {
      const chain = {
        ...asChain({ activation: "relu", layers }),
        output: singleOutput === "logit" ? "none" : singleOutput,
      } as const;
      const network = toNetwork(chain, "a");
      const written = await readModel(modelFiles(name, encode(network)));
      expect(written.chain.last).toStrictEqual(second);
      expect(written.chain.output).toBe(chain.output);
      expect(toNetwork(written.chain, name)).toStrictEqual(network);
      const small = pruneNetwork(network, [{ layer: 1, neuron: 2 }], [[0, 0, 0.5, 0]]);
      const again = (await readModel(modelFiles(name, encode(small)))).chain;
      expect([again.last.outputs, again.last.inputs]).toEqual([1, 3]);
      expect(again.last.biases[0]).toBeCloseTo(second.biases[0]! + 0.5 * second.weights[2]!, 6);
    }
  });

  it("gives the difference of its two logits where both were trained on", () => {
    const network = toNetwork(asChain({ activation: "relu", layers }), "a");
    const trained = {
      ...network.layers[1]!,
      weights: Float32Array.of(1, 2, 3, 4, 5, 7, 9, 11),
      biases: Float32Array.of(1, 3),
    };
    const bytes = encodeNpz({ ...network, layers: [first, trained] });
    return readModel(modelFiles("a.npz", bytes)).then(({ chain }) => {
      expect(chain.last).toMatchObject({
        outputs: 1,
        weights: Float32Array.of(4, 5, 6, 7),
        biases: Float32Array.of(2),
      });
    });
  });

  it("with softmax behind it, which is always 1, is refused; so is another activation", async () => {
    await expectRefused(
      modelFiles("a.onnx", onnx(["Softmax z y"])),
      /Softmax y follows one output, of which it makes a constant/,
    );
    await expectRefused(
      modelFiles("a.onnx", onnx(["Relu z y"])),
      /Relu y follows the last layer.*logits below 0 the same\n.*\n.*relu\n.*without it/,
    );
    await expectRefused(modelFiles("a.onnx", onnx(["Tanh z y"])), /Tanh y follows the last layer/);
  });
});
