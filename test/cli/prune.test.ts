/** `gpu-importance prune`: a smaller network in each format, its list, what it prints, and what it refuses. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { toNetwork } from "../../src/core/layer-chain.ts";
import { layerSizes } from "../../src/core/layers/network-shape.ts";
import { type Network, networkShape } from "../../src/core/network.ts";
import { encodeOnnx } from "../../src/models/onnx/onnx-writer.ts";
import { readModel } from "../../src/models/read-model.ts";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { openModelFiles } from "../../src/platform/node/model-files.ts";
import { commandLine, onSwiftShader } from "../support/command-line.ts";
import { idxSizes, tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { realNetwork, testRandom } from "../support/networks.ts";
import { constantNeurons, plantedNetwork } from "../support/planted-network.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();
writeFolder(scratch, "bands", tinyIdxFiles());
writeFileSync(join(scratch, "planted.safetensors"), encodeSafetensors(plantedNetwork));
writeFileSync(join(scratch, "planted.onnx"), encodeOnnx(plantedNetwork));
writeFileSync(join(scratch, "narrow.safetensors"), encodeSafetensors(realNetwork(testRandom(2), [35, 4, 3], "tanh")));
const mixed = realNetwork(
  testRandom(3),
  [36, 12, 10, 8, 3],
  [{ kind: "gelu" }, { kind: "leaky-relu", alpha: 0.25 }, { kind: "gelu-tanh" }],
);
writeFileSync(join(scratch, "mixed.onnx"), encodeOnnx(mixed));
writeFileSync(join(scratch, "poor.npz"), "not an archive");

function prune(model: string, ...args: string[]) {
  return commandLine(["prune", model, "--data", "bands", ...onSwiftShader, ...args], { folder: scratch });
}

async function written(name: string): Promise<Network> {
  return toNetwork((await readModel(await openModelFiles(join(scratch, name)))).chain, name);
}

const rowsOf = (name: string) => readFileSync(join(scratch, name), "utf8").trimEnd().split("\n");

describe("prune", () => {
  test("counts outputs as finely as --bits says, and takes measures of any unit", async () => {
    // Half of the neurons are constant; more than those go.
    const common = ["planted.safetensors", "--keep", "20%", "--scope", "layers"] as const;
    const found: string[][] = [];
    for (const [name, ...options] of [
      ["fine.npz", "--measure", "entropy", "--bits", "3", "--bins", "equal-frequency", "--json", "fine.json"],
      ["coarse.npz", "--measure", "entropy"],
      ["norm.npz", "--measure", "in-norm", "--json", "norm.json"],
    ] as const) {
      expect(await prune(...common, "--out", name, ...options)).toMatchObject({ exitCode: 0 });
      found.push(rowsOf(`${name}.removed.csv`));
    }
    const [fine, coarse, norm] = found;
    expect(fine![0]).toBe(coarse![0]);
    const bits = (rows: readonly string[]) => rows.slice(1).map((row) => Number(row.split(",")[2]));
    expect(Math.max(...bits(coarse!))).toBeLessThanOrEqual(1);
    expect(Math.max(...bits(fine!))).toBeGreaterThan(1);
    expect(norm![0]).toBe("layer,neuron,in_norm,mean_activation");
    const record = (name: string) => JSON.parse(readFileSync(join(scratch, name), "utf8"));
    expect(record("fine.json")).toMatchObject({
      bits: 3,
      bins: "equal-frequency",
      removed: [{ valueBits: bits(fine!)[0] }, ...new Array(9).fill({})],
    });
    expect(record("norm.json").removed[0]).toMatchObject({ value: bits(norm!)[0] });
    expect(await prune(...common, "--out", "no.npz", "--bins", "equal-width")).toMatchObject({ exitCode: 2 });
  });

  test("says in its record how Shapley values were sampled", async () => {
    const options = ["--measure", "shapley-mean", "--shapley-draws", "8", "--seed", "3", "--json", "shapley.json"];
    const pruned = await prune("planted.safetensors", "--keep", "50%", "--out", "shapley.npz", ...options);
    expect(pruned).toMatchObject({ exitCode: 0 });
    const record = JSON.parse(readFileSync(join(scratch, "shapley.json"), "utf8"));
    expect(record).toMatchObject({ measure: "shapley-mean", shapleyDraws: 8, seed: 3 });
    expect(rowsOf("shapley.npz.removed.csv")[0]).toBe("layer,neuron,shapley_mean,mean_activation");
  });

  test.each([
    ["half.safetensors", "layers", [36, 3, 3, 3]],
    ["half.onnx", "network", [36, 3, 3, 3]],
    ["half.npz", "network-ranked", [36, 3, 3, 3]],
    ["second.onnx", "layer2", [36, 6, 3, 3]],
  ])(
    "writes %s in the scope %s, equal to the masked network, with the list of what went",
    async (out, scope, widths) => {
      const result = await prune("planted.safetensors", "--keep", "50%", "--scope", scope, "--out", out);
      expect(result).toMatchObject({ exitCode: 0 });
      expect(result.stdout).toMatch(/equal to the masked network: the same class on all 60 test samples/);
      expect(result.stdout).toMatch(new RegExp(`widths +36-6-6-3 +${widths.join("-")}\n`));
      expect(Math.max(...result.stdout.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
      const [, before, after] = /test accuracy \(60\) +([\d.]+ %) +([\d.]+ %)/.exec(result.stdout)!;
      expect(after).toBe(before);
      expect(layerSizes(networkShape(await written(out)))).toEqual(widths);
      const [header, ...rows] = rowsOf(`${out}.removed.csv`);
      expect(header).toBe("layer,neuron,contribution,mean_activation");
      const layers = scope === "layer2" ? [2] : [1, 2];
      const expected = layers.flatMap((layer) =>
        constantNeurons.map((neuron) => `${layer},${neuron},0,${neuron === 3 ? 0.5 : 0}`),
      );
      expect(rows.sort()).toEqual(expected);
      expect(filesBelow(scratch).filter((name) => name.endsWith(".partial"))).toEqual([]);
    },
  );

  test("removes as many as the accuracy on the validation set allows, and says so as JSON", async () => {
    const args = [
      "--max-accuracy-loss",
      "0%",
      "--measure",
      "entropy",
      "--out",
      "lossless.npz",
      "--json",
      "lossless.json",
    ];
    expect(await prune("planted.onnx", ...args, "--quiet")).toMatchObject({ exitCode: 0, stderr: "" });
    const record = JSON.parse(readFileSync(join(scratch, "lossless.json"), "utf8"));
    expect(record).toMatchObject({ model: "planted.onnx", measure: "entropy", mode: "mean", maxAccuracyLoss: 0 });
    expect(record.removed).toHaveLength(2 * constantNeurons.length);
    expect(record.removed[0]).toEqual({ layer: 1, neuron: 3, meanActivation: 0.5, valueBits: 0 });
    expect(record.after.accuracies).toEqual(record.before.accuracies);
    expect(record.after.widths).toEqual([36, 3, 3, 3]);
    expect(record.maskedTwin).toMatchObject({ samples: idxSizes.test, otherClass: 0 });
  });

  test.each([
    ["optimal", ["--keep", "50%"]],
    ["least-squares", ["--keep", "50%"]],
    ["merge", ["--keep", "4", "--scope", "network"]],
    ["least-squares", ["--max-accuracy-loss", "5%"]],
  ])("writes a network equal to the masked one with --mode %s, %j", async (mode, amount) => {
    const files = ["--out", "fitted.onnx", "--json", "fitted.json", "--force", "--quiet"];
    const result = await prune("planted.onnx", "--mode", mode, ...amount, ...files);
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    expect(result.stdout).toMatch(/equal to the masked network: the same class on all 60 test samples/);
    const record = JSON.parse(readFileSync(join(scratch, "fitted.json"), "utf8"));
    expect(record).toMatchObject({ mode, maskedTwin: { samples: idxSizes.test, otherClass: 0 } });
    expect(record.removed.length).toBeGreaterThan(5);
    expect(layerSizes(networkShape(await written("fitted.onnx")))).toEqual(record.after.widths);
  });

  test("says where training on has taught nothing", async () => {
    const ruinous = ["--keep", "50%", "--finetune", "2", "--learning-rate", "1e10", "--quiet"];
    const result = await prune("planted.onnx", ...ruinous, "--out", "ruined.npz", "--json", "ruined.json");
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.stdout).toMatch(/^warning: repeat 0 has not learned: the loss in the last epoch is/m);
    expect(JSON.parse(readFileSync(join(scratch, "ruined.json"), "utf8")).warnings).toHaveLength(1);
  });

  test("trains the smaller network on where it is asked to", async () => {
    const args = [
      "--keep",
      "2",
      "--scope",
      "layer1",
      "--finetune",
      "12",
      "--learning-rate",
      "0.05",
      "--out",
      "tuned.onnx",
    ];
    const result = await prune("planted.onnx", ...args, "--json", "tuned.json");
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.stdout).toMatch(/before +after +finetuned/);
    const { after, finetuned } = JSON.parse(readFileSync(join(scratch, "tuned.json"), "utf8"));
    expect(finetuned.widths).toEqual(after.widths);
    expect(finetuned.accuracies.train).toBeGreaterThan(after.accuracies.train);
    expect(layerSizes(networkShape(await written("tuned.onnx")))).toEqual([36, 2, 6, 3]);
  });

  test.each(["onnx", "safetensors", "npz"])(
    "trains a network of GELU and other functions on, and keeps them, as %s",
    async (format) => {
      const args = ["--keep", "50%", "--finetune", "12", "--learning-rate", "0.05", "--out", `onward.${format}`];
      const result = await prune("mixed.onnx", ...args, "--json", `mixed-${format}.json`);
      expect(result).toMatchObject({ exitCode: 0 });
      const { after, finetuned } = JSON.parse(readFileSync(join(scratch, `mixed-${format}.json`), "utf8"));
      expect(finetuned.accuracies.train).toBeGreaterThan(after.accuracies.train);
      expect(finetuned.accuracies.train).toBeGreaterThan(0.8);
      expect((await written(`onward.${format}`)).activation).toEqual(mixed.activation);
    },
  );

  test("replaces a file only with --force", async () => {
    writeFileSync(join(scratch, "there.npz"), "mine");
    const refused = await prune("planted.onnx", "--keep", "50%", "--out", "there.npz");
    expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
    expect(refused.stderr).toMatch(/there\.npz: there is a file of that name[\s\S]*--force/);
    expect(readFileSync(join(scratch, "there.npz"), "utf8")).toBe("mine");
    expect(await prune("planted.onnx", "--keep", "50%", "--out", "there.npz", "--force")).toMatchObject({
      exitCode: 0,
    });
    expect(layerSizes(networkShape(await written("there.npz")))).toEqual([36, 3, 3, 3]);
  });

  test.each<[string, string, string[], number, RegExp]>([
    ["no amount", "planted.onnx", [], 2, /--keep or --max-accuracy-loss[\s\S]*neither/],
    ["two amounts", "planted.onnx", ["--keep", "3", "--max-accuracy-loss", "1%"], 2, /both of them/],
    ["a loss without its sign", "planted.onnx", ["--max-accuracy-loss", "0.5"], 2, /points of percent with their sign/],
    ["nothing to keep", "planted.onnx", ["--keep", "0%"], 2, /a share above 0%/],
    ["more than there is", "planted.onnx", ["--keep", "13"], 2, /at most 12/],
    [
      "fewer than there are layers",
      "planted.onnx",
      ["--keep", "1"],
      1,
      /all neurons of hidden layer 1 would be removed/,
    ],
    ["a layer that is not there", "planted.onnx", ["--keep", "1", "--scope", "layer3"], 2, /layer1 to layer2/],
    [
      "other inputs",
      "narrow.safetensors",
      ["--keep", "50%"],
      1,
      /narrow\.safetensors: the network does not take the data/,
    ],
    [
      "levels that the measure does not read",
      "planted.onnx",
      ["--keep", "50%", "--bits", "3"],
      2,
      /--bits is for measures of levels[\s\S]*mutual-information[\s\S]*--bits 3, --measure contribution/,
    ],
    ["a damaged file", "poor.npz", ["--keep", "50%"], 1, /poor\.npz/],
    ["a missing file", "none.onnx", ["--keep", "50%"], 1, /nothing at this path/],
  ])("ends with a reason, and writes nothing, with %s", async (_, model, args, exitCode, message) => {
    const result = await prune(model, ...args, "--out", "refused.onnx");
    expect(result).toMatchObject({ exitCode, stdout: "" });
    expect(result.stderr).toMatch(message);
    expect(["refused.onnx", "refused.onnx.partial"].filter((name) => existsSync(join(scratch, name)))).toEqual([]);
  });

  test("wants a name that says the format", async () => {
    const result = await prune("planted.onnx", "--keep", "50%", "--out", "small.pt");
    expect(result).toMatchObject({ exitCode: 2, stdout: "" });
    expect(result.stderr).toMatch(/\.safetensors, \.onnx, \.npz/);
  });
});
