/** Networks that are swept together, whole or in small batches, come out as each does alone: bit for bit. */

import { describe, expect, test } from "vitest";
import { ablateNetworks, ablationEvaluations } from "../../src/ablation/ablate-networks.ts";
import { networksAtOnce, walkWaves } from "../../src/ablation/walks/walk-waves.ts";
import { replacementModes } from "../../src/core/ablation.ts";
import { denseNetwork } from "../../src/core/layers/network-shape.ts";
import { type DeviceSplit, uploadSplit } from "../../src/passes/device-split.ts";
import { testGpu } from "../support/gpu.ts";
import { withBindingLimit, withGuessedPace } from "../support/limited-device.ts";
import { randomSplit, realNetwork, testRandom } from "../support/networks.ts";
import { madeUpConstants, shuffledOrders } from "../support/sweep-task.ts";

const gpu = await testGpu();

function madeUp(samples: number, widths: readonly number[]) {
  const random = testRandom(samples);
  const tasks = [0, 1, 2].map((repeat) => {
    const network = realNetwork(random, widths, "sigmoid");
    const orders = shuffledOrders(network, random, 2);
    return { network, repeat, orders, meanActivations: madeUpConstants(network, random) };
  });
  const features = widths[0]!;
  const classes = widths.at(-1)!;
  const split: DeviceSplit = uploadSplit(
    gpu,
    "test",
    randomSplit(random, samples, features, classes),
    features,
    classes,
  );
  return { tasks, split };
}

/** Every stride takes other routes: at each removal in registers, else through stored outputs. */
const strides = [1, 4];
const shapes: readonly (readonly [samples: number, widths: readonly number[]])[] = [
  [203, [5, 11, 4]],
  [203, [5, 13, 9, 4]],
  [130, [5, 6, 7, 5, 4]],
];

describe.each(shapes)("%i samples through %j", (samples, widths) => {
  test.each(strides)("three networks together, stride %i", async (stride) => {
    const { tasks, split } = madeUp(samples, widths);
    using _ = split;
    const options = { modes: replacementModes, stride, sweep: "fast" } as const;
    const { curves, singles } = await ablateNetworks(gpu, split, tasks, options);
    for (const [index, task] of tasks.entries()) {
      const alone = await ablateNetworks(gpu, split, [task], options);
      expect(curves[index]).toEqual(alone.curves[0]);
      expect(singles[index]).toEqual(alone.singles[0]);
      expect(curves[index]!.map(({ order }) => order)).toEqual(task.orders.flatMap((order) => [order, order]));
      expect(singles[index]!.every(({ repeat }) => repeat === task.repeat)).toBe(true);
    }
  });

  test("in chunks of samples and batches of walks that a small binding allows", async () => {
    const { tasks, split } = madeUp(samples, widths);
    using _ = split;
    const options = { modes: replacementModes, stride: 1, sweep: "fast" } as const;
    const limited = withBindingLimit(gpu, 65_536);
    expect(await ablateNetworks(limited, split, tasks, options)).toEqual(
      await ablateNetworks(gpu, split, tasks, options),
    );
  });
});

test("one network takes fewer samples at a time where the state of a walk would not fit in a binding otherwise", async () => {
  const { tasks, split } = madeUp(300, [5, 4, 60, 3]);
  using _ = split;
  const options = { modes: replacementModes, stride: 1, sweep: "fast" } as const;
  // 320 rows of 64 lanes of 4 bytes fill half a binding; two starts, a walk and a spare are four times that.
  const limited = withBindingLimit(gpu, 163_840);
  const alone = await ablateNetworks(limited, split, [tasks[0]!], options);
  expect(alone).toEqual(await ablateNetworks(gpu, split, [tasks[0]!], options));
});

test("as many networks are swept at once as keep the state of all samples in one array", () => {
  const limited = withBindingLimit(withGuessedPace(gpu), 2 ** 20);
  const group = {
    route: "product",
    lowest: 1,
    deeper: true,
    single: false,
    neurons: 111,
    evaluations: 112,
    walks: 8,
    starts: 2,
    own: false,
  } as const;
  // 300 samples of 12 lanes of 4 bytes for 18 slabs (two of each walk, and two to start from) are 259,200 bytes; half a binding
  // holds two of these.
  expect(networksAtOnce(limited, { shape: denseNetwork([5, 100, 11, 4]), samples: 300 }, [group], 50)).toEqual({
    count: 2,
    boundBy: "binding",
  });
  expect(networksAtOnce(limited, { shape: denseNetwork([5, 100, 11, 4]), samples: 300_000 }, [group], 50).count).toBe(
    1,
  );
});

test("batches that do not fit together take turns", () => {
  const basis = { ...withGuessedPace(gpu), memoryBytes: 4 * 300_000 };
  const size = { shape: denseNetwork([5, 100, 11, 4]), samples: 300, networks: 1 };
  const layer = {
    route: "product",
    lowest: 1,
    deeper: false,
    single: false,
    neurons: 100,
    evaluations: 101,
    walks: 8,
    starts: 2,
    own: false,
  } as const;
  const { waves } = walkWaves(basis, size, [layer, layer]);
  const walked = waves.flat().map(({ group, first, count }) => [group, first, count]);
  expect(waves.length).toBeGreaterThan(1);
  expect(walked.reduce((sum, [, , count]) => sum + count!, 0)).toBe(16);
  expect(walkWaves({ ...basis, memoryBytes: 2 ** 30 }, size, [layer, layer]).waves).toEqual([
    [
      { group: 0, first: 0, count: 8 },
      { group: 1, first: 0, count: 8 },
    ],
  ]);
});

test("progress counts every evaluation of curves and single removals, whichever sweep is chosen", async () => {
  const { tasks, split } = madeUp(70, [5, 6, 4, 4]);
  using _ = split;
  for (const sweep of ["fast", "masked"] as const) {
    const options = { modes: replacementModes, stride: 3, sweep };
    let last = 0;
    const { curves, singles } = await ablateNetworks(gpu, split, tasks, options, (done) => {
      expect(done).toBeGreaterThanOrEqual(last);
      last = done;
    });
    const ofCurves = curves.flat().reduce((sum, { removed }) => sum + removed.length, 0);
    const ofSingles = singles.flat().reduce((sum, { correct }) => sum + correct.length + 1, 0);
    expect(last).toBeCloseTo(ofCurves + ofSingles);
    expect(last).toBeCloseTo(tasks.reduce((sum, task) => sum + ablationEvaluations(task, options), 0));
  }
});
