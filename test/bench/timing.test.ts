/** How runs are counted and summed up, on a clock that tells made-up times. */
import { describe, expect, test } from "vitest";
import { perPart, timed, timedInTurn, timingOf } from "../../src/bench/timing.ts";

/** Work that lasts so many milliseconds, one after the other, on a clock of its own. */
function lasting(...durations: readonly number[]) {
  let now = 0;
  let calls = 0;
  const work = async () => {
    now += durations[calls++ % durations.length]!;
  };
  return { clock: () => now, work, calls: () => calls };
}

describe("a timing", () => {
  test("has median and quartiles between the neighbours, and both ends", () => {
    const timing = timingOf([4, 1, 3, 2]);
    expect(timing).toEqual({
      medianMs: 2.5,
      lowestMs: 1,
      highestMs: 4,
      runs: 4,
      lowerQuartileMs: 1.75,
      upperQuartileMs: 3.25,
    });
    expect(timingOf([5, 9, 7])).toMatchObject({ medianMs: 7, lowerQuartileMs: 6, upperQuartileMs: 8 });
  });

  test("leaves out the first run, which compiles", async () => {
    const { clock, work, calls } = lasting(1000, 1, 2, 3);
    expect(await timed(clock, 3, work)).toMatchObject({ medianMs: 2, highestMs: 3, runs: 3 });
    expect(calls()).toBe(4);
  });

  test("stops at the budget, but not before three runs", async () => {
    const slow = lasting(100);
    expect((await timed(slow.clock, 20, slow.work, { budgetMs: 50 })).runs).toBe(3);
    const fast = lasting(10);
    expect((await timed(fast.clock, 20, fast.work, { budgetMs: 50 })).runs).toBe(5);
    expect((await timed(fast.clock, 2, fast.work, { budgetMs: 0 })).runs).toBe(2);
  });

  test("of several works goes from one to the next in every run", async () => {
    let now = 0;
    const order: string[] = [];
    const work = (name: string, elapsedMs: number) => async () => {
      order.push(name);
      now += elapsedMs;
    };
    const [first, second] = await timedInTurn(() => now, 2, [work("a", 1), work("b", 5)]);
    expect([first!.medianMs, second!.medianMs]).toEqual([1, 5]);
    expect(order.join("")).toBe("ababab");
  });

  test("of a part is the whole divided, runs aside", () => {
    expect(perPart(timingOf([8, 4]), 4)).toEqual({ ...timingOf([2, 1]) });
  });
});
