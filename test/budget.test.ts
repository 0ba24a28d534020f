/** A comparison is as fine as the time allows. */
import { describe, expect, test } from "vitest";
import { withinMinutes } from "../src/budget.ts";
import { budgetLines } from "../src/cli/display/budget-text.ts";
import type { MeasuringConfig } from "../src/core/study.ts";
import type { PartEstimate } from "../src/estimate-trial.ts";
import { tinyConfig } from "./support/tiny-study.ts";

const config: MeasuringConfig = { ...tinyConfig, hidden: [100, 40], shapleyDraws: 100 };

/** Curves that take a minute at every step of ten random orders, and as long again for 100 permutations. */
function estimate({ stride, randomDraws, shapleyDraws = 0 }: MeasuringConfig): Promise<PartEstimate[]> {
  const part = (name: PartEstimate["part"], minutes: number) =>
    ({ part: name, amount: 10, unit: "evaluations", milliseconds: 60_000 * minutes }) as const;
  return Promise.resolve([part("measure", shapleyDraws / 100), part("curves", randomDraws / 10 / stride)]);
}

describe("a budget", () => {
  test.each([
    [2, { stride: 1, randomDraws: 10, shapleyDraws: 100 }, true],
    [1.2, { stride: 1, randomDraws: 5, shapleyDraws: 60 }, true],
    [0.7, { stride: 2, randomDraws: 5, shapleyDraws: 40 }, true],
    [0.3, { stride: 5, randomDraws: 3, shapleyDraws: 20 }, true],
    [0.01, { stride: 10, randomDraws: 2, shapleyDraws: 10 }, false],
  ])("of %d minutes takes the finest that fits", async (minutes, fineness, fits) => {
    const found = await withinMinutes(config, minutes, estimate);
    expect(found).toMatchObject({ config: fineness, fits });
    expect(found.estimates).toEqual(await estimate(found.config));
    expect(found.config).toEqual({ ...config, ...fineness });
  });

  test("searches greedily in blocks where that is asked for, no larger than narrow layers allow", async () => {
    const greedy = { ...config, measures: ["entropy", "greedy-mean"] };
    expect((await withinMinutes(greedy, 2, estimate)).config).not.toHaveProperty("greedyBlock");
    const coarse = await withinMinutes(greedy, 0.01, estimate);
    expect(coarse.config.greedyBlock).toBe(10); // a quarter of 40
    expect(budgetLines(coarse, 1)[0]).toContain(", greedy searches in steps of 10: ");
  });

  test("leaves narrow layers steps between the ends, and asks for no permutations where none are sampled", async () => {
    const { shapleyDraws: _, ...plain } = { ...config, hidden: [100, 9] };
    const found = await withinMinutes(plain, 0.01, estimate);
    expect(found.config.stride).toBe(2);
    expect(found.config).not.toHaveProperty("shapleyDraws");
  });

  test("is told before work begins", async () => {
    const fine = budgetLines(await withinMinutes(config, 2, estimate), 2);
    const permutations = "100 permutations for Shapley values";
    expect(fine[0]).toBe(
      `budget:  every step of a curve, 10 random orders a scope, ${permutations}: what fits into 2 minutes`,
    );
    expect(fine[1]).toMatch(/^work: /);
    const { shapleyDraws: _, ...plain } = config;
    const coarse = budgetLines(await withinMinutes(plain, 0.001, estimate), 1);
    expect(coarse[0]).toBe(
      "budget:  a step of a curve every 10 neurons, 2 random orders a scope: the coarsest; more than 1 minute all the same",
    );
  });
});
