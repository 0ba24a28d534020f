/**
 * The most informative group of a layer, one neuron after the other: next is the one with which those chosen know most of the class,
 * I(T_1 ... T_j;Y). Of neurons that add equally much the first is taken. A set of k that knows more may exist: greedy search finds two
 * bits of which each tells nothing only where one of them is chosen by then.
 */
import { entropyTerm } from "../measures/information.ts";
import { type JointStates, type LayerStates, oneState, withUnit } from "./joint-states.ts";

/** What is nearer is equal: sums of as many terms as there are samples, in the order in which states occur. */
const ROUNDING = 1e-12;
const UNSEEN = 0xffffffff;

/** Scores a neuron beside those chosen; what it needs is kept from one to the next. */
class Scores {
  readonly #layer: LayerStates;
  readonly #states: JointStates;
  /** n log n, of all counts. */
  readonly #terms: Float64Array;
  readonly #numbers: Uint32Array;
  readonly #all: Uint32Array;
  readonly #perClass: Uint32Array;

  constructor(layer: LayerStates, states: JointStates, terms: Float64Array) {
    const samples = layer.labels.length;
    const most = Math.min(samples, states.count * layer.levels);
    this.#layer = layer;
    this.#states = states;
    this.#terms = terms;
    this.#numbers = new Uint32Array(states.count * layer.levels).fill(UNSEEN);
    this.#all = new Uint32Array(most);
    this.#perClass = new Uint32Array(most * layer.samplesPerClass.length);
  }

  /** I of those chosen and `unit` with the class, less what is the same for all units, bits: -H(Y | T). */
  of(unit: Uint8Array): number {
    const { levels, labels, samplesPerClass } = this.#layer;
    const classes = samplesPerClass.length;
    const { of } = this.#states;
    let found = 0;
    for (let sample = 0; sample < of.length; sample++) {
      const key = of[sample]! * levels + unit[sample]!;
      if (this.#numbers[key] === UNSEEN) this.#numbers[key] = found++;
      const state = this.#numbers[key]!;
      this.#all[state]!++;
      this.#perClass[state * classes + labels[sample]!]!++;
    }
    let score = 0;
    for (let state = 0; state < found; state++) {
      score -= this.#terms[this.#all[state]!]!;
      this.#all[state] = 0;
      for (let cell = state * classes; cell < (state + 1) * classes; cell++) {
        score += this.#terms[this.#perClass[cell]!]!;
        this.#perClass[cell] = 0;
      }
    }
    this.#numbers.fill(UNSEEN);
    return score / of.length;
  }
}

/** @returns the neurons in the order in which they were chosen; all where the layer has no more than `size` */
export function mostInformative(layer: LayerStates, size: number): number[] {
  const samples = layer.labels.length;
  const terms = Float64Array.from({ length: samples + 1 }, (_, count) => entropyTerm(count));
  const left = [...layer.units.keys()];
  const chosen: number[] = [];
  let states = oneState(samples);
  while (chosen.length < size && left.length > 0) {
    const scores = new Scores(layer, states, terms);
    let [place, most] = [0, Number.NEGATIVE_INFINITY];
    for (const [index, neuron] of left.entries()) {
      const score = scores.of(layer.units[neuron]!);
      if (score > most + ROUNDING) [place, most] = [index, score];
    }
    const [next] = left.splice(place, 1) as [number];
    chosen.push(next);
    states = withUnit(states, layer.units[next]!, layer.levels);
  }
  return chosen;
}
