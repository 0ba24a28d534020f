/** Training of one network in float64, batch by batch, with the device's batches: what src/train does for many. */
import { updateParameters } from "./backward.ts";
import { gatherRows, inputValues } from "./forward.ts";
import type { RealLayer } from "./layers.ts";
import { networkGradient, type RealNetwork } from "./network.ts";
import { shuffleSamples } from "./shuffle.ts";

interface ReferenceTraining {
  /** [samples, features]. */
  readonly inputs: Uint8Array | Float32Array;
  /** [samples]. */
  readonly labels: ArrayLike<number>;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly l2: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** This network's round keys of the shuffle in one epoch. */
  readonly round_keys: (epoch: number) => ArrayLike<number>;
}

interface ReferenceTrained {
  readonly network: RealNetwork;
  /** [epochs]: mean cross-entropy over the epoch's batches, each before its update. */
  readonly trainLoss: readonly number[];
}

/** One array of parameters with its moments. */
interface Optimised {
  readonly values: Float64Array;
  readonly firstMoments: Float64Array;
  readonly secondMoments: Float64Array;
}

type OptimisedLayer = RealLayer & {
  readonly weights: Float64Array;
  readonly biases: Float64Array;
  readonly states: { readonly weights: Optimised; readonly biases: Optimised };
};

export function trainNetwork(start: RealNetwork, training: ReferenceTraining): ReferenceTrained {
  const network = { activation: start.activation, layers: start.layers.map(optimisedLayer) };
  const samples = training.labels.length;
  const trainLoss: number[] = [];
  let step = 0;
  for (let epoch = 0; epoch < training.epochs; epoch++) {
    const order = shuffleSamples(training.round_keys(epoch), samples);
    let loss = 0;
    for (let first = 0; first < samples; first += training.batchSize) {
      step++;
      loss += trainBatch(network, training, order.subarray(first, first + training.batchSize), step);
    }
    trainLoss.push(loss / samples);
  }
  return { network, trainLoss };
}

function optimisedLayer(layer: RealLayer): OptimisedLayer {
  const weights = optimised(layer.weights);
  const biases = optimised(layer.biases);
  return { ...layer, weights: weights.values, biases: biases.values, states: { weights, biases } };
}

function optimised(start: ArrayLike<number>): Optimised {
  const zeros = () => new Float64Array(start.length);
  return { values: Float64Array.from(start), firstMoments: zeros(), secondMoments: zeros() };
}

/** One step on the samples of `batch`; returns their summed loss before the update. */
function trainBatch(
  network: { readonly activation: RealNetwork["activation"]; readonly layers: readonly OptimisedLayer[] },
  { inputs: all, labels, learningRate, l2, beta1, beta2, epsilon }: ReferenceTraining,
  batch: Uint32Array,
  step: number,
): number {
  const inputs = gatherRows(inputValues(all), all.length / labels.length, batch);
  const gradient = networkGradient(network, inputs, gatherRows(labels, 1, batch), l2);
  const terms = {
    learning_rate: learningRate / (1 - beta1 ** step),
    variance_correction: 1 / Math.sqrt(1 - beta2 ** step),
    beta1,
    beta2,
    one_minus_beta1: 1 - beta1,
    one_minus_beta2: 1 - beta2,
    epsilon,
  };
  for (const [index, { states }] of network.layers.entries()) {
    for (const part of ["weights", "biases"] as const) {
      const { values, firstMoments, secondMoments } = states[part];
      updateParameters(values, gradient.layers[index]![part], firstMoments, secondMoments, terms);
    }
  }
  return gradient.loss;
}
