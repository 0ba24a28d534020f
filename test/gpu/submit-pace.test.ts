/** The length of submits: what a device was seen to do decides how much a unit of work may hold. */

import { describe, expect, test } from "vitest";
import { denseNetwork } from "../../src/core/layers/network-shape.ts";
import { Pacer } from "../../src/gpu/device/pacer.ts";
import { Pace, SUBMIT_MS } from "../../src/gpu/device/submit-pace.ts";
import { rowsPerChunk } from "../../src/passes/forward-pass.ts";
import { testGpu } from "../support/gpu.ts";

const shape = denseNetwork([784, 100, 100, 10]);

describe("a pace", () => {
  test("makes units smaller on a device that is slower than was guessed, and large again when it is not", () => {
    const pace = new Pace(false);
    const guess = pace.unitOperations;
    pace.observe(guess, 4 * SUBMIT_MS);
    expect(pace.unitOperations).toBe(guess / 4);
    pace.observe(guess, SUBMIT_MS / 2);
    expect(pace.unitOperations).toBe(guess);
  });

  test.each([
    [false, 5],
    [true, SUBMIT_MS],
  ])("learns nothing from units so short that they tell of dispatches (software: %s)", (software, tellingMs) => {
    const pace = new Pace(software);
    const guess = pace.unitOperations;
    pace.observe(guess / 1000, tellingMs - 0.1);
    expect(pace.unitOperations).toBe(guess);
    pace.observe(guess / 1000, tellingMs);
    expect(pace.unitOperations).toBeLessThan(guess / 10);
    // As much as a unit may hold by now, and quick: that does tell.
    pace.observe(pace.unitOperations, 0.001);
    expect(pace.unitOperations).toBe(guess);
  });

  test("with half the share holds half the time and half the operations, also of what is measured", () => {
    const [whole, half] = [new Pace(true), new Pace(true, 0.5)];
    expect(half.submitMs).toBe(whole.submitMs / 2);
    expect(half.unitOperations).toBe(whole.unitOperations / 2);
    for (const pace of [whole, half]) pace.observe(1e5, 100);
    expect(whole.unitOperations).toBeLessThan(1e5);
    expect(half.unitOperations).toBe(whole.unitOperations / 2);
  });
});

const gpu = await testGpu();

describe("the samples of a chunk", () => {
  test("are fewer once the device was seen to be slow, and as many blocks as fit its time", () => {
    const slow = new Pace(true);
    slow.observe(1e7, 100);
    const context = { ...gpu, pace: slow };
    const rows = rowsPerChunk(context, 10_000, 1, shape);
    // 60 ms at 1e5 operations a millisecond are 6e6 of the 2 x 90,640 of a sample: 33, and a block is the least.
    expect(rows).toBe(64);
    slow.observe(1e8, 60);
    expect(rowsPerChunk(context, 10_000, 1, shape)).toBe(512);
  });

  test("are learnt from work that says how many operations a unit has, its first piece aside", async () => {
    const seen: [number, number][] = [];
    const pace = Object.assign(new Pace(true), { observe: (...of: [number, number]) => void seen.push(of) });
    const pacer = new Pacer({ ...gpu, pace });
    await pacer.run({ label: "silent", units: 3, encode() {} });
    expect(seen).toEqual([]);
    await pacer.run({ label: "telling", units: 1000, unitOperations: 7, encode() {} });
    expect(seen.map(([operations]) => operations)).toEqual([7]);
    expect(seen[0]![1]).toBeGreaterThan(0);
    // All of it in one piece, since empty units are quick by now: nothing is left to learn from.
    await pacer.run({ label: "one piece", units: 1, unitOperations: 7, encode() {} });
    expect(seen).toHaveLength(1);
  });
});
