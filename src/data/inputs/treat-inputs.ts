/** Inputs on another scale, where the user or a network asks for it: src/core/input-treatment.ts defines it. */
import { type MeanAndDeviation, treatmentOf } from "../../core/channel-treatment.ts";
import {
  type AnyDataset,
  type Dataset,
  inputTypeOf,
  isPaged,
  type PagedSplit,
  type Split,
  splitNames,
} from "../../core/dataset.ts";
import { RunError, UsageError } from "../../core/errors.ts";
import type { AppliedTreatment, InputTreatment, TreatmentOrigin } from "../../core/input-treatment.ts";
import { MAX_INPUT_BYTES } from "../splits/collect-rows.ts";

/** What is done with the inputs. Without either they stay as they are: bytes b as b / 255, floats as themselves. */
export interface Normalization {
  /** Every input v (a byte: b / 255) becomes (v - mean) / sd; lists hold one of each for every channel of pictures. */
  readonly normalize?: MeanAndDeviation;
  /** As above, with mean and standard deviation (divisor: samples) of each feature over the training samples. */
  readonly standardize?: boolean;
}

type Inputs = Uint8Array | Float32Array;

/** [256]: what a byte stands for. */
const BYTE_VALUES = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** Whether inputs will be rescaled. @throws UsageError where both options are given */
export function asksForTreatment({ normalize, standardize }: Normalization): boolean {
  if (normalize !== undefined && standardize === true) {
    const fix = "omit one of them";
    throw new UsageError({ what: "--normalize and --standardize exclude each other", fix });
  }
  return normalize !== undefined || standardize === true;
}

/**
 * The same samples with inputs as the options ask for, as float32. A feature that never varies becomes 0 under `standardize`.
 * @throws UsageError where both are asked for, or means of channels that samples do not have; RunError where an input would not be finite
 */
export function treatedAsAsked(dataset: Dataset, options: Normalization): Promise<Dataset>;
export function treatedAsAsked(dataset: AnyDataset, options: Normalization): Promise<AnyDataset>;
export async function treatedAsAsked(dataset: AnyDataset, options: Normalization): Promise<AnyDataset> {
  if (!asksForTreatment(options)) return dataset;
  const { normalize } = options;
  if (normalize !== undefined)
    return treatedDataset(dataset, treatmentOf(normalize, dataset.sampleShape, dataset.name), "normalize");
  return treatedDataset(dataset, await featureMoments(dataset.train, dataset.features), "standardize");
}

/**
 * The samples with their inputs treated. The checksum stays that of the data as they were.
 * @throws RunError where an input would not be finite, or they would not fit in memory
 */
export function treatedDataset(dataset: Dataset, treatment: InputTreatment, origin: TreatmentOrigin): Dataset;
export function treatedDataset(dataset: AnyDataset, treatment: InputTreatment, origin: TreatmentOrigin): AnyDataset;
export function treatedDataset(dataset: AnyDataset, treatment: InputTreatment, origin: TreatmentOrigin): AnyDataset {
  const { name, train, validation, test, features } = dataset;
  const work: Treating = { ...treatment, features, where: name };
  const applied: AppliedTreatment = { ...treatment, origin, source: inputTypeOf(train) };
  if (isPaged(train) || isPaged(validation) || isPaged(test)) {
    const paged = splitNames.map((split) => [split, treatedPages(dataset[split] as PagedSplit, split, work)]);
    return { ...dataset, ...Object.fromEntries(paged), treatment: applied };
  }
  const whole = splitNames.map((split) => [split, treatedSplit(dataset[split] as Split, split, work)]);
  return { ...dataset, ...Object.fromEntries(whole), treatment: applied };
}

/**
 * One sample's inputs, treated as those of a data set are.
 * @param inputs [features] as they were read
 * @returns [features]
 * @throws RunError where one would not be finite
 */
