/** Every made-up call of the library is refused with what, where, expected, found and what to do; good calls go on. */
import { describe, expect, test } from "vitest";
import { type Fault, RunError, UsageError } from "../../src/core/errors.ts";
import { ablate, analyze, measureNetworks } from "../../src/index.ts";
import { testGpu } from "../support/gpu.ts";
import { ownGpu } from "../support/own-gpu.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { tinyDataset } from "../support/tiny-study.ts";
import { type Material, madeUpCalls } from "./made-up-calls.ts";

const gpu = await testGpu();
const disposed = await ownGpu();
disposed[Symbol.dispose]();
const small = { measures: ["entropy"], scopes: ["layers"], modes: ["zero"], randomDraws: 0 } as const;
const [measured] = await measureNetworks(gpu, tinyDataset, [plantedNetwork]);
const results = await analyze(gpu, tinyDataset, [plantedNetwork], small);
const material: Material = { gpu, measured: measured!, results, disposed };

async function refusal(call: (typeof madeUpCalls)[number][2]): Promise<Fault> {
  const outcome: unknown = await (async () => call(material))().then(
    () => new Error("nothing was refused"),
    (error: unknown) => error,
  );
  if (outcome instanceof UsageError || outcome instanceof RunError) return outcome.fault;
  throw outcome;
}

describe("a made-up call is refused", () => {
  test("and there are enough of them", () => {
    expect(madeUpCalls.length).toBeGreaterThan(200);
    expect(new Set(madeUpCalls.map(([wrong]) => wrong)).size).toBe(madeUpCalls.length);
  });

  test.each(madeUpCalls)("%s", async (_, where, call) => {
    const fault = await refusal(call);
    expect(fault).toEqual({
      what: expect.stringMatching(/./),
      where: expect.stringMatching(where),
      expected: expect.stringMatching(/./),
      found: expect.stringMatching(/./),
      fix: expect.stringMatching(/./),
    });
  });

  test.each([
    [{ randomDraw: 2 }, "did you mean randomDraws?"],
    [{ "random-draws": 2 }, "did you mean randomDraws?"],
    [{ Stride: 2 }, "did you mean stride?"],
    [{ measures: ["entropie"] }, "did you mean entropy?"],
    [{ measures: ["entropy", "mutual_information"] }, "did you mean mutual-information?"],
    [{ scopes: ["layer"] }, "did you mean layers?"],
    [{ sweep: "msked" }, "did you mean masked?"],
  ])("%j, with what was probably meant", async (options, fix) => {
    expect((await refusal(() => ablate(gpu, tinyDataset, measured!, options as object))).fix).toBe(fix);
  });
});

test("what is undefined counts as not given, and names count once, in their own order", async () => {
  const modes = ["mean", "zero", "mean"] as const;
  const asked = { ...small, modes, seed: undefined, stride: undefined } as object;
  const { curves } = await ablate(gpu, tinyDataset, measured!, asked);
  const plain = await ablate(gpu, tinyDataset, measured!, { ...small, modes: ["zero", "mean"] });
  expect(curves).toEqual(plain.curves);
});

test("after all refusals the device computes what it computed before", async () => {
  const [again] = await measureNetworks(gpu, tinyDataset, [plantedNetwork]);
  expect(again).toEqual(measured);
});
