/** Twin of all collectors of src/gpu/evidence: what measures are computed from, in float64 and by the plainest means. */
import type { ReplacementMode } from "../core/ablation.ts";
import {
  activationOfLayer,
  hiddenActivations,
  type LayerActivation,
  quantizationThresholds,
} from "../core/activation.ts";
import {
  type ClassSums,
  type EvidenceKind,
  type EvidenceOf,
  type GradientSums,
  type LayerEvidence,
  type LevelCounts,
  PATH_STEPS,
  type RemovalSums,
  type ShapleyValues,
} from "../core/evidence.ts";
import { type Layer, shapeOf } from "../core/layers/registry.ts";
import { addSums } from "./class-sums.ts";
import { addGradients } from "./gradient-sums.ts";
import { referenceOf } from "./layers.ts";
import { addMagnitudes } from "./magnitude-sums.ts";
import { forwardNetwork, layerSlopes, type RealNetwork } from "./network.ts";
import { stepConductance } from "./path.ts";
import { divideRelevance, passRelevance } from "./relevance.ts";
import { type Change, changeOf, logitsWithout, replacements } from "./removals.ts";
import { networkShapleyValues, shapleyValues } from "./shapley.ts";
import { startSignal } from "./start-signal.ts";

/** What is measured, and on which samples: [samples, inputs of the network]. */
export interface EvidenceSource {
  readonly network: RealNetwork;
  readonly inputs: ArrayLike<number>;
  /** [samples] */
  readonly labels: ArrayLike<number>;
}

/** A bit for each output. @param outputs [samples, units] */
function bitCounts(outputs: Float64Array, labels: ArrayLike<number>, classes: number, threshold: number): LevelCounts {
  const units = outputs.length / labels.length;
  const counts = new Uint32Array(units * classes);
  for (const [index, value] of outputs.entries()) {
    if (value > threshold) counts[(index % units) * classes + labels[Math.floor(index / units)]!]!++;
  }
  return { levels: 2, counts };
}

/** Relative to 0, which float64 can afford. */
function classSums(outputs: Float64Array, labels: ArrayLike<number>, classes: number): ClassSums {
  const units = outputs.length / labels.length;
  // A sample of zeros before the others makes 0 the origin.
  const sums = addSums(
    [...new Float64Array(units), ...outputs],
    [0, ...Array.from(labels)],
    classes,
    labels.length + 1,
  );
  const column = (part: number) => Float64Array.from({ length: units * classes }, (_, cell) => sums[4 * cell + part]!);
  return { origins: new Float32Array(units), deviations: column(0), squares: column(1), magnitudes: column(2) };
}

function samplesOf(labels: ArrayLike<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of Array.from(labels)) counts[label]!++;
  return counts;
}

/**
 * The derivative by every hidden neuron's output of what a signal at the logits begins: [hidden layers][samples, units].
 * @param outputs of all layers for these inputs
 * @param signal [samples, classes]
 */
export function outputGradients(
  { layers, activation }: RealNetwork,
  inputs: ArrayLike<number>,
  outputs: readonly Float64Array[],
  signal: Float64Array,
): Float64Array[] {
  const found: Float64Array[] = [];
  let delta = signal;
  for (let index = layers.length - 2; index >= 0; index--) {
    const [own, above] = [outputs[index]!, layers[index + 1]!];
    const below = outputs[index - 1] ?? inputs;
    const slopes = layerSlopes(below, layers[index]!, own, activationOfLayer(activation, index, layers.length));
    const gradients = referenceOf(above).inputDelta(delta, above, new Float64Array(own.length).fill(1));
    found.unshift(gradients);
    delta = gradients.map((g, at) => g * slopes[at]!);
  }
  return found;
}

