/** Groups of networks and rows of chunks keep every array within the device's limits. */

import { describe, expect, test } from "vitest";
import { fastSweep } from "../../src/ablation/walks/fast-sweep.ts";
import { singleRemovals } from "../../src/ablation/walks/single-removals.ts";
import { denseNetwork } from "../../src/core/layers/network-shape.ts";
import { uploadNetworks } from "../../src/passes/device-networks.ts";
import { uploadSplit } from "../../src/passes/device-split.ts";
import { countNeurons } from "../../src/passes/evidence/bits.ts";
import { networksAtOnce } from "../../src/passes/measuring-plan.ts";
import { testGpu } from "../support/gpu.ts";
import { withBindingLimit } from "../support/limited-device.ts";
import { randomSplit, realNetwork, testRandom } from "../support/networks.ts";
import { madeUpConstants, shuffledOrders } from "../support/sweep-task.ts";

const gpu = await testGpu();

describe("within the limit of a binding", () => {
  test("as many networks are measured at once as its largest array allows, and they do fit", async () => {
    const random = testRandom(11);
    const widths = [6, 40, 3];
    const limited = withBindingLimit(gpu, 65_536);
    const samples = 500;
    const size = {
      shape: denseNetwork(widths),
      inputType: "bytes",
      validation: samples,
      test: samples,
      riding: [],
      removed: [],
      searches: [],
      keepsSlopes: false,
      paged: false,
    } as const;
    const { count: many, boundBy } = networksAtOnce(limited, size, 1000);
    expect(boundBy).toBe("binding");
    expect(many).toBe(Math.floor(65_536 / Math.max(4 * 64 * 44, 8 * 40 * 16)));
    using networks = uploadNetworks(
      limited,
      Array.from({ length: many }, () => realNetwork(random, widths, "tanh")),
    );
    using split = uploadSplit(limited, "test", randomSplit(random, samples, 6, 3), 6, 3);
    expect(await countNeurons(limited, networks, split)).toHaveLength(many);
  });

  test("a walk through a wide deep network stores no more steps than fit", async () => {
    const random = testRandom(12);
    const network = realNetwork(random, [4, 1, 100, 1, 3], "relu");
    // 320 rows of 104 lanes fit; four steps of them do not.
    const limited = withBindingLimit(gpu, 400 * 104 * 4);
    using split = uploadSplit(limited, "test", randomSplit(random, 320, 4, 3), 4, 3);
    const task = {
      network,
      orders: shuffledOrders(network, random, 1),
      meanActivations: madeUpConstants(network, random),
    };
    const [curves] = await fastSweep(limited, split, [task], { modes: ["mean"], stride: 50 });
    expect(curves).toHaveLength(4);
    const [singles] = await singleRemovals(limited, split, [{ ...task, repeat: 0 }], ["mean"]);
    expect(singles).toHaveLength(3);
  });
});
