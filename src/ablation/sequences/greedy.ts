/**
 * Greedy removal: next goes the neuron without which the loss over the validation set is least, those before it gone; or the one
 * without which fewest samples are classified wrongly, and of equals the loss is least. Ties go by layer and then by number. This is the
 * envelope that other orders are measured against, though it looks one step ahead alone.
 *
 * The network that is left is rebuilt after every step, smaller, and all candidates are removed from it at once by the pass that
 * measures single removals (passes/evidence/removals.ts): one forward pass, and for each candidate what its removal changes. That
 * pass gives differences, which are exactly 0 where nothing changes, so that exact ties stay ties.
 */
import { hiddenUnits } from "../../core/layers/network-shape.ts";
import { networkShape } from "../../core/network.ts";
import { uploadNetworks } from "../../passes/device-networks.ts";
import { createRemovalsCollector } from "../../passes/evidence/removals.ts";
import { ride } from "../../passes/evidence/ride.ts";
import { type Find, firstOfLayers, requireFinite, type Search } from "./search.ts";
import { withoutNeurons } from "./without-neurons.ts";

/** A neuron that is left: its layer, from 0, and its number there. */
interface Candidate {
  readonly layer: number;
  readonly neuron: number;
  /** What the loss rises by without it, nats, summed over the samples. */
  readonly rise: number;
  /** Samples that are classified wrongly without it; 0 where they are not counted. */
  readonly wrong: number;
}

/** Below 0 where a goes before b. */
type Comparison = (a: Candidate, b: Candidate) => number;

const byLoss: Comparison = (a, b) => a.rise - b.rise;
const byErrors: Comparison = (a, b) => a.wrong - b.wrong || byLoss(a, b);

export const findGreedy: Find = (search) => greedyInScopes(search, byLoss);
export const findGreedyAccuracy: Find = (search) => greedyInScopes(search, byErrors);

async function greedyInScopes(search: Search, compared: Comparison): Promise<Uint32Array[]> {
  const found: Uint32Array[] = [];
  for (const layers of search.scopes) found.push(await greedyOf(search, layers, compared));
  return found;
}

/** @param scope hidden layers, from 0 */
async function greedyOf(search: Search, scope: readonly number[], compared: Comparison): Promise<Uint32Array> {
  const units = hiddenUnits(networkShape(search.network));
  const removed = units.map(() => new Set<number>());
  const rows: number[] = [];
  const firsts = firstOfLayers(units);
  const total = scope.reduce((sum, layer) => sum + units[layer]!, 0);
  while (rows.length < total) {
    const candidates = await candidatesOf(search, scope, removed, compared === byErrors);
    requireFinite(candidates.map(({ rise }) => rise));
    // Sorting keeps equals in their order.
    for (const { layer, neuron } of candidates.sort(compared).slice(0, search.greedyBlock)) {
      removed[layer]!.add(neuron);
      rows.push(firsts[layer]! + neuron);
    }
  }
  return Uint32Array.from(rows);
}

/** All neurons of the scope that are left, in the order layer, neuron. */
async function candidatesOf(
  { gpu, network, samples, constants }: Search,
  scope: readonly number[],
  removed: readonly ReadonlySet<number>[],
  countsWrong: boolean,
): Promise<Candidate[]> {
  const { network: left, kept } = withoutNeurons(network, removed, constants);
  const own = scope.filter((layer) => kept[layer]!.length > 0);
  const last = own.length === 1 ? kept[own[0]!]! : [];
  // Nothing is left to compare.
  if (last.length === 1) return [{ layer: own[0]!, neuron: last[0]!, rise: 0, wrong: 0 }];
  using networks = uploadNetworks(gpu, [left]);
  // Constants of a neuron that stands for an empty layer do not matter.
  const means = kept.map((neurons, layer) => {
    return neurons.length === 0 ? new Float32Array(1) : Float32Array.from(neurons, (one) => constants[layer]![one]!);
  });
  const removals = createRemovalsCollector(networks, means, ["mean"], { layers: own, countsWrong });
  await ride({ gpu, networks, split: samples }, "search greedily", [removals]);
  const [[sums], [wrong]] = [removals.gathered("mean"), removals.wrong("mean")];
  return own.flatMap((layer) =>
    kept[layer]!.map((neuron, at): Candidate => {
      return { layer, neuron, rise: sums![layer]!.losses[at]!, wrong: wrong![layer]![at]! };
    }),
  );
}
