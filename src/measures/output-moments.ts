/** Moments of one neuron's outputs over the validation set, out of its sums by class. */
import type { LayerEvidence } from "../core/evidence.ts";

type Sums = LayerEvidence<"classSums">;

/** Sum of one neuron's cells over all classes. */
function overClasses(cells: Float64Array, { samplesPerClass }: Sums, unit: number): number {
  const classes = samplesPerClass.length;
  let sum = 0;
  for (let cell = unit * classes; cell < (unit + 1) * classes; cell++) sum += cells[cell]!;
  return sum;
}

/** Population variance of t. */
export function variance(evidence: Sums, unit: number): number {
  const { samples, classSums } = evidence;
  const mean = overClasses(classSums.deviations, evidence, unit) / samples;
  // E[d^2] - E[d]^2 of deviations d from one output; rounding must not make it negative.
  return Math.max(0, overClasses(classSums.squares, evidence, unit) / samples - mean * mean);
}

/** Mean of t^2: (origin + mean of d)^2 + variance, in which nothing cancels. */
export function meanSquare(evidence: Sums, unit: number): number {
  const { samples, classSums } = evidence;
  const mean = classSums.origins[unit]! + overClasses(classSums.deviations, evidence, unit) / samples;
  return mean * mean + variance(evidence, unit);
}

/** Mean of |t|. */
export function meanMagnitude(evidence: Sums, unit: number): number {
  const { samples, classSums } = evidence;
  return Math.abs(classSums.origins[unit]!) + overClasses(classSums.magnitudes, evidence, unit) / samples;
}

/** Mean of t for each class that has samples. */
export function classMeans({ samplesPerClass, classSums }: Sums, unit: number): number[] {
  const first = unit * samplesPerClass.length;
  return Array.from(samplesPerClass).flatMap((size, label) =>
    size === 0 ? [] : [classSums.origins[unit]! + classSums.deviations[first + label]! / size],
  );
}
