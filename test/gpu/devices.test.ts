/** A device that is lost in the middle of a study: the piece is done again on another, once, and no bit shows it. */
import { afterAll, describe, expect, test } from "vitest";
import { RunError } from "../../src/core/errors.ts";
import type { Stage } from "../../src/core/progress.ts";
import type { Removals, StudyConfig } from "../../src/core/study.ts";
import { createContext, type GpuContext } from "../../src/gpu/device/context.ts";
import { Devices, PerDevice } from "../../src/gpu/device/devices.ts";
import { openAdapter } from "../../src/platform/node/adapters.ts";
import { namingOrders } from "../../src/study/part-values.ts";
import { partsInMemory, type StudyOutcome, wholeOutcome } from "../../src/study/study.ts";
import { testAdapterName } from "../support/gpu.ts";
import { trained } from "../support/study-jobs.ts";
import { tinyConfig, tinyDataset } from "../support/tiny-study.ts";

/** So little memory that networks train and are measured in several groups. */
const MEMORY_BYTES = 80_000;
const config: StudyConfig = { ...tinyConfig, repeats: 3, epochs: 2, hidden: [30], randomDraws: 1, modes: ["mean"] };

async function open(share: number): Promise<GpuContext> {
  const { adapter, facts } = await openAdapter({ name: testAdapterName });
  return createContext(adapter, facts, { defaultLimits: true, memoryBytes: MEMORY_BYTES, share });
}

/** When a device is destroyed: at the first report that so much of the stage is done. */
interface Loss {
  readonly stage: Stage;
  readonly share: number;
}

interface Run {
  readonly outcome: StudyOutcome | undefined;
  readonly error: unknown;
  readonly losses: readonly RunError[];
  /** Of the repeats that were ablated. */
  readonly removals: readonly Removals[];
  readonly devices: Devices;
}

/** Runs the study, destroying a device at each of `planned` in turn. */
async function study(planned: readonly Loss[], reopen: () => Promise<GpuContext> = () => open(0.5)): Promise<Run> {
  const losses: RunError[] = [];
  const removals: Removals[] = [];
  const left = [...planned];
  using devices = new Devices(await open(1), async (loss) => {
    losses.push(loss);
    return reopen();
  });
  const parts = partsInMemory(devices, tinyDataset, config);
  const running = wholeOutcome(
    { devices, dataset: tinyDataset, parts, clock: () => 0 },
    {
      onProgress({ stage, done, total }) {
        if (stage !== left[0]?.stage || done < left[0].share * total) return;
        left.shift();
        devices.current.device.destroy();
      },
      async onJobs(stage, jobs) {
        if (stage !== "ablate") return;
        for (const { repeat } of jobs) removals.push(await parts.read("removals", repeat));
      },
    },
  );
  let error: unknown;
  const outcome = await running.catch((thrown: unknown) => {
    error = thrown;
    return undefined;
  });
  return { outcome, error, losses, removals, devices };
}

const whole = await study([]);

