/** The exponent of a power law through measured points: how a cost grows with a size. */

export interface Point {
  readonly size: number;
  readonly cost: number;
}

/**
 * Slope of the least-squares line through (log size, log cost): 1 for a cost that grows in proportion, 2 for one that
 * grows with the square, near 0 for one that does not grow. Every point weighs the same whatever its size.
 * @param points of positive sizes and costs
 * @returns null where fewer than two sizes differ, so that no slope is determined
 */
export function fittedExponent(points: readonly Point[]): number | null {
  const logs = points.map(({ size, cost }) => [Math.log(size), Math.log(cost)] as const);
  const meanOf = (axis: 0 | 1) => logs.reduce((sum, log) => sum + log[axis], 0) / logs.length;
  const [meanSize, meanCost] = [meanOf(0), meanOf(1)];
  const spread = logs.reduce((sum, [size]) => sum + (size - meanSize) ** 2, 0);
  if (new Set(points.map(({ size }) => size)).size < 2) return null;
  return logs.reduce((sum, [size, cost]) => sum + (size - meanSize) * (cost - meanCost), 0) / spread;
}
