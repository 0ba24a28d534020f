/** How long a piece of work takes on a device, told from a little of it: what all estimates share. */
import { type AnyDataset, isPaged, type PagedSplit, type Split } from "./core/dataset.ts";
import type { NetworkShape } from "./core/layers/network-shape.ts";
import type { Network } from "./core/network.ts";
import type { Clock } from "./core/platform.ts";
import type { GpuContext } from "./gpu/device/context.ts";
import { type DeviceSplit, uploadSplit } from "./passes/device-split.ts";

export type Part = "train" | "measure" | "search" | "fit" | "curves" | "rebuild" | "singles" | "pairs";

export interface PartEstimate {
  readonly part: Part;
  readonly amount: number;
  readonly unit: "epochs" | "networks" | "evaluations";
  /** Of all networks, as the trial says. */
  readonly milliseconds: number;
}

/** A trial that takes this long says more about the work than about its beginning and its end. */
const TELLING_MS = 120;
/** Samples on which kernels are compiled, untimed. */
export const COMPILING_SAMPLES = 64;
/** How much larger the next one is. */
const GROWTH = 4;
/** What stands for removed neurons in mode `mean`: not 0, which is removed in another way. */
export const MADE_UP_MEAN = 0.5;

/** Work on so many samples. */
export interface Trial {
  readonly least: number;
  readonly most: number;
  /** Whether the beginning takes so long beside a little work that one trial says nothing of the rest. */
  readonly hasLongBeginning?: boolean;
  run(samples: number): Promise<unknown>;
}

/** Milliseconds = fixed + each * samples. */
export interface Line {
  readonly fixed: number;
  readonly each: number;
}

interface Point {
  readonly samples: number;
  readonly ms: number;
}

/** Through two points, or in proportion to one; neither beginning nor sample takes less than nothing. */
export function lineThrough(first: Point, second: Point): Line {
  if (second.samples === first.samples) return { fixed: 0, each: second.ms / second.samples };
  const each = Math.max(0, (second.ms - first.ms) / (second.samples - first.samples));
  return { fixed: Math.max(0, second.ms - each * second.samples), each };
}

export async function tried({ least, most, hasLongBeginning = false, run }: Trial, clock: Clock): Promise<Line> {
  const timed = async (samples: number): Promise<Point> => {
    const start = clock();
    await run(samples);
    return { samples, ms: clock() - start };
  };
  const larger = (samples: number) => Math.min(most, samples * GROWTH);
  // Kernels are compiled when they first run.
  await run(Math.min(least, most, COMPILING_SAMPLES));
  let before: Point | undefined;
  let last = await timed(Math.min(least, most));
  while ((last.ms < TELLING_MS || (hasLongBeginning && before === undefined)) && last.samples < most) {
    before = last;
    last = await timed(larger(last.samples));
  }
  return lineThrough(before ?? last, last);
}

/** What trials are made of. */
export interface Material {
  readonly gpu: GpuContext;
  readonly clock: Clock;
  readonly dataset: AnyDataset;
  readonly shape: NetworkShape;
  /** Like those of the study. */
  readonly network: Network;
}

async function firstSamples(split: Split | PagedSplit, features: number, count: number): Promise<Split> {
  const inputs = isPaged(split) ? (await split.readPage(0)).slice(0, count * features) : split.inputs;
  return { inputs: inputs.subarray(0, count * features), labels: split.labels.subarray(0, count), count };
}

/** Samples of a split that a trial can have. */
export const there = (split: Split | PagedSplit) =>
  isPaged(split) ? Math.min(split.pageSamples, split.count) : split.count;

/** Does something with the first samples of a split on the device. */
export async function onSome<T>(
  { gpu, dataset }: Material,
  name: "train" | "validation" | "test",
  samples: number,
  work: (split: DeviceSplit) => Promise<T>,
): Promise<T> {
  const { features, classes } = dataset;
  using split = uploadSplit(gpu, name, await firstSamples(dataset[name], features, samples), features, classes);
  return await work(split);
}
