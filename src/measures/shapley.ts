/**
 * What a neuron contributes: its Shapley value (Shapley 1953) in the game whose players are the neurons of the hidden layer, or all hidden
 * neurons, and whose value is minus the loss over the validation set with only some of them intact (Ghorbani and Zou, "Neuron Shapley",
 * NeurIPS 2020). Below 0 where the network does better without the neuron, on average over what else is gone.
 */
import { type ReplacementMode, replacementModes } from "../core/ablation.ts";
import type { Measure } from "./measure.ts";

const replacements: Readonly<Record<ReplacementMode, string>> = { zero: "0", mean: "their means" };

/** A game: who plays, and what the evidence of each mode is called. */
interface Game {
  readonly name: string;
  readonly title: string;
  readonly players: string;
  readonly kinds: Readonly<Record<ReplacementMode, ShapleyKind>>;
}
type ShapleyKind = "zeroShapley" | "meanShapley" | "zeroNetworkShapley" | "meanNetworkShapley";

const games: readonly Game[] = [
  {
    name: "shapley",
    title: "Shapley value",
    players: "all neurons of its layer",
    kinds: { zero: "zeroShapley", mean: "meanShapley" },
  },
  {
    name: "shapley-network",
    title: "Shapley value in the network",
    players: "all hidden neurons of the network",
    kinds: { zero: "zeroNetworkShapley", mean: "meanNetworkShapley" },
  },
];

function shapleyMeasure({ name, title, players, kinds }: Game, mode: ReplacementMode): Measure<ShapleyKind> {
  const kind = kinds[mode];
  return {
    name: `${name}-${mode}`,
    id: `${name.replaceAll("-", "_")}_${mode}`,
    title: `${title} (${mode})`,
    meaning:
      `by how much the loss on the validation set rises at the neuron's turn when ${players} are replaced by ` +
      `${replacements[mode]} one after another, on average over the orders in which that can be done`,
    unit: "nat",
    needs: [kind],
    mode,
    traits: { labelInvariant: true },
    evaluate: (evidence) => evidence[kind].values,
    standardError: (evidence) => evidence[kind].standardErrors,
  };
}

/** Of each game one for zeros, one for means. */
export const shapleyMeasures: readonly Measure[] = games.flatMap((game) =>
  replacementModes.map((mode) => shapleyMeasure(game, mode)),
);
