/** What `analyze` refuses before a device computes anything. */
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { analyze } from "../../src/library.ts";
import type { AnalyzeOptions } from "../../src/library-options.ts";
import { testGpu } from "../support/gpu.ts";
import { realNetwork, testRandom } from "../support/networks.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { tinyDataset } from "../support/tiny-study.ts";

const gpu = await testGpu();
const fault = async (networks: Parameters<typeof analyze>[2], options: AnalyzeOptions = {}) => {
  const error: unknown = await analyze(gpu, tinyDataset, networks, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).fault;
};

describe("an analysis from a program", () => {
  test.each([
    [{ bits: 9 }, "option bits is invalid", "a whole number, 1 to 8", "9"],
    [{ stride: 0 }, "option stride is invalid", "a whole number, 1 to 1000000", "0"],
    [{ shapleyDraws: 99 }, "option shapleyDraws is invalid", "an even number, 2 to 65534", "99"],
    [{ shapleyDraws: 0 }, "option shapleyDraws is invalid", "an even number, 2 to 65534", "0"],
    [{ shapleyError: -0.5 }, "option shapleyError is invalid", "a number, 0 or more, at most 1000000", "-0.5"],
    [{ randomDraws: 1.5 }, "option randomDraws is invalid", "a whole number, 0 to 65535", "1.5"],
  ])("refuses %j in the words of the command line", async (options, what, expected, found) => {
    expect(await fault([plantedNetwork], options)).toMatchObject({ what, where: "analyze", expected, found });
  });

  test("refuses a measure that there is none, levels of one bit, no networks, and networks that differ", async () => {
    expect(await fault([plantedNetwork], { measures: ["importance"] })).toMatchObject({ found: '"importance"' });
    expect((await fault([plantedNetwork], { bins: "equal-width" })).what).toBe("--bins is for more than one bit");
    expect((await fault([plantedNetwork], { shapleyDraws: 40 })).what).toBe("--shapley-draws is for Shapley values");
    expect((await fault([])).what).toBe("there is no network to analyse");
    const other = realNetwork(testRandom(1), [36, 2, 3], "relu");
    expect(await fault([plantedNetwork, other])).toMatchObject({ where: "network 1", found: "36-2-3, relu" });
  });
});
