/**
 * Shapley values of all hidden neurons of some networks, each in the game of its layer or all in the game of the whole network, from
 * losses along random orders: nested removals are marginal losses, so the fast sweep gives every neuron a sample for each order.
 */
import type { NeuronAddress, RemovalOrder, ReplacementMode } from "../../core/ablation.ts";
import type { ShapleyValues } from "../../core/evidence.ts";
import { hiddenUnits, type NetworkShape } from "../../core/layers/network-shape.ts";
import { networkShape } from "../../core/network.ts";
import { RandomSequence, streams } from "../../core/random.ts";
import { layerScope, type ScopeKind, type ScopeText } from "../../core/scope.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import { type PlanBasis, totalBytes } from "../../gpu/device/plan-basis.ts";
import type { DevicePages } from "../../passes/device-split.ts";
import { planBesideData, type SweepPlan } from "../sweep-plan.ts";
import type { SweepTask } from "../sweep-task.ts";
import { curveEvaluations, fastSweep } from "../walks/fast-sweep.ts";
import { gameOf, ordersOfGame, type RemovalGame, type ShapleySampling } from "./removal-games.ts";

/** Whose neurons are removed together, and what stands for them. */
export interface ShapleyGame {
  /** `layers`: each hidden layer is a game of its own. `network`: all hidden neurons are players of one. */
  readonly players: Extract<ScopeKind, "layers" | "network">;
  readonly mode: ReplacementMode;
}

interface SeededSampling extends ShapleySampling {
  readonly seed: number;
}

/** What is asked for of all networks alike. */
export interface ShapleyRequest extends SeededSampling {
  readonly games: readonly ShapleyGame[];
}

/** A network with the number of its repeat, which its permutations hang on. */
interface ShapleyTask extends Omit<SweepTask, "orders"> {
  readonly repeat: number;
}

/** Neurons that are removed together, in a game of their own. */
interface Players {
  readonly scope: ScopeText;
  /** In the order layer, neuron. */
  readonly neurons: readonly NeuronAddress[];
}

/** One for each hidden layer, or one for all. */
function playersOf(shape: NetworkShape, { players }: Pick<ShapleyGame, "players">): Players[] {
  const layers = hiddenUnits(shape).map((units, index): Players => {
    const neurons = Array.from({ length: units }, (_, neuron) => ({ layer: index + 1, neuron }));
    return { scope: layerScope(index + 1), neurons };
  });
  return players === "layers" ? layers : [{ scope: "network", neurons: layers.flatMap(({ neurons }) => neurons) }];
}

/** What the sweeps of one network come to. */
export function shapleyEvaluations(shape: NetworkShape, request: ShapleyRequest): number {
  const ofPlayers = ({ neurons: { length } }: Players) => ordersOfGame(length, request).all * (length + 1);
  return request.games.flatMap((game) => playersOf(shape, game)).reduce((sum, players) => sum + ofPlayers(players), 0);
}

/** Orders of the players' scopes that are swept together, as plans have them. */
function scopesSwept(shape: NetworkShape, game: ShapleyGame, sampling: ShapleySampling) {
  const atOnce = playersOf(shape, game).map(({ neurons }) => ordersOfGame(neurons.length, sampling).atOnce);
  if (game.players === "layers") return { scopes: ["layers"], ordersPerScope: atOnce } as const;
  return { scopes: ["network"], ordersPerScope: { layers: 0, network: atOnce[0]!, "network-ranked": 0 } } as const;
}

/** What is alive beside the data at the fullest moment of such a sweep, and how many networks are swept together. */
export function shapleyPlan(
  basis: PlanBasis,
  { shape, samples, networks }: { readonly shape: NetworkShape; readonly samples: number; readonly networks: number },
  request: ShapleyRequest,
): SweepPlan {
  const plans = request.games.map((game) => {
    const sweep = { shape, test: samples, modes: [game.mode], stride: 1, sweep: "fast", singles: "none" } as const;
    return planBesideData(basis, { ...sweep, ...scopesSwept(shape, game, request) }, networks);
  });
  return plans.reduce((fullest, plan) => (totalBytes(plan.arrays) > totalBytes(fullest.arrays) ? plan : fullest));
}

