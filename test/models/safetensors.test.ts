import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RunError } from "../../src/core/errors.ts";
import { layerSizes } from "../../src/core/layers/network-shape.ts";
import { networkShape } from "../../src/core/network.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { madeUpNetwork } from "../report/made-up-study.ts";

const network = madeUpNetwork([3, 5, 2]);
const file = encodeSafetensors(network);
const headerBytes = Number(new DataView(file.buffer).getBigUint64(0, true));
type Header = Record<string, Record<string, unknown>>;
const header: Header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerBytes)));

/** The file with another header; the tensors stay. */
function withHeader(text: string): Uint8Array {
  const encoded = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + encoded.length + file.length - 8 - headerBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(encoded.length), true);
  bytes.set(encoded, 8);
  bytes.set(file.subarray(8 + headerBytes), 8 + encoded.length);
  return bytes;
}

function withEntry(name: string, change: Record<string, unknown>): Uint8Array {
  return withHeader(JSON.stringify({ ...header, [name]: { ...header[name], ...change } }));
}

function expectRefused(bytes: Uint8Array, message: RegExp): void {
  expect(() => decodeSafetensors(bytes, "repeat-000.safetensors")).toThrow(RunError);
  expect(() => decodeSafetensors(bytes, "repeat-000.safetensors")).toThrow(message);
}

describe("a network as safetensors", () => {
  it("reads back as the same network, whatever its depth and widths", () => {
    const widths = fc.tuple(
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 4 }),
      fc.integer({ min: 2, max: 9 }),
    );
    fc.assert(
      fc.property(widths, fc.constantFrom("sigmoid", "tanh", "relu"), ([sizes, outputs], activation) => {
        const original = { ...madeUpNetwork([...sizes, outputs]), activation } as const;
        expect(decodeSafetensors(encodeSafetensors(original), "x")).toStrictEqual(original);
      }),
      { numRuns: 100 },
    );
  });

  it("reads back from the middle of a larger buffer", () => {
    const larger = new Uint8Array(file.length + 16).fill(255);
    larger.set(file, 3);
    expect(decodeSafetensors(larger.subarray(3, 3 + file.length), "x")).toStrictEqual(network);
  });

  it("has PyTorch's names and shapes, float32, and metadata that say activation and architecture", () => {
    expect(header).toStrictEqual({
      __metadata__: { activation: "sigmoid", architecture: "3-5-2" },
      "layers.0.weight": { dtype: "F32", shape: [5, 3], data_offsets: [0, 60] },
      "layers.0.bias": { dtype: "F32", shape: [5], data_offsets: [60, 80] },
      "layers.1.weight": { dtype: "F32", shape: [2, 5], data_offsets: [80, 120] },
      "layers.1.bias": { dtype: "F32", shape: [2], data_offsets: [120, 128] },
    });
  });

  it("pads the header with spaces, so that the tensors begin at a multiple of 8", () => {
    for (const inputs of [1, 10, 100, 1000, 10000]) {
      const bytes = encodeSafetensors(madeUpNetwork([inputs, 1]));
      const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
      expect(length % 8).toBe(0);
      expect(new TextDecoder().decode(bytes.subarray(8, 8 + length))).toMatch(/^\{.*\} {0,7}$/);
    }
  });

  it("stores weights little-endian, row by row", () => {
    const view = new DataView(file.buffer, 8 + headerBytes);
    expect(view.getFloat32(4 * 4, true)).toBe(network.layers[0]!.weights[4]);
    expect(view.getFloat32(60, true)).toBe(network.layers[0]!.biases[0]);
  });

  it("may lack the architecture, and may hold its tensors in another order", () => {
    const entries = Object.entries(header).reverse();
    const reordered = { ...Object.fromEntries(entries), __metadata__: { activation: "sigmoid" } };
    // One of elsewhere, then, which does not say in which order it takes the numbers of a picture.
    const wanted = { ...network, input: {} };
    expect(decodeSafetensors(withHeader(JSON.stringify(reordered)), "x")).toStrictEqual(wanted);
  });
});

