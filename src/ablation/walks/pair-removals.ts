/**
 * What the removal of two neurons of a layer together costs, for all pairs. A walk lacks one neuron from its start on, which is an exact
 * forward pass, and removes others alone from there: a pair costs one evaluation, not two steps, and the start itself is that neuron's
 * own removal. With n neurons, neuron i is paired with the n / 2 that follow it, in a circle: every pair once, and walks of equal length.
 */
import type { ConstantMode, NeuronAddress, RemovalOrder } from "../../core/ablation.ts";
import { hiddenUnits, type NetworkShape } from "../../core/layers/network-shape.ts";
import { networkShape } from "../../core/network.ts";
import type { PairRemovals } from "../../core/pair-removals.ts";
import { pairPlace, pairsOf, withinLayer } from "../../core/pairs.ts";
import { layerScope } from "../../core/scope.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import type { DevicePages } from "../../passes/device-split.ts";
import type { SingleTask } from "./single-removals.ts";
import { routeFor, type Walk, type WalkGroup } from "./walk-plan.ts";
import { runWalks, type WalkRun } from "./walk-run.ts";
import type { GroupSize } from "./walk-waves.ts";

/** A network whose neurons are removed in pairs. */
export interface PairTask extends Omit<SingleTask, "alone"> {
  /** Walks of each layer, in a trial; absent: all. */
  readonly walks?: number;
}

/** Partners that a neuron of a layer has in a walk, at most. */
const partnersAtMost = (units: number): number => Math.floor(units / 2);

/** Partners of a neuron, next first. Of those that lie opposite in a circle of even length the lower neuron has the other. */
function partnersOf(neuron: number, units: number): number[] {
  const count = units % 2 === 0 && neuron >= units / 2 ? units / 2 - 1 : partnersAtMost(units);
  return Array.from({ length: count }, (_, step) => (neuron + step + 1) % units);
}

/** Evaluations (forward passes over the whole split) of one network: in each layer its walks in each mode, and the intact network. */
export function pairEvaluations(hidden: readonly number[], modes: number, walks = Number.POSITIVE_INFINITY): number {
  if (modes === 0) return 0;
  const evaluations = (units: number) => modes * Math.min(units, walks) * (partnersAtMost(units) + 1) + 1;
  return hidden.reduce((sum, units) => sum + (units < 2 ? 0 : evaluations(units)), 0);
}

/** Those walks as a plan sees them, layer after layer. */
export function pairGroupSizes(shape: NetworkShape, modes: number, networks: number): GroupSize[] {
  return hiddenUnits(shape).flatMap((units, index): GroupSize[] => {
    if (units < 2 || modes === 0) return [];
    const lowest = index + 1;
    const common = { route: routeFor(lowest, shape, 1), lowest, deeper: false, own: false };
    const neurons = partnersAtMost(units);
    // Two starts of each walk: without its neuron, and without those of a part, too.
    const walked = { ...common, single: true, paired: true, neurons, evaluations: neurons + 1, starts: 2 };
    const intact = { ...common, single: false, neurons: 0, evaluations: 1, walks: networks, starts: 1 };
    return [{ ...walked, walks: units * modes * networks }, intact];
  });
}

/** The walks of one layer of one network: neuron after neuron, modes innermost. */
function walksOf(
  { repeat, walks }: PairTask,
  network: number,
  { layer, units }: { readonly layer: number; readonly units: number },
  modes: readonly ConstantMode[],
): Walk[] {
  const addresses = Array.from({ length: units }, (_, neuron): NeuronAddress => ({ layer, neuron }));
  return addresses.slice(0, walks).flatMap((gone) => {
    const neurons = partnersOf(gone.neuron, units).map((neuron) => addresses[neuron]!);
    const order = orderOf(repeat, layer, neurons);
    return modes.map((mode): Walk => ({ network, curve: layer - 1, order, mode, start: 0, restores: false, gone }));
  });
}

