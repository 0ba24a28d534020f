/**
 * Each removed neuron r rebuilt from one kept neuron of its layer: that of which it is most correlated, by the size of the
 * coefficient (ties: the lower number), t_r ~ a t_k + b with the slope a = C_rk / C_kk and b = m_r - a m_k of a regression over the
 * validation set. Its outgoing weights, times a, are added to that neuron's, and b goes into biases (NoiseOut: Babaeizadeh, Smaragdis,
 * Campbell, 2016; neuron merging: Kim, Kim, Park, Kim, NeurIPS 2020). Where nothing kept varies with it, its mean is what is left.
 */
import { keptUnits } from "../../core/layers/kept-units.ts";
import { interceptsOf, type LayerMoments, type Rebuilder, type Rebuilding } from "./rebuilding.ts";

/** The place among the kept neurons of the one that tells most of `neuron`; the first where none tells anything. */
function nearest({ means, covariances }: LayerMoments, neuron: number, kept: readonly number[]): number {
  const units = means.length;
  let [best, most] = [0, 0];
  for (const [place, other] of kept.entries()) {
    const [shared, own] = [covariances[neuron * units + other]!, covariances[other * units + other]!];
    const explained = own > 0 ? (shared * shared) / own : 0;
    if (explained > most) [best, most] = [place, explained];
  }
  return best;
}

function rebuilder(moments: LayerMoments): Rebuilder {
  const { means, covariances } = moments;
  const units = means.length;
  const removed: number[] = [];
  return {
    remove(neuron) {
      removed.push(neuron);
    },
    rebuilt() {
      const kept = keptUnits(units, removed);
      const slopes = new Float64Array(removed.length * kept.length);
      for (const [row, neuron] of removed.entries()) {
        if (kept.length === 0) continue;
        const place = nearest(moments, neuron, kept);
        const variance = covariances[kept[place]! * (units + 1)]!;
        if (variance > 0) slopes[row * kept.length + place] = covariances[neuron * units + kept[place]!]! / variance;
      }
      const rebuilt = { removed: [...removed], kept, slopes };
      return { ...rebuilt, intercepts: interceptsOf(moments, rebuilt) };
    },
  };
}

export const merge: Rebuilding = { prepare: (moments) => () => rebuilder(moments) };
