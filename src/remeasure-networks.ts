/**
 * Orders by measures that are computed anew after every few removals: the networks that are left are measured as any others are, many
 * at once where they have the same layers.
 */
import { type Left, type OrderAnew, rankedAnew } from "./ablation/sequences/ranked-anew.ts";
import { layersOf, scopesSearched } from "./ablation/sequences/registry.ts";
import { constantsByMode } from "./ablation/sequences/search.ts";
import type { EvidenceKind } from "./core/evidence.ts";
import { hiddenUnits, shapeText } from "./core/layers/network-shape.ts";
import { type Network, networkShape } from "./core/network.ts";
import { type ScopeText, scopeKinds } from "./core/scope.ts";
import type { FoundSequences } from "./core/sequences.ts";
import type { GpuContext } from "./gpu/device/context.ts";
import { type EvidenceFor, gatherEvidence, gatheredNetworks, type MeasuringRequest } from "./measure-networks.ts";
import type { Measure } from "./measures/measure.ts";
import { measureValues } from "./measures/neuron-table.ts";
import type { Remeasured } from "./measures/remeasured.ts";
import { uploadNetworks } from "./passes/device-networks.ts";
import type { DevicePages } from "./passes/device-split.ts";

/** A network whose neurons were measured. */
export interface RemeasuredNetwork {
  readonly repeat: number;
  readonly network: Network;
  /** Per hidden layer: [neurons] mean activations of the intact network, which stand for removed neurons in mode `mean`. */
  readonly meanActivations: readonly Float32Array[];
}

interface RemeasuringRequest extends Omit<MeasuringRequest, "measures" | "onSwept" | "sequences" | "greedyBlock"> {
  readonly remeasured: readonly Remeasured[];
  /** Neurons that go between two measurements. */
  readonly every: number;
  /** Networks of the intact one's size that a device measures at once. */
  readonly together: number;
  /** Told of the share that is done, up to 1. */
  readonly onProgress?: (share: number) => void;
}

/** An order that is wanted of one of the networks. */
interface Order extends OrderAnew {
  readonly repeat: number;
  readonly id: string;
  readonly scope: ScopeText;
  readonly measure: Measure;
}

/** One network that is left, with all that are ranked on it. */
interface Ranked {
  readonly repeat: number;
  readonly network: Network;
  readonly measures: Measure[];
}

function ordersOf({ repeat, network, meanActivations }: RemeasuredNetwork, request: RemeasuringRequest): Order[] {
  const units = hiddenUnits(networkShape(network));
  const constants = constantsByMode(meanActivations);
  return request.remeasured.flatMap(({ id, mode, measure }) =>
    scopesSearched(units.length, request.scopes ?? scopeKinds).map((scope): Order => {
      return { repeat, network, id, scope, measure, constants: constants[mode], layers: layersOf(scope, units.length) };
    }),
  );
}

/** What costs no pass of its own: the network has it, or the first pass gathers it by the way. */
const byTheWay: readonly EvidenceKind[] = ["levels", "classSums", "weights", "activation"];

/** Measures with one key are gathered together for little more than one of them; networks with one key have the same layers. */
export function evidenceKey({ needs }: Measure): string {
  return needs.filter((kind) => !byTheWay.includes(kind)).join();
}
const keyOf = ({ order, network }: Left<Order>) => `${evidenceKey(order.measure)} ${shapeText(networkShape(network))}`;

/** Each network once, with what is to be measured of it: before the first removal all orders of a network begin with the same one. */
function rankedOf(left: readonly Left<Order>[]): Ranked[] {
  const byNetwork = new Map<Network, Ranked>();
  for (const { order, network } of left) {
    const own = byNetwork.get(network) ?? { repeat: order.repeat, network, measures: [] };
    if (!own.measures.includes(order.measure)) own.measures.push(order.measure);
    byNetwork.set(network, own);
  }
  return [...byNetwork.values()];
}

/** Values by network and measure, of networks with the same layers. @throws RunError as `measureNetwork` does */
async function valuesOf(
  gpu: GpuContext,
  validation: DevicePages,
  ranked: readonly Ranked[],
  request: RemeasuringRequest,
): Promise<Map<Network, Map<Measure, Float64Array>>> {
  using networks = uploadNetworks(
    gpu,
    ranked.map(({ network }) => network),
  );
  const measures = [...new Set(ranked.flatMap((one) => one.measures))];
  // The time is that of the orders, not of the measures.
  const { timed: _, ...how } = request;
  const asked: MeasuringRequest = { ...how, measures };
  const gathered = gatheredNetworks(await gatherEvidence(gpu, networks, validation, asked, ranked), ranked, validation);
  return new Map(
    ranked.map(({ network, measures: own }, index) => [
      network,
      new Map(own.map((measure) => [measure, measureValues(gathered[index]!, network, measure)])),
    ]),
  );
}

/** All orders whose measures need what these do: they go on together until the longest is made. */
function evidenceFor(ranked: readonly Ranked[], { remeasured }: RemeasuringRequest): EvidenceFor {
  const key = evidenceKey(ranked[0]!.measures[0]!);
  const of = remeasured.filter(({ measure }) => evidenceKey(measure) === key).map(({ id }) => id);
  return { of, repeats: ranked.map(({ repeat }) => repeat) };
}

/** @returns values of the neurons of each network that is left, by the measure of its order */
async function measuredLeft(
  gpu: GpuContext,
  validation: DevicePages,
  left: readonly Left<Order>[],
  request: RemeasuringRequest,
): Promise<Float64Array[]> {
  const values = new Array<Float64Array>(left.length);
  const keys = left.map(keyOf);
  for (const key of new Set(keys)) {
    const group = [...left.keys()].filter((index) => keys[index] === key);
    const ranked = rankedOf(group.map((index) => left[index]!));
    for (let first = 0; first < ranked.length; first += request.together) {
      const some = ranked.slice(first, first + request.together);
      const work = () => valuesOf(gpu, validation, some, request);
      const found = await (request.timed?.(evidenceFor(some, request), work) ?? work());
      for (const index of group) {
        const { order, network } = left[index]!;
        const own = found.get(network)?.get(order.measure);
        if (own !== undefined) values[index] = own;
      }
    }
  }
  return values;
}

/**
 * The orders of some networks, each as it is when the network is alone.
 * @param networks of one architecture
 * @returns [networks]
 * @throws RunError where a value is not finite, and with what the device reported
 */
export async function remeasuredSequences(
  gpu: GpuContext,
  networks: readonly RemeasuredNetwork[],
  validation: DevicePages,
  request: RemeasuringRequest,
): Promise<FoundSequences[]> {
  const orders = networks.flatMap((network) => ordersOf(network, request));
  const measured = (left: readonly Left<Order>[]) => measuredLeft(gpu, validation, left, request);
  const rows = await rankedAnew(orders, request.every, measured, request.onProgress);
  return networks.map(({ repeat }) => {
    const found: Record<string, Partial<Record<ScopeText, Uint32Array>>> = {};
    for (const [index, order] of orders.entries()) {
      if (order.repeat !== repeat) continue;
      found[order.id] ??= {};
      found[order.id]![order.scope] = rows[index]!;
    }
    return found;
  });
}
