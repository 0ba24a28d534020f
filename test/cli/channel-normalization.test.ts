/** `--normalize` with a mean and a deviation of each channel: `run`, `analyze`, `prune` and `report` of small coloured pictures. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { toNetwork } from "../../src/core/layer-chain.ts";
import { encodeNpz } from "../../src/models/numpy/numpy-model.ts";
import { readModel } from "../../src/models/read-model.ts";
import { openModelFiles } from "../../src/platform/node/model-files.ts";
import { commandLine, onSwiftShader } from "../support/command-line.ts";
import { npy, npz } from "../support/data-files.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { readResults } from "../support/written-results.ts";

const scratch = scratchFolder();
const COUNT = 120;
const SHAPE = [4, 4, 3] as const;
const FEATURES = 48;
/** Two classes: which of two channels is the brighter one; the third is noise. */
const labels = Uint8Array.from({ length: COUNT }, (_, sample) => sample % 2);
const pixels = Uint8Array.from({ length: COUNT * FEATURES }, (_, index) => {
  const [sample, channel] = [Math.floor(index / FEATURES), index % 3];
  return ((index * 7919) % 90) + (channel === labels[sample] ? 120 : 20);
});
const write = (name: string, shape: readonly number[]) =>
  writeFileSync(join(scratch, name), npz({ X: npy(pixels, [COUNT, ...shape]), y: npy(labels, [COUNT]) }));
write("colours.npz", SHAPE);
write("flat.npz", [FEATURES]);

const numbers = "0.4914,0.4822,0.4465/0.247,0.2435,0.2616";
const byChannel = ["--normalize", numbers];
const brief = "--random-draws 0 --stride 3 --no-report --measures entropy".split(" ");
const command = (...args: string[]) => commandLine(args, { folder: scratch });
const computed = (...args: string[]) => command(...args, "--data", "colours.npz", ...onSwiftShader);
const analyze = (model: string, out: string, ...args: string[]) =>
  computed("analyze", model, "--out", out, ...brief, ...args);
const textOf = (...path: string[]) => readFileSync(join(scratch, ...path), "utf8");
const model = "run/models/repeat-000.safetensors";
const training = "--repeats 1 --hidden 6,5 --epochs 12 --batch-size 8 --learning-rate 0.01".split(" ");
const ran = await computed("run", "--out", "run", ...training, ...byChannel, ...brief);
const read = async (file: string) => (await readModel(await openModelFiles(join(scratch, file)))).chain;

describe("a network that was trained on pictures with normalised channels", () => {
  test("has learned, and study.json, its file and the report say how", async () => {
    expect(ran, ran.stderr).toMatchObject({ exitCode: 0 });
    const { study } = readResults(join(scratch, "run"));
    const normalize = { mean: [0.4914, 0.4822, 0.4465], sd: [0.247, 0.2435, 0.2616] };
    expect(study).toMatchObject({ config: { normalize }, dataset: { treatment: "normalize", sampleShape: SHAPE } });
    expect(study.repeats[0]!.testAccuracy).toBeGreaterThan(0.9);
    const each = (of: readonly number[]) => Float32Array.from({ length: FEATURES }, (_, place) => of[place % 3]!);
    expect((await read(model)).inputTreatment).toEqual({
      means: each(normalize.mean),
      deviations: each(normalize.sd),
    });
    expect(await command("report", "run")).toMatchObject({ exitCode: 0 });
    const page = textOf("run", "report.html");
    expect(page).toContain(` --normalize ${numbers} `);
    expect(page).toContain(`(x - mean) / deviation, of channels ${numbers}`);
  });

  test("is analysed with all numbers of the run", async () => {
    const { exitCode, stderr } = await analyze(model, "plain");
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain(`inputs:  (byte / 255 - mean) / deviation, of channels ${numbers}, as the network says\n`);
    for (const file of ["neurons.csv", "curves.csv", "single.csv", "models/repeat-000.safetensors"])
      expect(textOf("plain", file)).toBe(textOf("run", file));
  });

  test.each(["0.4914,0.4822,0.4465/0.247,0.2435,0.2615", "0.4914,0.247"])("is not analysed with %s", async (other) => {
    const { exitCode, stderr } = await analyze(model, "other", "--normalize", other);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${model}: the network takes other inputs than those asked for\n`);
    expect(stderr).toContain("to do:    omit --normalize\n");
  });

  test("is treated once where it is told again, and says so when it has been pruned", async () => {
    const pruned = await computed("prune", model, "--keep", "100%", "--out", "whole.onnx", ...byChannel);
    expect(pruned.exitCode, pruned.stderr).toBe(0);
    expect((await read("whole.onnx")).inputTreatment).toEqual((await read(model)).inputTreatment);
    const accuracy = (100 * readResults(join(scratch, "run")).study.repeats[0]!.testAccuracy).toFixed(2);
    expect(pruned.stdout).toMatch(new RegExp(`test accuracy.* ${accuracy} % +${accuracy} %\\n`));
  });
});

test("analyze takes it for a network whose file says nothing", async () => {
  const { inputType: _, inputTreatment: __, ...bare } = toNetwork(await read(model), model);
  writeFileSync(join(scratch, "bare.npz"), encodeNpz(bare));
  const analysed = await analyze("bare.npz", "bare", ...byChannel);
  expect(analysed.exitCode, analysed.stderr).toBe(0);
  expect(analysed.stderr).toContain(`of channels ${numbers}, by --normalize\n`);
  expect(textOf("bare", "curves.csv")).toBe(textOf("run", "curves.csv"));
});

test.each([
  ["colours.npz", "1,2,3,4/1,2,3,4", /3 means and 3 deviations, one of each channel of 4 x 4 x 3\n.*4 of each\n/],
  ["flat.npz", numbers, /48 numbers without axes\n/],
])("channels that %s does not have are refused before anything is trained: %s", async (data, normalize, message) => {
  const { exitCode, stdout, stderr } = await command("run", "--data", data, "--normalize", normalize, "--out", "none");
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toMatch(/means and deviations of channels do not fit the samples\n/);
  expect(stderr).toMatch(message);
});
