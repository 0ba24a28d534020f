/**
 * Few orders that pass through every subset of a layer: the chains of a symmetric chain decomposition (de Bruijn, van Ebbenhorst
 * Tengbergen and Kruyswijk 1951), each made an order of all neurons. There are C(n, floor(n / 2)) of them, and no fewer orders do:
 * each passes through one subset of the middle size.
 */

/** Subsets that each have one neuron more than the one before: `base`, then what is added to it in turn. */
interface Chain {
  readonly base: readonly number[];
  readonly added: readonly number[];
}

/** Every subset of 0..units-1 is in one of them. */
function symmetricChains(units: number): Chain[] {
  if (units === 0) return [{ base: [], added: [] }];
  const last = units - 1;
  return symmetricChains(last).flatMap(({ base, added }) => [
    { base, added: [...added, last] },
    ...(added.length > 0 ? [{ base: [...base, last], added: added.slice(0, -1) }] : []),
  ]);
}

/** Permutations of 0..units-1 whose first k members, for all k, make every subset. */
export function coveringOrders(units: number): Uint32Array[] {
  const all = Array.from({ length: units }, (_, unit) => unit);
  return symmetricChains(units).map(({ base, added }) => {
    const chain = [...base, ...added];
    return Uint32Array.of(...chain, ...all.filter((unit) => !chain.includes(unit)));
  });
}

/** How many those are: C(units, floor(units / 2)). */
export function coveringCount(units: number): number {
  const half = Math.floor(units / 2);
  return Array.from({ length: half }).reduce((count: number, _, at) => (count * (units - at)) / (at + 1), 1);
}
