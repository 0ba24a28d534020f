/** Inputs on another scale, where the user asks for it. */
import { type Dataset, type Split, splitNames } from "../core/dataset.ts";
import { UsageError } from "../core/errors.ts";

/** What is done with the inputs. Without either they stay as they are: bytes b as b / 255, floats as themselves. */
export interface Normalization {
  /** Every input v (a byte: b / 255) becomes (v - mean) / sd. */
  readonly normalize?: { readonly mean: number; readonly sd: number };
  /** As above, with mean and standard deviation (divisor: samples) of each feature over the training samples. */
  readonly standardize?: boolean;
}

type Inputs = Uint8Array | Float32Array;
type Parts = Pick<Dataset, "features" | "train" | "validation" | "test">;

/**
 * The same samples with inputs as asked for, as float32. A feature that never varies becomes 0 under `standardize`.
 * @throws UsageError where both are asked for.
 */
export function normalized<T extends Parts>(data: T, { normalize, standardize }: Normalization): T {
  if (normalize !== undefined && standardize === true) {
    const fix = "leave one of them away";
    throw new UsageError({ what: "--normalize and --standardize exclude each other", fix });
  }
  if (normalize === undefined && standardize !== true) return data;
  const { means, deviations } =
    normalize === undefined
      ? featureMoments(data.train, data.features)
      : { means: [normalize.mean], deviations: [normalize.sd] };
  const parts = splitNames.map((name) => {
    const split: Split = { ...data[name], inputs: rescaled(data[name].inputs, means, deviations) };
    return [name, split];
  });
  return { ...data, ...Object.fromEntries(parts) };
}

/** What an input stands for, from what is kept of it. */
function unit(inputs: Inputs): number {
  return inputs instanceof Uint8Array ? 1 / 255 : 1;
}

/** @param means, deviations of each feature, or one for all */
function rescaled(inputs: Inputs, means: ArrayLike<number>, deviations: ArrayLike<number>): Float32Array {
  const scale = unit(inputs);
  const values = new Float32Array(inputs.length);
  for (let index = 0; index < inputs.length; index++) {
    const feature = index % means.length;
    values[index] = (inputs[index]! * scale - means[feature]!) / deviations[feature]!;
  }
  return values;
}

/** [features] each, in float64; a deviation of 0 as 1. */
function featureMoments({ count, inputs }: Split, features: number): { means: Float64Array; deviations: Float64Array } {
  const scale = unit(inputs);
  const means = new Float64Array(features);
  for (let index = 0; index < inputs.length; index++) means[index % features]! += (inputs[index]! * scale) / count;
  const squares = new Float64Array(features);
  for (let index = 0; index < inputs.length; index++) {
    const difference = inputs[index]! * scale - means[index % features]!;
    squares[index % features]! += difference * difference;
  }
  return { means, deviations: squares.map((sum) => Math.sqrt(sum / count) || 1) };
}
