/** Walking through the validation samples, or those of one class. */

/**
 * The next sample behind `after`; behind the last one the first.
 * @param labels [samples]
 * @param label the class; undefined for any
 * @returns undefined where there is none
 */
export function nextSample(labels: Uint16Array, label: number | undefined, after = -1): number | undefined {
  if (label === undefined) return labels.length === 0 ? undefined : (after + 1) % labels.length;
  const next = labels.indexOf(label, after + 1);
  const found = next === -1 ? labels.indexOf(label) : next;
  return found === -1 ? undefined : found;
}
