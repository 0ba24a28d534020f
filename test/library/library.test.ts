/** The library as programs use it: the example, run from the built package. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { commandLine, onSwiftShader, root } from "../support/command-line.ts";
import { tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();
const data = writeFolder(scratch, "bands", tinyIdxFiles());
const model = join(scratch, "planted.safetensors");
writeFileSync(model, encodeSafetensors(plantedNetwork));

describe("the library", () => {
  test("runs its example: measures, ablates and prunes a network without loss", async () => {
    const out = join(scratch, "half.onnx");
    const args = ["examples/library/measure.mjs", model, data, out, "swiftshader"];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
    const accuracy = /^test accuracy ([\d.]+)$/m.exec(stdout)![1];
    expect(stdout).toMatch(/^layer 1 neuron 0: 0\.[1-9]\d* bits about the class$/m);
    expect(stdout).toMatch(/^layer 2 neuron 3: 0\.000 bits about the class$/m);
    expect(stdout).toContain(`low first: ${accuracy} with 6 neurons removed`);
    expect(stdout).toContain(`pruned: 6 neurons removed, test accuracy ${accuracy}`);
    expect(existsSync(out)).toBe(true);
  });

  test("analyses networks as the command does: the same files, but for times", async () => {
    const [ours, theirs] = [join(scratch, "library"), join(scratch, "command")];
    const args = ["examples/library/analyze.mjs", data, ours, "swiftshader", model];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
    expect(stdout).toContain("network 0, layer1, mutual_information low 0, mean: 3 of 6 removed without loss");
    const options = ["--measures", "entropy,mutual-information", "--scopes", "layers", "--random-draws", "2"];
    const common = [...onSwiftShader, "--no-report", "--out", theirs];
    await commandLine(["analyze", model, "--data", data, ...options, ...common]);
    const names = filesBelow(theirs);
    expect(filesBelow(ours)).toEqual(names);
    for (const name of names.filter((one) => one !== "study.json")) {
      expect(readFileSync(join(ours, name)).equals(readFileSync(join(theirs, name))), name).toBe(true);
    }
    const study = (folder: string) => JSON.parse(readFileSync(join(folder, "study.json"), "utf8"));
    const [{ config, ...own }, other] = [study(ours), study(theirs)];
    expect({ ...own.repeats }).toEqual({ ...other.repeats });
    expect(own.dataset).toEqual(other.dataset);
    expect({ ...config, data, models: [model] }).toEqual(other.config);
  });
});
