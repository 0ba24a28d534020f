import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toNetwork } from "../../src/core/layer-chain.ts";
import { activations, type Network } from "../../src/core/network.ts";
import { encodeNpz } from "../../src/models/numpy/numpy-model.ts";
import { encodeOnnx } from "../../src/models/onnx/onnx-writer.ts";
import { readModel } from "../../src/models/read-model.ts";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { modelFiles } from "../support/model-files.ts";
import { realNetwork, testRandom } from "../support/networks.ts";

const network: fc.Arbitrary<Network> = fc
  .record({
    widths: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 5 }),
    activation: fc.constantFrom(...activations),
    seed: fc.nat(1e6),
  })
  .map(({ widths, activation, seed }) => realNetwork(testRandom(seed), widths, activation));

describe("a network that is written", () => {
  it.each([
    ["a.safetensors", encodeSafetensors],
    ["a.npz", encodeNpz],
    ["a.onnx", encodeOnnx],
  ])("as %s reads back to the bit", async (name, encode) => {
    await fc.assert(
      fc.asyncProperty(network, async (original) => {
        const { chain, notes } = await readModel(modelFiles(name, encode(original)));
        expect(toNetwork(chain, name)).toStrictEqual(original);
        expect(notes).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it("gives the same bytes each time", () => {
    const made = realNetwork(testRandom(2), [3, 4, 2], "tanh");
    for (const encode of [encodeSafetensors, encodeNpz, encodeOnnx]) expect(encode(made)).toEqual(encode(made));
  });
});
