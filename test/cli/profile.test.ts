/** `profile` and `run --profile` at their smallest: files, numbers that add up, a trace that viewers open. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { PROFILE_SCHEMA, type Profile } from "../../src/core/profile.ts";
import type { ShaderInterface } from "../../src/gpu/device/kernel.ts";
import * as shaders from "../../src/gpu/generated/shaders.ts";
import { traceTracks } from "../../src/report/files/trace-file.ts";
import { commandLine, onSwiftShader } from "../support/command-line.ts";
import { tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";
import { expectWellFormed, parsedTrace } from "../support/trace-events.ts";

const scratch = scratchFolder();
beforeAll(() => {
  writeFolder(scratch, "tiny", tinyIdxFiles());
});

/** `<file>.<entry>` of every kernel. */
const labels = Object.values(shaders as Readonly<Record<string, ShaderInterface>>).flatMap(({ file, entries }) =>
  Object.keys(entries).map((entry) => `${file.replace(/^shaders\/|\.wgsl$/g, "")}.${entry}`),
);

/** Times that add up, and kernels that exist. */
function expectSound({ schema, timing, ceilings, peakGpuBytes, stages }: Profile): void {
  expect(schema).toBe(PROFILE_SCHEMA);
  expect(timing).toMatchObject({ invalidPasses: 0, unreadSubmits: 0 });
  expect(ceilings!.gflops).toBeGreaterThan(0);
  expect(ceilings!.gbps).toBeGreaterThan(0);
  expect(peakGpuBytes).toBeGreaterThan(1e4); // the pixels alone
  for (const { stage, wallMs, gpuMs, gapMs, undividedMs, kernels, works } of stages) {
    expect(gpuMs + gapMs, stage).toBeCloseTo(wallMs);
    expect(works.reduce((sum, work) => sum + work.gpuMs, 0)).toBeCloseTo(gpuMs);
    const inKernels = kernels.reduce((sum, kernel) => sum + (kernel.gpuMs ?? 0) + kernel.firstUse.gpuMs, 0);
    expect(inKernels + undividedMs, stage).toBeCloseTo(gpuMs);
    for (const { label, dispatches, operations, bytes } of kernels) {
      expect(labels).toContain(label);
      if (dispatches > 0) expect(Math.min(operations, bytes), label).toBeGreaterThan(0);
    }
  }
}

/** Passes are named after kernels, stages after stages, and tracks are in order. */
function expectTrace(path: string, stages: readonly string[]): void {
  const trace = parsedTrace(readFileSync(path, "utf8"));
  expectWellFormed(trace);
  const onTrack = (track: number) => trace.traceEvents.filter(({ ph, tid }) => ph === "X" && tid === track);
  const passes = onTrack(traceTracks.passes);
  expect(passes.length).toBeGreaterThan(5);
  for (const { name } of passes) for (const label of name.split(" + ")) expect(labels).toContain(label);
  expect([...new Set(onTrack(traceTracks.stages).map(({ name }) => name))]).toEqual(stages);
  const names = trace.traceEvents.filter(({ name }) => name === "thread_name").map(({ args }) => args?.["name"]);
  expect(names.slice(0, 2)).toEqual(["GPU passes", "host stages"]);
}

describe("profile", () => {
  const small = ["--hidden", "5,4", "--samples", "70", "--repeats", "1", ...onSwiftShader];

  test("--json prints a profile whose times add up, and --trace writes what viewers open", async () => {
    const { exitCode, stdout } = await commandLine(["profile", "--json", "--trace", "deep/trace.json", ...small], {
      folder: scratch,
    });
    expect(exitCode).toBe(0);
    const profile = JSON.parse(stdout) as Profile;
    expectSound(profile);
    expect(profile.adapter.software).toBe(true);
    const stages = ["data", "adapter", "train", "measure", "ablate"];
    expect(profile.stages.map(({ stage }) => stage)).toEqual(stages);
    expect(profile.stages.at(-1)!.spans.map(({ name }) => name)).toContain("orders");
    expect(profile.stages.at(-1)!.kernels.map(({ label }) => label)).toContain("walk-product.walk_product");
    expectTrace(join(scratch, "deep/trace.json"), stages);
  });

  test("prints a table that fits in 80 columns", async () => {
    const { exitCode, stdout } = await commandLine(["profile", ...small]);
    expect(exitCode).toBe(0);
    for (const text of [/^train: .* ms wall/m, /^forward\.forward_layer /m, /^gap: /m, /^timing: /m]) {
      expect(stdout).toMatch(text);
    }
    for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});

describe("run", () => {
  const small = [
    "--data",
    "tiny",
    "--no-report",
    "--hidden",
    "4",
    "--repeats",
    "1",
    "--epochs",
    "1",
    "--random-draws",
    "1",
  ];
  const run = (...args: string[]) => commandLine(["run", ...small, ...onSwiftShader, ...args], { folder: scratch });

  test("--profile adds profile.json and a table, and changes no result", async () => {
    const plain = await run("--out", "plain");
    const { exitCode, stdout } = await run("--out", "profiled", "--profile");
    expect(exitCode).toBe(0);
    expect(stdout.startsWith(`${plain.stdout}\nadapter: `)).toBe(true);
    const files = filesBelow(join(scratch, "plain"));
    expect(filesBelow(join(scratch, "profiled"))).toEqual([...files, "profile.json"].sort());
    for (const file of files.filter((name) => name !== "study.json")) {
      expect(readFileSync(join(scratch, "profiled", file)).equals(readFileSync(join(scratch, "plain", file)))).toBe(
        true,
      );
    }
    const profile = JSON.parse(readFileSync(join(scratch, "profiled/profile.json"), "utf8")) as Profile;
    expectSound(profile);
    expect(profile.stages.map(({ stage }) => stage)).toEqual(
      expect.arrayContaining(["data", "adapter", "train", "measure", "ablate", "write"]),
    );
  });

  test("--trace profiles as well; a forced run without it leaves no profile of an earlier one", async () => {
    expect(await run("--out", "traced", "--quiet", "--trace", "run.json")).toMatchObject({ exitCode: 0, stderr: "" });
    expectTrace(join(scratch, "run.json"), ["data", "adapter", "train", "write", "measure", "ablate"]);
    expect(filesBelow(join(scratch, "traced"))).toContain("profile.json");
    await run("--out", "traced", "--force");
    expect(filesBelow(join(scratch, "traced"))).not.toContain("profile.json");
  });

  test.each([
    ["taken", 2, "a folder"],
    ["notes.txt/trace.json", 1, "a file of that name, not a folder"],
  ])("refuses a trace at %s before anything is computed", async (path, code, found) => {
    mkdirSync(join(scratch, "taken"), { recursive: true });
    writeFileSync(join(scratch, "notes.txt"), "kept");
    const { exitCode, stdout, stderr } = await run("--out", "never", "--quiet", "--trace", path);
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: "" });
    expect(stderr).toContain(`  found:    ${found}`);
    if (code === 1) expect(stderr).toContain("choose another folder with --trace");
    expect(existsSync(join(scratch, "never"))).toBe(false);
  });
});
