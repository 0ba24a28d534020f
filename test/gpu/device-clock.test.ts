/** Timestamps to durations, and to times on the host's clock. */
import { describe, expect, test } from "vitest";
import { DeviceClock } from "../../src/gpu/profile/device-clock.ts";

const START = 7_000_000_000_000_000_123n; // beyond the integers of a double
const pairs = (...ns: readonly number[]) => BigUint64Array.from(ns, (value) => START + BigInt(value));
const lengths = (clock: DeviceClock, ...ns: readonly number[]) =>
  clock.add(pairs(...ns), 0, 0).map(({ beginNs, endNs }) => endNs - beginNs);

describe("DeviceClock", () => {
  test("yields what passes took, to the nanosecond", () => {
    const clock = new DeviceClock();
    expect(clock.add(pairs(0, 1001, 1010, 5000), 0, 0)).toEqual([
      { beginNs: 0, endNs: 1001 },
      { beginNs: 1010, endNs: 5000 },
    ]);
  });

  test("gives an overlap to the earlier pass, within a submit and from one to the next", () => {
    const clock = new DeviceClock();
    expect(lengths(clock, 0, 1000, 600, 1500)).toEqual([1000, 500]);
    expect(lengths(clock, 1400, 1800)).toEqual([300]);
  });

  test("counts passes without usable timestamps, and gives them no time", () => {
    const clock = new DeviceClock();
    expect(lengths(clock, 0, 1000, 3000, 2000)).toEqual([1000, 0]); // ends before it begins
    expect(lengths(clock, 400, 800, 1000, 1200)).toEqual([0, 200]); // before the one ahead of it
    expect(clock.add(new BigUint64Array(2), 0, 0)).toEqual([{ beginNs: 1200, endNs: 1200 }]); // never written
    expect(clock.invalid).toBe(3);
  });

  test("does not begin to count at a timestamp that was never written", () => {
    const clock = new DeviceClock();
    clock.add(BigUint64Array.of(0n, 0n, 0n, 99n), 0, 0);
    expect(clock.add(pairs(0, 1001), 0, 0)).toEqual([{ beginNs: 0, endNs: 1001 }]);
    expect(clock.invalid).toBe(2);
  });

  test.each([
    [[0, 1001, 1010, 5000], 1, false],
    [[0, 64, 96, 960], 32, false],
    [[0, 65_536, 65_536, 196_608], 65_536, true],
    [[0, 100_000, 300_000, 300_000], 100_000, true],
  ])("finds the step of %j: %d ns", (ns, step, quantised) => {
    const clock = new DeviceClock();
    clock.add(pairs(...ns), 0, 0);
    expect([clock.resolutionNs, clock.quantised]).toEqual([step, quantised]);
  });

  test("places passes on the host's clock by the submit that was known soonest to be done", () => {
    const clock = new DeviceClock();
    clock.add(pairs(0, 1e6), 99.5, 105); // 1 ms on the device, seen 4 ms late
    clock.add(pairs(2e6, 3e6), 101, 103.25); // seen 0.25 ms late
    expect(clock.hostMs(0)).toBeCloseTo(100.25);
    expect(clock.hostMs(3e6)).toBeCloseTo(103.25);
  });
});
