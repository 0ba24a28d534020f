/** Inverses of symmetric matrices that are positive but for rounding. */

/** A = L L', L lower triangular. No pivot of C + ridge I is below the ridge: what is has been rounded. */
function choleskyFactor(matrix: Float64Array, size: number, ridge: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column]! + (row === column ? ridge : 0);
      for (let k = 0; k < column; k++) sum -= factor[row * size + k]! * factor[column * size + k]!;
      factor[row * size + column] =
        row === column ? Math.sqrt(Math.max(sum, ridge)) : sum / factor[column * size + column]!;
    }
  }
  return factor;
}

/** L^-1, lower triangular. */
function triangularInverse(factor: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    for (let row = column; row < size; row++) {
      let sum = row === column ? 1 : 0;
      for (let k = column; k < row; k++) sum -= factor[row * size + k]! * inverse[k * size + column]!;
      inverse[row * size + column] = sum / factor[row * size + row]!;
    }
  }
  return inverse;
}

/**
 * (C + ridge I)^-1 by Cholesky's factors.
 * @param matrix [size, size], symmetric, with no eigenvalue below 0 but by rounding
 * @param ridge above 0
 * @returns [size, size], exactly symmetric
 */
export function positiveInverse(matrix: Float64Array, size: number, ridge: number): Float64Array {
  const factor = triangularInverse(choleskyFactor(matrix, size, ridge), size);
  const inverse = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = 0;
      for (let k = row; k < size; k++) sum += factor[k * size + row]! * factor[k * size + column]!;
      inverse[row * size + column] = sum;
      inverse[column * size + row] = sum;
    }
  }
  return inverse;
}
