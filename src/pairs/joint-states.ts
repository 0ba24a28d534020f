/**
 * The joint states of several neurons, sample by sample. A state is numbered when it first occurs, so that 2^k or 8^k cells of which
 * most are empty cost nothing, and any number of neurons and levels will do. With N samples a further neuron takes N steps: a histogram
 * on packed bits would take 2^k C N / 32 popcounts, as many for 5 bits and 10 classes as 10 N steps and 32 times as many for 10.
 */
import type { LevelTable } from "../measures/neuron-levels.ts";

/** The outputs of a layer, quantised, and the classes of the samples. */
export interface LayerStates {
  /** Of each neuron. */
  readonly levels: number;
  /** `[units][samples]`: level of the neuron. */
  readonly units: readonly Uint8Array[];
  /** `[samples]` */
  readonly labels: ArrayLike<number>;
  /** `[classes]` */
  readonly samplesPerClass: ArrayLike<number>;
}

/** A state for each sample. */
export interface JointStates {
  /** `[samples]` */
  readonly of: Uint32Array;
  /** States that occur. */
  readonly count: number;
}

/** Of no neuron: all samples alike. */
export function oneState(samples: number): JointStates {
  return { of: new Uint32Array(samples), count: Math.min(1, samples) };
}

const UNSEEN = 0xffffffff;

/** The states with a further neuron. @param unit `[samples]`, below `levels` */
export function withUnit({ of, count }: JointStates, unit: Uint8Array, levels: number): JointStates {
  const numbers = new Uint32Array(count * levels).fill(UNSEEN);
  const next = new Uint32Array(of.length);
  let found = 0;
  for (let sample = 0; sample < of.length; sample++) {
    const key = of[sample]! * levels + unit[sample]!;
    if (numbers[key] === UNSEEN) numbers[key] = found++;
    next[sample] = numbers[key]!;
  }
  return { of: next, count: found };
}

/** @param neurons numbers in the layer */
export function jointStates({ units, levels, labels }: LayerStates, neurons: Iterable<number>): JointStates {
  let states = oneState(labels.length);
  for (const neuron of neurons) states = withUnit(states, units[neuron]!, levels);
  return states;
}

/** The states as the levels of one neuron. */
export function stateTable({ of, count }: JointStates, { labels, samplesPerClass }: LayerStates): LevelTable {
  const classes = samplesPerClass.length;
  const countsPerLevel = new Uint32Array(count * classes);
  for (let sample = 0; sample < of.length; sample++) countsPerLevel[of[sample]! * classes + labels[sample]!]!++;
  return { samples: of.length, levels: count, countsPerLevel, samplesPerClass };
}
