/**
 * What readers find on the way from a network's input to its output, as plain steps, and the chain of dense layers that they
 * make. Constant scales and shifts disappear in the weights: in front of a layer in its columns, behind it in its rows. So do
 * numbers that change places (dense-step.ts).
 */

import type { LayerActivation } from "../core/activation.ts";
import type { HiddenLayer, LayerChain, OutputActivation } from "../core/layer-chain.ts";
import { greatest } from "../core/long-arrays.ts";
import type { InputForm } from "../core/network.ts";
import { at, type DenseDraft, type DenseStep, denseLayer, foldBehind, foldInFront, orderBehind } from "./dense-step.ts";
import type { ReadChain } from "./model-reader.ts";
import type { Refuse } from "./refuse.ts";

/** x -> scale * x + shift, each [width] or [1]. */
export interface AffineStep {
  readonly kind: "affine";
  readonly name: string;
  readonly scale: ArrayLike<number>;
  readonly shift: ArrayLike<number>;
}

/** Numbers change places: number i is what was number `sources[i]`. Axes that are permuted, for one. */
interface OrderStep {
  readonly kind: "order";
  readonly name: string;
  /** [width]. */
  readonly sources: Uint32Array;
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

interface ActivationStep {
  readonly kind: "activation";
  readonly name: string;
  readonly activation: LayerActivation;
}

/** An activation that makes probabilities of logits: nothing may follow it. */
interface OutputStep {
  readonly kind: "output";
  readonly name: string;
  readonly output: OutputActivation;
}

export type ChainStep = DenseStep | AffineStep | OrderStep | ActivationStep | OutputStep;

/** What waits in front of a layer: number i is scale[i] * x[sources[i]] + shift[i]. */
interface Pending extends AffineStep {
  readonly sources?: Uint32Array;
}

interface Draft extends DenseDraft {
  activation?: ActivationStep;
}

function requireWidth(step: Pending, width: number, refuse: Refuse): void {
  const parts = [
    ["scale", step.scale],
    ["shift", step.shift],
    ["order", step.sources ?? [0]],
  ] as const;
  for (const [part, values] of parts) {
    if (values.length === 1 || values.length === width) continue;
    refuse({
      what: `the ${part} of ${step.name} does not fit the layer beside it`,
      expected: `1 or ${width} numbers`,
      found: `${values.length} numbers`,
    });
  }
}

/** Numbers change places after `first`. */
function reordered(first: Pending | undefined, { name, sources }: OrderStep, refuse: Refuse): Pending {
  if (first === undefined) return { kind: "affine", name, scale: [1], shift: [0], sources };
  requireWidth(first, sources.length, refuse);
  return {
    kind: "affine",
    name: `${first.name}, ${name}`,
    scale: Array.from(sources, (source) => at(first.scale, source)),
    shift: Array.from(sources, (source) => at(first.shift, source)),
    sources: sources.map((source) => first.sources?.[source] ?? source),
  };
}

/** `second` after `first`. */
function composed(first: Pending, second: AffineStep, refuse: Refuse): Pending {
  const lengths = [first, second].flatMap(({ scale, shift }) => [scale.length, shift.length]);
  const width = Math.max(first.sources?.length ?? 1, greatest(lengths));
  for (const step of [first, second]) requireWidth(step, width, refuse);
  const indices = Array.from({ length: width }, (_, index) => index);
  return {
    kind: "affine",
    name: `${first.name}, ${second.name}`,
    ...(first.sources && { sources: first.sources }),
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
  #pending: Pending | undefined;
  readonly #refuse: Refuse;
  readonly #input: InputForm | undefined;

  constructor(refuse: Refuse, input: InputForm | undefined) {
    this.#refuse = refuse;
    this.#input = input;
  }

  take(step: ChainStep): void {
    if (this.output !== undefined) this.#misplaced(step, `nothing after ${this.output.name}`);
    if (step.kind === "dense") this.#takeDense(step);
    else if (step.kind === "affine") this.#takeAffine(step);
    else if (step.kind === "order") this.#takeOrder(step);
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
    const { name, inputs } = step;
    const before = this.drafts.at(-1);
    if (before !== undefined && before.units !== inputs) {
      const expected = `${before.units} inputs, as ${before.name} has outputs`;
      this.#refuse({ what: `${name} does not fit the layer before it`, expected, found: `${inputs} inputs` });
    }
    const draft: Draft = { ...step };
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
    if (ofBytes && this.drafts.length === 0 && this.#input?.whole !== true) this.notes.push(BYTES_EXPECTED);
    if (open === undefined) {
      this.#pending = this.#pending === undefined ? step : composed(this.#pending, step, this.#refuse);
      return;
    }
    requireWidth(step, open.units, this.#refuse);
    foldBehind(open, step);
    this.notes.push(`constant ${step.name} behind ${open.name} folded into its weights`);
  }

  #takeOrder(step: OrderStep): void {
    const open = this.#openLayer();
    if (open === undefined) {
      this.#pending = reordered(this.#pending, step, this.#refuse);
      return;
    }
    const { units } = open;
    if (step.sources.length !== units) {
      const found = `${step.sources.length} numbers`;
      this.#refuse({ what: `${step.name} does not fit ${open.name}`, expected: `${units} numbers`, found });
    }
    orderBehind(open, step.sources);
    this.notes.push(`outputs of ${open.name} put in the order of ${step.name}`);
  }

  #takeActivation(step: ActivationStep): void {
    const open = this.#openLayer();
    if (open === undefined) this.#misplaced(step, "a dense layer in front");
    else open.activation = step;
  }
}

function hiddenLayer(draft: Draft, refuse: Refuse): HiddenLayer {
  return { ...denseLayer(draft, refuse), activation: draft.activation?.activation ?? { kind: "identity" } };
}

const WITHOUT_IT = "export the network without it, so that it gives logits (what comes before softmax)";

/** A sigmoid at the end makes probabilities; any other hidden activation there is not understood. */
function outputOf(last: Draft, step: OutputStep | undefined, refuse: Refuse): OutputActivation {
  if (last.activation === undefined) {
    if (last.units > 1 || step === undefined || step.output === "sigmoid") return step?.output ?? "none";
    const what = `${step.name} follows one output, of which it makes a constant`;
    return refuse({ what, expected: "sigmoid or nothing behind one output", found: step.output, fix: WITHOUT_IT });
  }
  const { kind } = last.activation.activation;
  if (step === undefined && (kind === "sigmoid" || kind === "identity")) return kind === "sigmoid" ? "sigmoid" : "none";
  const flattens = kind === "relu" ? ", and makes all logits below 0 the same" : "";
  return refuse({
    what: `${last.activation.name} follows the last layer, ${last.name}${flattens}`,
    expected: "nothing, or softmax, log-softmax or sigmoid",
    found: step === undefined ? kind : `${kind} and ${step.output}`,
    fix: WITHOUT_IT,
  });
}

/**
 * The chain that steps make.
 * @param input what the file says of the numbers that it takes; absent where it takes them as data hold them
 * @throws RunError for steps in an order that is no chain, widths that do not fit, and weights that are not finite.
 */
export function chainOf(steps: readonly ChainStep[], refuse: Refuse, input?: InputForm): ReadChain {
  const draft = new ChainDraft(refuse, input);
  for (const step of steps) draft.take(step);
  draft.finish();
  const last = draft.drafts.at(-1)!;
  const chain: LayerChain = {
    hidden: draft.drafts.slice(0, -1).map((layer) => hiddenLayer(layer, refuse)),
    last: denseLayer(last, refuse),
    output: outputOf(last, draft.output, refuse),
    ...(input && { input }),
  };
  return { chain, notes: draft.notes };
}
