/** Files that lie: about lengths, places and what they unpack to. All are refused before memory is taken. */
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { encodeNpy } from "../../src/formats/npy.ts";
import { encodeNpz } from "../../src/models/numpy/numpy-model.ts";
import { encodeTensors } from "../../src/models/safetensors.ts";
import { expectRefused, modelFiles, offsetsOf } from "../support/model-files.ts";
import { realNetwork, testRandom } from "../support/networks.ts";
import { tfjsFiles } from "../support/tfjs-model.ts";

const network = realNetwork(testRandom(1), [4, 3, 2], "relu");
const npz = encodeNpz(network);
const array = encodeNpy(network.layers[0]!.weights, [3, 4]);
const npzOf = (entries: Record<string, Uint8Array>) => modelFiles("a.npz", zipSync(entries));
const CENTRAL = Uint8Array.of(0x50, 0x4b, 1, 2);

/** A field of the archive's first directory entry changed. */
function withDirectoryField(field: number, value: number): Uint8Array {
  const bytes = Uint8Array.from(npz);
  new DataView(bytes.buffer).setUint32(offsetsOf(CENTRAL, bytes)[0]! + field, value, true);
  return bytes;
}

/** Directory and members call the second array what the first one is called. */
function withTwoOfOneName(): Uint8Array {
  const text = Buffer.from(zipSync({ "W1.npy": array, "W2.npy": array })).toString("latin1");
  expect(text.match(/W2\.npy/g)).toHaveLength(2);
  return new Uint8Array(Buffer.from(text.replaceAll("W2.npy", "W1.npy"), "latin1"));
}

/** The end record tells of one entry less than there are. */
function withFewerEntries(): Uint8Array {
  const bytes = Uint8Array.from(npz);
  const view = new DataView(bytes.buffer);
  const end = bytes.length - 22;
  view.setUint16(end + 10, view.getUint16(end + 10, true) - 1, true);
  return bytes;
}

const npyWith = (from: string, to: string) =>
  Uint8Array.from(new TextDecoder("latin1").decode(array).replace(from, to), (character) => character.charCodeAt(0));

