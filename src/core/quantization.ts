/** Into how many levels a neuron's output is divided, and where the levels part. */

export const binRules = ["equal-width", "equal-frequency"] as const;
/**
 * `equal-width`: between the least and the largest output of the neuron. `equal-frequency`: at the quantiles of its
 * outputs. Both over the validation set.
 */
export type BinRule = (typeof binRules)[number];

export const defaultBins: BinRule = "equal-width";
/** [t > theta]. */
export const defaultBits = 1;

/** More than one bit: 2^bits levels. One bit is [t > theta], and needs none of this. */
export interface Quantization {
  readonly bits: number;
  readonly bins: BinRule;
}

/** Quantisation into more than two levels, if that is what was asked for. */
export function quantizationOf(options: { readonly bits?: number; readonly bins?: BinRule }): Quantization | undefined {
  const { bits = defaultBits, bins = defaultBins } = options;
  return bits === 1 ? undefined : { bits, bins };
}

export function levelsOf({ bits }: Quantization): number {
  return 2 ** bits;
}

/** Edges are given, ascending; the level of an output is how many of them lie below it, as T = [t > theta] has it. */
export function levelOf(output: number, edges: ArrayLike<number>): number {
  let level = 0;
  while (level < edges.length && output > edges[level]!) level++;
  return level;
}

/**
 * [levels - 1]: least + (largest - least) k / levels for k = 1, 2, ..., in float64, rounded to float32. The edges for one
 * bit more contain these to the bit, because k / levels and 2 k / (2 levels) are the same float64.
 */
export function equalWidthEdges(least: number, largest: number, levels: number): Float32Array {
  return Float32Array.from({ length: levels - 1 }, (_, k) => least + (largest - least) * ((k + 1) / levels));
}

/**
 * [levels - 1]: the least outputs that at least a share k / levels of the samples do not exceed. Equal outputs are in one
 * level, which may therefore hold more samples than its share, and leave levels above it empty.
 * @param sorted outputs, ascending
 */
export function equalFrequencyEdges(sorted: Float32Array, levels: number): Float32Array {
  const rank = (k: number) => Math.ceil((k * sorted.length) / levels);
  return Float32Array.from({ length: levels - 1 }, (_, k) => sorted[rank(k + 1) - 1]!);
}
