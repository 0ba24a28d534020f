/** Sums over the weights into or out of each neuron of a hidden layer, biases not counted. */
import { type Layer, shapeOf } from "../core/layers/registry.ts";
import { weightsInto } from "../core/network.ts";

/** `[units]`: over the incoming weights of each neuron. */
export function overIncoming(layer: Layer, term: (weight: number) => number): Float64Array {
  return Float64Array.from({ length: shapeOf(layer).units }, (_, unit) => {
    let sum = 0;
    for (const weight of weightsInto(layer, unit)) sum += term(weight);
    return sum;
  });
}

/** `[units]`: over the outgoing weights of each neuron. @param layer the one that reads them */
export function overOutgoing(layer: Layer, term: (weight: number) => number): Float64Array {
  const { units, inputs } = shapeOf(layer);
  const sums = new Float64Array(inputs);
  for (let above = 0; above < units; above++) {
    for (const [unit, weight] of weightsInto(layer, above).entries()) sums[unit]! += term(weight);
  }
  return sums;
}

export const square = (weight: number): number => weight * weight;
