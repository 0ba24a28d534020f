import { describe, expect, it } from "vitest";
import {
  type HiddenLayer,
  type LayerActivation,
  layerActivation,
  toChain,
  toNetwork,
} from "../../src/core/layer-chain.ts";
import { realLayer, realNetwork, testRandom } from "../support/networks.ts";

const random = testRandom(1);
const last = realLayer(random, 3, 2);
const hidden = (...activations: LayerActivation[]): HiddenLayer[] =>
  activations.map((activation) => ({ ...realLayer(random, 3, 3), activation }));

describe("a chain of layers", () => {
  it("is a network where all hidden layers have one supported activation", () => {
    const network = realNetwork(random, [3, 4, 5, 2], "tanh");
    expect(toNetwork(toChain(network), "a.onnx")).toStrictEqual(network);
  });

  it("is refused with layer and activation where one is not supported", () => {
    const chain = { hidden: hidden(layerActivation("leaky-relu")), last, output: "none" } as const;
    expect(() => toNetwork(chain, "a.onnx")).toThrow(
      /a\.onnx: hidden layer 1 .*\n.*sigmoid, tanh, relu\n.*leaky-relu \(alpha 0\.01\)/,
    );
  });

  it("is refused where hidden layers differ", () => {
    const chain = {
      hidden: hidden({ kind: "relu" }, { kind: "relu" }, { kind: "tanh" }),
      last,
      output: "none",
    } as const;
    expect(() => toNetwork(chain, "a.onnx")).toThrow(/hidden layer 3 .*\n.*relu, as in layer 1\n.*tanh/);
  });

  it("is refused where there is no hidden layer", () => {
    expect(() => toNetwork({ hidden: [], last, output: "none" }, "a.onnx")).toThrow(/no hidden layer.*\n.*\n.*3-2/);
  });
});
