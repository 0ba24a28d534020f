/** What parts hold, as plain data. */
import type { AblationCurve, CurveOutcome, OrderKey, RemovalOrder } from "../core/ablation.ts";
import type { GatheredNetwork } from "../core/evidence.ts";
import type { NetworkGroups } from "../core/groups.ts";
import type { TrainedNetwork } from "../core/network.ts";
import type { NeuronTable } from "../core/neuron-table.ts";
import type { PairRemovals } from "../core/pair-removals.ts";
import type { NetworkPairs } from "../core/pairs.ts";
import type { Removals, RepeatSummary } from "../core/study.ts";
import type { TrainingState } from "../train/training-state.ts";
import type { PartKind } from "./part-names.ts";

/** How well a network does, with nothing removed. */
export type Accuracies = Omit<RepeatSummary, "trainLoss">;

/** What passes over validation and test set leave of a network: all that measures are computed from, but for its weights. */
export interface CountedNetwork {
  readonly accuracies: Accuracies;
  readonly gathered: GatheredNetwork;
}

export interface MeasuredTable {
  readonly accuracies: Accuracies;
  readonly table: NeuronTable;
}

export interface PartValues {
  readonly network: TrainedNetwork;
  readonly counts: CountedNetwork;
  readonly table: MeasuredTable;
  readonly pairs: NetworkPairs;
  readonly groups: NetworkGroups;
  readonly removals: Removals;
  readonly "pair-removals": readonly PairRemovals[];
  readonly checkpoint: TrainingState;
}
true satisfies keyof PartValues extends PartKind ? (PartKind extends keyof PartValues ? true : false) : false;

const keyOf = ({ repeat, scope, measure, direction, draw }: OrderKey): OrderKey => {
  return { repeat, scope, measure, direction, draw };
};
const keyText = (order: OrderKey) => JSON.stringify(Object.values(keyOf(order)));

/** The curves without what their orders hold. */
export function namingOrders(curves: readonly AblationCurve[]): CurveOutcome[] {
  return curves.map((curve) => ({ ...curve, order: keyOf(curve.order) }));
}

/** The curves with their orders, out of those of the network. */
export function withOrders(curves: readonly CurveOutcome[], orders: readonly RemovalOrder[]): AblationCurve[] {
  const byKey = new Map(orders.map((order) => [keyText(order), order]));
  return curves.map((curve) => {
    const order = byKey.get(keyText(curve.order));
    if (order === undefined) throw new Error(`no order of ${keyText(curve.order)}`);
    return { ...curve, order };
  });
}
