/**
 * The sweep of src/reference/sweep.ts at the cost of what a removal changes, so that it reaches whole data sets: the lowest
 * layer is computed once, the second layer's sums change by a column a removal, all above is computed anew. Beside each
 * value stands how far float32 may be off, so that a sample that rounding may tip is known for what it is.
 */
import type { NeuronAddress } from "../core/ablation.ts";
import { activationOfLayer, fullActivation, type LayerActivation } from "../core/activation.ts";
import { activate } from "../core/activation-values.ts";
import type { Split } from "../core/dataset.ts";
import type { LayerShape } from "../core/layers/layer-kind.ts";
import { classesOf, hiddenLayers } from "../core/layers/network-shape.ts";
import { type Layer, shapeOf } from "../core/layers/registry.ts";
import { type Network, networkShape } from "../core/network.ts";
import { pixelValues } from "./forward.ts";
import { activationBound, sumBound, ULP } from "./rounding.ts";
import { crossEntropy, predictedClass } from "./sweep.ts";

/** A layer's outputs or sums for one sample or many: the values, and how far float32 may be off. */
interface Bounded {
  readonly values: Float64Array;
  readonly bounds: Float64Array;
}

const emptyRow = (width: number): Bounded => ({ values: new Float64Array(width), bounds: new Float64Array(width) });

/** What all walks of a network on a split share. */
export interface WalkBasis {
  readonly network: Network;
  readonly labels: ArrayLike<number>;
  /** The first hidden layer's outputs, [samples, neurons]. */
  readonly first: Bounded;
}

/** What came out at one step: samples by their class. */
export interface WalkOutcome {
  /** [classes]: classified correctly. */
  readonly correct: Uint32Array;
  /** [classes]: of all samples, those that rounding to float32 may tip. */
  readonly undecided: Uint32Array;
  /** [classes]: of the undecided, those that are correct here. */
  readonly undecidedCorrect: Uint32Array;
  /** Mean cross-entropy, nats. */
  readonly loss: number;
}

type Outcome = { -readonly [Field in keyof WalkOutcome]: WalkOutcome[Field] };

/** Computes the lowest layer for all samples. */
export function walkBasis(network: Network, split: Split): WalkBasis {
  const { weights, biases } = network.layers[0]!;
  const { inputs: width, units } = shapeOf(network.layers[0]!);
  const kind = activationOfLayer(network.activation, 0, network.layers.length);
  const isBytes = split.inputs instanceof Uint8Array;
  const first = emptyRow(split.count * units);
  for (let sample = 0; sample < split.count; sample++) {
    const raw = split.inputs.subarray(sample * width, (sample + 1) * width);
    const inputs = isBytes ? pixelValues(raw) : Float64Array.from(raw);
    for (let unit = 0; unit < units; unit++) {
      let z = biases[unit]!;
      let size = Math.abs(z);
      for (let input = 0; input < width; input++) {
        const term = inputs[input]! * weights[unit * width + input]!;
        z += term;
        size += Math.abs(term);
      }
      // 1 / 255 is rounded, and so is a byte's product with it.
      const bound = sumBound(width, size) + (isBytes ? 2 * ULP * size : 0);
      first.values[sample * units + unit] = activate(z, kind);
      first.bounds[sample * units + unit] = activationBound(z, bound, kind);
    }
  }
  return { network, labels: split.labels, first };
}

/** Weighted sums as the device may compute them: in one go, or from intact sums by a difference for each removal. */
class RunningSums {
  readonly #layer: Layer;
  readonly #shape: LayerShape;
  /** Magnitudes of all terms and differences that were added up. */
  readonly #size: Float64Array;
  /** What the inputs were off by. */
  readonly #carried: Float64Array;
  #terms = 0;
  /** [units]; `bounds` are those of the last `close`. */
  readonly sums: Bounded;

  constructor(layer: Layer) {
    this.#layer = layer;
    this.#shape = shapeOf(layer);
    const { units } = this.#shape;
    this.#size = new Float64Array(units);
    this.#carried = new Float64Array(units);
    this.sums = emptyRow(units);
  }

  /** Begins anew. */
  open(inputs: Bounded): void {
    const { biases } = this.#layer;
    const { inputs: width } = this.#shape;
    this.sums.values.set(biases);
    for (let unit = 0; unit < biases.length; unit++) this.#size[unit] = Math.abs(biases[unit]!);
    this.#carried.fill(0);
    for (let input = 0; input < width; input++) this.#add(input, inputs.values[input]!, inputs.bounds[input]!);
    this.#terms = width;
  }

