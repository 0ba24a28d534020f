/** Which neurons go: the lowest by a measure, as many as are asked for or as a loss of accuracy allows. */

import { isConstantMode } from "../ablation/modes/registry.ts";
import { removalOrders } from "../ablation/orders.ts";
import { byMeasure } from "../ablation/rankings.ts";
import { rebuiltSweep } from "../ablation/rebuilt/rebuilt-sweep.ts";
import { fastSweep } from "../ablation/walks/fast-sweep.ts";
import { createRemovalProbe } from "../ablation/walks/removal-probe.ts";
import type { AblationMode, ConstantMode, NeuronAddress, RebuildingMode, RemovalOrder } from "../core/ablation.ts";
import { UsageError } from "../core/errors.ts";
import { hiddenUnits } from "../core/layers/network-shape.ts";
import { type Network, networkShape } from "../core/network.ts";
import type { NeuronTable } from "../core/neuron-table.ts";
import type { ScopeText } from "../core/scope.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import type { Measure } from "../measures/measure.ts";
import { measureNamed, measures } from "../measures/registry.ts";
import type { DeviceSplit } from "../passes/device-split.ts";
import type { PrunableNetwork } from "./stand-ins.ts";

/** `layers`: the same share of every layer. The others are scopes of the ablation. */
export type PruneScope = "layers" | ScopeText;

/** How much stays: a share of the neurons in scope (0 to 1), their number, or what may be lost (a share of samples). */
export type PruneAmount =
  | { readonly keepShare: number }
  | { readonly keepCount: number }
  | { readonly maxAccuracyLoss: number };

export interface PruneRequest {
  /** A measure's name, for example `mutual-information`; its lowest neurons go first. */
  readonly measure: string;
  /** What stands for a removed neuron's output: moved into biases, or into the weights of neurons that are kept. */
  readonly mode: AblationMode;
  readonly scope: PruneScope;
  readonly amount: PruneAmount;
}

/** @throws UsageError where there is no measure of that name. */
export function requireMeasure(name: string): Measure {
  const known = measureNamed(name);
  if (known !== undefined) return known;
  const expected = measures.map((measure) => measure.name).join(", ");
  throw new UsageError({
    what: "there is no such measure",
    where: "measure",
    expected,
    found: name,
    fix: "name one of these",
  });
}

/** The neurons in scope, lowest value first. @throws UsageError where there is no such measure or layer. */
function pruningOrder(table: NeuronTable, { measure, scope }: PruneRequest): RemovalOrder {
  const { id } = requireMeasure(measure);
  // The same share of every layer is the order in which all layers are used up at the same pace.
  const scopes: ScopeText[] = [scope === "layers" ? "network-ranked" : scope];
  const [low] = removalOrders(table, { scopes, rankings: [byMeasure(id)], seed: 0 });
  if (low !== undefined && low.neurons.length > 0) return low;
  throw new UsageError({
    what: "the network has no such hidden layer",
    where: "scope",
    expected: `layer1 to layer${table.layer.at(-1)}, or a scope over all of them`,
    found: scope,
    fix: "hidden layers count from 1",
  });
}

/** Of every layer its lowest, so that as near to `share` as can be is left, and at least one neuron. */
function lowestOfLayers(order: RemovalOrder, share: number): NeuronAddress[] {
  const left = new Map<number, number>();
  for (const { layer } of order.neurons) left.set(layer, (left.get(layer) ?? 0) + 1);
  const going = new Map([...left].map(([layer, width]) => [layer, width - Math.max(1, Math.round(share * width))]));
  return order.neurons.filter(({ layer }) => {
    const more = going.get(layer)!;
    going.set(layer, more - 1);
    return more > 0;
  });
}

function lowestToKeep(order: RemovalOrder, scope: PruneScope, amount: PruneAmount): readonly NeuronAddress[] {
  const all = order.neurons.length;
  if ("keepShare" in amount) {
    if (scope === "layers") return lowestOfLayers(order, amount.keepShare);
    return order.neurons.slice(0, all - Math.max(1, Math.round(amount.keepShare * all)));
  }
  const kept = "keepCount" in amount ? amount.keepCount : all;
  if (kept <= all) return order.neurons.slice(0, all - kept);
  throw new UsageError({
    what: "more neurons are to be kept than there are",
    where: `scope ${scope}`,
    expected: `at most ${all}, the neurons of scope ${scope}`,
    found: `${kept}`,
    fix: "keep fewer, or a share such as half of them",
  });
}

