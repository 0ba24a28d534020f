/** Euclidean norm of a neuron's incoming weights, biases not counted: magnitude pruning (Li et al., ICLR 2017). */
import type { Measure } from "./measure.ts";

export const inNorm: Measure<"weights"> = {
  name: "in-norm",
  id: "in_norm",
  title: "Incoming norm",
  meaning: "how large the neuron's incoming weights are together, as the length of their vector; no data take part",
  unit: "none",
  needs: ["weights"],
  traits: { neverNegative: true, labelInvariant: true },
  evaluate({ units, weights: { incoming } }) {
    const { inputs, weights } = incoming;
    return Float64Array.from({ length: units }, (_, unit) => {
      let squares = 0;
      for (let place = unit * inputs; place < (unit + 1) * inputs; place++)
        squares += weights[place]! * weights[place]!;
      return Math.sqrt(squares);
    });
  },
};
