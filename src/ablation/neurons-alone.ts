/** Which neurons are removed alone, where not all are. */
import type { SinglesChoice } from "../core/ablation.ts";
import { hiddenUnits, type NetworkShape } from "../core/layers/network-shape.ts";
import { RandomSequence, streams } from "../core/random.ts";

/** Per hidden layer: how many neurons are removed alone. */
export function countsAlone(shape: NetworkShape, choice: SinglesChoice | undefined): number[] {
  return hiddenUnits(shape).map((units) => {
    if (choice === undefined) return units;
    return choice === "none" ? 0 : Math.min(choice, units);
  });
}

/**
 * The neurons of one network that are removed alone: the first ones of a random order of each layer, so that more of them
 * hold fewer of them, and every measure is compared on neurons that none of them chose.
 * @returns per hidden layer: numbers of neurons, ascending; undefined where they are all
 */
export function neuronsAlone(
  shape: NetworkShape,
  { singles, seed }: { readonly singles?: SinglesChoice; readonly seed: number },
  repeat: number,
): Uint32Array[] | undefined {
  if (singles === undefined) return undefined;
  const counts = countsAlone(shape, singles);
  return hiddenUnits(shape).map((units, index) => {
    const order = new RandomSequence(seed, repeat, streams.singleRemovals, index + 1).permutation(units);
    return order.slice(0, counts[index]!).sort();
  });
}
