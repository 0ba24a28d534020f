/** Times of passes to times of kernels. */
import { describe, expect, test } from "vitest";
import { HostSpans } from "../../src/gpu/profile/host-spans.ts";
import { type PassContent, type PassRecord, PassTimes } from "../../src/gpu/profile/pass-times.ts";

/** A pass: dispatches by kernel, each of 1000 operations and 10 bytes. */
function pass(dispatches: Readonly<Record<string, number>>, firstUse = false): PassRecord {
  const content = (count: number): PassContent => ({
    dispatches: count,
    operations: 1000 * count,
    bytes: 10 * count,
  });
  return { firstUse, contents: new Map(Object.entries(dispatches).map(([label, count]) => [label, content(count)])) };
}

function stageOf(times: PassTimes, ceilings: { gflops: number; gbps: number } | null = null) {
  const [stage, ...more] = times.stages(new HostSpans(false), ceilings);
  expect(more).toEqual([]);
  return stage!;
}

describe("PassTimes", () => {
  test("divides a shared pass by the means of passes that hold one kernel", () => {
    const times = new PassTimes();
    times.add("train", "epoch", [pass({ a: 2 }), pass({ b: 1 })], [2, 3]); // 1 ms and 3 ms a dispatch
    times.add("train", "epoch", [pass({ a: 5, b: 5 })], [10]); // as 5 to 15
    const { kernels, gpuMs, undividedMs, works } = stageOf(times);
    expect(kernels.map(({ label, gpuMs: ms, dispatches }) => [label, ms, dispatches])).toEqual([
      ["b", 3 + 7.5, 6],
      ["a", 2 + 2.5, 7],
    ]);
    expect({ gpuMs, undividedMs }).toEqual({ gpuMs: 15, undividedMs: 0 });
    expect(works).toEqual([{ label: "epoch", submits: 2, gpuMs: 15 }]);
  });

  test("keeps means of different kinds of submits apart", () => {
    const times = new PassTimes();
    times.add("train", "small", [pass({ a: 1 }), pass({ b: 1 }), pass({ a: 1, b: 1 })], [1, 1, 4]);
    times.add("train", "large", [pass({ a: 1 }), pass({ b: 1 }), pass({ a: 1, b: 1 })], [9, 1, 10]);
    const byLabel = Object.fromEntries(stageOf(times).kernels.map(({ label, gpuMs }) => [label, gpuMs]));
    expect(byLabel).toEqual({ a: 1 + 2 + 9 + 9, b: 1 + 2 + 1 + 1 });
  });

  test("leaves first uses out of a kernel's time, dispatches and operations", () => {
    const times = new PassTimes();
    times.add("train", "epoch", [pass({ a: 1 }, true), pass({ a: 2 })], [500, 4]);
    const [kernel] = stageOf(times).kernels;
    expect(kernel).toMatchObject({ dispatches: 2, sampledDispatches: 2, gpuMs: 4, operations: 2000, bytes: 20 });
    expect(kernel!.firstUse).toEqual({ dispatches: 1, gpuMs: 500 });
  });

  test("does not guess where a shared pass holds a kernel that was never timed alone", () => {
    const times = new PassTimes();
    times.add("train", "epoch", [pass({ a: 1, b: 1 })], [6]);
    times.add("train", "other", [pass({ c: 1 })], [1]);
    const { kernels, undividedMs } = stageOf(times);
    expect(Object.fromEntries(kernels.map(({ label, gpuMs }) => [label, gpuMs]))).toEqual({ a: null, b: null, c: 1 });
    expect(undividedMs).toBe(6);
  });

  test("says how near a kernel comes to what its intensity allows", () => {
    const times = new PassTimes();
    times.add("train", "epoch", [pass({ a: 1e6 })], [1000]); // 1 GFLOP and 0.01 GB in a second
    // 100 operations a byte: at 0.02 GB/s the memory allows 2 GFLOP/s, at 1 GB/s the arithmetic 4.
    expect(stageOf(times, { gflops: 4, gbps: 0.02 }).kernels[0]).toMatchObject({
      gflops: 1,
      gbps: 0.01,
      rooflineShare: 0.5,
    });
    expect(stageOf(times, { gflops: 4, gbps: 1 }).kernels[0]!.rooflineShare).toBe(0.25);
    expect(stageOf(times, null).kernels[0]!.rooflineShare).toBeNull();
  });

  test("knows a kernel once it was timed alone in that kind of submit and stage", () => {
    const times = new PassTimes();
    times.add("train", "epoch", [pass({ a: 1, b: 1 }), pass({ a: 1 }), pass({ c: 1 }, true)], [1, 1, 1]);
    const known = (stage: string, work: string, label: string) => times.knownIn(stage, work)(label);
    expect([known("train", "epoch", "a"), known("train", "epoch", "b"), known("train", "epoch", "c")]).toEqual([
      true,
      false,
      false,
    ]);
    expect([known("measure", "epoch", "a"), known("train", "other", "a")]).toEqual([false, false]);
  });
});
