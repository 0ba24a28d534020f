/** Studies that several processes divide among themselves, and what is made of their parts: byte for byte those of one process. */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { commandLine, type Finished, finish, onSwiftShader, start } from "../support/command-line.ts";
import { tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();
writeFolder(scratch, "tiny", tinyIdxFiles());
writeFileSync(join(scratch, "planted.safetensors"), encodeSafetensors(plantedNetwork));
const [first] = plantedNetwork.layers;
const turned = { ...first!, weights: first!.weights.map((weight) => -weight) };
const other = { ...plantedNetwork, layers: [turned, ...plantedNetwork.layers.slice(1)] };
writeFileSync(join(scratch, "other.safetensors"), encodeSafetensors(other));

const gpuImportance = (...args: string[]) => commandLine(args, { folder: scratch });
const less = ["--scopes", "network", "--modes", "zero", "--singles", "2", "--stride", "3"];
const sweep = ["--random-draws", "1", "--data", "tiny", ...less, ...onSwiftShader];
const run = ["run", "--hidden", "6,5", "--repeats", "3", "--epochs", "1", ...sweep];
const analyze = ["analyze", "planted.safetensors", "other.safetensors", ...sweep];
const to = (out: string) => ["--out", out, "--no-report"];

async function well(...args: string[]): Promise<Finished> {
  const done = await gpuImportance(...args);
  expect(done.exitCode, done.stderr).toBe(0);
  return done;
}

/** study.json without the times. */
function settled(folder: string): unknown {
  const { provenance, ...study } = JSON.parse(readFileSync(join(scratch, folder, "study.json"), "utf8"));
  const { started: _, elapsedMs: __, costs, ...same } = provenance;
  const counted = costs.map(({ of, networks }: { of: string[]; networks: number }) => ({ of, networks }));
  return { ...study, provenance: { ...same, costs: counted } };
}

function expectSame(merged: string, whole: string): void {
  const files = filesBelow(join(scratch, whole));
  expect(filesBelow(join(scratch, merged))).toEqual(files);
  for (const name of files.filter((file) => file !== "study.json")) {
    const [one, another] = [merged, whole].map((folder) => readFileSync(join(scratch, folder, name)));
    expect(one!.equals(another!), name).toBe(true);
  }
  expect(settled(merged)).toEqual(settled(whole));
}

let whole: Finished;
beforeAll(async () => {
  whole = await well(...run, ...to("whole"), "--quiet");
  // At once, in one folder.
  const shards = [1, 2].map((index) => start([...run, ...to("shared"), "--shard", `${index}/2`], { folder: scratch }));
  for (const { exitCode, stderr } of await Promise.all(shards.map(finish))) expect(exitCode, stderr).toBe(0);
});

describe("shards of a run", () => {
  test("leave parts alone, and status says what is done", async () => {
    expect(filesBelow(join(scratch, "shared")).filter((name) => !name.startsWith("parts/"))).toEqual([]);
    const { stdout } = await well("status", "shared", "--json");
    const status = JSON.parse(stdout);
    expect(status).toMatchObject({ complete: false, computed: true, repeats: 3, restSeconds: 0 });
    expect(status.shards.map(({ index, of }: { index: number; of: number }) => `${index}/${of}`)).toEqual([
      "1/2",
      "2/2",
    ]);
    expect((await well("status", "shared")).stdout).toMatch(
      /^ablated +3 of 3\nshard 1\/2 +trained 1 of 1, .*\nshard 2\/2/m,
    );
  });

  test("in one folder and from the environment are merged to the files and the table of one process", async () => {
    const merged = await well("merge", "shared", ...to("merged"));
    expectSame("merged", "whole");
    expect(merged.stdout).toBe(whole.stdout);
    expect(filesBelow(join(scratch, "shared")).length).toBeGreaterThan(0);
    expect((await well("status", "merged")).stdout).toBe("merged is complete: study.json is there\n");
    const environment = { JOB_COMPLETION_INDEX: "1" };
    const again = [...run, ...to("own"), "--shard", "auto", "--shards", "2"];
    const own = await commandLine(again, { folder: scratch, environment });
    expect(own.stderr).toMatch(/^shard: {3}2\/2 \(JOB_COMPLETION_INDEX=1, --shards 2\)$/m);
    // One shard has a folder of its own, and is there twice.
    cpSync(join(scratch, "shared"), join(scratch, "in place"), { recursive: true });
    const twice = await well("merge", "in place", "own", ...to("in place"));
    expect(twice.stderr).toMatch(/^note: {4}shard 2\/2 is in in place and in own, with the same parts$/m);
    expectSame("in place", "whole");
  });

  test("are merged once: the same merge again finds its results, and goes on with what a kill has stopped", async () => {
    const before = settled("merged");
    for (const args of [
      ["shared", ...to("merged")],
      ["in place", ...to("in place")],
    ]) {
      const again = await well("merge", ...args);
      expect(again.stdout).toBe(whole.stdout);
      expect(again.stderr).toMatch(/ were complete: nothing was computed$/m);
    }
    expect(settled("merged")).toEqual(before);
    cpSync(join(scratch, "merged"), join(scratch, "stopped"), { recursive: true });
    for (const name of ["study.json", "curves.csv"]) rmSync(join(scratch, "stopped", name));
    await well("merge", "shared", ...to("stopped"));
    expectSame("stopped", "whole");
  });

  test("are refused with what, where and why where they do not make a study", async () => {
    const refused = async (code: number, args: readonly string[], ...texts: readonly RegExp[]) => {
      const { exitCode, stderr, stdout } = await gpuImportance(...args);
      expect({ exitCode, stdout }, stderr).toEqual({ exitCode: code, stdout: "" });
      for (const text of [/^gpu-importance: /m, ...texts]) expect(stderr).toMatch(text);
    };
    for (const shard of ["0/3", "4/3", "x/y", "1", "1/0", "01/2x"]) {
      await refused(2, [...run, "--out", "none", "--shard", shard], /allowed: +i\/n, the i-th of n shards/);
    }
    await refused(2, [...run, "--shard", "1/2"], /a shard needs a folder that is known/);
    for (const odd of ["--force", "--fresh", "--open", "--profile"]) {
      await refused(2, [...run, "--out", "none", "--shard", "1/2", odd], new RegExp(`${odd} is not for a shard`));
    }
    await refused(2, [...run, "--out", "none", "--shard", "auto"], /no scheduler says which shard/);
    await refused(
      2,
      [...run, "--epochs", "2", ...to("shared"), "--shard", "1/2"],
      /found: +epochs 2 \(there 1\)\n.*then, or another --out/,
    );
    await refused(2, [...run, "--seed", "1", ...to("whole"), "--shard", "1/2"], /of another study: seed 1 \(there 0\)/);
    await well(...run, "--seed", "1", ...to("seed 1"), "--shard", "1/2");
    await refused(2, ["merge", "seed 1", ...to("whole")], /of another study: seed 1 \(there 0\)/);
    await refused(1, ["merge", "whole", ...to("none")], /whole: there is no unfinished study[\s\S]*complete results/);
    await refused(1, ["status", "tiny"], /tiny: there is no unfinished study/);
    await refused(1, ["status", "nowhere"], /nowhere/);
    await refused(2, ["merge", "shared"], /--out <folder>/);
    expect(filesBelow(scratch).filter((name) => name.startsWith("none"))).toEqual([]);
  });

  test("with a byte that is flipped are refused, and the shard mends it", async () => {
    cpSync(join(scratch, "shared"), join(scratch, "flipped"), { recursive: true });
    const name = filesBelow(join(scratch, "flipped")).find((file) => file.startsWith("parts/table-001"))!;
    const path = join(scratch, "flipped", name);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.with(bytes.length - 20, bytes.at(-20)! ^ 64));
    const { exitCode, stderr } = await gpuImportance("merge", "flipped", ...to("none"));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/table-001-[0-9a-f]{64} in flipped\/parts: a part is damaged/);
    const mended = await well(...run, ...to("flipped"), "--shard", "2/2");
    expect(mended.stderr).toMatch(/table-001-\S+ in flipped\/parts is damaged .*: it is computed again/);
    await well("merge", "flipped", ...to("flipped"));
    expectSame("flipped", "whole");
  });
});

test("shards of an analysis, each with a folder of its own, are merged to its files, without the files of networks", async () => {
  await well(...analyze, ...to("analysis"), "--quiet");
  for (const index of ["1", "2"]) await well(...analyze, ...to(`analysis ${index}`), "--shard", `${index}/2`);
  const less = await gpuImportance("merge", "analysis 2", ...to("none"));
  expect(less.exitCode).toBe(1);
  expect(less.stderr).toMatch(/found: +repeat 0 not measured\n {2}to do: +start --shard 1\/2/);
  await well("merge", "analysis 2", "analysis 1", ...to("analysis merged"));
  expectSame("analysis merged", "analysis");
});