/** [hidden layers]: sums over all samples. @param outputs of all layers */
function gradientSums({ network, inputs, labels }: EvidenceSource, outputs: readonly Float64Array[]): GradientSums[] {
  const signal = startSignal(outputs.at(-1)!, labels, shapeOf(network.layers.at(-1)! as Layer).units, "loss");
  return outputGradients(network, inputs, outputs, signal).map((gradients, index) => {
    const units = shapeOf(network.layers[index]! as Layer).units;
    const { sums } = addGradients(gradients, outputs[index]!, gradients, units, labels.length);
    const column = (part: number) => Float64Array.from({ length: units }, (_, unit) => sums[4 * unit + part]!);
    return { sizes: column(0), productSizes: column(1), products: column(2), squares: column(3) };
  });
}

/** [hidden layers][samples, units]: conductances along the path from inputs of 0. */
export function conductances({ network, inputs, labels }: EvidenceSource): Float64Array[] {
  const scaled = (share: number) => Float64Array.from(inputs, (value) => share * value);
  const signal = startSignal([], labels, shapeOf(network.layers.at(-1)! as Layer).units, "label");
  const steps = Array.from({ length: PATH_STEPS }, (_, step) => {
    const middle = scaled((step + 0.5) / PATH_STEPS);
    const gradients = outputGradients(network, middle, forwardNetwork(network, middle), signal);
    const [begin, end] = [step, step + 1].map((at) => forwardNetwork(network, scaled(at / PATH_STEPS)));
    return gradients.map((g, layer) => stepConductance(g, begin![layer]!, end![layer]!));
  });
  return steps.reduce((sums, step) => sums.map((sum, layer) => sum.map((value, at) => value + step[layer]![at]!)));
}

/** [hidden layers][samples, units]: of the label's logit, by the z+ rule. @param outputs of all layers */
export function relevances({ network, labels }: EvidenceSource, outputs: readonly Float64Array[]): Float64Array[] {
  const { layers } = network;
  const found: Float64Array[] = [];
  let above = startSignal(outputs.at(-1)!, labels, shapeOf(layers.at(-1)! as Layer).units, "logit");
  for (let index = layers.length - 1; index > 0; index--) {
    const [below, layer] = [outputs[index - 1]!, layers[index]!];
    above = passRelevance(divideRelevance(above, below, layer), below, layer);
    found.unshift(above);
  }
  return found;
}

/** [hidden layers]: each neuron alone replaced. @param outputs of all layers */
export function removalSums(
  { network, labels }: EvidenceSource,
  outputs: readonly Float64Array[],
  mode: ReplacementMode,
): RemovalSums[] {
  const classes = shapeOf(network.layers.at(-1)! as Layer).units;
  const row = (logits: Float64Array, sample: number) => [...logits.subarray(sample * classes, (sample + 1) * classes)];
  return outputs.slice(0, -1).map((own, layer) => {
    const { units } = shapeOf(network.layers[layer]! as Layer);
    const constants = replacements(own, units, mode);
    const changes = Array.from({ length: units }, (_, neuron) => {
      const logits = logitsWithout(network, own, layer, neuron, constants[neuron]!);
      return Array.from(labels, (label, sample) => changeOf(row(outputs.at(-1)!, sample), row(logits, sample), label));
    });
    const column = (part: keyof Change) =>
      Float64Array.from(changes, (ofNeuron) => ofNeuron.reduce((sum, change) => sum + change[part], 0));
    return { losses: column("loss"), divergences: column("divergence"), squares: column("square") };
  });
}

/** [hidden layers] @param outputs of all layers */
function shapley(
  { network, labels }: EvidenceSource,
  outputs: readonly Float64Array[],
  mode: ReplacementMode,
): ShapleyValues[] {
  return outputs.slice(0, -1).map((own, layer) => {
    const { units } = shapeOf(network.layers[layer]! as Layer);
    const constants = replacements(own, units, mode);
    const values = shapleyValues({ network, layer, outputs: own, labels, constants });
    return { values, standardErrors: new Float64Array(units), draws: 0 };
  });
}

