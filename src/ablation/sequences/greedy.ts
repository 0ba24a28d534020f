/**
 * Greedy removal: next goes the neuron without which the loss over the validation set is least, those before it gone; ties by layer
 * and then by number. No order that looks one step ahead does better at its next step, so other orders are measured against it.
 *
 * The network that is left is rebuilt after every removal, smaller, and all candidates are removed from it at once by the pass that
 * measures single removals (passes/evidence/removals.ts): one forward pass, and for each candidate what its removal changes. That
 * pass gives differences, which are exactly 0 where nothing changes, so that exact ties stay ties.
 */
import { hiddenUnits } from "../../core/layers/network-shape.ts";
import { networkShape } from "../../core/network.ts";
import { uploadNetworks } from "../../passes/device-networks.ts";
import { createRemovalsCollector } from "../../passes/evidence/removals.ts";
import { ride } from "../../passes/evidence/ride.ts";
import { firstOfLayers, requireFinite, type Search } from "./search.ts";
import { withoutNeurons } from "./without-neurons.ts";

/** A neuron that is left: its layer, from 0, its number there, and what the loss rises by without it. */
interface Candidate {
  readonly layer: number;
  readonly neuron: number;
  /** Nats, summed over the samples. */
  readonly rise: number;
}

export async function findGreedy(search: Search): Promise<Uint32Array[]> {
  const found: Uint32Array[] = [];
  for (const layers of search.scopes) found.push(await greedyOf(search, layers));
  return found;
}

/** @param scope hidden layers, from 0 */
async function greedyOf(search: Search, scope: readonly number[]): Promise<Uint32Array> {
  const units = hiddenUnits(networkShape(search.network));
  const removed = units.map(() => new Set<number>());
  const rows: number[] = [];
  const firsts = firstOfLayers(units);
  const total = scope.reduce((sum, layer) => sum + units[layer]!, 0);
  while (rows.length < total) {
    const candidates = await candidatesOf(search, scope, removed);
    requireFinite(candidates.map(({ rise }) => rise));
    const next = candidates.reduce((least, one) => (one.rise < least.rise ? one : least));
    removed[next.layer]!.add(next.neuron);
    rows.push(firsts[next.layer]! + next.neuron);
  }
  return Uint32Array.from(rows);
}

/** All neurons of the scope that are left, in the order layer, neuron. */
async function candidatesOf(
  { gpu, network, samples, constants }: Search,
  scope: readonly number[],
  removed: readonly ReadonlySet<number>[],
): Promise<Candidate[]> {
  const { network: left, kept } = withoutNeurons(network, removed, constants);
  const own = scope.filter((layer) => kept[layer]!.length > 0);
  const last = own.length === 1 ? kept[own[0]!]! : [];
  // Nothing is left to compare.
  if (last.length === 1) return [{ layer: own[0]!, neuron: last[0]!, rise: 0 }];
  using networks = uploadNetworks(gpu, [left]);
  // Constants of a neuron that stands for an empty layer do not matter.
  const means = kept.map((neurons, layer) => {
    return neurons.length === 0 ? new Float32Array(1) : Float32Array.from(neurons, (one) => constants[layer]![one]!);
  });
  const removals = createRemovalsCollector(networks, means, ["mean"], own);
  await ride({ gpu, networks, split: samples }, "search greedily", [removals]);
  const [layers] = removals.gathered("mean");
  return own.flatMap((layer) =>
    kept[layer]!.map((neuron, at) => ({ layer, neuron, rise: layers![layer]!.losses[at]! })),
  );
}
