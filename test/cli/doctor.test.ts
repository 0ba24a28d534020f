/** `gpu-importance doctor`: for people, and as JSON. */
import { describe, expect, test } from "vitest";
import { commandLine, onSwiftShader } from "../support/command-line.ts";

describe("doctor", () => {
  test("says which adapters there are, which is used and why, its limits and features, and that it computes", async () => {
    const { exitCode, stdout, stderr } = await commandLine(["doctor", ...onSwiftShader]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(
      /^gpu-importance \d+\.\d+\.\d+, Node v\d+.*, webgpu \d+.*, \w+ \w+\n\nAdapters, in the order/,
    );
    expect(stdout).toMatch(/^ {2}used {5}swiftshader-embedded {2}SwiftShader/m);
    expect(stdout).toMatch(/^ {2}(found|none|used) +system +\S/m);
    expect(stdout).toMatch(/^Used: SwiftShader.*software\)\n {2}its name contains "swiftshader"$/m);
    expect(stdout).toMatch(/^ {2}maxStorageBufferBindingSize +\d+$/m);
    expect(stdout).toMatch(/^ {2}timestamp-query +(yes|no)$/m);
    const kernels = /^Kernels of products\n {2}subgroup tiles \(as always on this .*\)\n {2}forward_layer +subgroup$/m;
    expect(stdout).toMatch(kernels);
    expect(stdout).toMatch(/^ {2}product {4}right {2}largest error \d.*, allowed \d/m);
    expect(stdout).toMatch(/^ {2}histogram {2}right {2}259 counts, 0 wrong$/m);
    for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  test("says the same as JSON, and nothing else on stdout", async () => {
    const { exitCode, stdout, stderr } = await commandLine(["doctor", "--json", ...onSwiftShader]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const diagnosis = JSON.parse(stdout);
    expect(Object.keys(diagnosis)).toEqual([
      "package",
      "node",
      "dawn",
      "platform",
      "attempts",
      "used",
      "reason",
      "software",
      "limits",
      "features",
      "kernels",
      "selfTest",
      "healthy",
      "advice",
    ]);
    expect(diagnosis).toMatchObject({ node: process.version, software: true, healthy: true });
    expect(diagnosis.used).toContain("SwiftShader");
    const used = diagnosis.attempts.filter(({ outcome }: { outcome: string }) => outcome === "used");
    expect(used).toMatchObject([{ source: "swiftshader-embedded", facts: { software: true, backend: "vulkan" } }]);
    const { product, histogram, elapsedMs } = diagnosis.selfTest;
    expect(product.passed && histogram.passed).toBe(true);
    expect(product.largestError).toBeLessThanOrEqual(product.bound);
    expect(product.largestError).toBeGreaterThan(0);
    expect(histogram).toMatchObject({ counts: 37 * 7, wrong: 0 });
    expect(elapsedMs).toBeGreaterThan(0);
    for (const limit of Object.values(diagnosis.limits)) expect(limit).toBeGreaterThan(0);
    for (const feature of Object.values(diagnosis.features)) expect(typeof feature).toBe("boolean");
  });

  test.each([["as text"], ["as JSON", "--json"]])(
    "says %s that no adapter bears a name, and ends with 1",
    async (_, ...json) => {
      const { exitCode, stdout, stderr } = await commandLine(["doctor", "--adapter", "no such card", ...json]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
      if (json.length > 0) {
        expect(JSON.parse(stdout)).toMatchObject({ used: null, healthy: false, kernels: null, selfTest: null });
        return;
      }
      expect(stdout).toMatch(
        /^No adapter can be used\.\n {2}--adapter: no adapter of this machine has "no such card"/m,
      );
      expect(stdout).toMatch(/^ {2}found {4}swiftshader-embedded {2}SwiftShader/m);
      expect(stdout).not.toContain("To install");
    },
  );
});
