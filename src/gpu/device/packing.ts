/**
 * Rows as the shaders want them: homogeneous, in quads. A row of n values becomes ceil((n + 1) / 4) quads: the values, a
 * lane of 1 (in samples) or the bias (in parameters), zeros. See shaders/forward.wgsl.
 */
import type { DenseLayer, Network, Widths } from "../../core/network.ts";

/** Quads of a homogeneous row of `values`. */
export function quadsOf(values: number): number {
  return Math.ceil((values + 1) / 4);
}

/** Floats of a homogeneous row of `values`. */
export function lanesOf(values: number): number {
  return quadsOf(values) * 4;
}

/** [count, features] bytes to [count, lanes / 4] words of four bytes, 255 (which stands for 1) in the homogeneous lane. */
export function packPixels(pixels: Uint8Array, count: number, features: number): Uint32Array {
  const lanes = lanesOf(features);
  const bytes = new Uint8Array(count * lanes);
  for (let sample = 0; sample < count; sample++) {
    bytes.set(pixels.subarray(sample * features, (sample + 1) * features), sample * lanes);
    bytes[sample * lanes + features] = 255;
  }
  return new Uint32Array(bytes.buffer);
}

/** [count, features] floats to [count, lanes], 1 in the homogeneous lane. */
export function packValues(values: Float32Array, count: number, features: number): Float32Array {
  const lanes = lanesOf(features);
  const packed = new Float32Array(count * lanes);
  for (let sample = 0; sample < count; sample++) {
    packed.set(values.subarray(sample * features, (sample + 1) * features), sample * lanes);
    packed[sample * lanes + features] = 1;
  }
  return packed;
}

/** One layer of several networks: [networks, outputs, lanes]. */
export function packParameters(layers: readonly DenseLayer[]): Float32Array {
  const { inputs, outputs } = layers[0]!;
  const lanes = lanesOf(inputs);
  const packed = new Float32Array(layers.length * outputs * lanes);
  layers.forEach((layer, network) => {
    for (let output = 0; output < outputs; output++) {
      const row = (network * outputs + output) * lanes;
      packed.set(layer.weights.subarray(output * inputs, (output + 1) * inputs), row);
      packed[row + inputs] = layer.biases[output]!;
    }
  });
  return packed;
}

/** The layer of network `network` out of [networks, outputs, lanes]. */
export function unpackParameters(packed: Float32Array, network: number, inputs: number, outputs: number): DenseLayer {
  const lanes = lanesOf(inputs);
  const weights = new Float32Array(outputs * inputs);
  const biases = new Float32Array(outputs);
  for (let output = 0; output < outputs; output++) {
    const row = (network * outputs + output) * lanes;
    weights.set(packed.subarray(row, row + inputs), output * inputs);
    biases[output] = packed[row + inputs]!;
  }
  return { inputs, outputs, weights, biases };
}

/** Where each hidden layer's lanes begin in a row that holds all hidden layers, and the row's quads. */
export function hiddenLanes(widths: Widths): { readonly offsets: readonly number[]; readonly quads: number } {
  const offsets: number[] = [];
  let quads = 0;
  for (const width of widths.slice(1, -1)) {
    offsets.push(quads * 4);
    quads += quadsOf(width);
  }
  return { offsets, quads };
}

/** The same layer of every network. */
export function layerOf(networks: readonly Network[], index: number): DenseLayer[] {
  return networks.map((network) => network.layers[index]!);
}
