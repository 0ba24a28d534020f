/** class-sums.wgsl against src/reference/class-sums.ts, and the whole pass against plain means and variances. */
import { describe, expect, test } from "vitest";
import type { ClassSums } from "../../src/core/evidence.ts";
import type { Network } from "../../src/core/network.ts";
import { read } from "../../src/gpu/device/device-array.ts";
import { lanesOf } from "../../src/gpu/device/packing.ts";
import { classSums as shader } from "../../src/gpu/generated/shaders.ts";
import { createAddSums, createNoteOrigins, noteOriginsGrid } from "../../src/gpu/kernels/class-sums.ts";
import { SUM_BLOCK, sumBlockGrid } from "../../src/gpu/kernels/sum-block.ts";
import { uploadNetworks } from "../../src/passes/device-networks.ts";
import { type DevicePages, uploadSplit } from "../../src/passes/device-split.ts";
import { createClassSumsCollector } from "../../src/passes/evidence/class-sums.ts";
import { ride } from "../../src/passes/evidence/ride.ts";
import { chunksOf } from "../../src/passes/forward-pass.ts";
import { readActivations } from "../../src/passes/read-activations.ts";
import { addSums } from "../../src/reference/class-sums.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import { upload, uploadUniforms } from "../support/arrays.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { randomSplit, realNetwork, testRandom } from "../support/networks.ts";
import { inPages } from "../support/pages.ts";
import { ULP } from "../support/rounding.ts";
import { concatenate, homogeneousRows, smallIntegers } from "../support/rows.ts";
import { eachDimension, sizesText } from "../support/sizes.ts";

const gpu = await testGpu();
const JOBS = 2;
/** Elements to spare behind the last job, which must stay as they were. */
const SPARE = 8;

/** Both kernels over activations of `JOBS` networks, [samples, units] each, chunk by chunk. */
async function run(
  rows: readonly Float32Array[],
  units: number,
  labels: Uint32Array,
  classes: number,
  chunkRows: number,
) {
  const samples = labels.length;
  const blocks = Math.ceil(samples / SUM_BLOCK);
  const sizes = [JOBS * units, 4 * JOBS * units * blocks * classes];
  const [origins, sums] = sizes.map((size) =>
    upload(gpu, "written", "f32", [size + SPARE], new Float32Array(size + SPARE).fill(7, size)),
  );
  const slabRows = chunkRows + 1;
  const size = { slab_rows: slabRows, unit_lanes: lanesOf(units), units, classes, blocks, offset: 0 };
  const parts = chunksOf(samples, chunkRows).map((part) => ({ ...part, ...size }));
  const chunk = uploadUniforms(gpu, shader, "Chunk", parts);
  const onDevice = upload(gpu, "labels", "u32", [samples], labels);
  for (const [step, part] of parts.entries()) {
    const { first, count } = part;
    const slabs = rows.map((own) =>
      homogeneousRows(own.subarray(first * units, (first + count) * units), units, slabRows, 1e30),
    );
    const activations = upload(gpu, "activations", "f32", [JOBS, slabRows, lanesOf(units)], concatenate(slabs));
    const given = { ...origins!, rank: 2 as const };
    const add = (await createAddSums(gpu)).bind({
      chunk,
      activations,
      labels: onDevice,
      origins: given,
      sums: { ...sums!, rank: 4 as const },
    });
    const adding = { kernel: add, grid: sumBlockGrid(part, JOBS), step };
    const note = (await createNoteOrigins(gpu)).bind({ chunk, activations, noted: given });
    const noting = { kernel: note, grid: noteOriginsGrid(units, JOBS), step };
    dispatch(gpu, ...(step === 0 ? [noting, adding] : [adding]));
  }
  const [noted, found] = [await read(gpu, origins!), await read(gpu, sums!)];
  expect([...noted.slice(-SPARE), ...found.slice(-SPARE)]).toEqual(new Array(2 * SPARE).fill(7));
  return { origins: noted.slice(0, -SPARE), sums: found.slice(0, -SPARE) };
}

