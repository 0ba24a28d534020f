/**
 * Whatever fails half-way leaves nothing on the device: in every stage of a small study the n-th allocation fails, and the n-th
 * kernel, for every n.
 */
import { expect, test } from "vitest";
import { createRemovalProbe } from "../../src/ablation/walks/removal-probe.ts";
import { RunError } from "../../src/core/errors.ts";
import type { TrainedNetwork } from "../../src/core/network.ts";
import type { StudyConfig } from "../../src/core/study.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { Devices } from "../../src/gpu/device/devices.ts";
import { uploadSplit } from "../../src/passes/device-split.ts";
import type { MeasuredTable } from "../../src/study/part-values.ts";
import { meanActivations } from "../../src/study/table-orders.ts";
import { testGpu } from "../support/gpu.ts";
import { randomSplit, testRandom } from "../support/networks.ts";
import { ownGpu } from "../support/own-gpu.ts";
import { measured, stageDone, trained } from "../support/study-jobs.ts";
import { tinyConfig, tinyDataset } from "../support/tiny-study.ts";
import { watchBuffers } from "../support/watched-buffers.ts";

const gpu = await testGpu();

const random = testRandom(61);
const part = (count: number) => randomSplit(random, count, 5, 3);
const { features, classes } = { features: 5, classes: 3 };
const dataset = {
  ...tinyDataset,
  features,
  classes,
  sampleShape: [5],
  train: part(20),
  validation: part(70),
  test: part(70),
};
const config: StudyConfig = {
  ...tinyConfig,
  hidden: [3, 2, 2],
  repeats: 1,
  epochs: 2,
  randomDraws: 1,
  bits: 2,
  bins: "equal-width",
  activation: "gelu",
  measures: [...tinyConfig.measures, "activation-variance", "taylor"],
};

/** What the stages after training work on. */
interface Trained {
  readonly networks: readonly TrainedNetwork[];
  readonly tables: readonly MeasuredTable[];
}
const ablation = (sweep: StudyConfig["sweep"]) => (device: GpuContext, given: Trained) =>
  stageDone("ablate", new Devices(device), dataset, { ...config, sweep }, given);
const stages: Readonly<Record<string, (device: GpuContext, trained: Trained) => Promise<unknown>>> = {
  train: (device) => trained(new Devices(device), dataset, config, { keepEpochs: true }),
  measure: (device, { networks }) => stageDone("measure", new Devices(device), dataset, config, { networks }),
  "measure levels of equal frequency": (device, { networks }) =>
    stageDone("measure", new Devices(device), dataset, { ...config, bins: "equal-frequency" }, { networks }),
  "ablate by the fast sweep": ablation("fast"),
  "ablate by the masked sweep": ablation("masked"),
  "probe removals": async (device, { networks, tables }) => {
    const { network } = networks[0]!;
    using split = uploadSplit(device, "test", dataset.test, features, classes);
    const constants = { meanActivations: meanActivations(tables[0]!.table, network) };
    using probe = await createRemovalProbe(device, network, constants, split);
    await probe.evaluate([{ layer: 1, neuron: 0 }], "mean");
  },
};

type Maker = "createBuffer" | "createBindGroupLayout";

/** Lets a device make `count` more things, and no more until it is restored. */
function limit({ device }: GpuContext, maker: Maker, count: number) {
  const original = device[maker];
  let left = count;
  const limited = (...descriptor: never) => {
    if (left-- === 0) throw new RunError({ what: "made to fail" });
    return (original as (...of: never) => unknown).apply(device, descriptor);
  };
  Object.assign(device, { [maker]: limited });
  return {
    /** Whether it was asked for one more. */
    get reached() {
      return left < 0;
    },
    [Symbol.dispose]: () => Object.assign(device, { [maker]: original }),
  };
}

/** Runs a stage with the first, the second, ... made to fail, until none does any more; says how many did. */
async function failures(
  own: GpuContext,
  run: (device: GpuContext) => Promise<unknown>,
  maker: Maker,
  allowed: (failed: number) => number,
): Promise<number> {
  for (let failed = 0; ; failed++) {
    using buffers = watchBuffers(own);
    using limited = limit(own, maker, allowed(failed));
    const outcome = await run(own).then(
      () => "done",
      (error: unknown) => (error instanceof RunError ? error.message : error),
    );
    expect(buffers.alive(), `${maker} ${failed + 1}`).toEqual([]);
    if (!limited.reached) {
      expect(outcome).toBe("done");
      return failed;
    }
    expect(outcome, `${maker} ${failed + 1}`).toMatch(/made to fail/);
  }
}

const networks = await trained(new Devices(gpu), dataset, config);
const { tables } = await measured(new Devices(gpu), dataset, config, networks);

test.each(Object.entries(stages))("%s", { timeout: 600_000 }, async (_, stage) => {
  using own = await ownGpu(); // on which no kernel is compiled yet
  const run = (device: GpuContext) => stage(device, { networks, tables });
  // A kernel that was compiled stays, so that with one more each time the next one fails.
  const kernels = await failures(own, run, "createBindGroupLayout", (failed) => Math.min(failed, 1));
  const allocations = await failures(own, run, "createBuffer", (failed) => failed);
  await own.finished();
  expect(kernels).toBeGreaterThan(3);
  expect(allocations).toBeGreaterThan(20);
});