describe("a lying file is refused:", () => {
  it("safetensors with a header of 2^63 bytes", async () => {
    const bytes = encodeTensors([], {});
    new DataView(bytes.buffer).setBigUint64(0, 2n ** 63n, true);
    await expectRefused(modelFiles("a.safetensors", bytes), /header does not fit.*\n.*\n.*9223372036854775808 bytes/);
  });

  it("an archive of pickles, with what to do in PyTorch", async () => {
    const pickled = npzOf({ "model/data.pkl": Uint8Array.of(0x80, 2), "model/data/0": array });
    await expectRefused(pickled, /this is a pickle of PyTorch \(torch\.save\), which is not read\n[\s\S]*save_file/);
  });

  it("a zip bomb, by what it says and by what it is", async () => {
    const bomb = zipSync({ "W1.npy": new Uint8Array(2 ** 25) });
    expect(bomb.length).toBeLessThan(2 ** 16);
    await expectRefused(modelFiles("a.npz", bomb), /unpacks to more than a network can be\n.*\n.*33554432 bytes/);
    const start = offsetsOf(CENTRAL, bomb)[0]!;
    new DataView(bomb.buffer).setUint32(start + 24, 100, true);
    await expectRefused(
      modelFiles("a.npz", bomb),
      /member W1\.npy: the zip archive is damaged\n.*100 bytes, as its directory says/,
    );
  });

  it.each([
    [
      "an entry that lies elsewhere",
      withDirectoryField(42, 1),
      /member activation\.npy: .*\n.*of that name within the file/,
    ],
    ["an entry beyond the file", withDirectoryField(20, 2 ** 30), /of that name within the file\n.*1073741824 bytes/],
    ["another checksum", withDirectoryField(16, 1), /is damaged\n.*checksum 00000001\n/],
    ["an unknown packing", withDirectoryField(10, 99), /cannot be unpacked\n.*stored or deflated\n.*method 99/],
    ["the end cut off", npz.subarray(0, -1), /is damaged\n.*\n.*no end record/],
    ["nothing", new Uint8Array(0), /is damaged\n.*\n.*no end record/],
    ["two members of one name", withTwoOfOneName(), /is damaged\n.*\n.*two members named W1\.npy/],
    ["an entry too few", withFewerEntries(), /is damaged\n.*\n.*entries that do not end where the end record begins/],
  ])("a zip archive with %s", async (_, bytes, message) => await expectRefused(modelFiles("a.npz", bytes), message));

  it("an .npz with a file that is no array", async () => {
    await expectRefused(npzOf({ "W1.npy": array, "readme.txt": new Uint8Array(3) }), /readme\.txt is not understood/);
  });

  it.each([
    ["a shape beyond the file", npyWith("(3, 4), }    ", "(3, 49999), }"), /truncated\n.*\(3, 49999\)/],
    ["objects", npyWith("'<f4'", "'|O' "), /W1 is an array of Python objects\n.*\n.*objects\n.*numpy\.savez/],
    ["fields", npyWith("'<f4'", "[('a', '<f4')]"), /array W1: this is not an array of numpy\n.*\n.*\[\(/],
    [
      "a header beyond the file",
      Uint8Array.of(...array.subarray(0, 8), 255, 255),
      /not an array of numpy\n.*\n.*a header of \d+ bytes in a file of 10/,
    ],
    [
      "an unknown version",
      Uint8Array.of(...array.subarray(0, 6), 9, 0, ...array.subarray(8)),
      /not an array of numpy\n.*\n.*version 9\.0/,
    ],
  ])("an array with %s", async (_, bytes, message) => await expectRefused(modelFiles("W1.npy", bytes), message));

  it("a TensorFlow.js model with weights outside its folder, missing, short, of integers, or of no layer", async () => {
    const change = (from: string, to: string) =>
      tfjsFiles(network, ({ json, weights }) => ({
        json: JSON.parse(JSON.stringify(json).replace(from, to)),
        weights,
      }));
    await expectRefused(change("./first.bin", "../first.bin"), /outside the model's folder/);
    await expectRefused(change("./first.bin", "./third.bin"), /third\.bin is missing/);
    await expectRefused(change('"shape":[3]', '"shape":[4]'), /wrong length\n.*96 bytes\n.*92 bytes/);
    await expectRefused(change('"shape":[3]', '"shape":[2]'), /wrong length\n.*88 bytes\n.*92 bytes/);
    await expectRefused(change("float32", "int32"), /weightsManifest\[0\]\.weights\[0\]\.dtype is not understood/);
    await expectRefused(change("dense_1/bias", "dense_7/bias"), /weights of dense_1 do not fit/);
    await expectRefused(change("layers-model", "graph-model"), /format is not understood/);
    await expectRefused(
      change('"Dense"', '"Conv2D"'),
      /layer dense_0 is not supported\n.*Dense, InputLayer.*\n.*Conv2D/,
    );
  });

  it("a TensorFlow.js model of very many files, or with one of them twice", async () => {
    const naming = (paths: readonly string[]) =>
      tfjsFiles(network, ({ json, weights }) => {
        const [group] = json.weightsManifest as [Record<string, unknown>];
        return { json: { ...json, weightsManifest: [{ ...group, paths }] }, weights };
      });
    let reads = 0;
    const counted = (paths: readonly string[]) => {
      const files = naming(paths);
      const sibling = (name: string) => {
        reads++;
        return files.sibling(name);
      };
      return { ...files, sibling };
    };
    const many = Array.from({ length: 100_000 }, (_, index) => `./first.bin?${index}`);
    await expectRefused(counted(many), /weights lie in too many files\n.*at most 1024 files\n.*100000/);
    await expectRefused(counted(["./first.bin", "./first.bin"]), /first\.bin is named twice/);
    expect(reads).toBe(0);
  });

  it("a folder of more arrays than a network has", async () => {
    const beside = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`W${index}.npy`, array]));
    await expectRefused(
      modelFiles("W.npy", array, beside),
      /too many arrays for a network\n.*2000 \.npy files\n.*2001/,
    );
  });

  it("a file of no known format", async () => {
    await expectRefused(
      modelFiles("a.net", Uint8Array.of(1, 2, 3)),
      /of no format that is understood\n.*ONNX \(\.onnx\)/,
    );
  });
});