describe("sums by class", () => {
  const random = testRandom(61);
  const given = (samples: number, units: number, classes: number) => ({
    labels: Uint32Array.from({ length: samples }, () => random.nextBelow(classes)),
    rows: Array.from({ length: JOBS }, () => smallIntegers(random, samples * units, 3)),
  });
  const cases = [
    ...eachDimension(["samples", "units", "classes"]),
    ...[1023, 1024, 1025, 2049].map((samples) => ({ samples, units: 3, classes: 2 })),
  ];

  test("of small integers equal the reference at every awkward size, in chunks or whole", async () => {
    for (const sizes of cases) {
      const { samples, units, classes } = sizes;
      const { labels, rows } = given(samples, units, classes);
      const want = rows.flatMap((own) => [...addSums(own, labels, classes, SUM_BLOCK)]);
      for (const chunkRows of new Set([64, 192, Math.ceil(samples / 64) * 64])) {
        const got = await run(rows, units, labels, classes, chunkRows);
        const what = `sums, ${sizesText(sizes)} in chunks of ${chunkRows}`;
        const shape = [JOBS, units, Math.ceil(samples / SUM_BLOCK), classes, 4];
        expectEqual({ gpu, what, shape }, got.sums, want);
        const first = rows.flatMap((own) => [...own.subarray(0, units)]);
        expectEqual({ gpu, what: `origins, ${what}`, shape: [JOBS, units] }, got.origins, first);
      }
    }
  });

  test("of real numbers are within the rounding of a sum of as many terms", async () => {
    const [samples, units, classes] = [1500, 5, 3];
    const { labels } = given(samples, units, classes);
    const rows = Array.from({ length: JOBS }, () =>
      Float32Array.from({ length: samples * units }, () => 3 * random.nextUnit() + 10),
    );
    const got = await run(rows, units, labels, classes, 512);
    const want = rows.flatMap((own) => [...addSums(own, labels, classes, SUM_BLOCK)]);
    const sizes = rows.flatMap((own) => {
      // |d| and d d at most: what the sums are of; a difference and a square round once each. |t| - |o| is no larger than |d|.
      const away = Float32Array.from(own, (value, index) => Math.abs(value - own[index % units]!));
      away.fill(0, 0, units);
      return [...addSums(away, labels, classes, SUM_BLOCK)];
    });
    const bounds = sizes.map((size) => (4 * Math.sqrt(SUM_BLOCK + 1) + 2) * ULP * size + ULP);
    const shape = [JOBS, units, 2, classes, 4];
    expectWithin({ gpu, what: "sums of real numbers", shape }, got.sums, want, bounds);
  });
});

const CLASSES = 3;

async function gather(networks: readonly Network[], split: DevicePages, rows?: number): Promise<ClassSums[][]> {
  using device = uploadNetworks(gpu, networks);
  const sums = createClassSumsCollector(device, CLASSES);
  await ride({ gpu, networks: device, split, rows }, "class sums", [sums]);
  return sums.gathered();
}

describe("the whole validation set", () => {
  const random = testRandom(62);
  const networks = [0, 1].map(() => realNetwork(random, [9, 7, 5, 3], "tanh"));
  const split = randomSplit(random, 2300, 9, CLASSES);

  test("gives the means and variances of each class's outputs", async () => {
    using samples = uploadSplit(gpu, "validation", split, 9, CLASSES);
    const got = await gather(networks, samples);
    for (const [index, network] of networks.entries()) {
      for (const layer of [1, 2]) {
        const outputs = await readActivations(gpu, network, samples, layer);
        const { origins, deviations, squares, magnitudes } = got[index]![layer - 1]!;
        for (const unit of origins.keys()) {
          const own = outputs.subarray(unit * 2300, (unit + 1) * 2300);
          const want = addSums(own, split.labels, CLASSES, 2300);
          expect(origins[unit]).toBe(own[0]);
          for (let label = 0; label < CLASSES; label++) {
            const cell = unit * CLASSES + label;
            // Terms of at most 2 and 4, 2,300 of them.
            expect(Math.abs(deviations[cell]! - want[4 * label]!)).toBeLessThan(4 * 32 * ULP * 2 * 2300);
            expect(Math.abs(squares[cell]! - want[4 * label + 1]!)).toBeLessThan(4 * 32 * ULP * 4 * 2300);
            expect(Math.abs(magnitudes[cell]! - want[4 * label + 2]!)).toBeLessThan(4 * 32 * ULP * 2300);
          }
        }
      }
    }
  });

  test("gives the same bits in chunks, in pages that part blocks, and beside other networks", async () => {
    using samples = uploadSplit(gpu, "validation", split, 9, CLASSES);
    const whole = await gather(networks, samples);
    for (const rows of [64, 448]) expect(await gather(networks, samples, rows)).toEqual(whole);
    for (const page of [64, 960, 1024, 1088])
      expect(await gather(networks, inPages(gpu, split, CLASSES, page))).toEqual(whole);
    expect(await gather([networks[1]!], samples)).toEqual(whole.slice(1));
  });

  test("gives exactly 0 for a constant neuron", async () => {
    const network = realNetwork(testRandom(63), [9, 2, 3], "sigmoid");
    network.layers[0]!.weights.fill(0, 0, 9);
    using samples = uploadSplit(gpu, "validation", split, 9, CLASSES);
    const [layer] = (await gather([network], samples))[0]!;
    const { deviations, squares, magnitudes } = layer!;
    const sums = [deviations, squares, magnitudes].flatMap((own) => [...own.slice(0, CLASSES)]);
    expect(sums).toEqual(new Array(9).fill(0));
    expect(layer!.squares[CLASSES]).toBeGreaterThan(0);
  });
});
