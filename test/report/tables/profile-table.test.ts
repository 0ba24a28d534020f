/** The table of a profile: what it says, and that it fits. */
import { describe, expect, test } from "vitest";
import {
  type KernelProfile,
  PROFILE_SCHEMA,
  type Profile,
  rates,
  type StageProfile,
} from "../../../src/core/profile.ts";
import { profileTable } from "../../../src/report/tables/profile-table.ts";

const ceilings = { gflops: 40_000, gbps: 4000 };

function kernel(label: string, gpuMs: number | null, operations: number, bytes: number): KernelProfile {
  const known = { label, dispatches: 3_000_000, sampledDispatches: 5, gpuMs, operations, bytes };
  return { ...known, ...rates(known, ceilings), firstUse: { dispatches: 1, gpuMs: 0.25 } };
}

const train: StageProfile = {
  stage: "train",
  wallMs: 200_000,
  gpuMs: 150_000,
  gapMs: 50_000,
  undividedMs: 0,
  kernels: [
    kernel("backward.update_parameters", 120_000, 2.4e15, 4.8e14),
    kernel("tally.tally_blocks", 29_999.5, 0, 1e6),
  ],
  works: [{ label: "train epoch", submits: 20, gpuMs: 150_000 }],
  spans: [
    { name: "compile", count: 8, hostMs: 4000 },
    { name: "upload", count: 3, hostMs: 1999 }, // just below a hundredth
  ],
};
const data: StageProfile = {
  stage: "data",
  wallMs: 12.34,
  gpuMs: 0,
  gapMs: 12.34,
  undividedMs: 0,
  kernels: [],
  works: [],
  spans: [],
};
const profile: Profile = {
  schema: PROFILE_SCHEMA,
  subject: "784-100-100-10 sigmoid, 50 networks, 20 epochs, 10000 test samples",
  adapter: { vendor: "", architecture: "", device: "", description: "made up", software: false, backend: "vulkan" },
  timing: {
    source: "timestamp-query",
    resolutionNs: 32,
    quantised: false,
    passCostMs: 0.0057,
    submits: 1_234_567,
    passes: 12_345_678,
    invalidPasses: 0,
    unreadSubmits: 0,
  },
  ceilings,
  peakGpuBytes: 1.5 * 2 ** 30,
  stages: [data, train],
};

describe("profileTable", () => {
  const lines = profileTable(profile).split("\n");
  const cells = (start: string) =>
    lines
      .find((line) => line.startsWith(start))!
      .slice(start.length)
      .trim()
      .split(/ {2,}/);

  test("fits into 80 columns, with large numbers and the longest label", () => {
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  test("gives a kernel its time, its share of the stage, its rates and its share of the roof", () => {
    // 2e13 operations and 4e12 bytes a second; 5 operations a byte allow 20,000 GFLOP/s.
    expect(cells("backward.update_parameters")).toEqual(["3000000", "120000", "60.0%", "20000", "4000", "100.0%"]);
  });

  test("has rows for first uses, for the gap, and for what the host did for a hundredth of the stage", () => {
    expect(cells("first uses of kernels")).toEqual(["2", "0.500", "0.0%"]);
    expect(cells("gap: host, copies, waiting")).toEqual(["50000", "25.0%"]);
    expect(cells("host: compile")).toEqual(["8", "4000", "2.0%"]);
    expect(lines.join("\n")).not.toContain("upload");
  });

  test("says how stages compare with their passes, and which had none", () => {
    expect(lines).toContain("train: 200000 ms wall, 150000 ms in passes (75.0%)");
    expect(lines).toContain("data: 12.3 ms, nothing on the GPU");
  });

  test("says how times were taken", () => {
    const timing = (change: Partial<Profile["timing"]>) =>
      profileTable({ ...profile, timing: { ...profile.timing, ...change } }).match(/^(timing|passes|note): .*/gm);
    const passes = "passes:  12345678 in 1234567 submits";
    expect(timing({})).toEqual(["timing:  timestamps in steps of 32 ns", `${passes}; timing one more costs 5.7 us`]);
    expect(timing({ resolutionNs: 65_536, quantised: true })![0]).toBe(
      "timing:  timestamps in steps of 65536 ns, too coarse for single passes (quantised)",
    );
    expect(timing({ source: "wall-time", resolutionNs: null, passCostMs: null })).toEqual([
      "timing:  no timestamps on this adapter: wall time of each submit",
      passes,
    ]);
    expect(timing({ invalidPasses: 2, unreadSubmits: 1 })!.slice(2)).toEqual([
      "note:    2 passes had no usable timestamps and count as 0 ms",
      "note:    1 submits could not be read back and are missing",
    ]);
  });

  test("has rows of submits where they could not be divided, and no times of kernels", () => {
    const kernels = [kernel("backward.update_parameters", null, 1, 1)];
    const stage = { ...train, kernels, undividedMs: 150_000 };
    const text = profileTable({ ...profile, stages: [stage] });
    expect(text).toMatch(/^backward.update_parameters +3000000 +- +- +- +- +-$/m);
    expect(text).toMatch(/^\(train epoch\) +20 +150000 +75.0%$/m);
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  test("does without ceilings", () => {
    const bare = { ...train, kernels: [{ ...kernel("a.one", 1000, 1e9, 1e9), rooflineShare: null }] };
    const text = profileTable({ ...profile, ceilings: null, stages: [bare] });
    expect(text).toMatch(/^ceiling: not measured$/m);
    expect(text).toMatch(/^a.one +3000000 +1000 +0.5% +1.00 +1.00 +-$/m);
  });
});
