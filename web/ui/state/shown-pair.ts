/** Two neurons on show: their names, and what is known of them. Derived, never stored. */
import type { NeuronAddress } from "../../../src/core/ablation.ts";
import type { Decomposition } from "../../../src/pairs/decomposition.ts";
import { decompositions } from "../../../src/pairs/registry.ts";
import type { LookedAtPair } from "../../engine/pairs/pair-notices.ts";
import type { LabState } from "./lab-state.ts";
import { addressOf } from "./removal.ts";
import { shownTable } from "./shown.ts";

export interface ShownPair {
  readonly rows: readonly [number, number];
  readonly neurons: readonly [NeuronAddress, NeuronAddress];
  /** `neuron 3`; with its layer where the two are of different ones. */
  readonly names: readonly [string, string];
  readonly title: string;
}

/** Undefined where one neuron, or none, is looked at. */
export function shownPair(state: LabState): ShownPair | undefined {
  const table = shownTable(state);
  const { selected, partner } = state.view;
  if (table === undefined || selected === undefined || partner === undefined) return undefined;
  const [a, b] = [addressOf(table, selected), addressOf(table, partner)];
  const rows = [selected, partner] as const;
  if (a.layer === b.layer) {
    const names = [`neuron ${a.neuron}`, `neuron ${b.neuron}`] as const;
    return { rows, neurons: [a, b], names, title: `Layer ${a.layer}, neurons ${a.neuron} and ${b.neuron}` };
  }
  const names = [`layer ${a.layer}, neuron ${a.neuron}`, `layer ${b.layer}, neuron ${b.neuron}`] as const;
  const title = `Neuron ${a.neuron} of layer ${a.layer} and ${b.neuron} of layer ${b.layer}`;
  return { rows, neurons: [a, b], names, title };
}

/** What the worker has told of the two; undefined until it has told of these. */
export function knownPair({ pair, pairWanted }: LabState): LookedAtPair | undefined {
  return pair?.sequence === pairWanted ? pair : undefined;
}

export function shownDecomposition({ view }: LabState): Decomposition {
  return decompositions.find(({ id }) => id === view.decomposition)!;
}

/** A choice of them, with what each takes for redundant. */
export const decompositionOptions = decompositions.map(({ id, title, meaning }) => {
  return { value: id, text: title, help: `Redundant is ${meaning}.` };
});
