/** Calls on one device: one after the other, each with its own errors, and an end that is told. */
import { afterAll, describe, expect, test } from "vitest";
import { type Fault, RunError, UsageError } from "../../src/core/errors.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { inTurn } from "../../src/gpu/device/turns.ts";
import { activationsOf, measureNetworks } from "../../src/index.ts";
import { ownGpu } from "../support/own-gpu.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { tinyDataset } from "../support/tiny-study.ts";

const gpu = await ownGpu();
afterAll(() => gpu[Symbol.dispose]());
const measure = (on: GpuContext) => measureNetworks(on, tinyDataset, [plantedNetwork]);

/** An invalid buffer: an error of the device that no one awaits. */
function spoil({ device }: GpuContext): void {
  device.createBuffer({ label: "spoilt", size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
}

/** Runs `before` at the next call of a method of the device, once. */
function atNext<K extends "createBuffer" | "createComputePipelineAsync">(
  device: GPUDevice,
  name: K,
  before: () => void,
) {
  const inherited = device[name] as (...args: unknown[]) => unknown;
  const once = (...args: unknown[]) => {
    delete (device as Partial<GPUDevice>)[name];
    before();
    return inherited.apply(device, args);
  };
  Object.defineProperty(device, name, { value: once, configurable: true });
}

async function failure(work: Promise<unknown>): Promise<RunError | UsageError> {
  const error: unknown = await work.then(
    () => new Error("nothing failed"),
    (reason: unknown) => reason,
  );
  if (error instanceof RunError || error instanceof UsageError) return error;
  throw error;
}

describe("an error of the device", () => {
  test("is reported by the call that it belongs to, and not by the next one", async () => {
    const before = await measure(gpu);
    atNext(gpu.device, "createBuffer", () => spoil(gpu));
    expect((await failure(measure(gpu))).message).toMatch(/the device reported an error/);
    expect(await measure(gpu)).toEqual(before);
  });

  test("from before a call does not count against it", async () => {
    const before = await measure(gpu);
    spoil(gpu);
    expect(await measure(gpu)).toEqual(before);
  });

  test("that comes behind the last read is not lost", async () => {
    const late = inTurn(gpu, async () => spoil(gpu));
    expect((await failure(late)).message).toMatch(/the device reported an error/);
    await inTurn(gpu, async () => {});
  });

  test("while a kernel is compiled does not stay with the kernel", async () => {
    using opened = await ownGpu();
    const own = { ...opened, compilesAside: true }; // as in a page: then other errors can come up meanwhile
    atNext(own.device, "createComputePipelineAsync", () => spoil(own));
    await failure(activationsOf(own, tinyDataset, plantedNetwork, "test", 1));
    const again = await activationsOf(own, tinyDataset, plantedNetwork, "test", 1);
    expect(again).toEqual(await activationsOf(gpu, tinyDataset, plantedNetwork, "test", 1));
  });
});

describe("two calls at once", () => {
  test("are done one after the other, and give what they give alone", async () => {
    const [alone] = await measure(gpu);
    const both = await Promise.all([measure(gpu), measure(gpu)]);
    expect(both).toEqual([[alone], [alone]]);
    let running = 0;
    const counted = () =>
      inTurn(gpu, async () => {
        running++;
        await gpu.finished();
        return running--;
      });
    expect(await Promise.all([counted(), counted(), counted()])).toEqual([1, 1, 1]);
  });

  test("do not share a failure", async () => {
    const [bad, good] = [inTurn(gpu, async () => spoil(gpu)), measure(gpu)];
    await failure(bad);
    expect((await good)[0]!.accuracies.test).toBeGreaterThan(0.5);
  });
});

describe("the end of a device", () => {
  const fault = async (work: Promise<unknown>): Promise<Fault> => (await failure(work)).fault;

  test("by loss is told with what helps, by the call in which it happens and by every later one", async () => {
    using own = await ownGpu();
    atNext(own.device, "createBuffer", () => own.device.destroy());
    const lost = { what: "the device was lost", fix: expect.stringContaining("openDevice({ memoryBytes: ") };
    expect(await fault(measure(own))).toMatchObject(lost);
    expect(await fault(measure(own))).toMatchObject(lost);
    using other = await ownGpu();
    expect(await measure(other)).toEqual(await measure(gpu));
  });

  test("by disposal is told as what it is, also where that happens in the middle", async () => {
    const own = await ownGpu();
    atNext(own.device, "createBuffer", () => own[Symbol.dispose]());
    const disposed = { what: "the device has been disposed of", fix: "open another, or dispose of it later" };
    expect(await fault(measure(own))).toMatchObject(disposed);
    expect(await fault(measure(own))).toMatchObject(disposed);
  });
});
