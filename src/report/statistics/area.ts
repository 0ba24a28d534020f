/** The area under a curve of removals. */

/**
 * By trapezoids, over the removed share from 0 to 1: the mean height of the curve.
 * @param removed [steps]: neurons removed, ascending from 0 to all of them
 * @param heights [steps]: for example accuracies
 */
export function areaUnderCurve(removed: ArrayLike<number>, heights: ArrayLike<number>): number {
  let area = 0;
  for (let step = 1; step < removed.length; step++) {
    area += ((removed[step]! - removed[step - 1]!) * (heights[step]! + heights[step - 1]!)) / 2;
  }
  return area / removed[removed.length - 1]!;
}
