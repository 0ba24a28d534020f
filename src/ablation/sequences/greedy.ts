/**
 * Greedy removal: next goes the neuron without which the loss over the validation set is least, those before it gone; or the one
 * without which fewest samples are classified wrongly, and of equals the loss is least. Ties go by layer and then by number. This is the
 * envelope that other orders are measured against, though it looks one step ahead alone.
 *
 * The network that is left is rebuilt after every step, from the lowest layer of the scope on (from-layer.ts), which keeps its size: the
 * layer above reads what is gone with weights of 0, so that what the lowest one answers serves all steps. All candidates are removed
 * at once by the walks of single removals (walks/single-removals.ts): a step costs what as many evaluations of a curve do. Exact ties
 * stay ties there, as walk-plan.ts says.
 */
import { hiddenUnits, type NetworkShape } from "../../core/layers/network-shape.ts";
import { greatest, smallest } from "../../core/long-arrays.ts";
import { networkShape } from "../../core/network.ts";
import { plannedArrays } from "../../gpu/device/layout.ts";
import { Pacer } from "../../gpu/device/pacer.ts";
import { type PlanBasis, type PlannedArray, totalBytes } from "../../gpu/device/plan-basis.ts";
import { splitLayout } from "../../passes/device-split.ts";
import { readingArrays } from "../hidden-outputs.ts";
import { planBesideData } from "../sweep-plan.ts";
import { singleRemovals } from "../walks/single-removals.ts";
import { fromLayer, type Searched } from "./from-layer.ts";
import { type Find, firstOfLayers, requireFinite, type Search } from "./search.ts";
import { withoutNeurons } from "./without-neurons.ts";

/** A neuron that is left: its layer, from 0, and its number there. */
interface Candidate {
  readonly layer: number;
  readonly neuron: number;
  /** The mean loss without it, nats, and samples that are classified rightly. */
  readonly loss: number;
  readonly correct: number;
}

/** Below 0 where a goes before b. */
type Comparison = (a: Candidate, b: Candidate) => number;

const byLoss: Comparison = (a, b) => a.loss - b.loss;
const byErrors: Comparison = (a, b) => b.correct - a.correct || byLoss(a, b);

export const findGreedy: Find = (search) => greedyInScopes(search, byLoss);
export const findGreedyAccuracy: Find = (search) => greedyInScopes(search, byErrors);

async function greedyInScopes(search: Search, compared: Comparison): Promise<Uint32Array[]> {
  const found: Uint32Array[] = [];
  const units = hiddenUnits(networkShape(search.network));
  const all = search.scopes.reduce((sum, layers) => sum + workOf(neuronsOf(layers, units)), 0);
  let done = 0;
  for (const layers of search.scopes) {
    const own = workOf(neuronsOf(layers, units));
    const onLeft = (left: number) => search.onProgress?.((done + own - workOf(left)) / all);
    found.push(await greedyOf(search, layers, { compared, block: search.greedyBlock, onLeft }));
    done += own;
  }
  return found;
}

/** What a search keeps on a device beside the data: what the lowest layer answers is read, then the whole network is the largest that is left. */
export function greedyArrays(basis: PlanBasis, shape: NetworkShape, samples: number): PlannedArray[] {
  const none = hiddenUnits(shape).map(() => 0);
  const sweep = { shape, test: samples, modes: ["mean"], stride: 1, sweep: "fast" } as const;
  const answers = splitLayout("floats", samples, greatest(hiddenUnits(shape)));
  const walking = [
    ...plannedArrays(basis, answers, "answers"),
    ...planBesideData(basis, { ...sweep, scopes: ["layers"], ordersPerScope: none }, 1).arrays,
  ];
  const reading = readingArrays(basis, shape, samples);
  return totalBytes(reading) > totalBytes(walking) ? reading : walking;
}

/** As many steps as there are neurons, each with a candidate for each neuron that is left. */
const workOf = (neurons: number) => neurons * neurons;
const neuronsOf = (scope: readonly number[], units: readonly number[]) =>
  scope.reduce((sum, layer) => sum + units[layer]!, 0);

interface Steps {
  readonly compared: Comparison;
  /** Neurons that go at each. */
  readonly block: number;
  /** Told after each step how many neurons are left. */
  onLeft(neurons: number): void;
}

/** @param scope hidden layers, from 0 */
async function greedyOf(search: Search, scope: readonly number[], steps: Steps): Promise<Uint32Array> {
  const lowest = smallest(scope);
  const first = firstOfLayers(hiddenUnits(networkShape(search.network)))[lowest]!;
  const upper = await fromLayer(search, lowest);
  if (upper === undefined) return greedyRows(search, scope, steps);
  using _ = upper.samples;
  const layers = scope.map((layer) => layer - lowest);
  const rows = await greedyRows(upper, layers, steps);
  return rows.map((row) => first + row);
}

/** @returns numbers among all hidden neurons of the network that is searched */
async function greedyRows(
  searched: Searched,
  scope: readonly number[],
  { compared, block, onLeft }: Steps,
): Promise<Uint32Array> {
  const units = hiddenUnits(networkShape(searched.network));
  const removed = units.map(() => new Set<number>());
  const rows: number[] = [];
  const firsts = firstOfLayers(units);
  const total = neuronsOf(scope, units);
  const pacer = new Pacer(searched.gpu);
  while (rows.length < total) {
    const candidates = await candidatesOf(searched, scope, removed, pacer);
    requireFinite(candidates.map(({ loss }) => loss));
    // Sorting keeps equals in their order.
    for (const { layer, neuron } of candidates.sort(compared).slice(0, block)) {
      removed[layer]!.add(neuron);
      rows.push(firsts[layer]! + neuron);
    }
    onLeft(total - rows.length);
  }
  return Uint32Array.from(rows);
}

/** All neurons of the scope that are left, in the order layer, neuron. */
async function candidatesOf(
  { gpu, network, samples, constants }: Searched,
  scope: readonly number[],
  removed: readonly ReadonlySet<number>[],
  pacer: Pacer,
): Promise<Candidate[]> {
  const lowest = smallest(scope);
  const { network: left, kept } = withoutNeurons(network, removed, constants, lowest);
  const own = scope.filter((layer) => kept[layer]!.length > 0);
  const last = own.length === 1 ? kept[own[0]!]! : [];
  // Nothing is left to compare.
  if (last.length === 1) return [{ layer: own[0]!, neuron: last[0]!, loss: 0, correct: 0 }];
  // Constants of a neuron that stands for an empty layer do not matter.
  const meanActivations = kept.map((neurons, layer) => {
    if (layer === lowest) return constants[layer]!;
    return neurons.length === 0 ? new Float32Array(1) : Float32Array.from(neurons, (one) => constants[layer]![one]!);
  });
  const alone = kept.map((neurons, layer) => {
    if (layer === lowest) return Uint32Array.from(neurons);
    return Uint32Array.from(own.includes(layer) ? neurons.keys() : []);
  });
  const tasks = [{ network: left, meanActivations, repeat: 0, alone }];
  const [tables] = await singleRemovals(gpu, samples, tasks, ["mean"], { pacer });
  return own.flatMap((layer) => {
    const { loss, correct } = tables![layer]!;
    return kept[layer]!.map((neuron, at): Candidate => ({ layer, neuron, loss: loss[at]!, correct: correct[at]! }));
  });
}
