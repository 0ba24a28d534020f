/** What the scaling tables vary and what they hold fixed, sized so that a software adapter needs minutes for all of it. */

export const dimensions = ["neurons", "samples", "curves", "repeats", "depth"] as const;
/** neurons: of each of two hidden layers. depth: hidden layers of WIDTH. */
export type Dimension = (typeof dimensions)[number];

export const scalingStages = ["train", "measure", "sweep"] as const;
/** train: an epoch. measure: counts and means of every neuron. sweep: fast, every step of every curve. */
export type ScalingStage = (typeof scalingStages)[number];

/** All sizes of one point. */
export interface ScalingSizes {
  readonly hidden: readonly number[];
  readonly repeats: number;
  /** Of an epoch of training. */
  readonly trainSamples: number;
  /** Measured, and swept over. */
  readonly samples: number;
  /** Random orders of removal in mode `mean`, in layer 1. */
  readonly curves: number;
}

export interface ScalingPoint {
  readonly dimension: Dimension;
  /** The size that varies. */
  readonly value: number;
  readonly stages: readonly ScalingStage[];
  readonly sizes: ScalingSizes;
}

const WIDTH = 100;

interface Axis {
  readonly values: readonly number[];
  /** What the size can make a difference to. */
  readonly stages: readonly ScalingStage[];
  sizesAt(value: number): Partial<ScalingSizes>;
}

const axes: Readonly<Record<Dimension, Axis>> = {
  neurons: {
    values: [50, 100, 200, 500, 1000],
    stages: scalingStages,
    sizesAt: (width) => ({ hidden: [width, width], curves: 1 }), // a curve of 1000 neurons takes long enough
  },
  samples: {
    values: [1000, 2000, 5000, 10_000, 20_000, 60_000],
    stages: scalingStages,
    sizesAt: (samples) => ({ samples, trainSamples: samples, repeats: 1 }),
  },
  curves: { values: [1, 2, 5, 10, 20, 50], stages: ["sweep"], sizesAt: (curves) => ({ curves }) },
  repeats: { values: [1, 10, 50, 200], stages: ["train", "measure"], sizesAt: (repeats) => ({ repeats }) },
  depth: {
    values: [1, 2, 3, 4, 5, 6],
    stages: scalingStages,
    sizesAt: (depth) => ({ hidden: Array.from({ length: depth }, () => WIDTH) }),
  },
};

/** Sizes that are not varied. A GPU takes 16 times the samples, so that it has something to do at the smallest sizes. */
const fixed: Readonly<Record<"software" | "hardware", ScalingSizes>> = {
  software: { hidden: [WIDTH, WIDTH], repeats: 2, trainSamples: 320, samples: 512, curves: 2 },
  hardware: { hidden: [WIDTH, WIDTH], repeats: 2, trainSamples: 5120, samples: 8192, curves: 2 },
};

/** @param atMost sizes of each dimension, from the smallest */
export function scalingPlan(software: boolean, atMost: number): ScalingPoint[] {
  const resting = fixed[software ? "software" : "hardware"];
  return dimensions.flatMap((dimension) => {
    const { values, stages, sizesAt } = axes[dimension];
    return values.slice(0, atMost).map((value) => {
      return { dimension, value, stages, sizes: { ...resting, ...sizesAt(value) } };
    });
  });
}
