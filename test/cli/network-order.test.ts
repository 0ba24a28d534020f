/** The same network with its channels first and last, on the same pictures: the same files, or a refusal that names the option. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync } from "fflate";
import { beforeAll, expect, test } from "vitest";
import type { Network } from "../../src/core/network.ts";
import { placesAfter } from "../../src/core/sample-axes.ts";
import { encodeNpy } from "../../src/formats/npy.ts";
import { encodeOnnx } from "../../src/models/onnx/onnx-writer.ts";
import { readModel } from "../../src/models/read-model.ts";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { parseStudyFile } from "../../src/report/files/study-file.ts";
import { commandLine, onSwiftShader } from "../support/command-line.ts";
import { modelFiles } from "../support/model-files.ts";
import { realNetwork, testRandom } from "../support/networks.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();
const random = testRandom(77);
const FIRST = [3, 2, 2];
const LAST = [2, 2, 3];
const first: Network = { ...realNetwork(random, [12, 5, 2], "relu"), input: { shape: FIRST } };

/** The network that takes the same pictures with channels last. */
const last: Network = (() => {
  const [layer, ...others] = first.layers as [Network["layers"][number], ...Network["layers"]];
  const weights = new Float32Array(layer.weights.length);
  for (const [from, to] of placesAfter("first-to-last", FIRST).entries()) {
    for (let row = 0; row < layer.outputs; row++) weights[row * 12 + to] = layer.weights[row * 12 + from]!;
  }
  return { ...first, layers: [{ ...layer, weights }, ...others], input: { shape: LAST } };
})();

const pictures = (count: number) => Float32Array.from({ length: count * 12 }, () => random.nextBelow(256) / 255);
const labels = (count: number) =>
  encodeNpy(
    Float32Array.from({ length: count }, (_, index) => index % 2),
    [count],
  );

beforeAll(() => {
  const archive = {
    "x_train.npy": encodeNpy(pictures(48), [48, ...FIRST]),
    "y_train.npy": labels(48),
    "x_test.npy": encodeNpy(pictures(40), [40, ...FIRST]),
    "y_test.npy": labels(40),
  };
  writeFileSync(join(scratch, "pictures.npz"), zipSync(archive));
  writeFileSync(join(scratch, "first.safetensors"), encodeSafetensors(first));
  writeFileSync(join(scratch, "last.onnx"), encodeOnnx(last));
  writeFileSync(join(scratch, "unsaid.onnx"), encodeOnnx({ ...last, input: {} }));
});

const place = ["--data", "pictures.npz", ...onSwiftShader];
const sweep = "--random-draws 0 --scopes network-ranked --measures entropy --stride 5 --no-report".split(" ");
const run = (...args: string[]) => commandLine(args, { folder: scratch });
const analysis = (model: string, out: string, ...more: string[]) =>
  run("analyze", model, "--out", out, ...place, ...sweep, ...more);
const table = (folder: string, name: string) => readFileSync(join(scratch, folder, name), "utf8");

test("an analysis gives the same whichever order the network takes", async () => {
  const own = await analysis("first.safetensors", "first");
  expect(own.exitCode, own.stderr).toBe(0);
  const moved = await analysis("last.onnx", "last");
  expect(moved.stderr).toMatch(/network: the data have their channels first \(3 x 2 x 2\), the\s+network last/);
  const asked = await analysis("unsaid.onnx", "asked", "--channels", "last");
  expect(asked.exitCode, asked.stderr).toBe(0);
  for (const name of ["neurons.csv", "curves.csv", "models/repeat-000.safetensors"]) {
    expect(table("last", name), name).toBe(table("first", name));
    expect(table("asked", name), name).toBe(table("first", name));
  }
  expect(parseStudyFile(table("asked", "study.json")).config).toMatchObject({ channels: "last" });
});

test("a network that does not say it is refused with the option", async () => {
  const { exitCode, stderr } = await analysis("unsaid.onnx", "refused");
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/unsaid\.onnx: it is not known in which order[\s\S]*--channels first[\s\S]*--channels last/);
});

test("pruning writes the order in which the network came", async () => {
  const { exitCode, stderr } = await run("prune", "last.onnx", ...place, "--keep", "80%", "--out", "small.onnx");
  expect(exitCode, stderr).toBe(0);
  const read = await readModel(modelFiles("small.onnx", new Uint8Array(readFileSync(join(scratch, "small.onnx")))));
  expect(read.chain.input).toEqual({ shape: LAST });
  const kept = read.chain.hidden[0]!.weights;
  const rows = Array.from({ length: 5 }, (_, row) => last.layers[0]!.weights.subarray(row * 12, row * 12 + 12));
  for (let row = 0; row < 4; row++) expect(rows).toContainEqual(kept.subarray(row * 12, row * 12 + 12));
});
