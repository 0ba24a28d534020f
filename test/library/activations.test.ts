/** Activations as programs ask for them, against the reference in float64. */
import { expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { activationsOf } from "../../src/index.ts";
import { valuesOf } from "../../src/reference/sweep.ts";
import { testGpu } from "../support/gpu.ts";
import { realNetwork, testRandom } from "../support/networks.ts";
import { forwardBounds } from "../support/propagated-rounding.ts";
import { tinyDataset } from "../support/tiny-study.ts";

const gpu = await testGpu();
const network = realNetwork(testRandom(5), [tinyDataset.features, 5, 4, tinyDataset.classes], "tanh");

test("activations are those of the split and layer that are asked for, neuron by neuron", async () => {
  for (const split of ["validation", "test"] as const) {
    const { count } = tinyDataset[split];
    const inputs = Array.from({ length: count }, (_, sample) => [...valuesOf(tinyDataset[split], sample)]).flat();
    const wanted = forwardBounds(network, inputs)[1]!;
    const found = await activationsOf(gpu, tinyDataset, network, split, 2);
    expect(found.length).toBe(4 * count);
    for (let at = 0; at < wanted.values.length; at++) {
      const [sample, neuron] = [Math.floor(at / 4), at % 4];
      const difference = Math.abs(found[neuron * count + sample]! - wanted.values[at]!);
      expect(difference, `sample ${sample}, neuron ${neuron}`).toBeLessThanOrEqual(wanted.bounds[at]!);
    }
  }
});

test.each([0, 3, 1.5])("layer %d of two is refused", async (layer) => {
  await expect(activationsOf(gpu, tinyDataset, network, "test", layer)).rejects.toThrow(UsageError);
});
