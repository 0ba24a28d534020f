/** `gpu-importance analyze`: the files of `run` for the same network, and what is refused. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Network } from "../../src/core/network.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { parseStudyFile } from "../../src/report/files/study-file.ts";
import { commandLine, type Finished, onSwiftShader } from "../support/command-line.ts";
import { tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { testRandom } from "../support/networks.ts";
import { node, onnxBytes } from "../support/onnx-model.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();
/** For temporary files. */
const temporary = join(scratch, "temporary");
mkdirSync(temporary);
const sweep = "--random-draws 1 --stride 2 --no-report".split(" ");
const trained = join("trained", "models", "repeat-000.safetensors");

function program(...args: string[]): Promise<Finished> {
  return commandLine(args, { folder: scratch, environment: { TMPDIR: temporary } });
}

function analysis(models: string[], out: string, ...options: string[]): Promise<Finished> {
  const place = ["--data", "tiny", "--out", out, ...onSwiftShader];
  return program("analyze", ...models, ...place, ...sweep, ...options);
}

const bytesOf = (folder: string, name: string) => readFileSync(join(scratch, folder, name), "latin1");
const studyOf = (folder: string) => parseStudyFile(readFileSync(join(scratch, folder, "study.json"), "utf8"));
const networkOf = (path: string) => decodeSafetensors(readFileSync(join(scratch, path)), path);

/** Writes a changed copy of the trained network. */
function changed(name: string, change: (network: Network) => Network): string {
  writeFileSync(join(scratch, name), encodeSafetensors(change(networkOf(trained))));
  return name;
}

/** Writes a copy with another number of outputs, all of them 0. */
function withOutputs(outputs: number): string {
  return changed(`${outputs}-outputs.safetensors`, ({ activation, layers }) => {
    const top = { inputs: 5, outputs, weights: new Float32Array(5 * outputs), biases: new Float32Array(outputs) };
    return { activation, layers: [...layers.slice(0, -1), top] };
  });
}

beforeAll(async () => {
  writeFolder(scratch, "tiny", tinyIdxFiles());
  const training = "--repeats 2 --hidden 7,5 --epochs 3 --batch-size 16 --learning-rate 0.1".split(" ");
  const place = ["--data", "tiny", "--out", "trained", ...onSwiftShader];
  expect((await program("run", ...place, ...training, ...sweep)).stderr).not.toContain("gpu-importance:");
});

describe("data that do not fit in memory", () => {
  const random = testRandom(55);
  const rows = Array.from({ length: 900 }, (_, row) => {
    const values = Array.from({ length: 36 }, () => random.nextBelow(256) / 256);
    return `${values.join(",")},${["a", "b", "c"][row % 3]}`;
  });
  const header = [...Array.from({ length: 36 }, (_, column) => `x${column}`), "label"].join(",");
  let paged: Finished;
  beforeAll(async () => {
    writeFileSync(join(scratch, "table.csv"), `${[header, ...rows].join("\n")}\n`);
    const data = ["--data", "table.csv"];
    expect((await analysis([trained], "held", ...data)).exitCode).toBe(0);
    paged = await analysis([trained], "paged", ...data, "--data-memory", "0", "--verbose");
  });

  test("give the files of the same in memory, byte for byte, but for times", () => {
    expect(paged.exitCode, paged.stderr).toBe(0);
    const names = filesBelow(join(scratch, "held"));
    expect(filesBelow(join(scratch, "paged"))).toEqual(names);
    for (const name of names.filter((one) => one !== "study.json")) {
      expect(bytesOf("paged", name) === bytesOf("held", name), `${name} is the same`).toBe(true);
    }
    const [{ provenance: _, ...held }, { provenance: __, ...own }] = [studyOf("held"), studyOf("paged")];
    expect(own).toEqual(held);
  });

  test("are said to go to temporary files, which are gone at the end", () => {
    expect(paged.stderr).toContain("data:    more than 0 MB; once more, into temporary files\n");
    expect(paged.stderr).toContain("GB of inputs in temporary files, read page by page\n");
    expect(paged.stderr).toContain("reading: 900 rows in");
    expect(filesBelow(temporary)).toEqual([]);
  });
});

test("a network with an output more than the data have classes is analysed, which is said", async () => {
  const { exitCode, stderr } = await analysis([withOutputs(4)], "wider", "--scopes", "layers", "--measures", "entropy");
  expect(exitCode, stderr).toBe(0);
  expect(stderr.replaceAll(/\s+/g, " ")).toContain(
    "4 outputs, 3 classes: class 0 is output 0 (from 0); no samples are of output 3",
  );
  expect(studyOf("wider").dataset).toMatchObject({ classes: 4, testPerClass: [20, 20, 20, 0] });
  // All logits are 0: the lowest class wins.
  expect(studyOf("wider").repeats[0]!.testCorrect).toBe(20);
});