describe("a damaged safetensors file is refused", () => {
  const without = (name: string) => Object.fromEntries(Object.entries(header).filter(([key]) => key !== name));
  const hugeHeader = Uint8Array.from(file);
  hugeHeader.fill(255, 0, 8);
  const notFinite = Uint8Array.from(file);
  new DataView(notFinite.buffer).setFloat32(8 + headerBytes + 8, Number.NaN, true);
  const cases: [string, Uint8Array, RegExp][] = [
    ["it is empty", new Uint8Array(0), /repeat-000\.safetensors: the file is too short/],
    ["its header length is absurd", hugeHeader, /the header does not fit into the file/],
    ["its header is not JSON", withHeader("{"), /the header cannot be read/],
    ["its header is an array", withHeader("[]"), /the header cannot be read/],
    [
      "its header nests deeper than any stack",
      withHeader(`{"a":${"[".repeat(1e5)}${"]".repeat(1e5)}}`),
      /a does not fit/,
    ],
    ["it has no tensors", withHeader('{"__metadata__":{}}'), /the file has the wrong length/],
    [
      "a tensor holds integers",
      withEntry("layers.0.bias", { dtype: "I64" }),
      /layers\.0\.bias holds no real numbers\n[\s\S]*I64[\s\S]*export the network as ONNX/,
    ],
    ["a shape is negative", withEntry("layers.0.bias", { shape: [-5] }), /layers\.0\.bias shape\[0\] does not fit/],
    [
      "a shape is too large",
      withEntry("layers.0.bias", { shape: [2 ** 50] }),
      /layers\.0\.bias lies in the wrong place/,
    ],
    [
      "offsets overlap",
      withEntry("layers.0.bias", { data_offsets: [56, 76] }),
      /layers\.0\.bias lies in the wrong place/,
    ],
    ["a tensor begins too early", withEntry("layers.0.bias", { data_offsets: [56, 80] }), /lies in the wrong place/],
    ["offsets leave a gap", withEntry("layers.0.bias", { data_offsets: [64, 84] }), /lies in the wrong place/],
    ["offsets go backwards", withEntry("layers.0.bias", { data_offsets: [80, 60] }), /lies in the wrong place/],
    ["the tensors are cut off", file.subarray(0, -4), /wrong length\n.*128 bytes of tensors\n.*124 bytes/],
    ["bytes follow the tensors", Uint8Array.from([...file, 0]), /wrong length/],
    ["a bias is missing", withHeader(JSON.stringify(without("layers.1.bias"))), /wrong length|is missing/],
    [
      "shapes do not chain",
      withEntry("layers.1.weight", { shape: [5, 2] }),
      /the shapes of the layers do not fit each other\n.*\n.*layers\.1\.weight \[5, 2\]/,
    ],
    ["a weight is flat", withEntry("layers.0.weight", { shape: [15] }), /layers\.0\.weight is no dense layer's weight/],
    [
      "a bias has too many numbers",
      withEntry("layers.1.weight", { shape: [1, 10] }),
      /the shapes of the layers do not fit/,
    ],
    ["a weight is NaN", notFinite, /weight of layers\.0, element 2, is not finite/],
    ["there are no metadata", withHeader(JSON.stringify(without("__metadata__"))), /does not say which activation/],
    [
      "the activation is unknown",
      withEntry("__metadata__", { activation: "swish" }),
      /__metadata__ activation does not fit/,
    ],
    ["the architecture is another", withEntry("__metadata__", { architecture: "3-4-2" }), /architecture contradicts/],
  ];
  it.each(cases)("when %s", (_, bytes, message) => expectRefused(bytes, message));

  it("when a tensor has another name", () => {
    const { "layers.1.bias": bias, ...rest } = header;
    expectRefused(
      withHeader(JSON.stringify({ ...rest, "layers.1.offset": bias })),
      /layers\.1\.offset is not understood/,
    );
  });

  it("or else is a sound network, whatever bytes are changed or cut off", () => {
    const mutation = fc.record({ at: fc.nat(file.length - 1), value: fc.nat(255) });
    const mutations = fc.array(mutation, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(mutations, fc.option(fc.nat(file.length)), (changes, length) => {
        const bytes = file.slice(0, length ?? file.length);
        for (const { at, value } of changes) if (at < bytes.length) bytes[at] = value;
        try {
          const { layers } = decodeSafetensors(bytes, "x");
          expect(layerSizes(networkShape({ layers }))).toStrictEqual([3, 5, 2]);
          expect(layers.every((layer) => [...layer.weights, ...layer.biases].every(Number.isFinite))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(RunError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
