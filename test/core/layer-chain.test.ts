import { describe, expect, it } from "vitest";
import { type LayerActivation, layerActivation } from "../../src/core/activation.ts";
import { type HiddenLayer, toChain, toNetwork } from "../../src/core/layer-chain.ts";
import { realLayer, realNetwork, testRandom } from "../support/networks.ts";

const random = testRandom(1);
const last = realLayer(random, 3, 2);
const hidden = (...activations: LayerActivation[]): HiddenLayer[] =>
  activations.map((activation) => ({ ...realLayer(random, 3, 3), activation }));

describe("a chain of layers", () => {
  it("is a network by name where all hidden layers have one activation", () => {
    const network = realNetwork(random, [3, 4, 5, 2], "tanh");
    expect(toNetwork(toChain(network), "a.onnx")).toStrictEqual(network);
  });

  it("is a network with an activation for each hidden layer where they differ", () => {
    const mixed = [layerActivation("leaky-relu"), { kind: "elu", alpha: 0.5 }, { kind: "gelu" }] as const;
    const network = toNetwork({ hidden: hidden(...mixed), last, output: "none" }, "a.onnx");
    expect(network.activation).toStrictEqual(mixed);
    expect(toChain(network).hidden.map(({ activation }) => activation)).toStrictEqual(mixed);
  });

  it("keeps a parameter that is not the default", () => {
    const steep = { kind: "leaky-relu", alpha: 0.2 } as const;
    const network = toNetwork({ hidden: hidden(steep, steep), last, output: "none" }, "a.onnx");
    expect(network.activation).toStrictEqual([steep, steep]);
  });

  it("is refused where there is no hidden layer", () => {
    expect(() => toNetwork({ hidden: [], last, output: "none" }, "a.onnx")).toThrow(/no hidden layer.*\n.*\n.*3-2/);
  });
});
