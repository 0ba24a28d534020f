/** The fineness of a study within a budget: by trials, or as the study was begun that goes on. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { finenessesOf } from "../../src/budget.ts";
import { budgeted } from "../../src/cli/results/budgeted.ts";
import { isBegunIn } from "../../src/cli/results/study-store.ts";
import type { StudyConfig } from "../../src/core/study.ts";
import { everyProduct } from "../../src/core/tiles.ts";
import type { PartEstimate } from "../../src/estimate-trial.ts";
import { openResultsFolder } from "../../src/platform/node/results-folder.ts";
import { identified, recordOf } from "../../src/study/study-record.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { tinyConfig, tinyDataset } from "../support/tiny-study.ts";

const scratch = scratchFolder();
const config: StudyConfig = { ...tinyConfig, hidden: [100, 40] };
const adapter = { vendor: "v", architecture: "a", device: "d", description: "t", software: true, backend: "vulkan" };
const origin = { package: "1", dawn: "2", adapter, tiles: everyProduct("plain"), dataset: tinyDataset };
const endless: PartEstimate = { part: "curves", amount: 1, unit: "evaluations", milliseconds: 1e9 };

/** @param there a part of the study of this configuration, if any, is in the folder */
async function chosen(there: StudyConfig | undefined, options: { readonly fresh?: boolean } = {}) {
  using folder = await openResultsFolder(join(scratch, "out"), { force: true });
  await folder.parts.clear();
  if (there !== undefined) {
    await identified(folder.parts, recordOf({ config: there, origin, dataset: tinyDataset, warnings: [] })).write(
      "a-part",
      new Uint8Array(1),
    );
  }
  const [lines, tried]: [string[], StudyConfig[]] = [[], []];
  const found = await budgeted(config, 1, {
    estimate: async (own) => {
      tried.push(own);
      return [endless];
    },
    tell: (line) => lines.push(line),
    isComplete: false,
    isBegun: (own) => isBegunIn(folder, options, { config: own, origin, dataset: tinyDataset }),
  });
  return { found, lines, tried: tried.length };
}

test("a study that goes on is as fine as it was begun, whatever trials would say today", async () => {
  const all = finenessesOf(config);
  expect(await chosen(undefined)).toMatchObject({ found: all.at(-1), tried: all.length });
  const { found, lines, tried } = await chosen(all[1]);
  expect({ found, tried }).toEqual({ found: all[1], tried: 0 });
  expect(lines).toEqual([
    "budget:  every step of a curve, 5 random orders a scope: as the unfinished study in this folder was begun; --fresh chooses anew",
  ]);
});

test("trials choose where another study was begun there, or what is there is to be forgotten", async () => {
  const all = finenessesOf(config);
  expect(await chosen({ ...all[1]!, seed: 7 })).toMatchObject({ found: all.at(-1), tried: all.length });
  expect(await chosen({ ...all[1]!, stride: 3 })).toMatchObject({ found: all.at(-1), tried: all.length });
  expect(await chosen(all[1], { fresh: true })).toMatchObject({ found: all.at(-1), tried: all.length });
});
