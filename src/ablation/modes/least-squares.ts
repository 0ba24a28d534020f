/**
 * Removed neurons R rebuilt from all kept ones K by linear regression with intercept over the validation set: t_R ~ B t_K + b with
 * B = C_RK (C_KK + lambda I)^-1 and b = m_R - B m_K, C being the covariances of the layer's outputs. Of all affine functions of the kept
 * outputs it changes the next pre-activations least in the mean square, whatever the weights that read them, but for the ridge
 * lambda: RIDGE times the mean variance of the layer's neurons, which keeps the system regular where neurons are copies of others.
 * (Reconstruction by least squares: He, Zhang, Sun, ICCV 2017, in closed form; the update of all weights that are left: Hassibi, Stork,
 * NIPS 1992.)
 *
 * With P = (C + lambda I)^-1 of the whole layer, B = -P_RR^-1 P_RK: a Gauss-Jordan elimination of P that takes a neuron more
 * at each removal, at units^2 operations, where solving anew takes their cube.
 */

import { keptUnits } from "../../core/layers/kept-units.ts";
import { positiveInverse } from "./positive-inverse.ts";
import { interceptsOf, type LayerMoments, type Rebuilder, type Rebuilding } from "./rebuilding.ts";

const RIDGE = 1e-6;

/** lambda; 1 where no neuron varies, so that nothing hangs on it. */
function ridgeOf({ means, covariances }: LayerMoments): number {
  const units = means.length;
  let variances = 0;
  for (let neuron = 0; neuron < units; neuron++) variances += covariances[neuron * (units + 1)]!;
  return variances > 0 ? (RIDGE * variances) / units : 1;
}

/** Divides the pivot's row, and takes it from all others, in the columns of neurons that are kept. */
function eliminate(table: Float64Array, units: number, pivot: number, kept: readonly number[]): void {
  const own = pivot * units;
  const divisor = table[own + pivot]!;
  for (const column of kept) table[own + column]! /= divisor;
  for (let row = 0; row < units; row++) {
    const factor = table[row * units + pivot]!;
    if (row === pivot || factor === 0) continue;
    for (const column of kept) table[row * units + column]! -= factor * table[own + column]!;
  }
}

function rebuilder(moments: LayerMoments, precision: Float64Array): Rebuilder {
  const units = moments.means.length;
  const table = Float64Array.from(precision);
  const removed: number[] = [];
  return {
    remove(neuron) {
      removed.push(neuron);
      eliminate(table, units, neuron, keptUnits(units, removed));
    },
    rebuilt() {
      const kept = keptUnits(units, removed);
      const slopes = new Float64Array(removed.length * kept.length);
      for (const [row, neuron] of removed.entries()) {
        for (const [column, other] of kept.entries()) {
          slopes[row * kept.length + column] = 0 - table[neuron * units + other]!; // no zero has a sign
        }
      }
      const rebuilt = { removed: [...removed], kept, slopes };
      return { ...rebuilt, intercepts: interceptsOf(moments, rebuilt) };
    },
  };
}

export const leastSquares: Rebuilding = {
  prepare(moments) {
    const precision = positiveInverse(moments.covariances, moments.means.length, ridgeOf(moments));
    return () => rebuilder(moments, precision);
  },
};