/** [hidden layers]: all of them one game. @param outputs of all layers */
function networkShapley(
  { network, inputs, labels }: EvidenceSource,
  outputs: readonly Float64Array[],
  mode: ReplacementMode,
): ShapleyValues[] {
  const constants = outputs.slice(0, -1).map((own, layer) => {
    return replacements(own, shapeOf(network.layers[layer]! as Layer).units, mode);
  });
  const all = networkShapleyValues(network, inputs, labels, constants);
  let first = 0;
  return constants.map(({ length }) => {
    first += length;
    return { values: all.slice(first - length, first), standardErrors: new Float64Array(length), draws: 0 };
  });
}

/** How each kind comes about: [hidden layers]. @param outputs of all layers */
type Gathering = {
  readonly [K in EvidenceKind]: (source: EvidenceSource, outputs: readonly Float64Array[]) => EvidenceOf[K][];
};

const layersOf = ({ network }: EvidenceSource) => network.layers as readonly Layer[];
const classesOf = (source: EvidenceSource) => shapeOf(layersOf(source).at(-1)!).units;

function activationsOf(source: EvidenceSource): LayerActivation[] {
  return hiddenActivations(source.network.activation, layersOf(source).length);
}

/** Sums of sizes, of what every neuron has for every sample. */
function sizesOf(source: EvidenceSource, values: readonly Float64Array[]): Float64Array[] {
  const samples = source.labels.length;
  return values.map((own) => addMagnitudes(own, own.length / samples, samples));
}

const gathering: Gathering = {
  levels: (source, outputs) =>
    activationsOf(source).map(({ kind }, layer) =>
      bitCounts(outputs[layer]!, source.labels, classesOf(source), quantizationThresholds[kind]),
    ),
  classSums: (source, outputs) => outputs.slice(0, -1).map((own) => classSums(own, source.labels, classesOf(source))),
  weights: (source) => {
    const network = layersOf(source);
    return network.slice(0, -1).map((incoming, layer) => ({ incoming, outgoing: network[layer + 1]!, network }));
  },
  activation: activationsOf,
  gradients: gradientSums,
  path: (source) => sizesOf(source, conductances(source)).map((sums) => ({ conductances: sums })),
  relevance: (source, outputs) => sizesOf(source, relevances(source, outputs)).map((sizes) => ({ sizes })),
  zeroRemovals: (source, outputs) => removalSums(source, outputs, "zero"),
  meanRemovals: (source, outputs) => removalSums(source, outputs, "mean"),
  zeroShapley: (source, outputs) => shapley(source, outputs, "zero"),
  meanShapley: (source, outputs) => shapley(source, outputs, "mean"),
  zeroNetworkShapley: (source, outputs) => networkShapley(source, outputs, "zero"),
  meanNetworkShapley: (source, outputs) => networkShapley(source, outputs, "mean"),
};
const everyKind = Object.keys(gathering) as EvidenceKind[];

function meansOf(outputs: Float64Array, units: number): Float32Array {
  const samples = outputs.length / units;
  return Float32Array.from({ length: units }, (_, unit) => {
    return outputs.reduce((sum, value, at) => (at % units === unit ? sum + value : sum), 0) / samples;
  });
}

/**
 * Evidence of some kinds, one for each hidden layer, first to last; by default of all. Time and memory of Shapley values double with each
 * hidden neuron: few are meant.
 */
export function layerEvidence<K extends EvidenceKind = EvidenceKind>(
  source: EvidenceSource,
  kinds: readonly K[] = everyKind as K[],
): LayerEvidence<K>[] {
  const { network, inputs, labels } = source;
  const outputs = forwardNetwork(network, inputs);
  const gathered = kinds.map((kind) => ({ kind, layers: gathering[kind](source, outputs) }));
  return layersOf(source)
    .slice(0, -1)
    .map((layer, index) => {
      const { units } = shapeOf(layer);
      const facts = {
        layer: index + 1,
        units,
        samplesPerClass: samplesOf(labels, classesOf(source)),
        samples: labels.length,
        meanActivation: meansOf(outputs[index]!, units),
      };
      const own = Object.fromEntries(gathered.map(({ kind, layers }) => [kind, layers[index]!]));
      return Object.assign(facts, own as Pick<EvidenceOf, K>);
    });
}