describe("an analysis of networks that run has trained", () => {
  const second = join("trained", "models", "repeat-001.safetensors");
  let finished: Finished;
  beforeAll(async () => {
    finished = await analysis([trained, second], "analysed");
  });

  test("gives the files of that run, byte for byte, but for study.json", () => {
    expect(finished.exitCode, finished.stderr).toBe(0);
    const names = filesBelow(join(scratch, "trained"));
    expect(names).toContain("single.csv");
    expect(filesBelow(join(scratch, "analysed"))).toEqual(names);
    for (const name of names.filter((one) => one !== "study.json")) {
      expect(bytesOf("analysed", name) === bytesOf("trained", name), `${name} is the same`).toBe(true);
    }
  });

  test("gives that run's accuracies in study.json, and in place of training the files", () => {
    const [run, own] = [studyOf("trained"), studyOf("analysed")];
    expect(own.repeats).toEqual(run.repeats.map((repeat) => ({ ...repeat, trainLoss: [] })));
    expect(own.dataset).toEqual(run.dataset);
    const { epochs, batchSize, learningRate, l2, ...shared } = run.config;
    expect(own.config).toEqual({ ...shared, models: [trained, second] });
    expect(Object.keys(own.provenance.elapsedMs)).toEqual(["data", "adapter", "measure", "ablate"]);
  });

  test("says on stderr what was read, and how well it does before neurons are removed", () => {
    const { testAccuracy } = studyOf("trained").repeats[1]!;
    expect(finished.stderr).toContain(`network: ${trained}, safetensors: 36-7-5-3, sigmoid\n`);
    const told = finished.stderr.indexOf(`accuracy: ${(100 * testAccuracy).toFixed(2)} % of the test and`);
    expect(told).toBeGreaterThan(finished.stderr.indexOf("measuring:"));
    expect(told).toBeLessThan(finished.stderr.indexOf("ablating:"));
    expect(finished.stderr).not.toContain("warning:");
  });

  test("has a report that says so, with the command that makes it again", async () => {
    const report = await program("report", "analysed");
    expect(report.exitCode, report.stderr).toBe(0);
    const page = bytesOf("analysed", "report.html");
    expect(page).toContain("trained elsewhere and analysed on tiny");
    expect(page).toContain(`gpu-importance analyze ${trained} ${second} --data tiny --seed 0 --measures`);
  });
});

describe("what a file does not say", () => {
  test("--normalize rescales the inputs, and a wrong one is seen at once", async () => {
    const [mean, sd] = [0.25, 0.5];
    // Takes (x - mean) / sd where the trained network takes x: W x + b = W sd x' + (b + mean W 1).
    const model = changed("scaled.safetensors", ({ activation, layers: [first, ...others] }) => {
      const { inputs, outputs, weights, biases } = first!;
      const rowSum = (row: number) =>
        weights.subarray(row * inputs, (row + 1) * inputs).reduce((sum, weight) => sum + weight, 0);
      const scaled = {
        inputs,
        outputs,
        weights: weights.map((weight) => weight * sd),
        biases: biases.map((bias, row) => bias + mean * rowSum(row)),
      };
      return { activation, layers: [scaled, ...others] };
    });
    const { testCorrect } = studyOf("trained").repeats[0]!;
    const { stderr } = await analysis([model], "normalized", "--normalize", `${mean},${sd}`);
    expect(stderr).toContain(`inputs:  (byte / 255 - ${mean}) / ${sd}, by --normalize\n`);
    expect(studyOf("normalized")).toMatchObject({ repeats: [{ testCorrect }], config: { normalize: { mean, sd } } });
    const wrong = await analysis([model], "wrong", "--normalize", "1000,0.001");
    expect(wrong.stderr).toContain("warning: scaled.safetensors does no better than guessing");
  });

  test("--quantize-threshold moves the bit, and nothing but the measures", async () => {
    expect((await analysis([trained], "low", "--quantize-threshold", "-0.1")).exitCode).toBe(0);
    const ones = bytesOf("low", "neurons.csv")
      .split("\n")
      .slice(1, -1)
      .map((line) => line.split(",").slice(3, 5));
    // A sigmoid is above any threshold below 0.
    for (const [samples, one] of ones) expect(one).toBe(samples);
    expect(studyOf("low").config.quantizeThreshold).toBe(-0.1);
    expect(studyOf("low").repeats[0]!.testCorrect).toBe(studyOf("trained").repeats[0]!.testCorrect);
  });
});