/** Removals along the order before a layer of the network would lose its last neuron. */
function mostRemovals(network: Network, { neurons }: RemovalOrder): number {
  const left = [...hiddenUnits(networkShape(network))];
  const last = neurons.findIndex(({ layer }) => {
    left[layer - 1]!--;
    return left[layer - 1] === 0;
  });
  return last === -1 ? neurons.length : last;
}

interface AlongOrder {
  readonly order: RemovalOrder;
  readonly mode: AblationMode;
}

/** Samples that may be classified correctly less: the last of them must not depend on how 0.005 * 10,000 is rounded. */
const samplesOf = (loss: number, count: number) => Math.floor(loss * count + 1e-9);

/**
 * The most removals along the order that keep the accuracy on the validation set: of neurons that are rebuilt every step is a forward
 * pass, which needs no second look.
 */
async function mostRebuilt(
  gpu: GpuContext,
  validation: DeviceSplit,
  { network, meanActivations, moments }: PrunableNetwork,
  { order, mode }: { readonly order: RemovalOrder; readonly mode: RebuildingMode },
  loss: number,
): Promise<readonly NeuronAddress[]> {
  const task = { network, orders: [order], meanActivations, moments: moments! };
  const [curve] = await rebuiltSweep(gpu, validation, task, { modes: [mode], stride: 1 });
  const { correct } = curve!;
  const least = correct[0]! - samplesOf(loss, validation.count);
  let removed = mostRemovals(network, order);
  while (removed > 0 && correct[removed]! < least) removed--;
  return order.neurons.slice(0, removed);
}

function mostWithin(
  gpu: GpuContext,
  validation: DeviceSplit,
  fitted: PrunableNetwork,
  { order, mode }: AlongOrder,
  loss: number,
): Promise<readonly NeuronAddress[]> {
  if (isConstantMode(mode)) return mostReplaced(gpu, validation, fitted, { order, mode }, loss);
  return mostRebuilt(gpu, validation, fitted, { order, mode }, loss);
}

/** Share of the samples that the fast sweep may round to another class than a masked pass (docs/performance.md). */
const FAST_SWEEP_SHARE = 1e-4;

/**
 * The most removals along the order that keep the accuracy: found by the fast sweep, then confirmed by a masked pass, since
 * the two may round a doubtful sample differently.
 */
async function mostReplaced(
  gpu: GpuContext,
  validation: DeviceSplit,
  fitted: PrunableNetwork,
  { order, mode }: { readonly order: RemovalOrder; readonly mode: ConstantMode },
  loss: number,
): Promise<readonly NeuronAddress[]> {
  const { network } = fitted;
  const [curves] = await fastSweep(gpu, validation, [{ ...fitted, orders: [order] }], { modes: [mode], stride: 1 });
  const { correct } = curves![0]!;
  using probe = await createRemovalProbe(gpu, network, fitted, validation);
  const { correct: intact } = await probe.evaluate([], mode);
  const least = intact - samplesOf(loss, validation.count);
  const nearTies = Math.ceil(validation.count * FAST_SWEEP_SHARE);
  for (let removed = mostRemovals(network, order); removed > 0; removed--) {
    if (correct[removed]! + nearTies < least) continue;
    const neurons = order.neurons.slice(0, removed);
    if ((await probe.evaluate(neurons, mode)).correct >= least) return neurons;
  }
  return [];
}

/**
 * The neurons to remove, in the order of removal.
 * @param fitted with what the mode of the request needs
 * @param validation the split that the accuracy is kept on; never the test set
 * @throws UsageError where measure, scope or number do not fit the network; RunError with what the device reported.
 */
export async function chooseRemovals(
  gpu: GpuContext,
  validation: DeviceSplit,
  fitted: PrunableNetwork,
  request: PruneRequest,
): Promise<readonly NeuronAddress[]> {
  const order = pruningOrder(fitted.table, request);
  const { amount, mode, scope } = request;
  if (!("maxAccuracyLoss" in amount)) return lowestToKeep(order, scope, amount);
  return mostWithin(gpu, validation, fitted, { order, mode }, amount.maxAccuracyLoss);
}
