/** A dense layer as readers find it, in whatever precision, and what disappears in its weights: in float64, rounded once. */
import type { DenseLayer, DenseShape } from "../core/layers/dense.ts";
import type { Refuse } from "./refuse.ts";
import type { RealArray } from "./tensor.ts";

export interface DenseStep extends DenseShape {
  readonly name: string;
  /** [units, inputs]. */
  readonly weights: RealArray;
  /** [units]. */
  readonly biases: RealArray;
}

/** The same while it is put together. */
export interface DenseDraft extends DenseShape {
  readonly name: string;
  weights: RealArray;
  biases: RealArray;
}

/** Numbers i become scale[i] * x[sources[i]] + shift[i]; of a single scale or shift, all the same. */
interface Folded {
  readonly scale: ArrayLike<number>;
  readonly shift: ArrayLike<number>;
  readonly sources?: Uint32Array;
}

/** The number of an index, or the only one. */
export const at = (values: ArrayLike<number>, index: number) => (values.length === 1 ? values[0]! : values[index]!);

/** W (s x + t) + b = (W s) x + (W t + b), the columns of W s where the numbers were before they changed places. */
export function foldInFront(draft: DenseDraft, { scale, shift, sources }: Folded): void {
  const { inputs, units } = draft;
  const weights = new Float64Array(draft.weights.length);
  const biases = Float64Array.from(draft.biases);
  for (let unit = 0; unit < units; unit++) {
    for (let input = 0; input < inputs; input++) {
      const row = unit * inputs;
      const weight = draft.weights[row + input]!;
      biases[unit]! += weight * at(shift, input);
      weights[row + (sources?.[input] ?? input)] = weight * at(scale, input);
    }
  }
  draft.weights = weights;
  draft.biases = biases;
}

/** s (W x + b) + t = (s W) x + (s b + t). */
export function foldBehind(draft: DenseDraft, { scale, shift }: Folded): void {
  const { inputs } = draft;
  draft.weights = Float64Array.from(draft.weights, (weight, index) => weight * at(scale, Math.floor(index / inputs)));
  draft.biases = Float64Array.from(draft.biases, (bias, unit) => bias * at(scale, unit) + at(shift, unit));
}

/** Rows change places: row i is what was row `sources[i]`. */
export function orderBehind(draft: DenseDraft, sources: Uint32Array): void {
  const { inputs, weights, biases } = draft;
  draft.weights = weights.map((_, index) => weights[sources[Math.floor(index / inputs)]! * inputs + (index % inputs)]!);
  draft.biases = biases.map((_, unit) => biases[sources[unit]!]!);
}

function roundedTo32(values: RealArray, name: string, refuse: Refuse): Float32Array {
  const rounded = values instanceof Float32Array ? values : Float32Array.from(values);
  const index = rounded.findIndex((value) => !Number.isFinite(value));
  if (index >= 0) {
    const found = String(values[index]);
    refuse({ what: `${name}, element ${index}, is not finite`, expected: "a finite float32", found });
  }
  return rounded;
}

export function denseLayer({ name, inputs, units, weights, biases }: DenseDraft, refuse: Refuse): DenseLayer {
  return {
    inputs,
    outputs: units,
    weights: roundedTo32(weights, `weight of ${name}`, refuse),
    biases: roundedTo32(biases, `bias of ${name}`, refuse),
  };
}