describe("an analysis that cannot be", () => {
  /** Fails where the failure looks like anything but a message, or leaves something. */
  async function failure(exitCode: number, models: string[], ...options: string[]): Promise<string> {
    const finished = await analysis(models, "out/below", ...options);
    expect(finished).toMatchObject({ exitCode, signal: null, stdout: "" });
    expect(existsSync(join(scratch, "out")), "a folder of the failed analysis is left").toBe(false);
    return finished.stderr;
  }

  test("names a file that is not there", async () => {
    expect(await failure(1, ["missing.onnx"])).toMatch(
      /^gpu-importance: \S*missing\.onnx: there is nothing at this path\n/,
    );
  });

  const withOutputs = (outputs: number) =>
    changed(`${outputs}-outputs.safetensors`, ({ activation, layers }) => {
      const { weights, biases } = layers.at(-1)!;
      const [all, own] = [new Float32Array(5 * outputs), new Float32Array(outputs).fill(-1000)];
      all.set(weights.subarray(0, all.length));
      own.set(biases.subarray(0, outputs));
      return { activation, layers: [...layers.slice(0, -1), { inputs: 5, outputs, weights: all, biases: own }] };
    });

  test("is none of a network with more outputs than there are classes, of which it is said", async () => {
    const [more, same] = [await analysis([withOutputs(5)], "more"), await analysis([trained], "same")];
    expect(more.stderr).toMatch(/5 outputs, 3 classes: class 0 is output 0/);
    expect(more.exitCode, more.stderr).toBe(0);
    expect(studyOf("more").dataset.classes).toBe(5);
    // Outputs that never win change nothing that is counted.
    const [found, wanted] = [studyOf("more"), studyOf("same")].map(({ repeats }) => repeats[0]!.testCorrect);
    expect(found).toBe(wanted);
    expect(same.exitCode).toBe(0);
  });

  test("names both numbers where inputs or outputs are not those of the data", async () => {
    const few = changed("few-inputs.safetensors", ({ activation, layers: [first, ...others] }) => {
      const { outputs, biases } = first!;
      const narrow = { inputs: 2, outputs, weights: new Float32Array(2 * outputs), biases };
      return { activation, layers: [narrow, ...others] };
    });
    expect(await failure(1, [few])).toMatch(
      /few-inputs.safetensors: .*inputs\n {2}expected: 36, .*\n {2}found: {4}2 inputs \(/,
    );
    const message = await failure(1, [withOutputs(2)]);
    expect(message).toMatch(/2-outputs.safetensors: .*\n {2}expected: 3, .*\n {2}found: {4}2 outputs \(/);
    expect(message).not.toContain("measuring");
  });

  test("names two files whose layers differ", async () => {
    const other = changed("other.safetensors", ({ layers }) => ({ activation: "relu", layers }));
    const message = await failure(2, [trained, other]);
    expect(message).toMatch(/other\.safetensors: the networks have different layers\n/);
    expect(message).toContain(`expected: 36-7-5-3, sigmoid, as in ${trained}\n  found:    36-7-5-3, relu\n`);
  });

  test("names a weight that is no number", async () => {
    const broken = changed("broken.safetensors", ({ activation, layers: [first, ...others] }) => ({
      activation,
      layers: [
        { ...first!, weights: first!.weights.map((weight, index) => (index === 3 ? Number.NaN : weight)) },
        ...others,
      ],
    }));
    expect(await failure(1, [broken])).toMatch(/broken\.safetensors: .*\n(.*\n)*.*NaN/);
  });

  test("names the file of a network whose logits are no numbers, and what may be the cause", async () => {
    const huge = changed("huge.safetensors", ({ layers, ...network }) => {
      const [last, ...others] = layers.toReversed();
      const weights = last!.weights.map((weight) => Math.sign(weight) * 3e38);
      return { ...network, layers: [...others.reverse(), { ...last!, weights }] };
    });
    const message = await failure(1, [huge]);
    expect(message).toContain(`${huge}: the network's loss is not finite\n`);
    expect(message).toContain("--normalize");
  });

  test("names the input that --normalize takes out of single precision", async () => {
    const message = await failure(1, [trained], "--normalize", "3e38,0.001");
    expect(message).toMatch(/train sample \d+, feature \d+ \(from 0\): a rescaled input is not a finite number\n/);
    expect(message).toContain("--normalize");
    expect(await failure(2, [trained], "--normalize", "0.5,1e-50")).toMatch(/allowed:.*a mean and a deviation/s);
  });

  test("names an operator that is not known", async () => {
    mkdirSync(join(scratch, "onnx"), { recursive: true });
    const bytes = onnxBytes({ nodes: [node("Erosion x y")], constants: [] });
    writeFileSync(join(scratch, "onnx/odd.onnx"), bytes);
    expect(await failure(1, ["onnx/odd.onnx"])).toContain("Erosion");
  });

  test.each([
    ["--alpha without an activation that takes it", ["--alpha", "0.1"], /--alpha is the parameter/],
    ["an unknown activation", ["--activation", "step"], /allowed:.*sigmoid/s],
    ["a threshold that is no number", ["--quantize-threshold", "high"], /allowed:.*a number/s],
    ["an option of training", ["--epochs", "3"], /unknown option '--epochs'/],
  ])("refuses %s", async (_, options, message) => {
    expect(await failure(2, [trained], ...options)).toMatch(message);
  });
});
