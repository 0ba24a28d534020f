/** An analysis from a program of data that do not fit in memory. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ProgressEvent } from "../../src/core/progress.ts";
import type { StudyResults } from "../../src/core/study.ts";
import { analyze } from "../../src/library.ts";
import { testGpu } from "../support/gpu.ts";
import { testRandom } from "../support/networks.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const gpu = await testGpu();
const random = testRandom(91);
const pixels = Array.from({ length: 36 }, (_, pixel) => `p${pixel}`);
const rows = Array.from({ length: 600 }, (_, row) => [
  ...pixels.map(() => random.nextBelow(100) / 100),
  `band ${row % 3}`,
]);
const table = join(scratchFolder(), "bands.csv");
writeFileSync(table, [[...pixels, "kind"], ...rows].map((row) => `${row.join(",")}\n`).join(""));

/** All but times. */
const numbersOf = ({ config, dataset, repeats, neurons, orders, curves, singles }: StudyResults) => {
  return { config, dataset, repeats, neurons, orders, curves, singles };
};

test("inputs above dataMemory are read page by page, and all numbers are the same", async () => {
  const events: ProgressEvent[] = [];
  const options = { reader: { label: "kind" }, randomDraws: 1, stride: 2 };
  const [kept, paged] = [
    await analyze(gpu, table, [plantedNetwork], options),
    await analyze(gpu, table, [plantedNetwork], {
      ...options,
      dataMemory: 0,
      onProgress: (event) => events.push(event),
    }),
  ];
  expect(numbersOf(paged)).toEqual(numbersOf(kept));
  expect(events.filter(({ stage }) => stage === "data").at(-1)).toMatchObject({ done: 600, total: 600, unit: "rows" });
});

test.each([
  ["normalize", { normalize: { mean: 0.5, sd: 0.25 } }],
  ["standardize", { standardize: true }],
] as const)(
  "inputs that are rescaled by %s are read page by page as well, with the same numbers",
  async (origin, asked) => {
    const events: ProgressEvent[] = [];
    const options = { reader: { label: "kind", ...asked }, randomDraws: 0, stride: 6 };
    const kept = await analyze(gpu, table, [plantedNetwork], options);
    const onProgress = (event: ProgressEvent) => events.push(event);
    const paged = await analyze(gpu, table, [plantedNetwork], { ...options, dataMemory: 0, onProgress });
    expect(numbersOf(paged)).toEqual(numbersOf(kept));
    expect(paged.networks[0]!.network.inputTreatment).toEqual(kept.networks[0]!.network.inputTreatment);
    expect(paged.config).toMatchObject(asked);
    expect(paged.dataset.treatment).toBe(origin);
    expect(events.filter(({ stage }) => stage === "data").at(-1)).toMatchObject({
      done: 600,
      total: 600,
      unit: "rows",
    });
  },
);
