/** How each kind of sequence is found. A further one is a file and a line here, and its texts in core/sequences.ts. */
import type { AblationMode } from "../../core/ablation.ts";
import { hiddenUnits } from "../../core/layers/network-shape.ts";
import { networkShape } from "../../core/network.ts";
import { layerOf, type ScopeKind, scopesOf } from "../../core/scope.ts";
import { type FoundSequences, type Sequence, type SequenceKind, sequenceScopes } from "../../core/sequences.ts";
import { findGreedy } from "./greedy.ts";
import type { Find, Search } from "./search.ts";

const finders: Readonly<Record<SequenceKind, Find>> = {
  greedy: findGreedy,
};

interface SequencesAsked {
  readonly sequences: readonly Sequence[];
  readonly scopes: readonly ScopeKind[];
}

/** A network, and where its neurons' means stand. */
interface Searched extends Omit<Search, "constants" | "scopes"> {
  /** Per hidden layer: [neurons] mean activations. */
  readonly means: readonly Float32Array[];
}

/**
 * The sequences of one network, one after the other.
 * @throws RunError with what the device reported
 */
export async function findSequences(
  { means, ...searched }: Searched,
  { sequences, scopes: kinds }: SequencesAsked,
): Promise<FoundSequences> {
  const units = hiddenUnits(networkShape(searched.network));
  const wanted = scopesOf(
    units.length,
    kinds.filter((kind) => sequenceScopes.includes(kind)),
  );
  const all = units.map((_, layer) => layer);
  const scopes = wanted.map((scope) => {
    const layer = layerOf(scope);
    return layer === undefined ? all : [layer - 1];
  });
  const constants: Readonly<Record<AblationMode, readonly Float32Array[]>> = {
    zero: units.map((own) => new Float32Array(own)),
    mean: means,
  };
  const found: Record<string, FoundSequences[string]> = {};
  for (const { id, kind, mode } of sequences) {
    const rows = await finders[kind]({ ...searched, constants: constants[mode], scopes });
    found[id] = Object.fromEntries(wanted.map((scope, index) => [scope, rows[index]!]));
  }
  return found;
}
