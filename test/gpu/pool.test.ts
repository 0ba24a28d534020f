/** pool.wgsl against src/reference/pooling.ts. */
import { describe, expect, test } from "vitest";
import { type Activation, activations, needsKeptSlope } from "../../src/core/activation.ts";
import { activate } from "../../src/core/activation-values.ts";
import { areaOf, type MapShape, squareWindow } from "../../src/core/layers/maps.ts";
import { type Pool, type PoolKind, pooledMap, poolGeometry } from "../../src/core/layers/pooling.ts";
import { read } from "../../src/gpu/device/device-array.ts";
import { packStructs } from "../../src/gpu/device/uniforms.ts";
import { pool as shader } from "../../src/gpu/generated/shaders.ts";
import { convolutionUniform, mapLayout } from "../../src/gpu/kernels/convolution.ts";
import { createPool, createPoolDelta, poolDeltaGrid, poolGrid } from "../../src/gpu/kernels/pool.ts";
import { keptSlope } from "../../src/reference/forward.ts";
import { poolDelta, poolMaps } from "../../src/reference/pooling.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import { allocate, upload, uploadUniforms } from "../support/arrays.ts";
import { packedMaps } from "../support/convolutions.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { testRandom } from "../support/networks.ts";
import { slopesOf } from "../support/propagated-rounding.ts";
import { ULP } from "../support/rounding.ts";
import { concatenate, realNumbers, smallIntegers } from "../support/rows.ts";

const gpu = await testGpu();
/** Samples of a slab that are not in the batch. */
const SPARE = 2;
const UNTOUCHED = -77;
const FIRST_JOB = 1;
const kinds: readonly PoolKind[] = ["max", "average", "average-with-zeros"];
type Shape3 = [number, number, number];

const map = (channels: number, height: number, width = height): MapShape => ({ channels, height, width });

const shapes: readonly (Pick<Pool, "source" | "window"> & { readonly name: string })[] = [
  { name: "2x2 side by side", source: map(5, 4, 6), window: squareWindow(2, 2) },
  { name: "2x2 of a map that it does not fill", source: map(3, 5), window: squareWindow(2, 2) },
  { name: "3x3 that overlap, zeros around", source: map(6, 5, 4), window: squareWindow(3, 2, 1) },
  { name: "stride above the window", source: map(1, 7), window: squareWindow(2, 3) },
  { name: "all of the map", source: map(4, 3, 2), window: { ...squareWindow(1), kernel: { y: 3, x: 2 } } },
  { name: "all of the map, 3 channels", source: map(3, 3), window: squareWindow(3) },
  {
    name: "zeros below alone, flat",
    source: map(7, 3, 4),
    window: { ...squareWindow(2), kernel: { y: 3, x: 1 }, padding: { top: 0, bottom: 2, left: 0, right: 0 } },
  },
  { name: "1x1", source: map(9, 2), window: squareWindow(1) },
];

const valuesOf = (shape: MapShape, samples: number) => samples * shape.channels * areaOf(shape);

/** Where jobs 1 and 2 share the maps of a network, both read slab 1. */
async function runPool(pool: Pool, slabs: readonly ArrayLike<number>[], samples: number, ownSource: boolean) {
  const slabRows = samples + SPARE;
  const target = pooledMap(pool);
  const jobs = [0, 0, 1, 1].map((network) => ({ network }));
  const count = jobs.length - FIRST_JOB;
  const stale = { slabRows, fill: Number.NaN };
  const outputs = mapLayout(target, count, slabRows).shape as Shape3;
  const own = {
    layer: uploadUniforms(gpu, shader, "Layer", [convolutionUniform(poolGeometry(pool), { slabRows, ownSource })]),
    // Another batch comes first, so that a kernel that ignores `step` is seen.
    batch: uploadUniforms(gpu, shader, "Batch", [
      { count: 1, first_job: 0 },
      { count: samples, first_job: FIRST_JOB },
    ]),
    jobs: allocate(gpu, "jobs", "Job", [jobs.length] as const, shader.structs.Job.size),
    inputs: upload(
      gpu,
      "inputs",
      "f32",
      mapLayout(pool.source, slabs.length, slabRows).shape as Shape3,
      concatenate(slabs.map((slab) => packedMaps(slab, pool.source, stale))),
    ),
    outputs: upload(
      gpu,
      "outputs",
      "f32",
      outputs,
      new Float32Array(outputs[0] * outputs[1] * outputs[2]).fill(UNTOUCHED),
    ),
  };
  gpu.device.queue.writeBuffer(own.jobs.buffer, 0, packStructs(shader.structs.Job, jobs) as BufferSource);
  dispatch(gpu, {
    kernel: (await createPool(gpu, pool.kind)).bind(own),
    grid: poolGrid(target, samples, count),
    step: 1,
  });
  return { got: await read(gpu, own.outputs), shape: outputs };
}

