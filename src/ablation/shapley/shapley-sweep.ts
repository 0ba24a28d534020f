/**
 * Shapley values of all hidden neurons of some networks, each in the game of its layer, from losses along random orders: nested removals
 * are marginal losses, so the fast sweep gives every neuron of a layer a sample for each order.
 */
import type { AblationMode, RemovalOrder } from "../../core/ablation.ts";
import type { ShapleyValues } from "../../core/evidence.ts";
import { hiddenUnits, type NetworkShape } from "../../core/layers/network-shape.ts";
import { networkShape } from "../../core/network.ts";
import { RandomSequence, streams } from "../../core/random.ts";
import { layerScope } from "../../core/scope.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import { type PlanBasis, totalBytes } from "../../gpu/device/plan-basis.ts";
import type { DevicePages } from "../../passes/device-split.ts";
import { planBesideData, type SweepPlan } from "../sweep-plan.ts";
import type { SweepTask } from "../sweep-task.ts";
import { curveEvaluations, fastSweep } from "../walks/fast-sweep.ts";
import { gameOf, type LayerGame, ordersOfLayer, type ShapleySampling } from "./layer-games.ts";

/** What is asked for of all networks alike. */
export interface ShapleyRequest extends ShapleySampling {
  /** What may stand for a removed neuron. */
  readonly modes: readonly AblationMode[];
  readonly seed: number;
}

/** A network with the number of its repeat, which its permutations hang on. */
interface ShapleyTask extends Omit<SweepTask, "orders"> {
  readonly repeat: number;
}

/** What the sweeps of one network come to. */
export function shapleyEvaluations(shape: NetworkShape, request: ShapleyRequest): number {
  const ofLayer = (units: number) => ordersOfLayer(units, request).all * (units + 1);
  return request.modes.length * hiddenUnits(shape).reduce((sum, units) => sum + ofLayer(units), 0);
}

/** What is alive beside the data at the fullest moment of such a sweep, and how many networks are swept together. */
export function shapleyPlan(
  basis: PlanBasis,
  { shape, samples, networks }: { readonly shape: NetworkShape; readonly samples: number; readonly networks: number },
  request: ShapleyRequest,
): SweepPlan {
  const ordersPerScope = hiddenUnits(shape).map((units) => ordersOfLayer(units, request).atOnce);
  const plans = request.modes.map((mode) => {
    const sweep = { shape, test: samples, modes: [mode], stride: 1, sweep: "fast", singles: "none" } as const;
    return planBesideData(basis, { ...sweep, scopes: ["layers"], ordersPerScope }, networks);
  });
  return plans.reduce((fullest, plan) => (totalBytes(plan.arrays) > totalBytes(fullest.arrays) ? plan : fullest));
}

/** The layer's permutation of a number, whoever else is sampled beside it. @param layer from 1 */
function permutationOf(units: number, { repeat }: ShapleyTask, seed: number, layer: number) {
  const instance = (pair: number) => layer * 0x10000 + pair;
  return (pair: number) => new RandomSequence(seed, repeat, streams.shapley, instance(pair)).permutation(units);
}

/** One mode of those that are asked for. */
interface ModeSweep {
  readonly mode: AblationMode;
  /** Told of the share that is done, up to 1; what ends early counts when all is done. */
  readonly onProgress?: (share: number) => void;
}

/** Networks that are swept together, with a game for each hidden layer: [networks][hidden layers]. */
interface Round {
  readonly tasks: readonly ShapleyTask[];
  readonly games: readonly (readonly LayerGame[])[];
  readonly mode: AblationMode;
}

function ordersOf({ repeat }: ShapleyTask, games: readonly LayerGame[]): RemovalOrder[] {
  return games.flatMap((game, index) =>
    game.next().map((order, draw): RemovalOrder => {
      const neurons = Array.from(order, (neuron) => ({ layer: index + 1, neuron }));
      return { repeat, scope: layerScope(index + 1), measure: "shapley", direction: "none", draw, neurons };
    }),
  );
}

/**
 * Sweeps the next orders of all games.
 * @param onEvaluated told of evaluations that are done
 * @returns how many there were in all; 0 where no game goes on
 */
async function playOn(
  gpu: GpuContext,
  split: DevicePages,
  { tasks, games, mode }: Round,
  onEvaluated: (done: number) => void,
): Promise<number> {
  const waiting = tasks
    .map((task, index) => ({ ...task, games: games[index]!, orders: ordersOf(task, games[index]!) }))
    .filter(({ orders }) => orders.length > 0);
  if (waiting.length === 0) return 0;
  const options = { modes: [mode], stride: 1 };
  const curves = await fastSweep(gpu, split, waiting, options, onEvaluated);
  for (const [index, of] of waiting.entries()) {
    for (const [layer, game] of of.games.entries()) {
      const own = curves[index]!.filter(({ order }) => order.scope === layerScope(layer + 1));
      game.take(own.map(({ loss }) => loss));
    }
  }
  return waiting.reduce((sum, task) => sum + curveEvaluations(task, options), 0);
}

/**
 * The values in one of the modes that are asked for.
 * @param split the validation set
 * @param tasks networks of one architecture
 * @returns [networks][hidden layers]; a network's are the same whatever is sampled beside it
 * @throws RunError with what the device reported
 */
export async function shapleyValues(
  gpu: GpuContext,
  split: DevicePages,
  tasks: readonly ShapleyTask[],
  request: ShapleyRequest,
  { mode, onProgress }: ModeSweep,
): Promise<ShapleyValues[][]> {
  const shape = networkShape(tasks[0]!.network);
  // No page has more samples.
  const size = { shape, samples: split.count, networks: tasks.length };
  const together = shapleyPlan(gpu, size, { ...request, modes: [mode] }).networks.count;
  const all = tasks.length * shapleyEvaluations(shape, { ...request, modes: [mode] });
  let evaluated = 0;
  const found: ShapleyValues[][] = [];
  for (let first = 0; first < tasks.length; first += together) {
    const group = tasks.slice(first, first + together);
    const games = group.map((task) =>
      hiddenUnits(shape).map((units, index) =>
        gameOf(units, permutationOf(units, task, request.seed, index + 1), request),
      ),
    );
    const round = { tasks: group, games, mode };
    for (let more = Number.POSITIVE_INFINITY; more > 0; evaluated += more) {
      const before = evaluated;
      more = await playOn(gpu, split, round, (done) => onProgress?.((before + done) / all));
    }
    for (const layers of games) found.push(layers.map((game) => game.values()));
  }
  onProgress?.(1);
  return found;
}
