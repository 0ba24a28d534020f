/**
 * Orders that know pairs of bits. Selections choose neurons one after the other, the first being the one that knows most of the class,
 * ties going by layer and number; the last that was chosen is removed first. Next is chosen the j with the most
 *   mrmr: I(T_j;Y) - mean over chosen k of I(T_j;T_k)        (Peng, Long, Ding, IEEE TPAMI 27, 2005)
 *   jmi:  sum over chosen k of I(T_j T_k;Y)                  (Yang, Moody, NIPS 1999)
 *   cmim: min over chosen k of I(T_j;Y|T_k)                  (Fleuret, JMLR 5, 2004)
 * `unique` is sorted by what no partner in the scope knows as well: min over k of the unique information of j beside k (BROJA).
 */
import { firstPartner } from "../../core/pairs.ts";
import type { PairSequenceKind } from "../../core/sequences.ts";
import { broja } from "../../pairs/broja.ts";
import { type Bit, betweenInformation, bitsOfLayer, type Pair, pairOf } from "../../pairs/pair.ts";
import type { CountedPairs } from "../../passes/evidence/pairs.ts";
import { firstOfLayers } from "./search.ts";

/** Neurons that are put in order. */
interface Paired {
  readonly bits: readonly Bit[];
  /** `[neurons, neurons]`: symmetric; the diagonal is 0. */
  matrix(value: (pair: Pair) => number): Float64Array;
}

/** @param layers hidden, from 0, ascending */
function pairedOf({ samplesPerClass, ones, pairs }: CountedPairs, layers: readonly number[]): Paired {
  const classes = samplesPerClass.length;
  const ofLayers = layers.map((layer) => bitsOfLayer(ones[layer]!, samplesPerClass));
  const bits = ofLayers.flat();
  const firsts = firstOfLayers(ofLayers.map(({ length }) => length));
  const placeOf = (layer: number) => layers.indexOf(layer - 1);
  const own = pairs.filter(({ layer, otherLayer }) => placeOf(layer) >= 0 && placeOf(otherLayer) >= 0);
  return {
    bits,
    matrix(value) {
      const size = bits.length;
      const values = new Float64Array(size * size);
      for (const pair of own) {
        const [first, second] = [firsts[placeOf(pair.layer)]!, firsts[placeOf(pair.otherLayer)]!];
        let cell = 0;
        for (let neuron = 0; neuron < pair.units; neuron++) {
          for (let other = firstPartner(pair, neuron); other < pair.otherUnits; other++, cell += classes) {
            const [j, k] = [first + neuron, second + other];
            const both = pair.both.subarray(cell, cell + classes);
            const known = value(pairOf(bits[j]!, bits[k]!, both));
            values[j * size + k] = known;
            values[k * size + j] = known;
          }
        }
      }
      return values;
    },
  };
}

/** How a neuron that is left stands to those that were chosen. */
interface Selection {
  /** Of neuron j beside k. */
  readonly relation: (j: number, k: number) => number;
  /** Joined relations before the first. */
  readonly none: number;
  readonly join: (before: number, relation: number) => number;
  readonly score: (information: number, joined: number, chosen: number) => number;
}

/**
 * Of a score, or of a bit: what is nearer is equal. An information is a sum of 4 terms a class of some bits, each off by 2^-52 of itself,
 * and with levels in another order it is rounded otherwise: ties would be decided by that.
 */
const ROUNDING = 1e-12;

/** The first of the largest. */
function firstLargest(left: readonly number[], score: (neuron: number) => number): number {
  let [best, most] = [0, score(left[0]!)];
  for (const [place, neuron] of left.entries()) {
    const own = score(neuron);
    if (own > most + ROUNDING * Math.max(1, Math.abs(most))) [best, most] = [place, own];
  }
  return best;
}

/** @returns neurons, first removed first */
function selected(bits: readonly Bit[], { relation, none, join, score }: Selection): number[] {
  const left = [...bits.keys()];
  const joined = new Float64Array(bits.length).fill(none);
  const chosen: number[] = [];
  while (left.length > 0) {
    const place = firstLargest(left, (neuron) => {
      const { information } = bits[neuron]!;
      return chosen.length === 0 ? information : score(information, joined[neuron]!, chosen.length);
    });
    const [next] = left.splice(place, 1);
    chosen.push(next!);
    for (const neuron of left) joined[neuron] = join(joined[neuron]!, relation(neuron, next!));
  }
  return chosen.reverse();
}

const sum = (a: number, b: number) => a + b;
const jointInformation = (pair: Pair) => pair.jointInformation;

/** @returns neurons, first removed first */
const orders: Readonly<Record<PairSequenceKind, (paired: Paired) => number[]>> = {
  mrmr({ bits, matrix }) {
    const between = matrix(betweenInformation);
    return selected(bits, {
      relation: (j, k) => between[j * bits.length + k]!,
      none: 0,
      join: sum,
      score: (information, shared, chosen) => information - shared / chosen,
    });
  },
  jmi({ bits, matrix }) {
    const joint = matrix(jointInformation);
    const relation = (j: number, k: number) => joint[j * bits.length + k]!;
    return selected(bits, { relation, none: 0, join: sum, score: (_, together) => together });
  },
  cmim({ bits, matrix }) {
    const joint = matrix(jointInformation);
    const relation = (j: number, k: number) => joint[j * bits.length + k]! - bits[k]!.information;
    return selected(bits, { relation, none: Number.POSITIVE_INFINITY, join: Math.min, score: (_, least) => least });
  },
  unique({ bits, matrix }) {
    const redundancy = matrix((pair) => broja.parts(pair).redundancy);
    const least = bits.map(({ information }, neuron) => {
      const row = redundancy.subarray(neuron * bits.length, (neuron + 1) * bits.length);
      return information - row.reduce((most, one) => Math.max(most, one), 0);
    });
    const left = [...bits.keys()];
    const order: number[] = [];
    while (left.length > 0) {
      const [next] = left.splice(
        firstLargest(left, (neuron) => -least[neuron]!),
        1,
      );
      order.push(next!);
    }
    return order;
  },
};

/** @param layers hidden, from 0, ascending @returns places among the neurons of these layers, first removed first */
export function pairOrder(kind: PairSequenceKind, counted: CountedPairs, layers: readonly number[]): number[] {
  return orders[kind](pairedOf(counted, layers));
}