function packedOutputs(
  pool: Pool,
  slabs: readonly ArrayLike<number>[],
  samples: number,
  ownSource = true,
): Float32Array {
  const place = { slabRows: samples + SPARE, fill: UNTOUCHED };
  const sources = ownSource ? slabs : [slabs[0]!, slabs[1]!, slabs[1]!];
  return concatenate(sources.map((slab) => packedMaps(poolMaps(slab, pool), pooledMap(pool), place)));
}

const integers = (pool: Pick<Pool, "source">, samples: number) => {
  const random = testRandom(samples);
  return [0, 1, 2].map(() => smallIntegers(random, valuesOf(pool.source, samples)));
};

describe.each(kinds)("a pool by %s", (kind) => {
  test.each(shapes)("of $name equals the reference, and writes nothing else", async ({ name, ...shape }) => {
    const pool = { kind, ...shape };
    for (const samples of [1, 3, 5]) {
      const slabs = integers(pool, samples);
      const { got, shape: of } = await runPool(pool, slabs, samples, true);
      // Sums are exact, a quotient is not.
      const want = packedOutputs(pool, slabs, samples);
      const bounds = want.map((value) => (kind === "max" || value === UNTOUCHED ? 0 : 4 * ULP * Math.abs(value)));
      expectWithin({ gpu, what: `pool ${kind}, ${name}, ${samples} samples`, shape: of }, got, want, bounds);
    }
  });

  test("reads the maps of a network where jobs share them", async () => {
    const pool = { kind, source: map(5, 4), window: squareWindow(2, 2) };
    const slabs = integers(pool, 3);
    const { got, shape } = await runPool(pool, slabs, 3, false);
    expectEqual({ gpu, what: `pool ${kind}, shared`, shape }, got, packedOutputs(pool, slabs, 3, false));
  });

  test("gives a NaN where a window has one", async () => {
    const pool = { kind, source: map(1, 2, 4), window: squareWindow(2, 2) };
    for (const at of [0, 1, 4, 5]) {
      const slab = Float32Array.from({ length: 8 }, (_, index) => (index === at ? Number.NaN : index));
      const { got } = await runPool(pool, [slab, slab, slab], 1, true);
      expect([got[0], got[4]]).toEqual([Number.NaN, kind === "max" ? 7 : 4.5]);
    }
  });
});

