import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  activations,
  type LayerActivation,
  layerActivation,
  networkActivation,
  networkActivationText,
} from "../../src/core/activation.ts";
import { toNetwork } from "../../src/core/layer-chain.ts";
import type { Network } from "../../src/core/network.ts";
import { encodeNpz } from "../../src/models/numpy/numpy-model.ts";
import { encodeOnnx } from "../../src/models/onnx/onnx-writer.ts";
import { readModel } from "../../src/models/read-model.ts";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { modelFiles } from "../support/model-files.ts";
import { realNetwork, testRandom } from "../support/networks.ts";

const network: fc.Arbitrary<Network> = fc
  .record({
    widths: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 5 }),
    outputs: fc.integer({ min: 2, max: 9 }),
    activation: fc.constantFrom(...activations),
    seed: fc.nat(1e6),
  })
  .map(({ widths, outputs, activation, seed }) =>
    realNetwork(testRandom(seed), [...widths.slice(1), outputs], activation),
  );

/** With the parameters of its own that a float32 can hold: ONNX has no others. */
const ownActivation: fc.Arbitrary<LayerActivation> = fc.oneof(
  fc.constantFrom(...activations).map(layerActivation),
  fc
    .tuple(fc.constantFrom("leaky-relu" as const, "elu" as const), fc.float({ min: 0, max: 1000, noNaN: true }))
    .map(([kind, alpha]) => ({ kind, alpha })),
);

/** One function for each hidden layer. */
const mixedNetwork: fc.Arbitrary<Network> = fc
  .record({ list: fc.array(ownActivation, { minLength: 1, maxLength: 4 }), seed: fc.nat(1e6) })
  .map(({ list, seed }) => realNetwork(testRandom(seed), [3, ...list.map(() => 2), 4], networkActivation(list)));

const writers = [
  ["a.safetensors", encodeSafetensors],
  ["a.npz", encodeNpz],
  ["a.onnx", encodeOnnx],
] as const;

describe("a network that is written", () => {
  it.each(writers)("as %s reads back to the bit", async (name, encode) => {
    await fc.assert(
      fc.asyncProperty(network, async (original) => {
        const { chain, notes } = await readModel(modelFiles(name, encode(original)));
        expect(toNetwork(chain, name)).toStrictEqual(original);
        expect(notes).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it.each(writers)("as %s reads back whatever activations its layers have", async (name, encode) => {
    await fc.assert(
      fc.asyncProperty(mixedNetwork, async (original) => {
        const read = toNetwork((await readModel(modelFiles(name, encode(original)))).chain, name);
        // As text, in which 0.01 and the float32 next to it, which is what ONNX holds, are the same default.
        expect(networkActivationText(read.activation)).toBe(networkActivationText(original.activation));
        expect(read.layers).toStrictEqual(original.layers);
      }),
      { numRuns: 100 },
    );
  });

  it.each(writers)("as %s keeps lists of activations, parameters and both forms of GELU", async (name, encode) => {
    const lists: readonly (readonly LayerActivation[])[] = [
      [{ kind: "gelu" }, { kind: "gelu-tanh" }, { kind: "softplus" }, { kind: "identity" }],
      [
        { kind: "leaky-relu", alpha: 0.25 },
        { kind: "elu", alpha: 1.5 },
      ],
      [
        { kind: "elu", alpha: 0.5 },
        { kind: "elu", alpha: 0.5 },
      ],
      [{ kind: "leaky-relu", alpha: 0 }],
    ];
    for (const list of lists) {
      const original = realNetwork(testRandom(1), [3, ...list.map(() => 2), 4], list);
      const { chain } = await readModel(modelFiles(name, encode(original)));
      expect(toNetwork(chain, name).activation).toEqual(list);
    }
    const alone = realNetwork(testRandom(1), [3, 2, 2, 4], "gelu");
    expect(toNetwork((await readModel(modelFiles(name, encode(alone)))).chain, name).activation).toBe("gelu");
  });

  it("gives the same bytes each time", () => {
    const made = realNetwork(testRandom(2), [3, 4, 2], "tanh");
    for (const encode of [encodeSafetensors, encodeNpz, encodeOnnx]) expect(encode(made)).toEqual(encode(made));
  });
});
