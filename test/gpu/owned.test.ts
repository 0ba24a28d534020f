/** What is described is what is allocated, and what is kept is given back, whatever happens. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { write } from "../../src/gpu/device/device-array.ts";
import { f32, f32x2, type Layout, plannedArrays, structs, u32, uniforms } from "../../src/gpu/device/layout.ts";
import { Owned } from "../../src/gpu/device/owned.ts";
import { forward, histogram } from "../../src/gpu/generated/shaders.ts";
import { testGpu } from "../support/gpu.ts";
import { watchBuffers } from "../support/watched-buffers.ts";

const gpu = await testGpu();

const layout = {
  layer: [{ firstMoments: f32(2, 3, 8) }, { firstMoments: f32(2, 5, 4) }],
  blocks: f32x2(2, 3, 5),
  nothing: u32(0),
  absent: undefined,
  jobs: structs(forward, "Job", 3),
  chunks: uniforms(histogram, "Chunk", 3),
} satisfies Layout;

test("a plan names and sizes the buffers that are allocated", () => {
  using buffers = watchBuffers(gpu);
  using own = new Owned(gpu);
  const arrays = own.allocate(layout, "test");
  const planned = plannedArrays(gpu, layout, "test");
  expect(planned).toEqual([
    { name: "test layer 0 first moments", bytes: 192 },
    { name: "test layer 1 first moments", bytes: 160 },
    { name: "test blocks", bytes: 240 },
    { name: "test nothing", bytes: 16 },
    { name: "test jobs", bytes: 48 },
    { name: "test chunks", bytes: 3 * gpu.device.limits.minUniformBufferOffsetAlignment },
  ]);
  expect(buffers.created).toEqual(planned.map(({ name }) => name));
  expect(buffers.peak().bytes).toBe(planned.reduce((sum, { bytes }) => sum + bytes, 0));
  expect(arrays.layer[1]!.firstMoments).toMatchObject({ element: "f32", rank: 3, shape: [2, 5, 4] });
  expect(arrays.absent).toBeUndefined();
});

test("an owner gives back all that it keeps, last first, and nothing that it has given over", () => {
  using buffers = watchBuffers(gpu);
  const ends: string[] = [];
  const ending = (name: string) => ({ [Symbol.dispose]: () => ends.push(name) });
  let kept: Owned;
  {
    using own = new Owned(gpu);
    own.allocate(layout);
    own.use(ending("first"));
    own.use(ending("second"));
    kept = own.move();
    own.allocate({ own: f32(4) });
  }
  expect(ends).toEqual([]);
  expect(buffers.alive()).toHaveLength(6);
  kept[Symbol.dispose]();
  expect(ends).toEqual(["second", "first"]);
  expect(buffers.alive()).toEqual([]);
  kept[Symbol.dispose]();
  expect(ends).toHaveLength(2);
});

test("an array that does not fit leaves none of its layout behind", () => {
  using buffers = watchBuffers(gpu);
  const make = () => {
    using own = new Owned(gpu);
    own.allocate({ small: f32(4), large: f32(2 ** 25, 2) });
  };
  expect(make).toThrow(/large \[33554432, 2\] does not fit/);
  expect(buffers.created).toEqual(["small"]);
  expect(buffers.alive()).toEqual([]);
});

test("an array takes as many values as it holds, no fewer and no more", () => {
  using own = new Owned(gpu);
  const { pairs } = own.allocate({ pairs: f32x2(2, 3) });
  expect(() => write(gpu, pairs, new Float32Array(12))).not.toThrow();
  for (const length of [6, 11, 13]) {
    expect(() => write(gpu, pairs, new Float32Array(length))).toThrow(`pairs [2, 3] takes 12 values, not ${length}`);
  }
});

test("nothing in the program allocates but an owner, copies that are read back, and the profiler's timestamps", () => {
  const root = join(import.meta.dirname, "../../src");
  const files = (readdirSync(root, { recursive: true }) as string[]).filter((path) => path.endsWith(".ts")).sort();
  const calling = (call: RegExp) => files.filter((path) => call.test(readFileSync(join(root, path), "utf8")));
  const makers = ["gpu/device/device-array.ts", "gpu/device/uniforms.ts"];
  expect(calling(/\bcreateBuffer\(/)).toEqual([
    "gpu/device/device-array.ts",
    "gpu/device/uniforms.ts",
    "gpu/profile/timestamp-slots.ts",
  ]);
  expect(calling(/\ballocate(?:Spec|Uniforms)\(/).filter((path) => !makers.includes(path))).toEqual([
    "gpu/device/owned.ts",
  ]);
});
