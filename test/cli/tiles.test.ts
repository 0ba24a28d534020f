/** `--tiles`, its variable, and what software adapters take without them, as `doctor` reports them. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { everyProduct } from "../../src/core/tiles.ts";
import { commandLine, onSwiftShader } from "../support/command-line.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

async function doctor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return await commandLine(["doctor", "--json", ...onSwiftShader, ...args], { environment });
}

describe("--tiles", () => {
  test("forces the form of every product, before the variable", async () => {
    const { exitCode, stdout } = await doctor(["--tiles", "plain"], { GPU_IMPORTANCE_TILES: "subgroup" });
    expect(exitCode).toBe(0);
    const { kernels, selfTest } = JSON.parse(stdout);
    expect(kernels).toMatchObject({ tiles: everyProduct("plain"), source: "forced", milliseconds: null });
    expect(selfTest.product.passed).toBe(true);
  });

  test("takes a form for each product by the names that doctor prints, and prints them so", async () => {
    const mixed = "forward_layer=subgroup,hidden_delta=plain,update_parameters=subgroup";
    const { exitCode, stdout } = await commandLine(["doctor", ...onSwiftShader, "--tiles", mixed]);
    expect(exitCode).toBe(0);
    expect(stdout.replaceAll(/\s/g, "")).toContain(`${mixed}(asaskedfor)`);
    expect(stdout).toMatch(/^ {2}hidden_delta +plain$/m);
  });

  test("refuses what is no form, from the option and from the variable, with exit code 2", async () => {
    const fromOption = await doctor(["--tiles", "forward_layer=plain,backward=plain,update_parameters=plain"]);
    expect(fromOption.exitCode).toBe(2);
    expect(fromOption.stderr).toContain("plain, subgroup, shared");
    expect(fromOption.stderr).toContain("forward_layer=FORM,hidden_delta=FORM,update_parameters=FORM");
    const fromVariable = await doctor([], { GPU_IMPORTANCE_TILES: "round" });
    expect(fromVariable).toMatchObject({ exitCode: 2, stdout: "" });
    expect(fromVariable.stderr).toContain("GPU_IMPORTANCE_TILES: no such form of kernels");
  });
});

test("a software adapter takes the same forms at every start: nothing is timed, and nothing kept", async () => {
  const folder = scratchFolder();
  const { stdout } = await doctor([], { XDG_CACHE_HOME: folder, GPU_IMPORTANCE_TILES: "" });
  const { kernels } = JSON.parse(stdout);
  expect(kernels).toMatchObject({ tiles: everyProduct("subgroup"), source: "fixed", milliseconds: null, notes: [] });
  const caches = join(folder, "gpu-importance");
  const kept = existsSync(caches) ? readdirSync(caches).filter((name) => name.startsWith("tiles-")) : [];
  expect(kept).toEqual([]);
});
