/** A data set and a configuration so small that a whole study takes seconds on a software adapter. */
import type { Dataset, Split } from "../../src/core/dataset.ts";
import type { RandomSequence } from "../../src/core/random.ts";
import type { StudyConfig } from "../../src/core/study.ts";
import { testRandom } from "./networks.ts";

const SIDE = 6;
const CLASSES = 3;

/** Class c is bright in rows 2c and 2c + 1, in noise that leaves some samples doubtful; classes in turn, so balanced. */
function bandSplit(random: RandomSequence, count: number): Split {
  const labels = Uint16Array.from({ length: count }, (_, sample) => sample % CLASSES);
  const inputs = Uint8Array.from({ length: count * SIDE * SIDE }, (_, index) => {
    const row = Math.floor((index % (SIDE * SIDE)) / SIDE);
    const bright = Math.floor(row / 2) === labels[Math.floor(index / (SIDE * SIDE))];
    return random.nextBelow(176) + (bright ? 79 : 0);
  });
  return { count, inputs, labels };
}

const random = testRandom(40);

export const tinyDataset: Dataset = {
  name: "bands",
  features: SIDE * SIDE,
  sampleShape: [SIDE, SIDE],
  classes: CLASSES,
  train: bandSplit(random, 120),
  validation: bandSplit(random, 60),
  test: bandSplit(random, 60),
  sha256: "0".repeat(64),
};

export const tinyConfig: StudyConfig = {
  data: "bands",
  repeats: 2,
  seed: 0,
  hidden: [7, 5],
  activation: "sigmoid",
  epochs: 3,
  batchSize: 16,
  learningRate: 0.1,
  l2: 1e-5,
  measures: ["entropy", "mutual-information", "kl-selectivity"],
  scopes: ["layers", "network", "network-ranked"],
  modes: ["zero", "mean"],
  randomDraws: 2,
  stride: 1,
  sweep: "fast",
};
