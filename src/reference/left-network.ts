/** Twin of ablation/sequences/without-neurons.ts in float64: a network of dense layers without some of its neurons. */
import type { DenseLayer } from "../core/layers/dense.ts";
import type { Network } from "../core/network.ts";
import type { RealNetwork } from "./network.ts";

/** A layer whose weights have any precision: `weights` [outputs, inputs]. */
type RealDense = Omit<DenseLayer, "weights" | "biases"> & {
  readonly weights: Float64Array;
  readonly biases: Float64Array;
};

const all = (units: number) => Array.from({ length: units }, (_, unit) => unit);

/**
 * The neurons that stay, with constants of the others moved into the biases above them. The first neuron of a layer that is removed whole
 * stays, with weights of 0 to all that read it.
 * @param removed per hidden layer
 * @param constants per hidden layer [neurons]
 */
export function leftNetwork(
  { layers, activation }: Network,
  removed: readonly ReadonlySet<number>[],
  constants: readonly ArrayLike<number>[],
): RealNetwork {
  const dense = layers as readonly DenseLayer[];
  const keptOf = (layer: number) => {
    const units = all(dense[layer]!.outputs);
    const left = units.filter((unit) => removed[layer]?.has(unit) !== true);
    return left.length > 0 ? left : [0];
  };
  return {
    activation,
    layers: dense.map((layer, index): RealDense => {
      const rows = keptOf(index);
      const columns = index === 0 ? all(layer.inputs) : keptOf(index - 1);
      const gone = [...(removed[index - 1] ?? [])];
      const weight = (row: number, column: number) => layer.weights[row * layer.inputs + column]!;
      return {
        inputs: columns.length,
        outputs: rows.length,
        weights: Float64Array.from(
          rows.flatMap((row) => columns.map((column) => (gone.includes(column) ? 0 : weight(row, column)))),
        ),
        biases: Float64Array.from(rows, (row) =>
          gone.reduce((sum, one) => sum + weight(row, one) * constants[index - 1]![one]!, layer.biases[row]!),
        ),
      };
    }) as RealNetwork["layers"],
  };
}
