/** Everything runs within WebGPU's default limits, as a browser on a small GPU has them. */
import { expect, test } from "vitest";
import { RunError } from "../../src/core/errors.ts";
import type { ShaderInterface } from "../../src/gpu/device/kernel.ts";
import * as shaders from "../../src/gpu/generated/shaders.ts";
import { createTallyBlocks } from "../../src/gpu/kernels/tally.ts";
import { allocate, uploadUniforms } from "../support/arrays.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";

const gpu = await testGpu();

/** https://www.w3.org/TR/webgpu/#limits */
const defaults = {
  maxStorageBuffersPerShaderStage: 8,
  maxUniformBuffersPerShaderStage: 12,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupSizeY: 256,
  maxComputeWorkgroupSizeZ: 64,
  maxComputeWorkgroupsPerDimension: 65_535,
  maxStorageBufferBindingSize: 2 ** 27,
  maxBufferSize: 2 ** 28,
} as const;

/** Every entry point and variant, with its label. */
const kernels = Object.values(shaders as Readonly<Record<string, ShaderInterface>>).flatMap(({ file, entries }) =>
  Object.entries(entries).flatMap(([entry, { variants }]) =>
    Object.entries(variants).map(([variant, { workgroupSize, bindings }]) => ({
      label: `${file} ${entry} ${variant}`.trim(),
      workgroupSize,
      bindings: Object.values(bindings),
    })),
  ),
);

test("the test device has the default limits, so that all GPU tests hold within them", () => {
  for (const [name, value] of Object.entries(defaults)) {
    expect([name, gpu.device.limits[name as keyof typeof defaults]]).toEqual([name, value]);
  }
});

test("every kernel binds at most 8 storage buffers and 12 uniforms, each at its own place", () => {
  for (const { label, bindings } of kernels) {
    const uniforms = bindings.filter(({ kind }) => kind === "uniform").length;
    expect(bindings.length - uniforms, label).toBeLessThanOrEqual(defaults.maxStorageBuffersPerShaderStage);
    expect(uniforms, label).toBeLessThanOrEqual(defaults.maxUniformBuffersPerShaderStage);
    expect(new Set(bindings.map(({ binding }) => binding)).size, label).toBe(bindings.length);
  }
});

test("every workgroup fits", () => {
  for (const { label, workgroupSize } of kernels) {
    const [x, y, z] = workgroupSize as [number, number, number];
    expect(x * y * z, label).toBeLessThanOrEqual(defaults.maxComputeInvocationsPerWorkgroup);
    expect(z, label).toBeLessThanOrEqual(defaults.maxComputeWorkgroupSizeZ);
  }
});

test("an array that no binding holds is refused by name, with both sizes", () => {
  const make = () => allocate(gpu, "order", "u32", [700, 50_000]);
  expect(make).toThrow(RunError);
  for (const part of ["order [700, 50000] does not fit", "at most 134217728 bytes", "140000000 bytes"]) {
    expect(make).toThrow(part);
  }
});

test("a grid of too many workgroups is refused with the kernel's label", async () => {
  const kernel = (await createTallyBlocks(gpu)).bind({
    range: uploadUniforms(gpu, shaders.tally, "Range", []),
    logits: allocate(gpu, "logits", "f32", [1, 1, 4]),
    labels: allocate(gpu, "labels", "u32", [1]),
    right: allocate(gpu, "right", "u32", [1, 2]),
    losses: allocate(gpu, "losses", "f32", [1, 1]),
  });
  expect(() => dispatch(gpu, { kernel, grid: [1, 65_536] })).toThrow(
    /tally.tally_blocks needs 1 x 65536 x 1 workgroups/,
  );
});
