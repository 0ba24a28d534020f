/** Groups of neurons of networks that were measured: the first of each ranking, and the most informative ones. */
import { removalOrders } from "./ablation/orders.ts";
import { rankingsAsked } from "./ablation/rankings.ts";
import { classCounts } from "./core/class-counts.ts";
import { type GroupInformation, MOST_INFORMATIVE, type NetworkGroups, type NeuronGroup } from "./core/groups.ts";
import { hiddenUnits } from "./core/layers/network-shape.ts";
import { networkShape } from "./core/network.ts";
import type { NeuronTable } from "./core/neuron-table.ts";
import { quantizationOf } from "./core/quantization.ts";
import { scopesOf } from "./core/scope.ts";
import type { MeasuringConfig } from "./core/study.ts";
import type { GpuContext } from "./gpu/device/context.ts";
import type { MeasuredNetwork } from "./measure-networks.ts";
import { mostInformative } from "./pairs/greedy-group.ts";
import { groupInformation } from "./pairs/group.ts";
import type { LayerStates } from "./pairs/joint-states.ts";
import { uploadNetworks } from "./passes/device-networks.ts";
import type { DevicePages } from "./passes/device-split.ts";
import { readLevels } from "./passes/evidence/layer-levels.ts";

type GroupsConfig = MeasuringConfig & { readonly groups: number };

/** Neurons of a layer, the most important first, as a ranking has them. */
interface RankedLayer {
  readonly layer: number;
  readonly ranking: string;
  readonly neurons: readonly number[];
}

/** What is removed last is most important. Of random orders one will do, to compare with. */
function rankedLayers(table: NeuronTable, config: GroupsConfig): RankedLayer[] {
  const { hidden, seed } = config;
  const rankings = rankingsAsked({ ...config, randomDraws: 1 });
  const orders = removalOrders(table, { scopes: scopesOf(hidden.length, ["layers"]), rankings, seed });
  return orders
    .filter(({ direction }) => direction !== "high")
    .map(({ measure, neurons }): RankedLayer => {
      const ranked = neurons.map(({ neuron }) => neuron).reverse();
      return { layer: neurons[0]!.layer, ranking: measure, neurons: ranked };
    });
}

/** Per hidden layer: [units, levels - 1], out of the table's rows. */
function edgesByLayer({ levels }: NeuronTable, units: readonly number[]): Float32Array[] {
  const upper = levels!.levels - 1;
  let first = 0;
  return units.map((count) => {
    first += count;
    return levels!.edges!.subarray((first - count) * upper, first * upper);
  });
}

/**
 * Of one network. Rankings that choose the same neurons share what is computed.
 * @throws RunError with what the device reported
 */
export async function groupsOfNetwork(
  gpu: GpuContext,
  { network, table }: Pick<MeasuredNetwork, "network" | "table">,
  validation: DevicePages,
  config: GroupsConfig,
): Promise<NetworkGroups> {
  const units = hiddenUnits(networkShape(network));
  const quantization = quantizationOf(config);
  using onGpu = uploadNetworks(gpu, [network]);
  const at =
    quantization === undefined ? { threshold: config.quantizeThreshold } : { edges: edgesByLayer(table, units) };
  const levelsOfLayers = await readLevels(gpu, onGpu, validation, at);
  const { host, classes } = validation;
  const levels = quantization === undefined ? 2 : 2 ** quantization.bits;
  const samplesPerClass = classCounts(host.labels, classes);
  const states = levelsOfLayers.map(
    (own): LayerStates => ({ levels, units: own, labels: host.labels, samplesPerClass }),
  );
  const ranked = rankedLayers(table, config);
  const groups = states.flatMap((layer, index) =>
    groupsOfLayer(
      layer,
      ranked.filter((one) => one.layer === index + 1),
      config.groups,
    ),
  );
  return { repeat: table.repeat, levels, groups };
}

function groupsOfLayer(states: LayerStates, ranked: readonly RankedLayer[], size: number): NeuronGroup[] {
  const known = new Map<string, GroupInformation>();
  const { layer } = ranked[0]!;
  const searched: RankedLayer = { layer, ranking: MOST_INFORMATIVE, neurons: mostInformative(states, size) };
  return [searched, ...ranked].map(({ ranking, neurons: all }): NeuronGroup => {
    const neurons = all.slice(0, size);
    const sorted = neurons.toSorted((a, b) => a - b);
    const key = sorted.join();
    const information = known.get(key) ?? groupInformation(states, sorted);
    known.set(key, information);
    return { layer, ranking, neurons: Uint32Array.from(neurons), ...information };
  });
}