  #add(input: number, change: number, boundChange: number): void {
    const { inputs, units } = this.#shape;
    const { weights } = this.#layer;
    for (let unit = 0; unit < units; unit++) {
      const weight = weights[unit * inputs + input]!;
      this.sums.values[unit]! += weight * change;
      this.#size[unit]! += Math.abs(weight * change);
      this.#carried[unit]! += Math.abs(weight) * boundChange;
    }
  }

  /** Puts a constant, the same float32 on both sides, in the place of an input. */
  replace(input: number, constant: number, { values, bounds }: Bounded): void {
    this.#add(input, constant - values[input]!, -bounds[input]!);
    this.#terms++;
  }

  /** Says how far the sums may be off. */
  close(): void {
    for (let unit = 0; unit < this.#size.length; unit++)
      this.sums.bounds[unit] = this.#carried[unit]! + sumBound(this.#terms, this.#size[unit]!);
  }
}

/** A hidden layer above the first, for one sample at a time. */
interface UpperLayer {
  readonly kind: LayerActivation;
  readonly outputs: Bounded;
  readonly next: RunningSums;
  /** Constants of the removed, by neuron. */
  readonly removed: Map<number, number>;
}

/** One sample after another, while neurons are removed from their network. */
class SampleWalk {
  readonly #basis: WalkBasis;
  readonly #first: Bounded;
  readonly #second: RunningSums;
  readonly #upper: readonly UpperLayer[];

  constructor(basis: WalkBasis) {
    const { activation, layers } = basis.network;
    this.#basis = basis;
    this.#first = emptyRow(shapeOf(layers[0]!).units);
    this.#second = new RunningSums(layers[1]!);
    this.#upper = hiddenLayers(layers)
      .slice(1)
      .map((layer, index) => ({
        kind: fullActivation(activationOfLayer(activation, index + 1, layers.length)),
        outputs: emptyRow(shapeOf(layer).units),
        next: new RunningSums(layers[index + 2]!),
        removed: new Map(),
      }));
  }

  /** Goes to a sample, nothing removed. */
  moveTo(sample: number): void {
    const { values, bounds } = this.#first;
    for (let neuron = 0, at = sample * values.length; neuron < values.length; neuron++, at++) {
      values[neuron] = this.#basis.first.values[at]!;
      bounds[neuron] = this.#basis.first.bounds[at]!;
    }
    this.#second.open(this.#first);
    for (const { removed } of this.#upper) removed.clear();
  }

  remove({ layer, neuron }: NeuronAddress, constant: number): void {
    if (layer === 1) this.#second.replace(neuron, constant, this.#first);
    else this.#upper[layer - 2]!.removed.set(neuron, constant);
  }

  get logits(): Bounded {
    let below = this.#second;
    below.close();
    for (const { kind, outputs, next, removed } of this.#upper) {
      const { values, bounds } = below.sums;
      for (let unit = 0; unit < values.length; unit++) {
        outputs.values[unit] = activate(values[unit]!, kind);
        outputs.bounds[unit] = activationBound(values[unit]!, bounds[unit]!, kind);
      }
      next.open(outputs);
      for (const [neuron, constant] of removed) next.replace(neuron, constant, outputs);
      next.close();
      below = next;
    }
    return below.sums;
  }
}

/** Whether the label's logit is above all others, or below one of them, by more than both may be off. */
function isDecided({ values, bounds }: Bounded, label: number): boolean {
  let above = true;
  for (let other = 0; other < values.length; other++) {
    if (other === label) continue;
    const margin = values[label]! - values[other]!;
    const reach = bounds[label]! + bounds[other]!;
    if (margin < -reach) return true;
    if (margin <= reach) above = false;
  }
  return above;
}

function tally(outcome: Outcome, logits: Bounded, label: number, samples: number): void {
  const row = Array.from(logits.values);
  const isCorrect = predictedClass(row) === label ? 1 : 0;
  outcome.correct[label]! += isCorrect;
  if (!isDecided(logits, label)) {
    outcome.undecided[label]!++;
    outcome.undecidedCorrect[label]! += isCorrect;
  }
  outcome.loss += crossEntropy(row, label) / samples;
}

/**
 * Walks one order on all samples.
 * @param constants per hidden layer [neurons]: float32 values that removed neurons' outputs become
 * @param removed [steps]: ascending numbers of removed neurons to evaluate at
 * @returns [steps]
 */
export function removalWalk(
  basis: WalkBasis,
  neurons: readonly NeuronAddress[],
  constants: readonly ArrayLike<number>[],
  removed: ArrayLike<number>,
): WalkOutcome[] {
  const classes = classesOf(networkShape(basis.network));
  const none = () => new Uint32Array(classes);
  const outcomes = Array.from(
    removed,
    (): Outcome => ({
      correct: none(),
      undecided: none(),
      undecidedCorrect: none(),
      loss: 0,
    }),
  );
  const walk = new SampleWalk(basis);
  for (let sample = 0; sample < basis.labels.length; sample++) {
    walk.moveTo(sample);
    let gone = 0;
    for (let step = 0; step < outcomes.length; step++) {
      for (; gone < removed[step]!; gone++) {
        const { layer, neuron } = neurons[gone]!;
        walk.remove({ layer, neuron }, constants[layer - 1]![neuron]!);
      }
      tally(outcomes[step]!, walk.logits, basis.labels[sample]!, basis.labels.length);
    }
  }
  return outcomes;
}
