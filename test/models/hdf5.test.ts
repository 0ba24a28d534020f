/** A Keras file with single fields changed, each a lie that the reader has to notice. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { readHdf5 } from "../../src/models/hdf5/hdf5-object.ts";
import { readModel } from "../../src/models/read-model.ts";
import { refuseIn } from "../../src/models/refuse.ts";
import { expectRefused, modelFiles, offsetsOf, valueOffsets } from "../support/model-files.ts";

const file = new Uint8Array(readFileSync(resolve(import.meta.dirname, "fixtures/keras-functional.h5")));
const { chain } = await readModel(modelFiles("a.h5", file));
const [kernel, bias, lastKernel] = valueOffsets(chain, file, true).map(([start]) => start!);

/** Where the file says that an array lies at `address`. */
const saysAddress = (address: number) => offsetsOf(new Uint8Array(BigUint64Array.of(BigInt(address)).buffer), file)[0]!;
const ascii = (text: string) => offsetsOf(new TextEncoder().encode(text), file)[0]!;

function changed(change: (view: DataView) => void) {
  const bytes = Uint8Array.from(file);
  change(new DataView(bytes.buffer));
  return modelFiles("a.h5", bytes);
}
const withU64 = (offset: number, value: number) => changed((view) => view.setBigUint64(offset, BigInt(value), true));
const withU8 = (offset: number, value: number) => changed((view) => view.setUint8(offset, value));

/** Place of the first little-endian IEEE float32 type: class 1, then exponent and mantissa. */
const floatType = offsetsOf(Uint8Array.of(0x11, 0x20, 0x1f, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23), file)[0]!;

describe("an HDF5 file is refused", () => {
  it.each([
    [
      "where two arrays overlap",
      withU64(saysAddress(kernel!), bias! - 4),
      /is damaged at byte .*\n.*kernel.*alone|bias.*alone/,
    ],
    ["where an array lies in the superblock", withU64(saysAddress(lastKernel!), 8), /the superblock alone/],
    ["where an array lies outside", withU64(saysAddress(kernel!), file.length), /address outside/],
    [
      "where an array is longer than its shape",
      withU64(saysAddress(kernel!) + 8, 52),
      /48 bytes of .*kernel\n.*52 bytes/,
    ],
    [
      "where an array was never written",
      changed((view) => view.setBigUint64(saysAddress(kernel!), 2n ** 64n - 1n, true)),
      /outside/,
    ],
    ["where numbers are no IEEE floats", withU8(floatType + 15, 22), /an IEEE 754 type/],
    ["where a tree of names leads to itself", withU64(ascii("TREE") + 32, ascii("TREE")), /SNOD/],
    ["where the file was cut off", modelFiles("a.h5", file.subarray(0, -8)), /wrong length\n.*16016 bytes.*\n.*16008/],
    ["of another superblock", withU8(8, 2), /form of the HDF5 file is not understood\n.*\n.*version 2/],
    ["without a model", withU8(ascii("model_config"), 0x6e), /model_config is missing/],
    [
      "with a layer that is not supported",
      withU8(ascii('"Dense"') + 1, 0x42),
      /layer .* is not supported\n.*Dense.*\n.*Bense/,
    ],
  ])("%s", async (_, files, message) => await expectRefused(files, message));

  it("after bounded work, where a tree of many levels leads to the same node again and again", () => {
    const bytes = new Uint8Array(2 ** 16);
    const view = new DataView(bytes.buffer);
    bytes.set(file.subarray(0, 96));
    view.setBigUint64(40, BigInt(bytes.length), true);
    // Object header at 96 with one message, a symbol table: tree at 200, heap at 160.
    view.setBigUint64(64, 96n, true);
    bytes.set([1, 0, 1, 0], 96);
    view.setUint32(104, 24, true);
    bytes.set([17, 0, 16, 0], 112);
    view.setBigUint64(120, 200n, true);
    view.setBigUint64(128, 160n, true);
    bytes.set([...new TextEncoder().encode("HEAP")], 160);
    // Each level has 30 children, all of them the node of the level below; 30^41 ways lead to an empty table of names.
    for (let level = 40; level >= 0; level--) {
      const node = 200 + (40 - level) * 600;
      bytes.set([...new TextEncoder().encode("TREE"), 0, level, 30, 0], node);
      for (let child = 0; child < 30; child++) view.setBigUint64(node + 32 + 16 * child, BigInt(node + 600), true);
    }
    bytes.set([...new TextEncoder().encode("SNOD"), 1, 0, 0, 0], 200 + 41 * 600);
    const names = () => readHdf5(bytes, refuseIn("a.h5", "none"), (root) => root.names());
    expect(names).toThrow(/leads in circles/);
  });
});
