/** Exact twin of shaders/levels.wgsl. */

/** extremes[u] = (least, largest) of activations[s, u] over s. [units, 2] */
export function findExtremes(activations: ArrayLike<number>, units: number): Float64Array {
  const extremes = Float64Array.from({ length: 2 * units }, (_, slot) => (slot % 2 === 0 ? Infinity : -Infinity));
  for (let index = 0; index < activations.length; index++) {
    const unit = index % units;
    extremes[2 * unit] = Math.min(extremes[2 * unit]!, activations[index]!);
    extremes[2 * unit + 1] = Math.max(extremes[2 * unit + 1]!, activations[index]!);
  }
  return extremes;
}

/**
 * counts[u, l, c] = #{ s of class c : #{ e : activations[s, u] > edges[u, e] } = l }.
 * @param activations [samples, units]
 * @param edges [units, levels - 1], ascending
 */
export function countLevels(
  activations: ArrayLike<number>,
  labels: ArrayLike<number>,
  edges: ArrayLike<number>,
  levels: number,
  classes: number,
): Uint32Array {
  const units = activations.length / labels.length;
  const counts = new Uint32Array(units * levels * classes);
  for (let s = 0; s < labels.length; s++) {
    for (let u = 0; u < units; u++) {
      let level = 0;
      for (let e = 0; e < levels - 1; e++) {
        if (activations[s * units + u]! > edges[u * (levels - 1) + e]!) level++;
      }
      counts[(u * levels + level) * classes + labels[s]!]!++;
    }
  }
  return counts;
}
