/** Calibration: every form computes the trials' whole numbers, the fastest is taken, and a form that is wrong is not. */
import { describe, expect, test } from "vitest";
import { everyProduct, products, type TileForm } from "../../src/core/tiles.ts";
import { availableForms, withTiles } from "../../src/gpu/device/context.ts";
import { read } from "../../src/gpu/device/device-array.ts";
import { submit } from "../../src/gpu/device/recorder.ts";
import { calibrate, fastestForm, timeForms } from "../../src/tuning/calibration.ts";
import { prepareTrials, type Trial } from "../../src/tuning/calibration-trials.ts";
import { expectEqual } from "../support/agreement.ts";
import { testGpu } from "../support/gpu.ts";
import { watchBuffers } from "../support/watched-buffers.ts";

const gpu = await testGpu();
const tried = availableForms(gpu).filter((form) => !gpu.facts.software || form !== "shared");

describe.each(availableForms(gpu))("the trials in the %s form", (form: TileForm) => {
  test("give the host's whole numbers for every product", async () => {
    using prepared = prepareTrials(gpu);
    expect(new Set(prepared.trials.map(({ product }) => product))).toEqual(new Set(products));
    for (const { product, bind, output, expected } of prepared.trials) {
      submit(gpu, "test", await bind(withTiles(gpu, everyProduct(form))), [output.buffer]);
      const got = await read(gpu, output);
      const [networks, rows, lanes] = output.shape as [number, number, number];
      const want = Float32Array.from(got, (_, index) => expected[index % expected.length]!);
      expect(expected.length).toBe(rows * lanes);
      expect(expected.filter((value) => value !== 0).length).toBeGreaterThan(0.5 * expected.length);
      expectEqual({ gpu, what: product, shape: [networks, rows, lanes] }, got, want);
    }
  });
});

test("times every form that may be the best, and leaves no buffer behind", async () => {
  using buffers = watchBuffers(gpu);
  const { tiles, milliseconds } = await calibrate(gpu, () => performance.now());
  for (const name of products) {
    expect(Object.keys(milliseconds[name]).sort()).toEqual([...tried].sort());
    expect(tried).toContain(tiles[name]);
  }
  expect(buffers.alive()).toEqual([]);
});

test("a form that computes wrongly is not timed", async () => {
  using prepared = prepareTrials(gpu);
  const [trial, stranger] = prepared.trials as readonly [Trial, Trial];
  // In the plain form the product of the other trial is computed, and this one's output stays 0.
  const faulty: Trial = {
    ...trial,
    bind: (own) => (own.tiles.forward_layer === "plain" ? stranger : trial).bind(own),
  };
  const times = await timeForms(withTiles(gpu, everyProduct("plain")), faulty, () => performance.now());
  expect(Object.keys(times)).toEqual(tried.filter((form) => form !== "plain"));
});

test("the fastest form is taken, but the usual one stays where it is nearly as fast", () => {
  expect(fastestForm("plain", { plain: 10, subgroup: 7.5, shared: 30 })).toBe("subgroup");
  expect(fastestForm("plain", { plain: 10, subgroup: 8.5, shared: 30 })).toBe("plain");
  expect(fastestForm("shared", { plain: 10, subgroup: 9.5 })).toBe("subgroup");
  expect(fastestForm("shared", {})).toBeUndefined();
});
