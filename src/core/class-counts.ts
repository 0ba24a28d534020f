/** How often each class occurs. */

/** Samples per class, [classes]; labels are [count], each in 0..classes-1. */
export function classCounts(labels: ArrayLike<number>, classes: number): Uint32Array {
  const counts = new Uint32Array(classes);
  for (let sample = 0; sample < labels.length; sample++) counts[labels[sample]!]!++;
  return counts;
}
