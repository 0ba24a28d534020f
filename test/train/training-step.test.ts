/** The dispatches of a training step: how many, of what, in which order. Few matter on GPUs, where each costs microseconds. */

import { describe, expect, test } from "vitest";
import { studyShape } from "../../src/core/layers/network-shape.ts";
import { everyProduct } from "../../src/core/tiles.ts";
import { type GpuContext, withTiles } from "../../src/gpu/device/context.ts";
import { uploadNetworks } from "../../src/passes/device-networks.ts";
import { uploadSplit } from "../../src/passes/device-split.ts";
import { initialNetwork } from "../../src/train/initialisation.ts";
import { createTrainingStep } from "../../src/train/training-step.ts";
import { testGpu } from "../support/gpu.ts";
import { randomSplit, testRandom } from "../support/networks.ts";

const gpu = await testGpu({ defaultLimits: true, subgroups: false });

/** Labels of the dispatches of steps 0 to `steps` - 1. */
async function labelsOf(own: GpuContext, hidden: readonly number[], classes: number, batchSize: number, steps = 1) {
  const features = 5;
  using split = uploadSplit(own, "train", randomSplit(testRandom(1), 300, features, classes), features, classes);
  using networks = uploadNetworks(own, [
    initialNetwork(0, 0, studyShape({ features, classes }, { hidden }), "sigmoid"),
  ]);
  using step = await createTrainingStep(own, networks, split, batchSize);
  const labels: string[] = [];
  step.encode({ dispatch: ({ label }) => labels.push(label) }, 0, steps);
  return labels;
}

const plain = withTiles(gpu, everyProduct("plain"));
const shared = withTiles(gpu, everyProduct("shared"));

describe("a training step with two hidden layers", () => {
  test("is nine dispatches of separate kernels", async () => {
    const deltas = ["backward.output_delta", "backward.hidden_delta", "backward.hidden_delta"];
    const forwards = new Array<string>(3).fill("forward.forward_layer");
    const updates = new Array<string>(3).fill("backward.update_parameters");
    expect(await labelsOf(plain, [4, 3], 3, 32)).toEqual([...forwards, ...deltas, ...updates]);
  });

  test("is six where the top layer's are one", async () => {
    expect(await labelsOf(shared, [4, 3], 3, 32)).toEqual([
      "forward.forward_layer",
      "forward.forward_layer",
      "top-layer.step_top_layer",
      "backward.hidden_delta",
      "backward.update_parameters",
      "backward.update_parameters",
    ]);
  });

  test("is nine again where classes or batch exceed what one workgroup holds", async () => {
    expect(await labelsOf(shared, [4, 3], 17, 32)).toHaveLength(9);
    expect(await labelsOf(shared, [4, 3], 3, 129)).toHaveLength(9);
  });
});

test.each([1, 2, 4])("with %i hidden layers it is 3 a layer, or 3 fewer in all", async (depth) => {
  const hidden = new Array<number>(depth).fill(3);
  expect(await labelsOf(plain, hidden, 3, 32)).toHaveLength(3 * (depth + 1));
  expect(await labelsOf(shared, hidden, 3, 32)).toHaveLength(3 * depth);
  expect(await labelsOf(shared, hidden, 3, 32, 5)).toHaveLength(15 * depth);
});
