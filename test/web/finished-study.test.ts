/** The study that is shipped with the page is whole, real and small. */
import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";
import { expect, test } from "vitest";
import { splitEmbeddedDigits } from "../../src/data/digits/embedded-digits.ts";
import { loadDigits } from "../../src/platform/node/digits.ts";
import { readGiven } from "../../web/engine/given-study.ts";
import { pageFiles } from "../../web/page-files.ts";

const zip = new Uint8Array(readFileSync(new URL(`../../web/public/${pageFiles.finishedStudy}`, import.meta.url)));
const files = Object.entries(unzipSync(zip)).map(([path, bytes]) => ({ path, content: new Blob([bytes]) }));

test("the finished study has every part, below 1 MB, and was made of the digits that the page has", async () => {
  expect(zip.length).toBeLessThan(1e6);
  const given = await readGiven(files);
  if (given.kind !== "results") throw new Error(`it is taken for a ${given.kind}`);
  const { study, missing, networks, neurons, curves, singles } = given.files;
  expect(missing).toEqual([]);
  expect(networks).toHaveLength(1);
  expect(neurons).toHaveLength(study!.config.repeats);
  expect(new Set(curves!.map(({ order }) => order.repeat)).size).toBe(study!.config.repeats);
  expect(singles!.length).toBe(study!.config.repeats * 2 * 2);
  expect(study!.dataset.sha256).toBe((await splitEmbeddedDigits((await loadDigits()).digits)).sha256);
});
