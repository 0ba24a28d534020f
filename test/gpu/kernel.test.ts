/** Compilation and failures: every shader compiles, and whatever goes wrong on the device is thrown with its cause. */
import { describe, expect, test } from "vitest";
import { RunError } from "../../src/core/errors.ts";
import { createContext, type GpuContext } from "../../src/gpu/device/context.ts";
import { read } from "../../src/gpu/device/device-array.ts";
import { createKernel, type ShaderInterface } from "../../src/gpu/device/kernel.ts";
import * as shaders from "../../src/gpu/generated/shaders.ts";
import { openAdapter } from "../../src/platform/node/adapters.ts";
import { allocate, upload } from "../support/arrays.ts";
import { testGpu } from "../support/gpu.ts";

const gpu = await testGpu();

/** Every entry point and variant that the device can take: those of subgroups need the feature, whatever the lanes. */
const kernels = Object.values(shaders as Readonly<Record<string, ShaderInterface>>).flatMap((shader) =>
  Object.entries(shader.entries).flatMap(([entry, { variants }]) =>
    Object.keys(variants)
      .filter((variant) => gpu.device.features.has("subgroups") || !variant.includes("SUBGROUP"))
      .map((variant) => ({ shader, entry, variant, label: `${shader.file} ${entry} '${variant}'` })),
  ),
);

test("every kernel compiles in every variant, with exactly the bindings of the generated module", async () => {
  expect(kernels.length).toBeGreaterThanOrEqual(20);
  for (const { label, shader, entry, variant } of kernels) {
    const kernel = await createKernel(gpu, shader, entry, variant);
    await gpu.finished().catch((cause: unknown) => {
      throw new Error(label, { cause });
    });
    expect(kernel.label).toBe(`${shader.file.slice("shaders/".length, -".wgsl".length)}.${entry}`);
  }
});

test("a kernel is compiled once per device, variant and options", async () => {
  const dynamic = createKernel(gpu, shaders.tally, "tally_blocks", "", { dynamic: "range" });
  const fixed = createKernel(gpu, shaders.tally, "tally_blocks", "");
  expect(createKernel(gpu, shaders.tally, "tally_blocks", "", { dynamic: "range" })).toBe(dynamic);
  expect(fixed).not.toBe(dynamic);
  await Promise.all([dynamic, fixed]);
});

/** A device of its own, for what it does not survive: a reported error is thrown at every later wait. */
async function ownGpu(): Promise<GpuContext> {
  const { adapter, facts } = await openAdapter({ name: process.env["GPU_IMPORTANCE_TEST_ADAPTER"] || undefined });
  return createContext(adapter, facts, { defaultLimits: true });
}

/** The tally shader with one line replaced: the interface stays, the text does not compile. */
function broken(file: string, from: string, to: string): ShaderInterface {
  return { ...shaders.tally, file, source: shaders.tally.source.replace(from, to) };
}

test("a fault in a shader is thrown with its file, line and column, and the line itself", async () => {
  const line = shaders.tally.source.split("\n").findIndex((text) => text.includes("var loss = 0.0;")) + 1;
  const shader = broken("shaders/broken.wgsl", "var loss = 0.0;", "var loss = oops;");
  using own = await ownGpu();
  const failure = await createKernel(own, shader, "tally_blocks", "").catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(RunError);
  const column = shader.source.split("\n")[line - 1]!.indexOf("oops") + 1;
  expect((failure as RunError).message).toMatch(`shaders/broken.wgsl:${line}:${column}: `);
  expect((failure as RunError).message).toContain("found:    var loss = oops;");
});

test("the message of a fault names the variant, since line numbers are those of its text", async () => {
  const source = shaders.forward.source.replace("own_source == 1u", "own_source == oops");
  const shader = { ...shaders.forward, file: "shaders/broken-variant.wgsl", source };
  using own = await ownGpu();
  await expect(createKernel(own, shader, "forward_layer", "MASKED")).rejects.toThrow(
    /shaders\/broken-variant\.wgsl:\d+:\d+ \(variant MASKED\)/,
  );
});

describe("a device in trouble", () => {
  /** An invalid buffer: an error of the device that no one awaits. */
  function spoil({ device }: GpuContext): void {
    device.createBuffer({ label: "spoilt", size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
  }

  test("throws an uncaptured error at the next wait, and at every later one", async () => {
    using own = await ownGpu();
    await own.finished();
    spoil(own);
    await expect(own.finished()).rejects.toThrow("the device reported an error");
    await expect(own.finished()).rejects.toThrow(RunError);
    expect(() => own.check()).toThrow(own.facts.description);
  });

  test("throws it from a read, so that no result of such a device is used", async () => {
    using own = await ownGpu();
    const array = upload(own, "ones", "f32", [4], Float32Array.of(1, 1, 1, 1));
    expect([...(await read(own, array))]).toEqual([1, 1, 1, 1]);
    spoil(own);
    await expect(read(own, array)).rejects.toThrow(RunError);
  });

  test("says that it was lost, by a read and by a wait", async () => {
    using own = await ownGpu();
    const array = allocate(own, "zeros", "f32", [4]);
    await own.finished();
    own.device.destroy();
    const failure = await read(own, array).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RunError);
    expect((failure as RunError).message).toContain("the device was lost");
    await expect(own.finished()).rejects.toThrow(/the device was lost/);
  });

  test("disposed of on purpose is no error", async () => {
    const own = await ownGpu();
    own[Symbol.dispose]();
    await own.device.lost;
    expect(() => own.check()).not.toThrow();
  });
});
