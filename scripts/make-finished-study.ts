/**
 * Makes the study that the lab shows where nothing can be computed: a real one, on the best adapter of this machine, packed
 * as its result files. Run by hand when results change: npx tsx scripts/make-finished-study.ts (minutes on a CPU).
 */
import { writeFileSync } from "node:fs";
import { studyDefaults } from "../src/core/study-defaults.ts";
import { splitEmbeddedDigits } from "../src/data/digits/embedded-digits.ts";
import { summarizeDataset } from "../src/data/splits/summarize-dataset.ts";
import { createContext } from "../src/gpu/device/context.ts";
import { Devices } from "../src/gpu/device/devices.ts";
import { packageVersion } from "../src/host/package-version.ts";
import { paperMeasureNames } from "../src/measures/paper-measures.ts";
import { dawnVersion, openAdapter } from "../src/platform/node/adapters.ts";
import { loadDigits } from "../src/platform/node/digits.ts";
import { resultFiles } from "../src/report/files/result-files.ts";
import { runStudy } from "../src/study/study.ts";
import { zipOf } from "../web/engine/export-files.ts";
import { pageFiles } from "../web/page-files.ts";

/** Fewer repeats and steps than usual, so that a page can carry the outcome: well below 1 MB. */
const config = { ...studyDefaults, measures: paperMeasureNames, repeats: 3, stride: 5 };

const started = new Date();
const { digits } = await loadDigits();
const dataset = await splitEmbeddedDigits(digits);
const { adapter, facts } = await openAdapter();
using devices = new Devices(await createContext(adapter, facts));
const outcome = await runStudy(devices, dataset, config, () => performance.now(), {
  onProgress: ({ stage, done, total }) => process.stderr.write(`\r${stage} ${done.toFixed(0)} of ${total}   `),
});
const provenance = {
  package: packageVersion(),
  node: process.version,
  dawn: dawnVersion,
  adapter: facts,
  tiles: devices.current.tiles,
  started: started.toISOString(),
  elapsedMs: outcome.elapsedMs,
};
const results = { config, dataset: summarizeDataset(dataset), provenance, ...outcome };
// Of the networks, whose weights are most of the bytes, the first: the one that the page shows images of.
const files = resultFiles({ ...results, networks: outcome.networks.slice(0, 1) });
const zip = new Uint8Array(await zipOf(files, "mnist-sigmoid").arrayBuffer());
writeFileSync(new URL(`../web/public/${pageFiles.finishedStudy}`, import.meta.url), zip);
console.log(`\n${pageFiles.finishedStudy}: ${zip.length} bytes`);
process.exit(); // Dawn's threads would keep it alive
