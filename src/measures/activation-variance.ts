/** Population variance of a neuron's unquantised output over the validation set. */
import type { Measure } from "./measure.ts";

export const activationVariance: Measure<"classSums"> = {
  name: "activation-variance",
  id: "activation_variance",
  title: "Activation variance",
  meaning: "how far the neuron's output spreads around its mean: 0 where it is the same for every sample",
  unit: "none",
  needs: ["classSums"],
  traits: { neverNegative: true, constantIsZero: true, labelInvariant: true },
  evaluate({ units, samples, samplesPerClass, classSums: { deviations, squares } }) {
    const classes = samplesPerClass.length;
    return Float64Array.from({ length: units }, (_, unit) => {
      let [sum, ofSquares] = [0, 0];
      for (let cell = unit * classes; cell < (unit + 1) * classes; cell++) {
        sum += deviations[cell]!;
        ofSquares += squares[cell]!;
      }
      // E[d^2] - E[d]^2 of deviations from one output; rounding must not make it negative.
      return Math.max(0, ofSquares / samples - (sum / samples) * (sum / samples));
    });
  },
};
