/**
 * What stands for removed neurons of a layer that are rebuilt from kept ones, in float64, from the outputs sample by sample: by normal
 * equations that are solved anew for every set of neurons.
 */
import type { RebuildingMode } from "../core/ablation.ts";
import type { RebuiltBelow } from "../core/layers/layer-kind.ts";

/** Outputs of a layer: [samples, units]. */
interface Outputs {
  readonly values: ArrayLike<number>;
  readonly units: number;
}

function meanOf({ values, units }: Outputs, unit: number): number {
  let sum = 0;
  for (let at = unit; at < values.length; at += units) sum += values[at]!;
  return (sum * units) / values.length;
}

export function covarianceOf(outputs: Outputs, j: number, k: number): number {
  const { values, units } = outputs;
  const [first, second] = [meanOf(outputs, j), meanOf(outputs, k)];
  let sum = 0;
  for (let row = 0; row < values.length; row += units) sum += (values[row + j]! - first) * (values[row + k]! - second);
  return (sum * units) / values.length;
}

/** Solves A x = b by elimination with the largest pivot of each column. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, index) => [...row, right[index]!]);
  for (let column = 0; column < rows.length; column++) {
    let pivot = column;
    for (let row = column; row < rows.length; row++) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (const [index, row] of rows.entries()) {
      if (index === column) continue;
      const factor = row[column]! / rows[column]![column]!;
      for (let at = column; at <= rows.length; at++) row[at]! -= factor * rows[column]![at]!;
    }
  }
  return rows.map((row, index) => row[rows.length]! / row[index]!);
}

type Slopes = (outputs: Outputs, neuron: number, kept: readonly number[]) => number[];

/** (C_KK + lambda I)^-1 C_Kr, lambda being a millionth of the mean variance of the layer. */
const bySquares: Slopes = (outputs, neuron, kept) => {
  const variances = Array.from({ length: outputs.units }, (_, unit) => covarianceOf(outputs, unit, unit));
  const ridge = (1e-6 * variances.reduce((sum, one) => sum + one, 0)) / outputs.units || 1;
  const matrix = kept.map((j) => kept.map((k) => covarianceOf(outputs, j, k) + (j === k ? ridge : 0)));
  return solve(
    matrix,
    kept.map((k) => covarianceOf(outputs, neuron, k)),
  );
};

/** C_rk / C_kk of the kept neuron with the largest squared coefficient of correlation. */
const byNearest: Slopes = (outputs, neuron, kept) => {
  const own = covarianceOf(outputs, neuron, neuron);
  const agreement = kept.map((k) => {
    const variance = covarianceOf(outputs, k, k);
    const shared = covarianceOf(outputs, neuron, k);
    return variance > 0 && own > 0 ? (shared * shared) / (variance * own) : 0;
  });
  const nearest = agreement.indexOf(agreement.reduce((most, one) => Math.max(most, one), 0));
  return kept.map((k, place) =>
    place === nearest && agreement[place]! > 0 ? covarianceOf(outputs, neuron, k) / covarianceOf(outputs, k, k) : 0,
  );
};

const slopesBy: Readonly<Record<RebuildingMode, Slopes>> = { "least-squares": bySquares, merge: byNearest };

/** @param removed neurons of the layer */
export function rebuiltFrom(outputs: Outputs, mode: RebuildingMode, removed: readonly number[]): RebuiltBelow {
  const kept = Array.from({ length: outputs.units }, (_, unit) => unit).filter((unit) => !removed.includes(unit));
  const rows = removed.map((neuron) => slopesBy[mode](outputs, neuron, kept));
  const intercepts = removed.map((neuron, row) =>
    kept.reduce((left, other, column) => left - rows[row]![column]! * meanOf(outputs, other), meanOf(outputs, neuron)),
  );
  return { removed, kept, slopes: Float64Array.from(rows.flat()), intercepts: Float64Array.from(intercepts) };
}
