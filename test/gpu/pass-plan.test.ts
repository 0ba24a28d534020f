/** How profiled submits are cut into passes. */
import { describe, expect, test } from "vitest";
import { MOST_PASSES, planPasses, type Run } from "../../src/gpu/profile/pass-plan.ts";

const run = (label: string, known = true, firstUse = false): Run => ({ label, known, firstUse });
const step = ["forward", "delta", "update"];
const steps = (count: number): Run[] => Array.from({ length: count }, () => step.map((label) => run(label))).flat();

/** Every run is in exactly one pass, in order. */
function expectCover(runs: readonly Run[], passes: ReturnType<typeof planPasses>): void {
  let at = 0;
  for (const { first, end } of passes) {
    expect(first).toBe(at);
    expect(end).toBeGreaterThan(first);
    at = end;
  }
  expect(at).toBe(runs.length);
}

describe("planPasses", () => {
  test("leaves a submit whole where nothing may be spent and all is known", () => {
    expect(planPasses(steps(4), 0, 5)).toEqual([{ first: 0, end: 12 }]);
  });

  test("gives every run a pass where the allowance suffices", () => {
    expect(planPasses(steps(2), 6, 3)).toEqual(Array.from({ length: 6 }, (_, at) => ({ first: at, end: at + 1 })));
  });

  test("cuts a stretch out of the middle, and what lies before and behind it stays together", () => {
    expect(planPasses(steps(4), 2, 5)).toEqual([
      { first: 0, end: 5 },
      { first: 5, end: 6 },
      { first: 6, end: 7 },
      { first: 7, end: 12 },
    ]);
  });

  test("times what was never timed, whatever the allowance", () => {
    const runs = [run("a"), run("b", false), run("a"), run("c", false), run("a")];
    expect(planPasses(runs, 0, 0)).toEqual(Array.from({ length: 5 }, (_, at) => ({ first: at, end: at + 1 })));
  });

  test("times the first use of a pipeline alone, outside the stretch as well", () => {
    const runs = [run("a"), run("b"), run("c", false, true), run("b"), run("a")];
    expect(planPasses(runs, 0, 0)).toEqual([
      { first: 0, end: 2 },
      { first: 2, end: 3 },
      { first: 3, end: 5 },
    ]);
  });

  test.each([0, 1, 7, 254, 1000])(
    "covers all runs within the passes of a slot, with an allowance of %d",
    (allowance) => {
      for (const count of [1, 85, 86, 400]) {
        for (const rotation of [0, 1, 100, 7919]) {
          const runs = steps(count);
          const passes = planPasses(runs, allowance, rotation);
          expectCover(runs, passes);
          expect(passes.length).toBeLessThanOrEqual(Math.min(MOST_PASSES, allowance + 2));
        }
      }
    },
  );

  test("stays within the passes of a slot where everything is new", () => {
    const runs = Array.from({ length: 700 }, (_, at) => run(`kernel ${at}`, false, at % 3 === 0));
    const passes = planPasses(runs, 0, 0);
    expectCover(runs, passes);
    expect(passes.length).toBe(MOST_PASSES);
  });

  test("has timed every run alone after as many submits as there are runs", () => {
    const timed = new Set<number>();
    for (let submit = 0; submit < 30; submit++) {
      for (const { first, end } of planPasses(steps(10), 1, submit * 7919)) if (end === first + 1) timed.add(first);
    }
    expect(timed.size).toBe(30);
  });
});