/** The players' permutation of a number, whoever else is sampled beside them. @param layer from 1; 0: the whole network */
function permutationOf(units: number, { repeat }: ShapleyTask, seed: number, layer: number) {
  const instance = (pair: number) => layer * 0x10000 + pair;
  return (pair: number) => new RandomSequence(seed, repeat, streams.shapley, instance(pair)).permutation(units);
}

interface GameSweep extends ShapleyGame {
  /** Told of the share that is done, up to 1; what ends early counts when all is done. */
  readonly onProgress?: (share: number) => void;
}

/** Networks that are swept together, with their games: [networks][players]. */
interface Round {
  readonly tasks: readonly ShapleyTask[];
  readonly players: readonly Players[];
  readonly games: readonly (readonly RemovalGame[])[];
  readonly mode: ReplacementMode;
}

function ordersOf({ repeat }: ShapleyTask, players: readonly Players[], games: readonly RemovalGame[]): RemovalOrder[] {
  return games.flatMap((game, index) => {
    const { scope, neurons: all } = players[index]!;
    return game.next().map((order, draw): RemovalOrder => {
      const neurons = Array.from(order, (at) => all[at]!);
      return { repeat, scope, measure: "shapley", direction: "none", draw, neurons };
    });
  });
}

/**
 * Sweeps the next orders of all games.
 * @param onEvaluated told of evaluations that are done
 * @returns how many there were in all; 0 where no game goes on
 */
async function playOn(
  gpu: GpuContext,
  split: DevicePages,
  { tasks, players, games, mode }: Round,
  onEvaluated: (done: number) => void,
): Promise<number> {
  const waiting = tasks
    .map((task, index) => ({ ...task, games: games[index]!, orders: ordersOf(task, players, games[index]!) }))
    .filter(({ orders }) => orders.length > 0);
  if (waiting.length === 0) return 0;
  const options = { modes: [mode], stride: 1 };
  const curves = await fastSweep(gpu, split, waiting, options, onEvaluated);
  for (const [index, of] of waiting.entries()) {
    for (const [at, game] of of.games.entries()) {
      const own = curves[index]!.filter(({ order }) => order.scope === players[at]!.scope);
      game.take(own.map(({ loss }) => loss));
    }
  }
  return waiting.reduce((sum, task) => sum + curveEvaluations(task, options), 0);
}

/** Values of the players of a whole network, by hidden layer. */
function byLayer({ values, standardErrors, draws }: ShapleyValues, units: readonly number[]): ShapleyValues[] {
  let first = 0;
  return units.map((own) => {
    first += own;
    const slice = (all: Float64Array) => all.slice(first - own, first);
    return { values: slice(values), standardErrors: slice(standardErrors), draws };
  });
}

/**
 * The values in one game, or in the games of all layers.
 * @param split the validation set
 * @param tasks networks of one architecture
 * @returns [networks][hidden layers]; a network's are the same whatever is sampled beside it
 * @throws RunError with what the device reported
 */
export async function shapleyValues(
  gpu: GpuContext,
  split: DevicePages,
  tasks: readonly ShapleyTask[],
  sampling: SeededSampling,
  { players: kind, mode, onProgress }: GameSweep,
): Promise<ShapleyValues[][]> {
  const shape = networkShape(tasks[0]!.network);
  // No page has more samples.
  const size = { shape, samples: split.count, networks: tasks.length };
  const request: ShapleyRequest = { ...sampling, games: [{ players: kind, mode }] };
  const together = shapleyPlan(gpu, size, request).networks.count;
  const all = tasks.length * shapleyEvaluations(shape, request);
  const players = playersOf(shape, { players: kind });
  let evaluated = 0;
  const found: ShapleyValues[][] = [];
  for (let first = 0; first < tasks.length; first += together) {
    const group = tasks.slice(first, first + together);
    const games = group.map((task) =>
      players.map(({ neurons: { length } }, index) =>
        gameOf(length, permutationOf(length, task, sampling.seed, kind === "layers" ? index + 1 : 0), sampling),
      ),
    );
    const round = { tasks: group, players, games, mode };
    for (let more = Number.POSITIVE_INFINITY; more > 0; evaluated += more) {
      const before = evaluated;
      more = await playOn(gpu, split, round, (done) => onProgress?.((before + done) / all));
    }
    for (const own of games) {
      const values = own.map((game) => game.values());
      found.push(kind === "layers" ? values : byLayer(values[0]!, hiddenUnits(shape)));
    }
  }
  onProgress?.(1);
  return found;
}
