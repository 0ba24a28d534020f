/**
 * What readers find on the way from a network's input to its output, as plain steps, and the chain of dense layers that they
 * make. Constant scales and shifts disappear in the weights: in front of a layer in its columns, behind it in its rows.
 * Folding is done in float64 and rounded to float32 once.
 */

import type { HiddenLayer, LayerActivation, LayerChain, OutputActivation } from "../core/layer-chain.ts";
import { greatest } from "../core/long-arrays.ts";
import type { DenseLayer } from "../core/network.ts";
import type { ReadChain } from "./model-reader.ts";
import type { Refuse } from "./refuse.ts";
import type { RealArray } from "./tensor.ts";

export interface DenseStep {
  readonly kind: "dense";
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** [outputs, inputs]. */
  readonly weights: RealArray;
  /** [outputs]. */
  readonly biases: RealArray;
}

/** x -> scale * x + shift, each [width] or [1]. */
export interface AffineStep {
  readonly kind: "affine";
  readonly name: string;
  readonly scale: ArrayLike<number>;
  readonly shift: ArrayLike<number>;
}

/** What a normalisation layer does outside training, each [width] or [1]. */
export interface Normalization {
  readonly scale: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
  readonly mean: ArrayLike<number>;
  readonly variance: ArrayLike<number>;
  readonly epsilon: number;
}

/** scale (x - mean) / sqrt(variance + epsilon) + bias. */
export function normalization(name: string, { scale, bias, mean, variance, epsilon }: Normalization): AffineStep {
  const width = greatest([scale, bias, mean, variance].map(({ length }) => length));
  const factors = Array.from(
    { length: width },
    (_, index) => at(scale, index) / Math.sqrt(at(variance, index) + epsilon),
  );
  const shift = factors.map((factor, index) => at(bias, index) - factor * at(mean, index));
  return { kind: "affine", name, scale: factors, shift };
}

export interface ActivationStep {
  readonly kind: "activation";
  readonly name: string;
  readonly activation: LayerActivation;
}

/** An activation that makes probabilities of logits: nothing may follow it. */
export interface OutputStep {
  readonly kind: "output";
  readonly name: string;
  readonly output: OutputActivation;
}

export type ChainStep = DenseStep | AffineStep | ActivationStep | OutputStep;

/** A dense layer while it is put together. */
interface Draft {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  weights: RealArray;
  biases: RealArray;
  activation?: ActivationStep;
}

const at = (values: ArrayLike<number>, index: number) => (values.length === 1 ? values[0]! : values[index]!);

function requireWidth(step: AffineStep, width: number, refuse: Refuse): void {
  for (const [part, values] of [["scale", step.scale] as const, ["shift", step.shift] as const]) {
    if (values.length === 1 || values.length === width) continue;
    refuse({
      what: `the ${part} of ${step.name} does not fit the layer beside it`,
      expected: `1 or ${width} numbers`,
      found: `${values.length} numbers`,
    });
  }
}

/** W (s x + t) + b = (W s) x + (W t + b). */
function foldInFront(draft: Draft, { scale, shift }: AffineStep): void {
  const { inputs, outputs } = draft;
  const weights = Float64Array.from(draft.weights);
  const biases = Float64Array.from(draft.biases);
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) {
      const index = output * inputs + input;
      biases[output]! += weights[index]! * at(shift, input);
      weights[index]! *= at(scale, input);
    }
  }
  draft.weights = weights;
  draft.biases = biases;
}

/** s (W x + b) + t = (s W) x + (s b + t). */
function foldBehind(draft: Draft, { scale, shift }: AffineStep): void {
  const { inputs } = draft;
  draft.weights = Float64Array.from(draft.weights, (weight, index) => weight * at(scale, Math.floor(index / inputs)));
  draft.biases = Float64Array.from(draft.biases, (bias, output) => bias * at(scale, output) + at(shift, output));
}

/** `second` after `first`. */
function composed(first: AffineStep, second: AffineStep, refuse: Refuse): AffineStep {
  const width = greatest([first, second].flatMap(({ scale, shift }) => [scale.length, shift.length]));
  for (const step of [first, second]) requireWidth(step, width, refuse);
  const indices = Array.from({ length: width }, (_, index) => index);
  return {
    kind: "affine",
    name: `${first.name}, ${second.name}`,
    scale: indices.map((index) => at(first.scale, index) * at(second.scale, index)),
    shift: indices.map((index) => at(first.shift, index) * at(second.scale, index) + at(second.shift, index)),
  };
}

/** What networks multiply bytes with that they take as 0 to 255, to get 0 to 1 or -1 to 1. */
const BYTE_SCALES = [1 / 255, 1 / 127.5].map(Math.fround);
/** Data's bytes come as b / 255, and times 1 / 255 once more they would all be about 0. */
const BYTES_EXPECTED =
  `the network takes bytes as 0 to 255; data's bytes count as b / 255, so that it wants --normalize 0,${1 / 255} with ` +
  "pictures and other bytes";

