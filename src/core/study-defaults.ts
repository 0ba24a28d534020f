/** What a study is where nobody says otherwise, and what its numbers may be: for the command line and the lab. */

import { replacementModes } from "./ablation.ts";
import { scopeKinds } from "./scope.ts";
import type { StudyConfig } from "./study.ts";

/** All options but `measures`, whose default is every registered measure. */
export const studyDefaults: Omit<StudyConfig, "measures"> = {
  data: "mnist",
  repeats: 8,
  seed: 0,
  hidden: [100, 100],
  activation: "sigmoid",
  epochs: 12,
  batchSize: 32,
  learningRate: 0.001,
  l2: 1e-5,
  scopes: scopeKinds,
  modes: replacementModes,
  randomDraws: 5,
  stride: 1,
  sweep: "fast",
};

/** Permutations that Shapley values are sampled from. */
export const defaultShapleyDraws = 100;

/** Both ends included. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

const MOST = 1_000_000;

/** Whole numbers. */
export const wholeRanges = {
  repeats: { least: 1, most: 10_000 },
  seed: { least: 0, most: Number.MAX_SAFE_INTEGER },
  /** Width of a hidden layer: the square matrix of the widest fits in WebGPU's default binding of 128 MiB. */
  width: { least: 1, most: 4096 },
  epochs: { least: 1, most: MOST },
  batchSize: { least: 1, most: 65_536 },
  randomDraws: { least: 0, most: 65_535 },
  stride: { least: 1, most: MOST },
  /** Neurons of a layer that are removed alone. */
  singles: { least: 1, most: MOST },
  /** Half of them are permutations of their own, and 16 bits number these. */
  shapleyDraws: { least: 2, most: 65_534 },
  /** That a comparison may take: a week at most. */
  minutes: { least: 1, most: 10_080 },
  /** Seconds between checkpoints of training; 0: after every epoch. A day at most. */
  checkpointSeconds: { least: 0, most: 86_400 },
  /** Processes that divide the repeats of a study. */
  shards: { least: 1, most: 10_000 },
  /** Neurons that a greedy search removes at a step. */
  greedyBlock: { least: 1, most: MOST },
  /** Neurons that go before measures rank those that are left anew. */
  remeasure: { least: 1, most: MOST },
  /** Neurons of a layer that are looked at together: of more, joint states outnumber the samples of most data. */
  groups: { least: 2, most: 10 },
  /** Of a quantised output; 256 levels need samples in plenty. */
  bits: { least: 1, most: 8 },
} as const satisfies Record<string, Range>;

/** Megabytes (10^6 bytes) to plan with; no machine has more. */
export const memoryRange: Range = { least: 1, most: 100_000_000 };

/** Decimal numbers; 0 is a learning rate only in name. */
export const decimalRanges = {
  learningRate: { zero: false, most: 1e30 },
  l2: { zero: true, most: 1e10 },
  noisyLabels: { zero: true, most: 1 },
  /** Nats; 0 ends nothing early. */
  shapleyError: { zero: true, most: 1e6 },
} as const;
