/** How work is cut to fit a device must not show in any result: the same curves, bit for bit, from small and large chunks. */

import { describe, expect, test } from "vitest";
import { maskedSweep } from "../../src/ablation/masked/masked-sweep.ts";
import { type AblationCurve, type RemovalOrder, replacementModes } from "../../src/core/ablation.ts";
import type { Split } from "../../src/core/dataset.ts";
import { denseNetwork } from "../../src/core/layers/network-shape.ts";
import { type Network, networkShape } from "../../src/core/network.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { uploadNetworks } from "../../src/passes/device-networks.ts";
import { uploadSplit } from "../../src/passes/device-split.ts";
import { countNeurons } from "../../src/passes/evidence/bits.ts";
import { rowsPerChunk, slabsPerUnit } from "../../src/passes/forward-pass.ts";
import { testGpu } from "../support/gpu.ts";
import { saidToBeSoftware, withBindingLimit } from "../support/limited-device.ts";
import { randomSplit, realNetwork, testRandom } from "../support/networks.ts";
import { madeUpConstants, shuffledOrders } from "../support/sweep-task.ts";

const gpu = await testGpu();
const random = testRandom(20);
const widths = [6, 13, 5, 3];
const shape = denseNetwork(widths);
const network = realNetwork(random, widths, "sigmoid");
const split = randomSplit(random, 307, 6, 3);
const orders = shuffledOrders(network, random, 1);
const means = madeUpConstants(network, random);

interface Work {
  readonly network: Network;
  readonly split: Split;
  readonly orders: readonly RemovalOrder[];
  readonly means: readonly Float32Array[];
}

async function sweep(context: GpuContext, work: Work, stride: number): Promise<AblationCurve[]> {
  const { inputs } = work.network.layers[0]!;
  using device = uploadSplit(gpu, "test", work.split, inputs, work.network.layers.at(-1)!.outputs);
  const task = { network: work.network, orders: work.orders, meanActivations: work.means };
  return await maskedSweep(context, device, task, { modes: replacementModes, stride });
}

/** Samples of a chunk, and evaluations that one dispatch may hold. */
function plan(context: GpuContext): { rows: number; slabs: number } {
  const rows = rowsPerChunk(context, split.count, 1, shape);
  return { rows, slabs: slabsPerUnit(context, rows, shape) };
}

describe("cutting work into chunks", () => {
  // 16 lanes of 4 bytes for the widest layer: half a binding holds 64, 128, 192 or all 320 rows, or several times that.
  test.each([
    [8_192, 64, 1],
    [16_384, 128, 1],
    [24_576, 192, 1],
    [90_112, 320, 2],
    [286_720, 320, 7],
  ])(
    "changes no bit of a sweep: bindings of %i bytes, %i samples, %i evaluations at once",
    async (bytes, rows, slabs) => {
      const limited = withBindingLimit(gpu, bytes);
      expect(plan(limited)).toEqual({ rows, slabs });
      expect(plan(gpu).slabs).toBeGreaterThan(100);
      expect(await sweep(limited, { network, split, orders, means }, 1)).toEqual(await whole());
    },
  );

  test("changes no count and no bit of a mean", async () => {
    using networks = uploadNetworks(gpu, [network, realNetwork(testRandom(21), widths, "sigmoid")]);
    using device = uploadSplit(gpu, "test", split, 6, 3);
    const want = await countNeurons(gpu, networks, device);
    for (const bytes of [16_384, 32_768]) {
      expect(await countNeurons(withBindingLimit(gpu, bytes), networks, device)).toEqual(want);
    }
  });

  test("changes no bit where it comes about by itself: a large layer on a software adapter", async () => {
    const large = realNetwork(random, [784, 160, 40, 10], "relu");
    const many = randomSplit(random, 850, 784, 10);
    const work: Work = {
      network: large,
      split: many,
      orders: shuffledOrders(large, random, 1),
      means: madeUpConstants(large, random),
    };
    const contexts = [true, false].map((software) => saidToBeSoftware(gpu, software));
    const rows = contexts.map((context) => rowsPerChunk(context, many.count, 1, networkShape(large)));
    expect(rows).toEqual([512, 896]);
    const [inParts, atOnce] = [await sweep(contexts[0]!, work, 80), await sweep(contexts[1]!, work, 80)];
    expect(inParts).toEqual(atOnce);
  });
});

let swept: Promise<AblationCurve[]> | undefined;
/** The sweep in one chunk, computed once. */
function whole(): Promise<AblationCurve[]> {
  swept ??= sweep(gpu, { network, split, orders, means }, 1);
  return swept;
}
