/** What the first neurons of each ranking know together, over networks. */
import { mean } from "simple-statistics";
import type { NetworkGroups, NeuronGroup } from "../../core/groups.ts";
import { estimateMean } from "../statistics/estimate.ts";
import type { GroupSummary } from "./analysis.ts";

/** A degree of all networks; undefined where one of them has none. */
function meanDegree(groups: readonly NeuronGroup[], name: "redundancyDegree" | "vulnerabilityDegree") {
  const known = groups.flatMap((group) => group[name] ?? []);
  return known.length === groups.length ? { [name]: mean(known) } : {};
}

/** By layer, in the order of the file. */
export function groupSummaries(networks: readonly NetworkGroups[] = []): GroupSummary[] {
  const byPlace = new Map<string, NeuronGroup[]>();
  for (const group of networks.flatMap(({ groups }) => groups)) {
    const key = `${group.layer} ${group.ranking}`;
    byPlace.set(key, [...(byPlace.get(key) ?? []), group]);
  }
  return [...byPlace.values()].map((groups): GroupSummary => {
    const [{ layer, ranking, neurons }] = groups as [NeuronGroup];
    return {
      layer,
      ranking,
      size: neurons.length,
      joint: estimateMean(groups.map(({ joint }) => joint)),
      chance: mean(groups.map(({ chance }) => chance)),
      ...meanDegree(groups, "redundancyDegree"),
      ...meanDegree(groups, "vulnerabilityDegree"),
      oInformation: mean(groups.map(({ oInformation }) => oInformation)),
      totalCorrelation: mean(groups.map(({ totalCorrelation }) => totalCorrelation)),
    };
  });
}
