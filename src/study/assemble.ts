/** Parts put together: the results of a study, a repeat at a time or all at once. */
import type { AblationCurve, RemovalOrder, SingleRemovals } from "../core/ablation.ts";
import type { NetworkGroups } from "../core/groups.ts";
import { appendAll } from "../core/long-arrays.ts";
import type { TrainedNetwork } from "../core/network.ts";
import type { NeuronTable } from "../core/neuron-table.ts";
import type { PairRemovals } from "../core/pair-removals.ts";
import type { NetworkPairs } from "../core/pairs.ts";
import type { RepeatSummary, ResultsByRepeat, StudyResults } from "../core/study.ts";
import { withOrders } from "./part-values.ts";
import type { StudyParts } from "./study-parts.ts";

/**
 * The results whose parts are there by the time that they are asked for.
 * @throws RunError (each of its functions) where a part is not there
 */
export function assembled(parts: StudyParts, repeats: readonly number[]): ResultsByRepeat {
  return {
    repeats,
    table: async (repeat) => (await parts.read("table", repeat)).table,
    async summary(repeat) {
      const [{ accuracies }, { trainLoss }] = [await parts.read("table", repeat), await parts.read("network", repeat)];
      return { ...accuracies, trainLoss };
    },
    network: (repeat) => parts.read("network", repeat),
    orders: (repeat) => parts.orders(repeat),
    removals: (repeat) => parts.read("removals", repeat),
    ...(parts.config.pairs && { pairs: (repeat: number) => parts.read("pairs", repeat) }),
    ...(parts.config.pairRemovals && { pairRemovals: (repeat: number) => parts.read("pair-removals", repeat) }),
    ...(parts.config.groups && { groups: (repeat: number) => parts.read("groups", repeat) }),
  };
}

/** In the order of the repeats. */
export async function summariesOf({ repeats, summary }: ResultsByRepeat): Promise<RepeatSummary[]> {
  const summaries: RepeatSummary[] = [];
  for (const repeat of repeats) summaries.push(await summary(repeat));
  return summaries;
}

/** All of it in memory: for programs, which are given it whole. */
export async function wholeResults(
  results: ResultsByRepeat,
): Promise<Omit<StudyResults, "config" | "dataset" | "provenance" | "warnings">> {
  const [networks, neurons, orders]: [TrainedNetwork[], NeuronTable[], RemovalOrder[]] = [[], [], []];
  const [curves, singles]: [AblationCurve[], SingleRemovals[]] = [[], []];
  const [pairs, pairRemovals]: [NetworkPairs[], PairRemovals[]] = [[], []];
  const groups: NetworkGroups[] = [];
  for (const repeat of results.repeats) {
    const own = await results.orders(repeat);
    const removals = await results.removals(repeat);
    networks.push(await results.network(repeat));
    neurons.push(await results.table(repeat));
    appendAll(orders, own);
    appendAll(curves, withOrders(removals.curves, own));
    appendAll(singles, removals.singles);
    if (results.pairs) pairs.push(await results.pairs(repeat));
    if (results.groups) groups.push(await results.groups(repeat));
    if (results.pairRemovals) appendAll(pairRemovals, await results.pairRemovals(repeat));
  }
  const all = { repeats: await summariesOf(results), networks, neurons, orders, curves, singles };
  const beside = { ...(results.pairs && { pairs }), ...(results.groups && { groups }) };
  return { ...all, ...beside, ...(results.pairRemovals && { pairRemovals }) };
}
