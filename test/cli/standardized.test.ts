/** What was done with the inputs goes with a network: `run`, `analyze` and `prune` one after another, of one small table. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { toNetwork } from "../../src/core/layer-chain.ts";
import { encodeNpz } from "../../src/models/numpy/numpy-model.ts";
import { readModel } from "../../src/models/read-model.ts";
import { openModelFiles } from "../../src/platform/node/model-files.ts";
import { commandLine, onSwiftShader } from "../support/command-line.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { readResults } from "../support/written-results.ts";

const scratch = scratchFolder();
/** Three classes that differ by one deviation of a wide and of a narrow feature; the third never varies. */
const rows = Array.from({ length: 180 }, (_, row) => {
  const kind = row % 3;
  return `${735.5 + 300 * (kind + (row % 7) / 7)},${(kind + (row % 5) / 5) / 1000},0.1,${"abc"[kind]}\n`;
});
writeFileSync(join(scratch, "t.csv"), `wide,narrow,constant,label\n${rows.join("")}`);

const brief = "--random-draws 0 --stride 3 --no-report --measures entropy".split(" ");
const command = (...args: string[]) => commandLine([...args, "--data", "t.csv", ...onSwiftShader], { folder: scratch });
const analyze = (model: string, out: string, ...args: string[]) =>
  command("analyze", model, "--out", out, ...brief, ...args);
const bytesOf = (...path: string[]) => readFileSync(join(scratch, ...path), "utf8");
const model = "run/models/repeat-000.safetensors";

const training = "--repeats 1 --hidden 6,5 --epochs 12 --batch-size 8 --learning-rate 0.03 --standardize".split(" ");
const ran = await command("run", "--out", "run", ...training, ...brief);
const { study } = readResults(join(scratch, "run"));
const { testAccuracy } = study.repeats[0]!;

describe("a network that was trained on standardised inputs", () => {
  test("has learned, so that agreement says something", () => {
    expect(ran, ran.stderr).toMatchObject({ exitCode: 0 });
    expect(testAccuracy).toBeGreaterThan(0.9);
    expect(study.dataset).toMatchObject({ treatment: "standardize", inputType: "floats" });
    // It has learned, and no bit of the last layer's tells it from another by its entropy.
    expect(study.warnings).toEqual([expect.stringMatching(/^layer 2 of repeat 0: Entropy is the same for all 5/)]);
  });

  test("is analysed with all numbers of the run, whole or page by page, with or without being told again", async () => {
    for (const [out, ...args] of [["plain"], ["told", "--standardize", "--data-memory", "0"]] as const) {
      const { exitCode, stderr } = await analyze(model, out, ...args);
      expect(exitCode, stderr).toBe(0);
      expect(stderr).toMatch(/inputs: {2}\(x - mean\) \/ deviation, of each of 3 features, (as the|by)/);
      for (const file of ["neurons.csv", "curves.csv", "single.csv"])
        expect(bytesOf(out, file)).toBe(bytesOf("run", file));
      expect(bytesOf(out, "models/repeat-000.safetensors")).toBe(bytesOf(model));
    }
    const { dataset, warnings } = readResults(join(scratch, "plain")).study;
    expect(dataset).toEqual({ ...study.dataset, treatment: "network" });
    expect(warnings).toEqual(study.warnings);
  });

  test("is not analysed with other inputs", async () => {
    const { exitCode, stderr } = await analyze(model, "other", "--normalize", "0,1");
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${model}: the network takes other inputs than those asked for\n`);
    expect(stderr).toContain("by --normalize\n  to do:    omit --normalize\n");
  });

  test.each([".safetensors", ".onnx", ".npz"])(
    "says so when it has been pruned and finetuned into %s",
    async (suffix) => {
      const out = `small${suffix}`;
      const pruned = await command("prune", model, "--keep", "80%", "--finetune", "1", "--out", out);
      expect(pruned.exitCode, pruned.stderr).toBe(0);
      const accuracy = /test accuracy.*?([\d.]+ %)\n/.exec(pruned.stdout)![1]!;
      const [read, original] = await Promise.all(
        [out, model].map(async (file) => (await readModel(await openModelFiles(join(scratch, file)))).chain),
      );
      expect(read!.inputTreatment).toEqual(original!.inputTreatment);
      expect(read!.inputType).toBe("floats");
      if (suffix !== ".onnx") return;
      const { stderr } = await analyze(out, `small${suffix.slice(1)}`);
      expect(stderr).toContain(`accuracy: ${accuracy} of the test`);
    },
  );
});

test("prune --normalize does what analyze --normalize does, and its file says so", async () => {
  const scale = ["--normalize", "900,400"];
  const foreign = join(scratch, "foreign.npz");
  const {
    inputType: _,
    inputTreatment: __,
    ...bare
  } = toNetwork((await readModel(await openModelFiles(join(scratch, model)))).chain, model);
  writeFileSync(foreign, encodeNpz(bare));
  const said = "inputs:  (x - 900) / 400, by --normalize\n";
  const analysed = await analyze("foreign.npz", "foreign", ...scale);
  expect(analysed.stderr).toContain(said);
  const pruned = await command("prune", "foreign.npz", "--keep", "100%", "--out", "whole.onnx", ...scale);
  expect(pruned.stderr).toContain(said);
  const accuracy = (100 * readResults(join(scratch, "foreign")).study.repeats[0]!.testAccuracy).toFixed(2);
  expect(pruned.stdout).toMatch(new RegExp(`test accuracy.* ${accuracy} % +${accuracy} %\n`));
  const again = await analyze("whole.onnx", "again");
  expect(again.stderr).toContain("inputs:  (x - 900) / 400, as the network says\n");
  expect(bytesOf("again", "curves.csv")).toBe(bytesOf("foreign", "curves.csv"));
});