function orderOf(repeat: number, layer: number, neurons: readonly NeuronAddress[]): RemovalOrder {
  return { repeat, scope: layerScope(layer), measure: "index", direction: "none", draw: 0, neurons };
}

/** The walks that remove neurons of the tasks in pairs, and the intact networks, layer after layer. */
function pairGroups(tasks: readonly PairTask[], modes: readonly ConstantMode[]): WalkGroup[] {
  const shape = networkShape(tasks[0]!.network);
  return hiddenUnits(shape).flatMap((units, index): WalkGroup[] => {
    if (units < 2) return [];
    const layer = index + 1;
    const common = { own: false, lowest: layer, width: units, deeper: false, route: routeFor(layer, shape, 1) };
    const neurons = partnersAtMost(units);
    const walks = tasks.flatMap((task, network) => walksOf(task, network, { layer, units }, modes));
    const intact = tasks.map(({ repeat }, network): Walk => {
      return {
        network,
        curve: index,
        order: orderOf(repeat, layer, []),
        mode: modes[0]!,
        start: 0,
        restores: false,
      };
    });
    return [
      {
        ...common,
        single: true,
        paired: true,
        neurons,
        moves: Uint32Array.from({ length: neurons + 1 }, (_, at) => at),
        walks,
      },
      { ...common, single: false, neurons: 0, moves: Uint32Array.of(0), walks: intact },
    ];
  });
}

/** A table that is being filled. */
type FillingTable = Omit<PairRemovals, "lossIntact"> & { lossIntact: number };

function emptyTables({ repeat }: PairTask, hidden: readonly number[], modes: readonly ConstantMode[], samples: number) {
  return hidden.flatMap((units, index) =>
    modes.map((mode): FillingTable => {
      const pairs = pairsOf(withinLayer(index + 1, units));
      return {
        repeat,
        layer: index + 1,
        mode,
        samples,
        correct: new Uint32Array(pairs),
        loss: new Float64Array(pairs),
        lossAlone: new Float64Array(units),
        lossIntact: 0,
      };
    }),
  );
}

/**
 * Removes all pairs of hidden neurons of a layer, in networks of one architecture.
 * @returns per task: one table per hidden layer of two or more neurons and mode, layers outermost.
 * @throws RunError with what the device reported.
 */
export async function pairRemovals(
  gpu: GpuContext,
  split: DevicePages,
  tasks: readonly PairTask[],
  modes: readonly ConstantMode[],
  run: WalkRun = {},
): Promise<PairRemovals[][]> {
  const groups = modes.length === 0 ? [] : pairGroups(tasks, modes);
  const hidden = hiddenUnits(networkShape(tasks[0]!.network));
  const tables = tasks.map((task) => emptyTables(task, hidden, modes, split.count));
  const tableOf = ({ network, curve, mode }: Walk) => tables[network]![curve * modes.length + modes.indexOf(mode)]!;
  const walked = groups.length === 0 ? [] : await runWalks(gpu, split, tasks, groups, run);
  for (const { walk, correct, lossSum } of walked) {
    const { gone, curve, order } = walk;
    const intact = lossSum[0]! / split.count;
    if (gone === undefined) {
      for (const mode of modes) tableOf({ ...walk, mode }).lossIntact = intact;
      continue;
    }
    const table = tableOf(walk);
    const layers = withinLayer(curve + 1, hidden[curve]!);
    table.lossAlone[gone.neuron] = intact;
    order.neurons.forEach(({ neuron }, at) => {
      const place = pairPlace(layers, Math.min(gone.neuron, neuron), Math.max(gone.neuron, neuron));
      table.correct[place] = correct[at + 1]!;
      table.loss[place] = lossSum[at + 1]! / split.count;
    });
  }
  return tables.map((own) => own.filter(({ lossAlone }) => lossAlone.length > 1));
}
