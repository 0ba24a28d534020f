/** `--tiles`, its variable, and the cache of what was measured, as `doctor` reports them. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandLine, onSwiftShader } from "../support/command-line.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

async function doctor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return await commandLine(["doctor", "--json", ...onSwiftShader, ...args], { environment });
}

describe("--tiles", () => {
  test("forces the form of every product, before the variable", async () => {
    const { exitCode, stdout } = await doctor(["--tiles", "plain"]);
    expect(exitCode).toBe(0);
    const { kernels, selfTest } = JSON.parse(stdout);
    const tiles = { forward_layer: "plain", hidden_delta: "plain", update_parameters: "plain" };
    expect(kernels).toMatchObject({ tiles, source: "forced", milliseconds: null });
    expect(selfTest.product.passed).toBe(true);
  });

  test("refuses what is no form, from the option and from the variable, with exit code 2", async () => {
    const fromOption = await doctor(["--tiles", "round"]);
    expect(fromOption.exitCode).toBe(2);
    expect(fromOption.stderr).toContain("plain, subgroup, shared, auto");
    const fromVariable = await doctor([], { GPU_IMPORTANCE_TILES: "round" });
    expect(fromVariable).toMatchObject({ exitCode: 2, stdout: "" });
    expect(fromVariable.stderr).toContain("GPU_IMPORTANCE_TILES: no such form of kernels");
  });
});

test("auto measures once, keeps the outcome, takes it again, and measures anew where it is damaged", async () => {
  const folder = scratchFolder();
  const environment = { XDG_CACHE_HOME: folder, GPU_IMPORTANCE_TILES: "" };
  const kernelsOf = async () => JSON.parse((await doctor([], environment)).stdout).kernels;
  const first = await kernelsOf();
  expect(first).toMatchObject({ source: "measured", notes: [] });
  for (const times of Object.values<Record<string, number>>(first.milliseconds)) {
    // The shared form is not tried on software adapters.
    expect(Object.keys(times).sort()).toEqual(["plain", "subgroup"]);
    for (const time of Object.values(times)) expect(time).toBeGreaterThan(0);
  }
  expect(await kernelsOf()).toEqual({ ...first, source: "cached", lines: expect.anything() });
  const [name] = readdirSync(join(folder, "gpu-importance")).filter((file) => file.startsWith("tiles-"));
  const path = join(folder, "gpu-importance", name!);
  writeFileSync(path, readFileSync(path, "utf8").slice(0, -20));
  const again = await kernelsOf();
  expect(again.source).toBe("measured");
  expect(again.notes).toEqual([`cache was damaged and is made anew: ${path}`]);
  expect((await kernelsOf()).source).toBe("cached");
});
