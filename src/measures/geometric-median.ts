/**
 * Sum of the distances between a neuron's incoming weights and those of every other neuron of its layer (He et al., CVPR 2019,
 * FPGM): the neuron nearest to the geometric median of the layer has the least, and can best be stood in for.
 */
import type { Measure } from "./measure.ts";

export const geometricMedian: Measure<"weights"> = {
  name: "geometric-median",
  id: "geometric_median",
  title: "Distance to the median",
  meaning:
    "how far the neuron's incoming weights lie from those of its layer's other neurons, all distances added up; no data take part",
  unit: "none",
  needs: ["weights"],
  traits: { neverNegative: true, labelInvariant: true },
  evaluate({ units, weights: { incoming } }) {
    const { inputs, weights } = incoming;
    const sums = new Float64Array(units);
    for (let unit = 0; unit < units; unit++) {
      for (let other = unit + 1; other < units; other++) {
        let squares = 0;
        for (let input = 0; input < inputs; input++) {
          const apart = weights[unit * inputs + input]! - weights[other * inputs + input]!;
          squares += apart * apart;
        }
        const distance = Math.sqrt(squares);
        sums[unit]! += distance;
        sums[other]! += distance;
      }
    }
    return sums;
  },
};
