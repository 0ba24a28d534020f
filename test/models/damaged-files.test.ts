/** Every reader against 10,000 damaged files; what counts as noticed stands in test/support/model-files.ts. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, it } from "vitest";
import { toChain } from "../../src/core/layer-chain.ts";
import { encodeNpy } from "../../src/formats/npy.ts";
import type { ReadOptions } from "../../src/models/model-reader.ts";
import { encodeNpz } from "../../src/models/numpy/numpy-model.ts";
import { encodeOnnx } from "../../src/models/onnx/onnx-writer.ts";
import { readModel } from "../../src/models/read-model.ts";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { expectDamageNoticed, modelFiles, offsetsOf, valueOffsets } from "../support/model-files.ts";
import { realNetwork, testRandom } from "../support/networks.ts";
import { tfjsFiles } from "../support/tfjs-model.ts";

const network = realNetwork(testRandom(1), [4, 3, 2], "relu");
const chain = toChain(network);
const relu: ReadOptions = { activation: { kind: "relu" } };
const fixture = (name: string) => new Uint8Array(readFileSync(resolve(import.meta.dirname, "fixtures", name)));
const words = (file: Uint8Array, ...texts: string[]) =>
  texts.flatMap((text) => offsetsOf(new TextEncoder().encode(text), file));

describe("damage is noticed, or leaves the network as it was,", () => {
  it("in safetensors, but for numbers", async () => {
    const bytes = encodeSafetensors(network);
    const content = new Set(valueOffsets(chain, bytes, false).flat());
    await expectDamageNoticed({ files: modelFiles("a.safetensors", bytes), content });
  });

  it("in ONNX, but for numbers", async () => {
    const bytes = encodeOnnx(network);
    const content = new Set(valueOffsets(chain, bytes, false).flat());
    await expectDamageNoticed({ files: modelFiles("a.onnx", bytes), content });
  });

  it("in .npz, where checksums cover everything", async () => {
    await expectDamageNoticed({ files: modelFiles("a.npz", encodeNpz(network)), content: new Set() });
  });

  it("in a folder of .npy, but for numbers", async () => {
    const [first, second] = network.layers;
    const bytes = encodeNpy(first!.weights, [3, 4]);
    const beside = {
      "b1.npy": encodeNpy(first!.biases, [3]),
      "W2.npy": encodeNpy(second!.weights, [2, 3]),
      "b2.npy": encodeNpy(second!.biases, [2]),
    };
    const content = new Set(offsetsOf(new Uint8Array(first!.weights.buffer), bytes));
    await expectDamageNoticed({ files: modelFiles("W1.npy", bytes, beside), options: relu, content });
  });

  // HDF5 says once where the numbers of an array lie, and any other place in the file holds bytes, too.
  it("in Keras .h5, but for numbers and their addresses", async () => {
    const bytes = fixture("keras-functional.h5");
    const { chain: original } = await readModel(modelFiles("a.h5", bytes));
    const values = valueOffsets(original, bytes, true);
    const addresses = values.map(([start]) => new Uint8Array(BigUint64Array.of(BigInt(start!)).buffer));
    const content = new Set([...values, ...addresses.map((address) => offsetsOf(address, bytes))].flat());
    await expectDamageNoticed({ files: modelFiles("a.h5", bytes), content });
  });

  it("in .keras, where checksums cover everything", async () => {
    const bytes = fixture("keras-functional.keras");
    await expectDamageNoticed({ files: modelFiles("a.keras", bytes), content: new Set() });
  });

  it("in the JSON of TensorFlow.js, but for numbers", async () => {
    const files = tfjsFiles(network);
    await expectDamageNoticed({ files, content: new Set(words(files.bytes, "relu")) });
  });
});
