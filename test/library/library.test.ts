/** The library as programs use it: the example, run from the built package. */
import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { root } from "../support/command-line.ts";
import { tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

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

  test("has declarations beside what it exports", () => {
    expect(existsSync(join(root, "dist/index.d.ts"))).toBe(true);
  });
});
