/** The lines of a finished study of gpu-importance: node ours.mjs RESULT_FOLDER. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const { config, dataset, provenance, repeats } = JSON.parse(readFileSync(join(folder, "study.json"), "utf8"));
const rows = (name) => readFileSync(join(folder, name), "utf8").trim().split("\n").length - 1;
const samples = {
  train: config.repeats * config.epochs * dataset.train,
  measure: config.repeats * (dataset.validation + dataset.test),
  ablate: (rows("curves.csv") + rows("single.csv")) * dataset.test,
};
const mean = repeats.reduce((sum, { testAccuracy }) => sum + testAccuracy, 0) / repeats.length;
for (const stage of Object.keys(samples)) {
  const seconds = provenance.elapsedMs[stage] / 1000;
  const line = { peer: "gpu-importance", stage, seconds, samplesPerSecond: samples[stage] / seconds };
  console.log(JSON.stringify({ ...line, accuracy: stage === "train" ? mean : null }));
}
