/** Which neurons are removed alone, where not all are. */
import type { SinglesChoice } from "../core/ablation.ts";
import { hiddenWidths, type Widths } from "../core/network.ts";
import { RandomSequence, streams } from "../core/random.ts";

/** Per hidden layer of `widths`: how many neurons are removed alone. */
export function countsAlone(widths: Widths, choice: SinglesChoice | undefined): number[] {
  return hiddenWidths(widths).map((width) => {
    if (choice === undefined) return width;
    return choice === "none" ? 0 : Math.min(choice, width);
  });
}

/**
 * The neurons of one network that are removed alone: the first ones of a random order of each layer, so that more of them
 * hold fewer of them, and every measure is compared on neurons that none of them chose.
 * @returns per hidden layer: numbers of neurons, ascending; undefined where they are all
 */
export function neuronsAlone(
  widths: Widths,
  { singles, seed }: { readonly singles?: SinglesChoice; readonly seed: number },
  repeat: number,
): Uint32Array[] | undefined {
  if (singles === undefined) return undefined;
  const counts = countsAlone(widths, singles);
  return hiddenWidths(widths).map((width, index) => {
    const order = new RandomSequence(seed, repeat, streams.singleRemovals, index + 1).permutation(width);
    return order.slice(0, counts[index]!).sort();
  });
}
