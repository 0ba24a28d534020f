/** What `analyze` refuses before it asks anything of a device. */
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import type { GpuContext } from "../../src/gpu/context.ts";
import { type AnalyzeOptions, analyze } from "../../src/library.ts";
import { realNetwork, testRandom } from "../support/networks.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { tinyDataset } from "../support/tiny-study.ts";

const noDevice = {} as GpuContext;
const fault = async (networks: Parameters<typeof analyze>[2], options: AnalyzeOptions = {}) => {
  const error: unknown = await analyze(noDevice, tinyDataset, networks, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).fault;
};

describe("an analysis from a program", () => {
  test.each([
    [{ bits: 9 }, "bits is out of range", "a whole number from 1 to 8", "9"],
    [{ stride: 0 }, "stride is out of range", "a whole number from 1 to 1000000", "0"],
    [{ randomDraws: 1.5 }, "randomDraws is out of range", "a whole number from 0 to 65535", "1.5"],
  ])("refuses %j", async (options, what, expected, found) => {
    expect(await fault([plantedNetwork], options)).toEqual({ what, where: "options", expected, found });
  });

  test("refuses a measure that there is none, levels of one bit, no networks, and networks that differ", async () => {
    expect(await fault([plantedNetwork], { measures: ["importance"] })).toMatchObject({ found: "importance" });
    expect((await fault([plantedNetwork], { bins: "equal-width" })).what).toBe("--bins is for more than one bit");
    expect((await fault([])).what).toBe("there is no network to analyse");
    const other = realNetwork(testRandom(1), [36, 2, 3], "relu");
    expect(await fault([plantedNetwork, other])).toMatchObject({ where: "network 1", found: "36-2-3, relu" });
  });
});
