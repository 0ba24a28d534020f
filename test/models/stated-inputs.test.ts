/** What files say of a network's inputs: in every format that is written, and what is refused. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type KnownInputs, knownInputs } from "../../src/core/input-treatment.ts";
import { inputTypes } from "../../src/core/input-type.ts";
import { toNetwork } from "../../src/core/layer-chain.ts";
import type { Network } from "../../src/core/network.ts";
import { fittedTo } from "../../src/core/network-fit.ts";
import { requireNetwork } from "../../src/core/require-network.ts";
import type { ReadOptions } from "../../src/models/model-reader.ts";
import { encodeNpz } from "../../src/models/numpy/numpy-model.ts";
import { modelTable } from "../../src/models/onnx/onnx-schema.ts";
import { encodeOnnx } from "../../src/models/onnx/onnx-writer.ts";
import { decodeMessage, encodeMessage } from "../../src/models/onnx/protobuf-message.ts";
import { pruneNetwork } from "../../src/models/prune.ts";
import { readModel } from "../../src/models/read-model.ts";
import { decodeTensors, encodeTensors, type Float32Tensor } from "../../src/models/safetensors.ts";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { npy, npz } from "../support/data-files.ts";
import { expectRefused, logitsOf, modelFiles } from "../support/model-files.ts";
import { realNetwork, testRandom } from "../support/networks.ts";

const FEATURES = 3;
const plain = realNetwork(testRandom(5), [FEATURES, 4, 2], "tanh");
const standardized = {
  means: Float32Array.of(12.977777, -0.1, 735.5),
  deviations: Float32Array.of(0.80362165, 1e-3, 303.0741),
};
const saying = (known: KnownInputs): Network => ({ ...plain, ...known });

const mean = fc.float({ noNaN: true, noDefaultInfinity: true });
const deviation = fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(2 ** -149) });
const numbers = (each: fc.Arbitrary<number>, length: number) =>
  fc.array(each, { minLength: length, maxLength: length }).map((list) => Float32Array.from(list));
const treatment = fc
  .constantFrom(1, FEATURES)
  .chain((length) =>
    fc.record({ means: numbers(mean, length), deviations: numbers(deviation, length) }, { noNullPrototype: true }),
  );
const known: fc.Arbitrary<KnownInputs> = fc
  .record({
    inputType: fc.option(fc.constantFrom(...inputTypes), { nil: undefined }),
    inputTreatment: fc.option(treatment, { nil: undefined }),
  })
  .map((fields) => knownInputs(fields as KnownInputs));

const writers = [
  ["a.safetensors", encodeSafetensors],
  ["a.npz", encodeNpz],
  ["a.onnx", encodeOnnx],
] as const;

describe("what is known of inputs", () => {
  it.each(writers)("reads back to the bit from %s", async (name, encode) => {
    await fc.assert(
      fc.asyncProperty(known, async (inputs) => {
        const { chain, notes } = await readModel(modelFiles(name, encode(saying(inputs))));
        expect(toNetwork(chain, name)).toStrictEqual(saying(inputs));
        expect(notes).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it("stays with a network that loses neurons", () => {
    const inputs = { inputType: "bytes", inputTreatment: standardized } as const;
    expect(pruneNetwork(saying(inputs), [{ layer: 1, neuron: 2 }], [[0, 0, 0, 0]])).toMatchObject(inputs);
  });

  it("stands in the metadata of safetensors, as words and as numbers that JSON reads", () => {
    const bytes = encodeSafetensors(saying({ inputType: "bytes", inputTreatment: standardized }));
    const { metadata, tensors } = decodeTensors(bytes, (refusal) => expect.fail(refusal.what));
    expect(metadata).toEqual({
      activation: "tanh",
      architecture: "3-4-2",
      inputs: "(byte / 255 - input_mean) / input_deviation",
      input_mean: "[12.977777,-0.1,735.5]",
      input_deviation: "[0.80362165,0.001,303.0741]",
    });
    // Names as PyTorch has them, and no others: load_state_dict is strict.
    expect(tensors.map(({ name }) => name)).toEqual([
      "layers.0.weight",
      "layers.0.bias",
      "layers.1.weight",
      "layers.1.bias",
    ]);
    const unscaled = decodeTensors(encodeSafetensors(saying({ inputType: "bytes" })), (refusal) =>
      expect.fail(refusal.what),
    );
    expect(unscaled.metadata).toMatchObject({ inputs: "byte / 255" });
  });

  it("is computed by the ONNX model itself: where its nodes have other names, they are folded like any others", async () => {
    const bytes = encodeOnnx(saying({ inputType: "floats", inputTreatment: standardized }));
    const model = { ...decodeMessage(modelTable, bytes), producerName: "another program" };
    const { chain, notes } = await readModel(modelFiles("a.onnx", encodeMessage(modelTable, model)));
    expect(notes).not.toEqual([]);
    expect(chain.inputTreatment).toBeUndefined();
    const sample = [13.5, -0.0995, 1000];
    const treated = sample.map(
      (value, feature) => (value - standardized.means[feature]!) / standardized.deviations[feature]!,
    );
    const wanted = logitsOf((await readModel(modelFiles("b.onnx", encodeOnnx(plain)))).chain, treated);
    for (const [label, logit] of logitsOf(chain, sample).entries()) expect(logit).toBeCloseTo(wanted[label]!, 4);
  });
});

describe("what is said of inputs is refused", () => {
  const tensors: Float32Tensor[] = plain.layers.flatMap(({ outputs, inputs, weights, biases }, index) => [
    { name: `layers.${index}.weight`, shape: [outputs, inputs], values: weights },
    { name: `layers.${index}.bias`, shape: [outputs], values: biases },
  ]);
  const own = { activation: "tanh", architecture: "3-4-2" };
  const withMetadata = (metadata: Record<string, string>) =>
    modelFiles("a.safetensors", encodeTensors(tensors, { ...own, ...metadata }));
  const both = "(x - input_mean) / input_deviation";

  it.each<[string, Record<string, string>, RegExp]>([
    ["other words", { inputs: "log(x)" }, /inputs is not understood\n.*byte \/ 255.*\n.*log\(x\)/],
    ["words without numbers", { inputs: both }, /does not fit: .*\n.*neither/],
    ["numbers that the words deny", { inputs: "x", input_mean: "[0]", input_deviation: "[1]" }, /does not fit: x\n/],
    ["one list of two", { input_mean: "[0]" }, /does not fit: no words\n/],
    ["text for numbers", { input_mean: "0", input_deviation: "[1]" }, /input_mean does not fit\n.*list of numbers/],
    ["broken text", { input_mean: "[0", input_deviation: "[1]" }, /input_mean is not JSON/],
    ["a deviation of 0", { inputs: both, input_mean: "[0]", input_deviation: "[0]" }, /finite deviations above 0\n.*0/],
    ["a deviation that float32 has not", { input_mean: "[0]", input_deviation: "[1e-50]" }, /above 0\n.*found: +0/],
    ["too many means", { input_mean: "[0,0]", input_deviation: "[1,1]" }, /1 or 3 numbers.*\n.*2 means/],
    ["another number of deviations", { input_mean: "[0]", input_deviation: "[1,1,1]" }, /as many deviations/],
    ["a mean beyond float32", { input_mean: "[1e300]", input_deviation: "[1]" }, /finite means\n.*Infinity/],
  ])("for %s", async (_, metadata, message) => {
    await expectRefused(withMetadata(metadata), message);
  });

  it("in NumPy archives likewise", async () => {
    const [first, second] = plain.layers;
    const matrix = (layer: typeof first) => npy(layer!.weights, [layer!.outputs, layer!.inputs]);
    const layers = { W1: matrix(first), b1: npy(first!.biases, [4]), W2: matrix(second), b2: npy(second!.biases, [2]) };
    const means = npy(new Float32Array(2), [2]);
    const archive = npz({ ...layers, input_mean: means, input_deviation: means });
    await expectRefused(modelFiles("a.npz", archive), /1 or 3 numbers.*\n.*2 means/, { activation: { kind: "tanh" } });
  });

  it("not where the file is another program's, whose words may mean anything", async () => {
    const files = modelFiles("a.safetensors", encodeTensors(tensors, { activation: "tanh", inputs: "pixels" }));
    expect((await readModel(files)).chain).not.toHaveProperty("inputType");
  });
});

describe("means and deviations of channels, by an option", () => {
  const normalize = { mean: [1, 2, 3], sd: [4, 5, 6.1] };
  const picture = { input: { shape: [2, 2, 3] } };
  const coloured = realNetwork(testRandom(6), [12, 4, 2], "relu");
  const forEach = (values: readonly number[]) => Float32Array.from({ length: 12 }, (_, place) => values[place % 3]!);
  const inputTreatment = { means: forEach(normalize.mean), deviations: forEach(normalize.sd) };
  const file = (network: Network) => modelFiles("a.safetensors", encodeSafetensors(network));
  const read = async (network: Network, asked: ReadOptions["normalize"] = normalize) =>
    toNetwork((await readModel(file(network), { normalize: asked })).chain, "a");

  it.each(writers)("read back to the bit from %s", async (name, encode) => {
    const network: Network = { ...coloured, ...picture, inputType: "bytes", inputTreatment };
    const { chain } = await readModel(modelFiles(name, encode(network)));
    expect(toNetwork(chain, name)).toStrictEqual(network);
  });

  it("go to the inputs of each channel where the file says where these are", async () => {
    expect(await read({ ...coloured, ...picture })).toStrictEqual({ ...coloured, ...picture, inputTreatment });
  });

  it("wait for the data where it does not, and are not written before", async () => {
    const waiting = await read(coloured);
    expect(waiting).toEqual({
      ...coloured,
      channelTreatment: { means: Float32Array.of(1, 2, 3), deviations: Float32Array.of(4, 5, 6.1) },
    });
    expect(requireNetwork(waiting, "network")).toBe(waiting);
    for (const [, encode] of writers) expect(() => encode(waiting)).toThrow(/fit it to its data with fitNetwork/);
    const split = { count: 1, inputs: new Uint8Array(12), labels: new Uint16Array(1) };
    const parts = { train: split, validation: split, test: split };
    const data = { name: "p", features: 12, sampleShape: [2, 2, 3], classes: 2, sha256: "", ...parts };
    expect(fittedTo(waiting, data, { where: "a" }).network).toStrictEqual({ ...coloured, ...picture, inputTreatment });
  });

  it("may be those of the file, and no others", async () => {
    const network = { ...coloured, ...picture, inputTreatment };
    expect(await read(network)).toStrictEqual(network);
    for (const asked of [
      { mean: [1, 2, 3], sd: [4, 5, 6.2] },
      { mean: 1, sd: 4 },
    ]) {
      await expect(read(network, asked)).rejects.toThrow(
        /takes other inputs[\s\S]*of channels 1,2,3\/4,5,6.1, as the file says\n.*found: +\(x - [\s\S]*omit --normalize/,
      );
    }
    // What the file says of inputs is not to be told channel by channel.
    await expect(read({ ...coloured, inputTreatment })).rejects.toThrow(/each of 12 features[\s\S]*omit --normalize/);
  });

  it("are refused where the file has other channels", async () => {
    await expect(read({ ...coloured, input: { shape: [2, 3, 2] } })).rejects.toThrow(/a\.safetensors: means and dev/);
  });
});

it.each<[string, object, RegExp]>([
  ["one of both too many", { means: Float32Array.of(1, 2), deviations: Float32Array.of(1) }, /channelTreatment/],
  ["a deviation of 0", { means: Float32Array.of(1), deviations: Float32Array.of(0) }, /finite deviations above 0/],
  ["more than inputs", { means: new Float32Array(4), deviations: new Float32Array(4).fill(1) }, /4 of each, 3 inputs/],
  ["plain numbers", { means: [1], deviations: [1] }, /channelTreatment is invalid/],
])("channels of a network that is made by hand are refused with %s", (_, channelTreatment, message) => {
  expect(() => requireNetwork({ ...plain, channelTreatment }, "network")).toThrow(message);
});
