/** Commands that are ended from outside: what they say, how one goes on, and what the next one finds. */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { commandLine, finish, onSwiftShader, type RunningProgram, root, start } from "../support/command-line.ts";
import { tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";
import { readCsvTable } from "../support/written-results.ts";

const scratch = scratchFolder();
writeFolder(scratch, "tiny", tinyIdxFiles());
writeFileSync(join(scratch, "planted.safetensors"), encodeSafetensors(plantedNetwork));

/** Waits for text on stderr, and keeps what comes later as well. */
function said(running: RunningProgram, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = "";
    running.stderr.on("data", (chunk) => {
      text += chunk;
      if (pattern.test(text)) resolve();
    });
    running.once("close", () => reject(new Error(`no ${pattern} on stderr: ${text}`)));
  });
}

test("a run that is ended after its training says how to go on, and that gives its results", async () => {
  const study = "--hidden 5,4 --repeats 3 --epochs 1 --random-draws 2 --seed 7 --bits 2".split(" ");
  const run = (out: string) => ["run", "--data", "tiny", "--out", out, "--no-report", ...study, ...onSwiftShader];
  const running = start(run("my out"), { folder: scratch });
  const text = finish(running);
  await said(running, /^training: 3 epochs in /m);
  running.kill("SIGTERM");
  const { signal, stderr } = await text;
  expect(signal).toBe("SIGTERM");
  const lines = stderr.slice(stderr.indexOf("gpu-importance: ")).split("\n");
  expect(lines[0]).toBe("gpu-importance: stopped by SIGTERM");
  expect(lines[1]).toMatch(/^ {2}kept: {5}3 networks in my out\/models; .*study\.json is not written$/);
  expect(lines[2]).toBe("  to do:    the same command goes on from there");
  const again = await commandLine(run("my out"), { folder: scratch });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(again.stderr).toMatch(/^parts: {3}3 of 3 networks were trained by an earlier run$/m);
  expect(await commandLine(run("whole"), { folder: scratch })).toMatchObject({ exitCode: 0 });
  for (const name of ["neurons.csv", "histograms.csv", "orders.csv", "curves.csv", "single.csv"]) {
    const [gone, whole] = ["my out", "whole"].map((out) => readFileSync(join(scratch, out, name), "utf8"));
    expect(gone, name).toBe(whole);
  }
});

test("a run that is killed while it ablates has kept the curves of the repeats that were done", async () => {
  const several = ["--repeats", "3", "--epochs", "1", "--hidden", "90", "--memory", "1", "--scopes", "layers,network"];
  const running = start(
    ["run", "--data", "tiny", "--out", "ablating", "--random-draws", "40", "--no-report", ...several, ...onSwiftShader],
    { folder: scratch },
  );
  const ended = finish(running);
  while (!filesBelowOrNone("ablating").includes("curves.csv")) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(running.exitCode).toBe(null);
  }
  running.kill("SIGKILL");
  await ended;
  const { rows } = readCsvTable(join(scratch, "ablating/curves.csv"));
  const repeats = [...new Set(rows.map(({ repeat }) => repeat))];
  expect(["0", "0 1"]).toContain(repeats.join(" "));
  // Of each repeat: two scopes, each with 6 orders by measures and 40 random ones, in two modes, 0 to 90 neurons removed.
  expect(rows).toHaveLength(repeats.length * 2 * (6 + 40) * 2 * 91);
  expect(filesBelow(join(scratch, "ablating"))).not.toContain("study.json");
});

function filesBelowOrNone(name: string): string[] {
  try {
    return filesBelow(join(scratch, name));
  } catch {
    return []; // not made yet
  }
}

test("a run that is killed while it trains has kept the networks that were done, and the same command goes on behind them", async () => {
  const study = "--hidden 300,100 --repeats 3 --epochs 6 --batch-size 8 --memory 1 --random-draws 1 --stride 50".split(
    " ",
  );
  const less = "--scopes network --modes mean --singles none --no-report".split(" ");
  const run = (out: string) => ["run", "--data", "tiny", "--out", out, ...study, ...less, ...onSwiftShader];
  const running = start(run("training"), { folder: scratch });
  const ended = finish(running);
  while (!filesBelowOrNone("training").includes("models/repeat-000.safetensors")) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(running.exitCode).toBe(null);
  }
  running.kill("SIGKILL");
  await ended;
  const left = filesBelow(join(scratch, "training"));
  expect(left).not.toContain("models/repeat-002.safetensors");
  expect(left.filter((name) => name.endsWith(".part"))).toEqual(
    expect.arrayContaining([expect.stringMatching(/^parts\/network-000-[0-9a-f]{64}\.part$/)]),
  );
  // Another study is refused before it computes, and told what is different; nothing is lost.
  const other = await commandLine([...run("training"), "--epochs", "7", "--seed", "3"], { folder: scratch });
  expect(other).toMatchObject({ exitCode: 2, stdout: "" });
  expect(other.stderr).toMatch(/another study was begun in this folder, and is not finished/);
  expect(other.stderr.replaceAll(/\s+/g, " ")).toContain("found: seed 3 (there 0), epochs 7 (there 6)");
  expect(filesBelow(join(scratch, "training"))).toEqual(left.filter((name) => !/^\.|\.partial$/.test(name)));
  const again = await commandLine(run("training"), { folder: scratch });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(again.stderr).toMatch(/^parts: {3}[12] of 3 networks were trained by an earlier run$/m);
  expect(await commandLine(run("untouched"), { folder: scratch })).toMatchObject({ exitCode: 0 });
  const files = filesBelow(join(scratch, "untouched"));
  expect(filesBelow(join(scratch, "training"))).toEqual(files);
  for (const name of files.filter((file) => file !== "study.json")) {
    const [one, other] = ["training", "untouched"].map((out) => readFileSync(join(scratch, out, name)));
    expect(one!.equals(other!), name).toBe(true);
  }
});

