/** Sums over the weights into or out of each neuron of a hidden layer, biases not counted. */
import type { DenseLayer } from "../core/network.ts";

/** `[units]`: over the incoming weights of each neuron. */
export function overIncoming({ inputs, outputs, weights }: DenseLayer, term: (weight: number) => number): Float64Array {
  return Float64Array.from({ length: outputs }, (_, unit) => {
    let sum = 0;
    for (let place = unit * inputs; place < (unit + 1) * inputs; place++) sum += term(weights[place]!);
    return sum;
  });
}

/** `[units]`: over the outgoing weights of each neuron. @param layer the one that reads them */
export function overOutgoing({ inputs, outputs, weights }: DenseLayer, term: (weight: number) => number): Float64Array {
  const sums = new Float64Array(inputs);
  for (let output = 0; output < outputs; output++) {
    for (let unit = 0; unit < inputs; unit++) sums[unit]! += term(weights[output * inputs + unit]!);
  }
  return sums;
}

export const square = (weight: number): number => weight * weight;