export function treatedInputs(inputs: Inputs, work: Treating): Float32Array {
  return rescaled(inputs, 0, "drawn", work);
}

interface Treating extends InputTreatment {
  readonly features: number;
  /** For messages. */
  readonly where: string;
}

function treatedSplit(split: Split, name: string, work: Treating): Split {
  if (split.inputs.length * Float32Array.BYTES_PER_ELEMENT > MAX_INPUT_BYTES) {
    throw new RunError({
      what: "the rescaled inputs do not fit in memory",
      where: `${work.where}, ${name} samples`,
      expected: `at most ${MAX_INPUT_BYTES} bytes, four a value`,
      found: `${split.inputs.length} values`,
      fix: "use fewer samples",
    });
  }
  return { ...split, inputs: rescaled(split.inputs, 0, name, work) };
}

/** Pages are treated when they are read. */
function treatedPages(split: PagedSplit, name: string, work: Treating): PagedSplit {
  return {
    ...split,
    inputType: "floats",
    async readPage(page) {
      return rescaled(await split.readPage(page), page * split.pageSamples, name, work);
    },
  };
}

/** @param first place of the first sample in its split, for messages */
function rescaled(inputs: Inputs, first: number, name: string, { means, deviations, features, where }: Treating) {
  const isBytes = inputs instanceof Uint8Array;
  const each = means.length;
  const values = new Float32Array(inputs.length);
  for (let index = 0; index < inputs.length; index++) {
    const value = isBytes ? BYTE_VALUES[inputs[index]!]! : inputs[index]!;
    values[index] = Math.fround(value - means[index % each]!) / deviations[index % each]!;
  }
  const infinite = values.findIndex((value) => !Number.isFinite(value));
  if (infinite === -1) return values;
  const feature = infinite % features;
  const [mean, deviation] = [means[feature % each]!, deviations[feature % each]!];
  throw new RunError({
    what: "a rescaled input is not a finite number",
    where: `${where}, ${name} sample ${first + Math.floor(infinite / features)}, feature ${feature} (from 0)`,
    expected: `(${inputs[infinite]}${isBytes ? " / 255" : ""} - ${mean}) / ${deviation} within single precision`,
    found: String(values[infinite]),
    fix: "check --normalize, or leave the feature out of the data",
  });
}

/** The inputs of a split, piece by piece, in the order of the split. */
async function* piecesOf(split: Split | PagedSplit): AsyncGenerator<Inputs> {
  if (!isPaged(split)) yield split.inputs;
  else for (let page = 0; page * split.pageSamples < split.count; page++) yield await split.readPage(page);
}

/** Calls `take` for each value and its feature. */
async function eachValue(split: Split | PagedSplit, features: number, take: (value: number, feature: number) => void) {
  for await (const inputs of piecesOf(split)) {
    const isBytes = inputs instanceof Uint8Array;
    for (let index = 0; index < inputs.length; index++) {
      take(isBytes ? BYTE_VALUES[inputs[index]!]! : inputs[index]!, index % features);
    }
  }
}

/**
 * Of each feature over the samples, in float64 until they are rounded. A deviation of 0 becomes 1. Equal numbers have one of
 * exactly 0: float32 has 24 bits and float64 53, so that the sum of fewer than 2^29 of them, and their mean, are exact.
 */
async function featureMoments(split: Split | PagedSplit, features: number): Promise<InputTreatment> {
  const { count } = split;
  const sums = new Float64Array(features);
  await eachValue(split, features, (value, feature) => {
    sums[feature]! += value;
  });
  const means = sums.map((sum) => sum / count);
  const squares = new Float64Array(features);
  await eachValue(split, features, (value, feature) => {
    const deviation = value - means[feature]!;
    squares[feature]! += deviation * deviation;
  });
  const deviations = Float32Array.from(squares, (sum) => Math.sqrt(sum / count));
  return { means: Float32Array.from(means), deviations: deviations.map((deviation) => deviation || 1) };
}
