/** How each kind of sequence is found. A further one is a file and a line here, and its texts in core/sequences.ts. */
import type { ReplacementMode } from "../../core/ablation.ts";
import { hiddenUnits } from "../../core/layers/network-shape.ts";
import { networkShape } from "../../core/network.ts";
import { pairedLayers } from "../../core/pairs.ts";
import { layerOf, type ScopeKind, type ScopeText, scopesOf } from "../../core/scope.ts";
import {
  type FoundSequences,
  isGreedy,
  isOfPairs,
  type RemovingKind,
  type Sequence,
  sequenceScopes,
} from "../../core/sequences.ts";
import { uploadNetworks } from "../../passes/device-networks.ts";
import { type CountedPairs, countPairs } from "../../passes/evidence/pairs.ts";
import type { SearchPass } from "../../passes/measuring-plan.ts";
import { findGreedy, findGreedyAccuracy } from "./greedy.ts";
import { layerPairs } from "./moments.ts";
import { pairOrder } from "./pair-orders.ts";
import { findFisherQuadratic, findLogitQuadratic, findReconstruction } from "./quadratic.ts";
import { constantsByMode, type Find, firstOfLayers, type Search } from "./search.ts";

interface Searching {
  readonly find: Find;
  /** The pass that it makes, for plans; absent where it walks (greedy.ts). */
  readonly pass?: SearchPass["kind"];
}

const searches: Readonly<Record<RemovingKind, Searching>> = {
  reconstruction: { find: findReconstruction, pass: "products" },
  logit_quadratic: { find: findLogitQuadratic, pass: "signals" },
  fisher_quadratic: { find: findFisherQuadratic, pass: "signals" },
  greedy: { find: findGreedy },
  greedy_accuracy: { find: findGreedyAccuracy },
};

type Removing = Sequence & { readonly kind: RemovingKind; readonly mode: ReplacementMode };
const isRemoving = (one: Sequence): one is Removing => one.mode !== undefined;

interface SequencesAsked {
  readonly sequences: readonly Sequence[];
  readonly scopes: readonly ScopeKind[];
  /** By default 1. */
  readonly greedyBlock?: number | undefined;
  /** theta of the bits of pairs, where it is not the activation's own. */
  readonly quantizeThreshold?: number | undefined;
  /** Pairs of the network that were counted before; counted again where scopes have others. */
  readonly counted?: CountedPairs | undefined;
  /** Told of the share of the greedy searches that is done, up to 1: the others take a moment. */
  readonly onProgress?: ((share: number) => void) | undefined;
  /** Does the search for the sequence of an id, and keeps its time. */
  readonly timed?: <T>(id: string, work: () => Promise<T>) => Promise<T>;
}

/** A network, and where its neurons' means stand. */
interface Searched extends Omit<Search, "constants" | "scopes" | "greedyBlock" | "onProgress"> {
  /** Per hidden layer: [neurons] mean activations. */
  readonly means: readonly Float32Array[];
}

export function scopesSearched(hidden: number, kinds: readonly ScopeKind[]): ScopeText[] {
  return scopesOf(
    hidden,
    kinds.filter((kind) => sequenceScopes.includes(kind)),
  );
}

/** Hidden layers, from 0. */
export function layersOf(scope: ScopeText, hidden: number): number[] {
  const layer = layerOf(scope);
  return layer === undefined ? Array.from({ length: hidden }, (_, index) => index) : [layer - 1];
}

/** The passes of the searches; those that are alike once. */
export function searchPasses(hidden: number, { sequences, scopes: kinds }: SequencesAsked): SearchPass[] {
  const scopes = scopesSearched(hidden, kinds).map((scope) => layersOf(scope, hidden));
  const passes = new Set(sequences.filter(isRemoving).flatMap(({ kind }) => searches[kind].pass ?? []));
  return [...passes].map((kind) => ({ kind, pairs: layerPairs(scopes, kind === "products") }));
}

/**
 * The sequences of one network, one after the other.
 * @throws RunError with what the device reported
 */
export async function findSequences({ means, ...searched }: Searched, asked: SequencesAsked): Promise<FoundSequences> {
  const { sequences, scopes: kinds, greedyBlock = 1, onProgress, timed = (_, work) => work() } = asked;
  const units = hiddenUnits(networkShape(searched.network));
  const wanted = scopesSearched(units.length, kinds);
  const scopes = wanted.map((scope) => layersOf(scope, units.length));
  const constants = constantsByMode(means);
  const found: Record<string, FoundSequences[string]> = {};
  const long = sequences.filter(isGreedy);
  for (const sequence of sequences.filter(isRemoving)) {
    const { id, kind, mode } = sequence;
    const before = long.indexOf(sequence);
    const own = { scopes, greedyBlock, onProgress: (share: number) => onProgress?.((before + share) / long.length) };
    const search: Search = { ...searched, constants: constants[mode], ...own };
    const rows = await timed(id, () => searches[kind].find(search));
    found[id] = Object.fromEntries(wanted.map((scope, index) => [scope, rows[index]!]));
  }
  const ofPairs = sequences.filter(isOfPairs);
  if (ofPairs.length === 0 || wanted.length === 0) return found;
  const counted = await timed(ofPairs[0]!.id, () => countedPairs(searched, scopes, asked));
  const firsts = firstOfLayers(units);
  for (const { id, kind } of ofPairs) {
    const rows = (layers: readonly number[]) =>
      Uint32Array.from(pairOrder(kind, counted, layers), (place) => firsts[layers[0]!]! + place);
    found[id] = await timed(id, async () =>
      Object.fromEntries(wanted.map((scope, index) => [scope, rows(scopes[index]!)])),
    );
  }
  return found;
}

/** Counts of the pairs that scopes have. */
async function countedPairs(
  { gpu, network, samples }: Pick<Searched, "gpu" | "network" | "samples">,
  scopes: readonly (readonly number[])[],
  { counted, quantizeThreshold: threshold }: Pick<SequencesAsked, "counted" | "quantizeThreshold">,
): Promise<CountedPairs> {
  const scope = scopes.some((layers) => layers.length > 1) ? "network" : "layers";
  const wanted = pairedLayers(hiddenUnits(networkShape(network)), scope).length;
  if (counted !== undefined && counted.pairs.length >= wanted) return counted;
  using networks = uploadNetworks(gpu, [network]);
  const [own] = await countPairs({ gpu, networks, split: samples }, { scope, threshold });
  return own!;
}