async function runDelta(pool: Pool, activation: Activation, samples: number, exact: boolean) {
  const random = testRandom(samples + 3);
  const slabRows = samples + SPARE;
  const target = pooledMap(pool);
  const values = (length: number) => (exact ? smallIntegers(random, length) : realNumbers(random, length, 2));
  const sums = [0, 1].map(() => values(valuesOf(pool.source, samples)));
  const maps = sums.map((z) => z.map((value) => activate(value, activation)));
  const next = sums.map(() => values(valuesOf(target, samples)));
  const slopes = sums.map((z, slab) =>
    needsKeptSlope(activation)
      ? { values: Float64Array.from(z, (value) => Math.fround(keptSlope(value, activation))), bounds: undefined }
      : slopesOf({ values: Float64Array.from(maps[slab]!), bounds: new Float64Array(z.length) }, activation),
  );
  const stale = { slabRows, fill: Number.NaN };
  const shape = mapLayout(pool.source, 2, slabRows).shape as Shape3;
  const own = {
    layer: uploadUniforms(gpu, shader, "Layer", [
      convolutionUniform(poolGeometry(pool), { slabRows, ownSource: true }),
    ]),
    batch: uploadUniforms(gpu, shader, "Batch", [
      { count: 1, first_job: 0 },
      { count: samples, first_job: 0 },
    ]),
    inputs: upload(gpu, "inputs", "f32", shape, concatenate(maps.map((one) => packedMaps(one, pool.source, stale)))),
    next_delta: upload(
      gpu,
      "next delta",
      "f32",
      mapLayout(target, 2, slabRows).shape as Shape3,
      concatenate(next.map((one) => packedMaps(one, target, { ...stale, one: 0 }))),
    ),
    delta: upload(
      gpu,
      "delta",
      "f32",
      shape,
      concatenate(slopes.map((one) => packedMaps(one.values, pool.source, { ...stale, one: 0 }))),
    ),
  };
  const kernel = (await createPoolDelta(gpu, pool.kind, activation)).bind(own);
  dispatch(gpu, { kernel, grid: poolDeltaGrid(pool.source, slabRows, 2), step: 1 });
  const zeros = { slabRows, fill: 0, one: 0 };
  const wanted = maps.map((inputs, slab) => poolDelta(next[slab]!, inputs, pool, slopes[slab]!.values));
  const bounds = maps.map((inputs, slab) => {
    const ones = new Float64Array(inputs.length).fill(1);
    const sizes = poolDelta(next[slab]!.map(Math.abs), inputs, pool, ones);
    return sizes.map(
      (size, at) => size * ((slopes[slab]!.bounds?.[at] ?? 0) + 16 * ULP * Math.abs(slopes[slab]!.values[at]!)),
    );
  });
  const packed = (all: readonly Float64Array[]) => concatenate(all.map((one) => packedMaps(one, pool.source, zeros)));
  return { shape, got: await read(gpu, own.delta), want: packed(wanted), bounds: packed(bounds) };
}

describe.each(kinds)("the delta below a pool by %s", (kind) => {
  test.each(shapes)("of $name is the reference's; samples outside the batch are 0", async ({ name, ...shape }) => {
    for (const samples of [1, 4]) {
      const { got, want, bounds, shape: of } = await runDelta({ kind, ...shape }, "relu", samples, true);
      const subject = { gpu, what: `pool_delta ${kind}, ${name}, ${samples} samples`, shape: of };
      expectWithin(subject, got, want, kind === "max" ? 0 : bounds);
    }
  });

  test.each(activations)("agrees with float64 below %s", async (activation) => {
    const pool = { kind, source: map(6, 5, 4), window: squareWindow(3, 2, 1) };
    const { got, want, bounds, shape } = await runDelta(pool, activation, 3, false);
    expectWithin({ gpu, what: `pool_delta ${kind} ${activation}`, shape }, got, want, bounds);
  });
});

test("of equal values the first has all of the delta", () => {
  const pool: Pool = { kind: "max", source: map(1, 2), window: squareWindow(2) };
  expect([...poolDelta([5], [1, 3, 3, 3], pool, [1, 1, 1, 1])]).toEqual([0, 5, 0, 0]);
});

test.each(kinds)("the reference's delta below a pool by %s is that of differences", (kind) => {
  const random = testRandom(9);
  for (const { source, window } of shapes) {
    const pool = { kind, source, window };
    const inputs = Float64Array.from(realNumbers(random, valuesOf(source, 2)));
    const next = realNumbers(random, valuesOf(pooledMap(pool), 2));
    const loss = (maps: Float64Array) => poolMaps(maps, pool).reduce((sum, value, at) => sum + value * next[at]!, 0);
    const delta = poolDelta(next, inputs, pool, new Float64Array(inputs.length).fill(1));
    for (const at of [0, Math.floor(inputs.length / 2), inputs.length - 1]) {
      // So small that no other becomes the largest.
      const by = (step: number) => loss(inputs.map((value, index) => (index === at ? value + step : value)));
      expect(delta[at]).toBeCloseTo((by(2 ** -20) - by(-(2 ** -20))) / 2 ** -19, 7);
    }
  }
});
