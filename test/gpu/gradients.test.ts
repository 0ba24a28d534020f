/** The whole chain on the device, forward to gradients, against central differences of the float64 reference loss. */
import { describe, test } from "vitest";
import { type LayerActivation, type NetworkActivation, networkActivationText } from "../../src/core/activation.ts";
import { pixelValues } from "../../src/reference/forward.ts";
import { expectWithin } from "../support/agreement.ts";
import { centralDifferences, DIFFERENCE_ERROR, gradientProblem } from "../support/central-differences.ts";
import { gradientsOnDevice } from "../support/gradient-chain.ts";
import { kernelGpus } from "../support/kernel-gpus.ts";
import { realNetwork, testRandom } from "../support/networks.ts";
import { gradientBounds } from "../support/propagated-rounding.ts";

const L2 = 0.03;

/** Slopes that are kept beside slopes that follow from the values, with parameters of their own. */
const mixed: readonly (readonly LayerActivation[])[] = [
  [{ kind: "gelu" }, { kind: "leaky-relu", alpha: 0.2 }, { kind: "gelu-tanh" }, { kind: "elu", alpha: 0.7 }],
  [{ kind: "softplus" }, { kind: "gelu" }, { kind: "gelu" }, { kind: "relu" }],
];

describe.each(await kernelGpus())("$kernels", ({ gpu, ownActivations }) => {
  const alone = ownActivations.map((activation) => ({ name: networkActivationText(activation), activation }));
  const besides = mixed.map((activation) => ({ name: networkActivationText(activation), activation }));
  const cases: readonly { name: string; activation: NetworkActivation }[] = [...alone, ...besides];
  describe.each(cases)("gradients with $name", ({ name, activation }) => {
    test.each([1, 2, 3, 4])("agree with central differences with %i hidden layers", async (depth) => {
      const { network, pixels, labels, samples } = gradientProblem(activation, depth);
      const widths = [network.layers[0]!.inputs, ...network.layers.map(({ outputs }) => outputs)];
      const stranger = realNetwork(testRandom(99), widths, activation);
      const batch = { pixels, labels, samples, l2: L2, spareRows: 3 };
      // The network is the second of three, so that a wrong offset of a slab or a matrix shows.
      const got = (await gradientsOnDevice(gpu, [stranger, network, stranger], batch))[1]!;
      const inputs = pixelValues(pixels);
      const want = centralDifferences(network, inputs, labels, L2);
      const bounds = gradientBounds(network, inputs, labels, L2);
      for (const [index, { inputs: width, outputs }] of network.layers.entries()) {
        for (const part of ["weights", "biases"] as const) {
          const what = `gradient of ${part}, layer ${index} of ${depth + 1}, ${name}`;
          const shape = part === "weights" ? [outputs, width] : [outputs];
          const bound = bounds[index]![part].map((rounding) => rounding + DIFFERENCE_ERROR);
          expectWithin({ gpu, what, shape }, got[index]![part], want[index]![part], bound);
        }
      }
    });
  });
});