describe("a device that is lost", () => {
  test("was not, where nothing happens", () => {
    expect(whole.losses).toEqual([]);
    expect(whole.outcome!.curves).toHaveLength(3 * 3 * 7);
  });

  const losses: readonly (readonly [Loss, RegExp])[] = [
    [{ stage: "train", share: 0 }, /^training repeats 0 to 1, on /],
    [{ stage: "train", share: 0.7 }, /^training repeat 2, on /],
    // On a busy machine the plan may take one network at a time.
    [{ stage: "measure", share: 0 }, /^measuring repeats? 0( to 1)?, on /],
    [{ stage: "measure", share: 0.5 }, /^measuring repeat 2, on /],
    [{ stage: "ablate", share: 0 }, /^ablating repeat 0, on /],
    [{ stage: "ablate", share: 0.5 }, /^ablating repeat 1, on /],
  ];
  test.each(losses)("at %j is replaced, and every result is the same", async (loss, where) => {
    const { outcome, error, losses: seen, removals, devices } = await study([loss]);
    expect(error).toBeUndefined();
    expect(seen.map(({ fault }) => fault.what)).toEqual(["the device was lost"]);
    expect(seen[0]!.fault.where).toMatch(where);
    expect(outcome).toEqual(whole.outcome);
    expect(removals.flatMap(({ curves }) => curves)).toEqual(namingOrders(whole.outcome!.curves));
    expect(devices.current.memoryBytes).toBe(MEMORY_BYTES / 2);
    expect(devices.current.pace.submitMs).toBe(30);
  });

  test("costs no finished epoch where epochs are kept, and every network is the same, though fewer train at once", async () => {
    const longer = { ...config, epochs: 4 };
    const undisturbed = new Devices(await open(1));
    const expected = await trained(undisturbed, tinyDataset, longer);
    undisturbed[Symbol.dispose]();
    let lost = false;
    const epochs: string[] = [];
    const done: number[] = [];
    using devices = new Devices(await open(1), () => open(0.5));
    const networks = await trained(devices, tinyDataset, longer, {
      keepEpochs: true,
      onProgress(progress) {
        done.push(progress.done);
        if (lost || progress.done <= 4) return; // in the third epoch of repeats 0 and 1
        lost = true;
        devices.current.device.destroy();
      },
      async onEpoch({ repeats, epoch }) {
        if (lost) epochs.push(`${repeats.join(" and ")}: ${epoch}`);
        else if (epoch === 1) expect(repeats).toEqual([0, 1]);
      },
    });
    expect(networks).toEqual(expected);
    expect(epochs.filter((epoch) => epoch !== "0 and 1: 2")).toEqual([
      "0: 2",
      "0: 3",
      "1: 2",
      "1: 3",
      "2: 0",
      "2: 1",
      "2: 2",
      "2: 3",
    ]);
    expect(Math.min(...done.slice(done.findIndex((epoch) => epoch > 4)))).toBeGreaterThanOrEqual(4);
  });

  test("a second time ends the study, with what was tried, the plan and what helps; what is finished was handed over", async () => {
    const {
      error,
      losses: seen,
      removals,
    } = await study([
      { stage: "train", share: 0.3 },
      { stage: "ablate", share: 0.5 },
    ]);
    expect(seen).toHaveLength(1);
    expect(error).toBeInstanceOf(RunError);
    const message = (error as RunError).message;
    expect(message).toMatch(/^ablating repeat 1, on .*: the device was lost\n/);
    expect(message).toMatch(
      /\n {2}expected: 0\.\d+ MB, at most 0\.\d+ MB in one array \(.*\); 1 of 2 networks \(memory\), .* at once\n/,
    );
    expect(message).toMatch(/\n {2}to do: {4}run again with --memory \d+ \(now \d+\), fewer --repeats/);
    expect(removals).toHaveLength(1);
    expect(removals).toEqual(
      removals.map((_, repeat) => ({
        curves: namingOrders(whole.outcome!.curves.filter(({ order }) => order.repeat === repeat)),
        singles: whole.outcome!.singles.filter((single) => single.repeat === repeat),
      })),
    );
  });

  test("ends the study where no device can be opened again, and where only another adapter is left", async () => {
    const loss: Loss = { stage: "train", share: 0 };
    const gone = await study([loss], () => Promise.reject(new RunError({ what: "no adapter" })));
    expect((gone.error as RunError).message).toMatch(/the device was lost[\s\S]*found: .*; and no adapter\n/);
    const other = await study([loss], async () => {
      const gpu = await open(1);
      return { ...gpu, facts: { ...gpu.facts, description: "another" } };
    });
    expect((other.error as RunError).message).toMatch(
      /the device was lost[\s\S]*only another adapter is left: another\n/,
    );
  });
});

// Its own device: the error that is made up below stays with it.
const gpu = await open(1);
afterAll(() => gpu[Symbol.dispose]());

describe("what is no loss", () => {
  test("an error of the study passes as it is, and nothing is tried again", async () => {
    for (const error of [new RunError({ what: "training diverged" }), new TypeError("a bug")]) {
      const devices = new Devices(gpu, () => expect.unreachable());
      let runs = 0;
      const piece = devices.attempt(() => ({
        doing: "training",
        plan: "",
        run() {
          runs++;
          return Promise.reject(error);
        },
      }));
      await expect(piece).rejects.toBe(error);
      expect(runs).toBe(1);
    }
  });

  test("what is kept on a device is made once for each, and released when the device changes or the stage ends", () => {
    const log: string[] = [];
    const contexts = ["a", "b"].map((name) => ({ name }) as unknown as GpuContext & { name: string });
    {
      using kept = new PerDevice((on) => {
        const { name } = on as unknown as { name: string };
        log.push(`make ${name}`);
        return { name, [Symbol.dispose]: () => void log.push(`release ${name}`) };
      });
      for (const on of [contexts[0]!, contexts[0]!, contexts[1]!]) kept.on(on);
    }
    expect(log).toEqual(["make a", "release a", "make b", "release b"]);
  });

  test("memory that runs out ends the study at once, with what was tried, the plan and what helps", async () => {
    const devices = new Devices(gpu, () => expect.unreachable());
    const piece = devices.attempt(({ device, finished }) => ({
      doing: "training repeats 0 to 4",
      plan: "1 MB",
      run() {
        const error = new GPUOutOfMemoryError("no room for a buffer");
        device.dispatchEvent(new GPUUncapturedErrorEvent("uncapturederror", { error }));
        return finished();
      },
    }));
    await expect(piece).rejects.toThrow(
      /^training repeats 0 to 4, on .*: the adapter is out of memory\n {2}expected: 1 MB\n {2}found: {4}no room for a buffer\n {2}to do: {4}--memory \d+ \(now \d+\), fewer --repeats/,
    );
  });
});
