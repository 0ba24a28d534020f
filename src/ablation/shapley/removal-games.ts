/**
 * Shapley values of neurons that are removed together, from losses along orders of their removal: those of one hidden layer, or all hidden
 * ones. The game: v(S) = -L(D), where only the neurons S of them are intact (Ghorbani and Zou, "Neuron Shapley", NeurIPS 2020). A neuron's
 * value is the mean, over all orders, of what the loss rises by at its removal. Pure functions and state; who sweeps is not known here.
 */
import type { ShapleyValues } from "../../core/evidence.ts";
import { coveringCount, coveringOrders } from "./subset-chains.ts";

/** What sampling is asked for. */
export interface ShapleySampling {
  /** Permutations at most, even. */
  readonly draws: number;
  /** Half of the widest 95 % interval at which sampling ends early, nats; absent: it never does. */
  readonly error?: number;
}

/** Neurons while their orders are swept. */
export interface RemovalGame {
  /** Orders to sweep next, [orders][units]: none where the values are known. */
  next(): readonly Uint32Array[];
  /** Mean losses along those, [orders][units + 1], from the intact network to the one without any of them. */
  take(losses: readonly Float64Array[]): void;
  values(): ShapleyValues;
}

/** So few neurons have exact values: their 2^8 subsets lie on 70 orders. */
const EXACT_UNITS = 8;
/** Draws between two looks at the errors. */
const CHECKED_EVERY = 20;
/** Draws that are swept together where nobody looks in between. */
const MOST_AT_ONCE = 200;
/** Standard errors that half of a 95 % interval has. */
const HALF_INTERVAL = 1.96;

/** Orders of so many neurons that are swept together, at most, and in all. */
export function ordersOfGame(units: number, { draws, error }: ShapleySampling) {
  if (units <= EXACT_UNITS) return { atOnce: coveringCount(units), all: coveringCount(units) };
  return { atOnce: Math.min(draws, error === undefined ? MOST_AT_ONCE : CHECKED_EVERY), all: draws };
}

/** @param permutation of 0..units-1, by its number: a pure function */
export function gameOf(
  units: number,
  permutation: (number: number) => Uint32Array,
  sampling: ShapleySampling,
): RemovalGame {
  return units <= EXACT_UNITS ? new ExactGame(units) : new SampledGame(units, permutation, sampling);
}

/** By the losses without every subset. */
class ExactGame implements RemovalGame {
  readonly #orders: readonly Uint32Array[];
  /** [2^units]: by the subset that is removed, as bits. */
  readonly #losses: Float64Array;
  readonly #units: number;
  #isOver = false;

  constructor(units: number) {
    this.#units = units;
    this.#orders = coveringOrders(units);
    this.#losses = new Float64Array(1 << units);
  }

  next(): readonly Uint32Array[] {
    return this.#isOver ? [] : this.#orders;
  }

  take(losses: readonly Float64Array[]): void {
    for (const [index, along] of losses.entries()) {
      let removed = 0;
      this.#losses[removed] = along[0]!;
      for (const [step, unit] of this.#orders[index]!.entries()) {
        removed |= 1 << unit;
        this.#losses[removed] = along[step + 1]!;
      }
    }
    this.#isOver = true;
  }

  values(): ShapleyValues {
    const units = this.#units;
    const values = new Float64Array(units);
    const shares = sharesOfSizes(units);
    for (const [removed, loss] of this.#losses.entries()) {
      const size = sizeOf(removed);
      for (let unit = 0; unit < units; unit++) {
        const isGone = (removed >> unit) & 1;
        values[unit]! += isGone ? shares[size - 1]! * loss : -shares[size]! * loss;
      }
    }
    return { values, standardErrors: new Float64Array(units), draws: this.#orders.length };
  }
}

/** Members of a set of bits. */
function sizeOf(bits: number): number {
  let count = 0;
  for (let rest = bits; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}

/** s! (units - 1 - s)! / units!, for s = 0..units-1: the share of orders in which given s neurons go before a given one. */
function sharesOfSizes(units: number): number[] {
  const shares: number[] = [];
  for (let size = 0; size < units; size++)
    shares.push(size === 0 ? 1 / units : (shares[size - 1]! * size) / (units - size));
  return shares;
}

/**
 * By permutations (Mann and Shapley, "Values of large games IV", RAND 1960), in antithetic pairs: a permutation and its reverse, so that
 * a neuron that goes early in one goes late in the other. The mean of a pair is one sample, since its two are not independent.
 */
class SampledGame implements RemovalGame {
  readonly #units: number;
  readonly #permutation: (number: number) => Uint32Array;
  readonly #sampling: ShapleySampling;
  #pairs = 0;
  /** [units]: means over pairs, and sums of squared deviations from them (Welford 1962). */
  readonly #means: Float64Array;
  readonly #squares: Float64Array;
  /** [units]: of the first pair, half of what its two differ by. */
  readonly #spread: Float64Array;

  constructor(units: number, permutation: (number: number) => Uint32Array, sampling: ShapleySampling) {
    this.#units = units;
    this.#permutation = permutation;
    this.#sampling = sampling;
    this.#means = new Float64Array(units);
    this.#squares = new Float64Array(units);
    this.#spread = new Float64Array(units);
  }

  next(): readonly Uint32Array[] {
    if (this.#isOver()) return [];
    const left = this.#sampling.draws - 2 * this.#pairs;
    const orders = Math.min(left, ordersOfGame(this.#units, this.#sampling).atOnce);
    return Array.from({ length: orders / 2 }, (_, pair) => this.#permutation(this.#pairs + pair)).flatMap((order) => [
      order,
      order.toReversed(),
    ]);
  }

  #isOver(): boolean {
    const { draws, error } = this.#sampling;
    if (2 * this.#pairs >= draws) return true;
    if (error === undefined || 2 * this.#pairs < CHECKED_EVERY) return false;
    return this.#standardErrors().every((one) => HALF_INTERVAL * one <= error);
  }

  take(losses: readonly Float64Array[]): void {
    for (let first = 0; first < losses.length; first += 2) this.#takePair(losses[first]!, losses[first + 1]!);
  }

  #takePair(forth: Float64Array, back: Float64Array): void {
    const order = this.#permutation(this.#pairs);
    const last = this.#units - 1;
    this.#pairs++;
    for (const [place, unit] of order.entries()) {
      const early = forth[place + 1]! - forth[place]!;
      const late = back[last - place + 1]! - back[last - place]!;
      const sample = (early + late) / 2;
      const off = sample - this.#means[unit]!;
      this.#means[unit]! += off / this.#pairs;
      this.#squares[unit]! += off * (sample - this.#means[unit]!);
      if (this.#pairs === 1) this.#spread[unit] = Math.abs(early - late) / 2;
    }
  }

  /** One pair has no spread of its own: then its two count as samples, which says too much rather than too little. */
  #standardErrors(): Float64Array {
    if (this.#pairs === 1) return this.#spread.slice();
    return this.#squares.map((sum) => Math.sqrt(sum / (this.#pairs - 1) / this.#pairs));
  }

  values(): ShapleyValues {
    return { values: this.#means.slice(), standardErrors: this.#standardErrors(), draws: 2 * this.#pairs };
  }
}