test("a run that is ended while it trains keeps the epochs behind it, and the same command ends with the same bits", async () => {
  const study =
    "--hidden 30 --repeats 2 --epochs 80 --random-draws 1 --scopes network --modes zero --singles none".split(" ");
  const run = (out: string) => ["run", "--data", "tiny", "--out", out, "--no-report", ...study, ...onSwiftShader];
  const everyEpoch = [...run("epochs"), "--checkpoint-seconds", "0"];
  const killed = start(everyEpoch, { folder: scratch });
  const ended = finish(killed);
  while (filesBelowOrNone("epochs").filter((name) => /checkpoint-00\d-[0-9a-f]{64}\.part$/.test(name)).length < 2) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(killed.exitCode).toBe(null);
  }
  killed.kill("SIGKILL");
  await ended;
  const behind = (stderr: string) =>
    Number(/^parts: {3}training of 2 networks goes on behind epochs? (?:\d+ to )?(\d+) of 80$/m.exec(stderr)?.[1]);
  // Within its minute no checkpoint is due, but that of the signal.
  const stopped = start(run("epochs"), { folder: scratch });
  const told = finish(stopped);
  await said(stopped, /goes on behind/);
  stopped.kill("SIGTERM");
  const { signal, stderr } = await told;
  expect(signal).toBe("SIGTERM");
  expect(stderr).toMatch(
    /stopped by SIGTERM\n {2}kept: {5}2 parts in epochs\/parts\n {2}to do: {4}the same command goes on from there\n$/,
  );
  const again = await commandLine(run("epochs"), { folder: scratch });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(behind(stderr)).toBeGreaterThan(0);
  expect(behind(again.stderr)).toBeGreaterThan(behind(stderr));
  expect(await commandLine(run("at once"), { folder: scratch })).toMatchObject({ exitCode: 0 });
  const files = filesBelow(join(scratch, "at once"));
  expect(filesBelow(join(scratch, "epochs"))).toEqual(files);
  for (const name of files.filter((file) => file !== "study.json")) {
    const [one, other] = ["epochs", "at once"].map((out) => readFileSync(join(scratch, out, name)));
    expect(one!.equals(other!), name).toBe(true);
  }
});

const pruning = ["prune", "planted.safetensors", "--data", "tiny", "--keep", "50%", ...onSwiftShader, "--out"];
const written = (name: string) => filesBelow(scratch).filter((file) => file.includes(name));

test("a pruning that is killed while it finetunes leaves no file of that name, and the next one nothing of it", async () => {
  const running = start([...pruning, "tuned.onnx", "--finetune", "10000"], { folder: scratch });
  const ended = finish(running);
  await said(running, /^finetuning for 10000 epochs/m);
  running.kill("SIGKILL");
  await ended;
  const hidden = (name: string) => name.startsWith(".") || name.endsWith(".partial");
  expect(written("tuned.onnx").filter((name) => !hidden(name))).toEqual([]);
  expect(written("tuned.onnx").filter(hidden).length).toBeGreaterThan(0);
  expect(await commandLine([...pruning, "tuned.onnx"], { folder: scratch })).toMatchObject({ exitCode: 0 });
  expect(written("tuned.onnx")).toEqual(["tuned.onnx", "tuned.onnx.removed.csv"]);
});

test("a pruning that Ctrl+C ends while it finetunes leaves nothing, and says so", async () => {
  const running = start([...pruning, "below/ended.onnx", "--finetune", "10000"], { folder: scratch });
  const ended = finish(running);
  await said(running, /^finetuning for 10000 epochs/m);
  running.kill("SIGINT");
  const { signal, stderr } = await ended;
  expect(signal).toBe("SIGINT");
  expect(stderr).toMatch(/\n {2}kept: {5}nothing: below\/ended\.onnx gets its name when all is done\n {2}to do: /);
  expect(written("below")).toEqual([]);
});

test("a second signal ends a command at once that is still saving", async () => {
  const program = join(root, "test/support/slow-to-save.mjs");
  const running = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  running.stdout.on("data", (chunk) => {
    lines.push(...String(chunk).trim().split("\n"));
    running.kill("SIGINT");
  });
  expect(await finish(running)).toMatchObject({ signal: "SIGINT", stderr: "" });
  expect(lines).toEqual(["ready", "stopping"]);
});

test("--fresh uses nothing of what an interrupted run has left; --force keeps what another study still fits", async () => {
  const study = "--hidden 90,40 --repeats 2 --epochs 2 --random-draws 1 --no-report".split(" ");
  const run = (out: string, ...more: string[]) => [
    ..."run --data tiny --out".split(" "),
    out,
    ...study,
    ...onSwiftShader,
    ...more,
  ];
  const found = async (out: string, ...more: string[]) => {
    const running = start(run(out), { folder: scratch });
    const ended = finish(running);
    await said(running, /^training: 4 epochs in /m);
    running.kill("SIGKILL");
    await ended;
    const { exitCode, stderr } = await commandLine(run(out, ...more), { folder: scratch });
    expect(exitCode, stderr).toBe(0);
    expect(filesBelow(join(scratch, out)).filter((name) => name.startsWith("parts/"))).toEqual([]);
    return /^parts: {3}2 of 2 networks were trained by an earlier run$/m.test(stderr);
  };
  expect(await found("fresh", "--fresh")).toBe(false);
  expect(await found("fitting", "--force", "--random-draws", "3")).toBe(true);
});
