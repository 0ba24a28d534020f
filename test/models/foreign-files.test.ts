/** Files of other kinds, and files of tensors that are no one chain: each is refused by what it is, with what works instead. */
import { gzipSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { encodeNpy } from "../../src/formats/npy.ts";
import { encodeNpz } from "../../src/models/numpy/numpy-model.ts";
import { readModel } from "../../src/models/read-model.ts";
import { encodeTensors } from "../../src/models/safetensors.ts";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { expectRefused, modelFiles } from "../support/model-files.ts";
import { realNetwork, testRandom } from "../support/networks.ts";

const bytesOf = (text: string, ...first: readonly number[]) =>
  Uint8Array.of(...first, ...Array.from(text, (letter) => letter.charCodeAt(0)));
const network = realNetwork(testRandom(1), [4, 3, 2], "relu");
const relu = { activation: { kind: "relu" } } as const;
const OLD_PYTORCH = [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
const script = zipSync({
  "net/data.pkl": bytesOf(""),
  "net/constants.pkl": bytesOf(""),
  "net/code/net.py": bytesOf(""),
});

describe("a file of another kind is refused by what it is:", () => {
  it.each<[string, string, Uint8Array, RegExp]>([
    [
      "a pickle of PyTorch before 1.6",
      "net.pth",
      Uint8Array.from(OLD_PYTORCH),
      /pickle of PyTorch.*\n[\s\S]*safetensors/,
    ],
    ["the same under another name", "net.bin", Uint8Array.from(OLD_PYTORCH), /pickle of PyTorch/],
    ["one of PyTorch since", "net.pt", zipSync({ "net/data.pkl": bytesOf("") }), /pickle of PyTorch \(torch\.save\)/],
    ["a checkpoint of Lightning", "net.ckpt", zipSync({ "net/data.pkl": bytesOf("") }), /pickle of PyTorch \(torch/],
    ["TorchScript", "net.pt", script, /TorchScript.*\n[\s\S]*torch\.jit\.load/],
    [
      "a whole PyTorch network in a pickle",
      "net.pkl",
      bytesOf("\u008c\u000ctorch.nn.modules", 0x80, 4, 0x95),
      /pickle of PyTorch/,
    ],
    [
      "a pickle of scikit-learn",
      "net.pkl",
      bytesOf("csklearn.neural_network\n", 0x80, 3),
      /scikit-learn.*\n[\s\S]*coefs_/,
    ],
    ["the same by joblib", "net.joblib", bytesOf("csklearn.neural_network\n", 0x80, 3), /scikit-learn model/],
    ["by joblib, compressed", "net.joblib", bytesOf("whatever", 0x78, 0x9c), /compressed pickle of joblib/],
    ["any pickle", "net.pickle", bytesOf("}q\u0000.", 0x80, 2), /a Python pickle.*\n[\s\S]*numpy\.savez/],
    ["a pickle of protocol 0", "net.pkl", bytesOf("(dp0\n."), /a Python pickle/],
    ["a pickle by the name of another format", "net.h5", bytesOf("}q\u0000.", 0x80, 2), /a Python pickle/],
    ["unknown content with PyTorch's ending", "net.pth", bytesOf("abc"), /PyTorch's ending/],
    ["a MATLAB file", "net.mat", bytesOf("MATLAB 5.0 MAT-file"), /MATLAB.*\n[\s\S]*loadmat/],
    ["TensorFlow Lite", "net.tflite", bytesOf("\u001c\0\0\0TFL3"), /TensorFlow Lite/],
    ["a SavedModel's graph", "saved_model.pb", bytesOf("\u0008\u0001"), /SavedModel.*\n[\s\S]*model\.save/],
    ["a file in gzip", "net.onnx.gz", gzipSync(bytesOf("abc")), /a gzip file.*\n[\s\S]*unpack/],
    [
      "an archive around a network",
      "net.zip",
      zipSync({ "a/net.onnx": bytesOf("abc") }),
      /archive with a network.*\n[\s\S]*give a\/net\.onnx/,
    ],
  ])("%s", async (_, name, bytes, message) => {
    await expectRefused(modelFiles(name, bytes), message);
  });

  it("parts of a network in several safetensors files", async () => {
    const index = bytesOf(
      JSON.stringify({ metadata: {}, weight_map: { "fc1.weight": "model-00001-of-00002.safetensors" } }),
    );
    await expectRefused(
      modelFiles("model.safetensors.index.json", index),
      /index of a network in several.*\n[\s\S]*load_file/,
    );
    const part = encodeSafetensors(network);
    await expectRefused(
      modelFiles("model-00001-of-00002.safetensors", part),
      /one of several safetensors.*\n[\s\S]*load_file/,
    );
  });

  it("arrays of objects", async () => {
    const text = new TextDecoder("latin1").decode(encodeNpy(Float32Array.of(1, 2), [2])).replace("'<f4'", "'|O' ");
    const archive = zipSync({ "coefs.npy": bytesOf(text) });
    await expectRefused(
      modelFiles("a.npz", archive),
      /coefs is an array of Python objects\n[\s\S]*enumerate\(weights\)/,
    );
  });

  it("and not by its name where it is a network", async () => {
    expect((await readModel(modelFiles("net.pt", encodeSafetensors(network)))).format).toBe("safetensors");
    expect((await readModel(modelFiles("net.pth", encodeNpz(network)))).format).toBe("NumPy archive");
  });
});

describe("weights and biases apart", () => {
  const weights = {
    "W1.npy": encodeNpy(new Float32Array(12), [3, 4]),
    "W2.npy": encodeNpy(new Float32Array(6), [2, 3]),
  };
  const biases = { "b1.npy": encodeNpy(new Float32Array(3), [3]), "b2.npy": encodeNpy(new Float32Array(2), [2]) };
  const out = { ...relu, weightsLayout: "out-in" } as const;

  it("are refused with the file that seems to hold the others", async () => {
    const tensors = encodeTensors([{ name: "fc1.weight", shape: [1, 1], values: Float32Array.of(1) }], {});
    for (const beside of ["biases.npz", "net_bias.npz", "intercepts.npz", "b.npz", "my-biases-2.safetensors"]) {
      const message = new RegExp(`weights alone, and a file beside[\\s\\S]*${beside}[\\s\\S]*one file`);
      await expectRefused(modelFiles("weights.npz", zipSync(weights), { [beside]: new Uint8Array(1) }), message, out);
      await expectRefused(modelFiles("weights.safetensors", tensors, { [beside]: new Uint8Array(1) }), message, out);
    }
    await expectRefused(
      modelFiles("biases.npz", zipSync(biases)),
      /holds biases alone\n.*weights, too\n.*b1\n.*one file/,
    );
  });

  it("are not suspected without such a file, or where a layer has its bias", async () => {
    const others = {
      "biasfree.npz": new Uint8Array(1),
      "ambient.npz": new Uint8Array(1),
      "bias.txt": new Uint8Array(1),
    };
    const { notes } = await readModel(modelFiles("weights.npz", zipSync(weights), others), out);
    expect(notes.join()).toMatch(/no bias in the file, so 0/);
    const both = zipSync({ ...weights, ...biases });
    await expect(readModel(modelFiles("a.npz", both, { "biases.npz": new Uint8Array(1) }), out)).resolves.toBeDefined();
  });
});

describe("tensors that are no one chain", () => {
  const file = (shapes: Readonly<Record<string, readonly [number, number]>>) => {
    const tensors = Object.entries(shapes).flatMap(([name, shape]) => [
      { name: `${name}.weight`, shape, values: new Float32Array(shape[0] * shape[1]) },
      { name: `${name}.bias`, shape: [shape[0]], values: new Float32Array(shape[0]) },
    ]);
    return modelFiles("a.safetensors", encodeTensors(tensors, {}));
  };
  const net = { "net.0": [5, 4], "net.2": [3, 5] } as const;

  it.each<[string, Record<string, readonly [number, number]>, RegExp]>([
    [
      "a moving average",
      { ...net, "ema.0": [5, 4], "ema.2": [3, 5] },
      /2 copies of a network.*\n.*\n.*net\.\*, ema\.\*\n.*startswith\('ema\.'\)/,
    ],
    [
      "one below a prefix",
      { ...net, "ema.shadow.net.0": [5, 4], "ema.shadow.net.2": [3, 5] },
      /2 copies.*\n.*\n.*\(no prefix\), ema\.shadow\.\*/,
    ],
    [
      "one beside names without prefix",
      { "0": [5, 4], "2": [3, 5], "ema.0": [5, 4], "ema.2": [3, 5] },
      /2 copies.*\n.*\n.*ema\.\*/,
    ],
    [
      "copies whose orders all fit",
      { "a.0": [4, 4], "a.2": [4, 4], "b.0": [4, 4], "b.2": [4, 4] },
      /2 copies.*\n.*\n.*a\.\*, b\.\*/,
    ],
    [
      "an ensemble",
      { "models.0.a": [5, 4], "models.0.b": [3, 5], "models.1.a": [5, 4], "models.1.b": [3, 5] },
      /2 copies.*\n.*\n.*models\.0\.\*, models\.1\.\*/,
    ],
    [
      "a second head",
      { trunk: [5, 4], head_a: [3, 5], head_b: [2, 5] },
      /layers beside a chain: head_a.*second head.*\n.*\n.*trunk, head_b/,
    ],
    [
      "a second head of two layers",
      { trunk: [5, 4], "policy.0": [6, 5], "policy.2": [3, 6], "value.0": [7, 5], "value.2": [1, 7] },
      /layers beside a chain: policy\.\*/,
    ],
  ])("are refused as %s", async (_, shapes, message) => {
    await expectRefused(file(shapes), message, relu);
  });

  it("are refused by their shapes where nothing else is known of them", async () => {
    await expectRefused(file({ a: [5, 4], b: [7, 6] }), /layers beside a chain|shapes of the layers do not fit/, relu);
    await expectRefused(
      file({ a: [5, 4], b: [9, 6], c: [3, 7] }),
      /layers beside a chain|shapes of the layers do not fit/,
      relu,
    );
  });
});

/** The same tensors behind a header of that many bytes, as blanks may fill it. */
function withHeaderOf(bytes: Uint8Array, length: number): Uint8Array {
  const own = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const padded = new Uint8Array(8 + length + bytes.length - 8 - own).fill(0x20, 8, 8 + length);
  new DataView(padded.buffer).setBigUint64(0, BigInt(length), true);
  padded.set(bytes.subarray(8, 8 + own), 8);
  padded.set(bytes.subarray(8 + own), 8 + length);
  return padded;
}

// 640 is 80 02 as a pickle begins, 35615 is 1f 8b as gzip does.
it.each([640, 896, 1152, 35_615])("a safetensors file with a header of %d bytes is one", async (length) => {
  const bytes = withHeaderOf(encodeSafetensors(network), length);
  const { chain } = await readModel(modelFiles("net.safetensors", bytes));
  expect(chain.last.weights).toEqual(network.layers[1]!.weights);
});