/** Takes steps one by one; what it holds afterwards is a chain or cannot become one. */
class ChainDraft {
  readonly notes: string[] = [];
  readonly drafts: Draft[] = [];
  output: OutputStep | undefined;
  /** Waits for the layer that it is folded into. */
  #pending: AffineStep | undefined;
  readonly #refuse: Refuse;

  constructor(refuse: Refuse) {
    this.#refuse = refuse;
  }

  take(step: ChainStep): void {
    if (this.output !== undefined) this.#misplaced(step, `nothing after ${this.output.name}`);
    if (step.kind === "dense") this.#takeDense(step);
    else if (step.kind === "affine") this.#takeAffine(step);
    else if (step.kind === "activation") this.#takeActivation(step);
    else if (this.#openLayer() === undefined) this.#misplaced(step, "a dense layer in front");
    else this.output = step;
  }

  finish(): void {
    if (this.#pending !== undefined) this.#misplaced(this.#pending, "a dense layer after it");
    if (this.drafts.length === 0) {
      this.#refuse({ what: "the file holds no dense layer", expected: "at least one", found: "none" });
    }
  }

  /** The last layer, as long as it has no activation. */
  #openLayer(): Draft | undefined {
    const draft = this.drafts.at(-1);
    return this.#pending === undefined && draft?.activation === undefined ? draft : undefined;
  }

  #misplaced({ name }: ChainStep, expected: string): never {
    return this.#refuse({ what: `${name} stands where it is not understood`, expected, found: this.#before() });
  }

  #before(): string {
    const draft = this.drafts.at(-1);
    const last = this.output?.name ?? this.#pending?.name ?? draft?.activation?.name ?? draft?.name;
    return last === undefined ? "the input in front of it" : `${last} in front of it`;
  }

  #takeDense(step: DenseStep): void {
    const { name, inputs, outputs, weights, biases } = step;
    const before = this.drafts.at(-1);
    if (before !== undefined && before.outputs !== inputs) {
      const expected = `${before.outputs} inputs, as ${before.name} has outputs`;
      this.#refuse({ what: `${name} does not fit the layer before it`, expected, found: `${inputs} inputs` });
    }
    const draft: Draft = { name, inputs, outputs, weights, biases };
    if (this.#pending !== undefined) {
      requireWidth(this.#pending, inputs, this.#refuse);
      foldInFront(draft, this.#pending);
      this.notes.push(`constant ${this.#pending.name} in front of ${name} folded into its weights`);
      this.#pending = undefined;
    }
    this.drafts.push(draft);
  }

  #takeAffine(step: AffineStep): void {
    const open = this.#openLayer();
    const [scale, another] = Array.from(step.scale);
    const ofBytes = another === undefined && BYTE_SCALES.includes(Math.fround(scale!));
    if (ofBytes && this.drafts.length === 0) this.notes.push(BYTES_EXPECTED);
    if (open === undefined) {
      this.#pending = this.#pending === undefined ? step : composed(this.#pending, step, this.#refuse);
      return;
    }
    requireWidth(step, open.outputs, this.#refuse);
    foldBehind(open, step);
    this.notes.push(`constant ${step.name} behind ${open.name} folded into its weights`);
  }

  #takeActivation(step: ActivationStep): void {
    const open = this.#openLayer();
    if (open === undefined) this.#misplaced(step, "a dense layer in front");
    else open.activation = step;
  }
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

function denseLayer({ name, inputs, outputs, weights, biases }: Draft, refuse: Refuse): DenseLayer {
  return {
    inputs,
    outputs,
    weights: roundedTo32(weights, `weight of ${name}`, refuse),
    biases: roundedTo32(biases, `bias of ${name}`, refuse),
  };
}

function hiddenLayer(draft: Draft, refuse: Refuse): HiddenLayer {
  return { ...denseLayer(draft, refuse), activation: draft.activation?.activation ?? { kind: "identity" } };
}

/** A sigmoid at the end makes probabilities; any other hidden activation there is not understood. */
function outputOf(last: Draft, step: OutputStep | undefined, refuse: Refuse): OutputActivation {
  if (last.activation === undefined) return step?.output ?? "none";
  if (step === undefined && last.activation.activation.kind === "sigmoid") return "sigmoid";
  return refuse({
    what: `${last.activation.name} follows the last layer, ${last.name}`,
    expected: "nothing, or softmax, log-softmax or sigmoid",
    found: last.activation.activation.kind,
  });
}

/**
 * The chain that steps make.
 * @throws RunError for steps in an order that is no chain, widths that do not fit, and weights that are not finite.
 */
export function chainOf(steps: readonly ChainStep[], refuse: Refuse): ReadChain {
  const draft = new ChainDraft(refuse);
  for (const step of steps) draft.take(step);
  draft.finish();
  const last = draft.drafts.at(-1)!;
  const chain: LayerChain = {
    hidden: draft.drafts.slice(0, -1).map((layer) => hiddenLayer(layer, refuse)),
    last: denseLayer(last, refuse),
    output: outputOf(last, draft.output, refuse),
  };
  return { chain, notes: draft.notes };
}
