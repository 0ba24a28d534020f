/**
 * Which walks there are, and in what steps they are done: plain planning, no device.
 *
 * A curve is walked from where neurons that become 0 at its front are gone (its anchor): those are restored, the others
 * removed. Then a silent neuron changes nothing, by either, and samples whose logits tie keep exact ties: z without a neuron
 * that becomes 0 is never what a subtraction leaves. With zeros the anchor is the end; with means it mostly is the beginning.
 */
import type { ConstantMode, NeuronAddress, RemovalOrder } from "../../core/ablation.ts";
import { classesOf, hiddenLayers, hiddenUnits, type NetworkShape } from "../../core/layers/network-shape.ts";
import { greatest, smallest } from "../../core/long-arrays.ts";
import { type Network, networkShape } from "../../core/network.ts";
import { WALK_CLASSES, WALK_STEPS } from "../../gpu/kernels/walk.ts";
import { constantsIn } from "../modes/registry.ts";
import { removalSteps } from "../orders.ts";
import type { ReplacementConstants } from "../sweep-task.ts";

/** A network, the constants of modes and orders to walk along. */
interface WalkTask extends ReplacementConstants {
  readonly network: Network;
  readonly orders: readonly RemovalOrder[];
}

/** A stretch of one order in one mode over one network: a job of the walking shaders. */
export interface Walk {
  /** Index of the network among those that are swept together. */
  readonly network: number;
  /** Index into the orders of that network's task. */
  readonly curve: number;
  readonly order: RemovalOrder;
  readonly mode: ConstantMode;
  /** Neurons of the order that are gone where the walk begins. */
  readonly start: number;
  /** Whether it brings them back, last first, or removes those that follow; the latter counts its moves from the intact network. */
  readonly restores: boolean;
  /** Of removals in pairs: the neuron that is gone before the walk begins, in its mode. */
  readonly gone?: NeuronAddress;
}

/** Pre-activations that a walk starts from: its network's intact ones, those without any neuron of the layer, or its own. */
export type WalkStart = "intact" | "emptied" | "own";

/**
 * How the logits are reached from the pre-activations above the ablated layer: they are the logits (`tally`), one product
 * away (`product`), or further, or of many classes, or evaluated seldom (`layers`).
 */
export type Route = "tally" | "product" | "layers";

/** Walks that start in the same hidden layer and are evaluated after the same numbers of moves. */
export interface WalkGroup {
  /** Whether every evaluation removes one neuron alone, the next of the order, and not all before it too. */
  readonly single: boolean;
  /** Whether that happens beside another one, which is gone from the start: single walks whose starts are their own. */
  readonly paired?: boolean;
  /** Whether every walk has a start of its own. */
  readonly own: boolean;
  /** Lowest ablated hidden layer, from 1, and its neurons. */
  readonly lowest: number;
  readonly width: number;
  /** Whether layers above it are ablated too. */
  readonly deeper: boolean;
  readonly route: Route;
  readonly walks: readonly Walk[];
  /** Moves that each walk makes; where an order is shorter, it stands still at last. */
  readonly neurons: number;
  /** Moves done at the evaluations. */
  readonly moves: Uint32Array;
}

/** @param lowest ablated hidden layer, from 1 */
export function routeFor(lowest: number, shape: NetworkShape, stride: number): Route {
  const above = hiddenLayers(shape).length - lowest; // hidden layers above the ablated one
  // The other routes evaluate at every removal: where few removals are evaluated, storing outputs costs less.
  if (classesOf(shape) > WALK_CLASSES || above > 1 || stride > 1) return "layers";
  return above === 0 ? "tally" : "product";
}

/** Up to this stride evaluating every removal in registers costs less than storing outputs for every stride-th. */
const DENSE_STRIDE = 8;

/** Removals between two evaluations of a walk: those that were asked for, or 1 where more evaluations cost less. */
export function walkedStride(lowest: number, shape: NetworkShape, stride: number, neurons: number): number {
  return stride <= DENSE_STRIDE && routeFor(lowest, shape, 1) !== "layers" ? 1 : Math.min(stride, neurons);
}

/** Steps in one part of a route. */
export function stepsOf(route: Route): number {
  // Outputs of a part of `layers` are stored, which bounds its length.
  return route === "layers" ? 4 : WALK_STEPS;
}

/** Neurons removed at evaluations of a walk; -1 where it stands still. */
export function removedAfter({ start, restores }: Walk, moves: Uint32Array): Int32Array {
  return Int32Array.from(moves, (done) => (restores ? Math.max(start - done, -1) : done));
}

/** The neurons that the moves of a walk are about, in turn. */
export function movedNeurons({ order, start, restores }: Walk): readonly NeuronAddress[] {
  return restores ? order.neurons.slice(0, start).toReversed() : order.neurons;
}

export function startOf({ order, start }: Walk, { lowest, width }: Pick<WalkGroup, "lowest" | "width">): WalkStart {
  if (start === 0) return "intact";
  const gone = order.neurons.slice(0, start).filter(({ layer }) => layer === lowest);
  return gone.length === width ? "emptied" : "own";
}

/** What replaces a neuron's output. */
export function replacement(mode: ConstantMode, given: ReplacementConstants, at: NeuronAddress): number {
  return constantsIn(mode, given)?.[at.layer - 1]?.[at.neuron] ?? 0;
}

/** Neurons at the front of an order that become 0. */
function anchorOf({ neurons }: RemovalOrder, constantOf: (at: NeuronAddress) => number): number {
  const other = neurons.findIndex((neuron) => constantOf(neuron) !== 0);
  return other === -1 ? neurons.length : other;
}

/** Where an order is walked. */
interface Course {
  readonly lowest: number;
  readonly deeper: boolean;
  readonly route: Route;
  /** Numbers of removed neurons that are evaluated. */
  readonly removed: Uint32Array;
}

function courseOf({ neurons }: RemovalOrder, shape: NetworkShape, stride: number): Course {
  const layers = neurons.map(({ layer }) => layer);
  const lowest = smallest(layers);
  const walked = walkedStride(lowest, shape, stride, neurons.length);
  const removed = removalSteps(neurons.length, walked);
  return { lowest, deeper: greatest(layers) > lowest, route: routeFor(lowest, shape, walked), removed };
}

/** Walks whose intact network comes out the same to the bit. */
export function intactKey(
  { lowest, deeper, route }: Omit<Course, "removed">,
  { network }: Pick<Walk, "network">,
): string {
  return JSON.stringify([network, lowest, deeper, route]);
}

/** The groups of walks so far. */
class WalkGroups {
  /** [hidden layers] */
  readonly #units: readonly number[];
  readonly #single: boolean;
  readonly #groups = new Map<string, WalkGroup & { readonly walks: Walk[] }>();
  /** Of walks that begin with the intact network. */
  readonly #intact = new Set<string>();

  constructor(units: readonly number[], single: boolean) {
    this.#units = units;
    this.#single = single;
  }

  get all(): WalkGroup[] {
    return [...this.#groups.values()];
  }

  add(walk: Walk, { lowest, deeper, route }: Course, moves: Uint32Array): void {
    const neurons = moves.at(-1)!;
    const width = this.#units[lowest - 1]!;
    const own = !this.#single && startOf(walk, { lowest, width }) === "own";
    // Evaluations lie as far apart as the first two, but for the last.
    const key = JSON.stringify([own, lowest, deeper, route, neurons, moves[1], moves.length]);
    const common = { single: this.#single, own, lowest, width, deeper, route, neurons, moves };
    const group = this.#groups.get(key) ?? { ...common, walks: [] };
    this.#groups.set(key, group);
    group.walks.push(walk);
    if (walk.start === 0) this.#intact.add(intactKey(group, walk));
  }

  /** A walk that evaluates the intact network alone, unless another one begins with it. */
  addIntact(walk: Walk, course: Course): void {
    if (this.#intact.has(intactKey(course, walk))) return;
    this.add({ ...walk, start: 0, restores: false }, course, Uint32Array.of(0));
  }
}

/**
 * Moves at the evaluations of a walk that restores `start` neurons, the last of which are at whole parts, so that walks of nearly the
 * same length share a group; none where all that it would evaluate is known from others: its start, and the intact network.
 */
function restoringMoves({ removed, route }: Course, start: number): Uint32Array {
  if (start === removed.at(-1)) return removed.map((count) => start - count).reverse();
  const between = removed.filter((count) => count > 0 && count < start);
  if (between.length === 0) return between;
  const lead = start - between.at(-1)!;
  const evaluations = Math.ceil((1 + between.length) / stepsOf(route)) * stepsOf(route);
  return Uint32Array.from({ length: evaluations }, (_, at) => (at === 0 ? 0 : lead + (at - 1) * removed[1]!));
}

/** Groups the walks of several networks; within a group: networks outermost, then orders, then modes. */
export function walkGroups(
  tasks: readonly WalkTask[],
  modes: readonly ConstantMode[],
  { stride, single = false }: { readonly stride: number; readonly single?: boolean },
): WalkGroup[] {
  const shape = networkShape(tasks[0]!.network);
  const groups = new WalkGroups(hiddenUnits(shape), single);
  const restoring: { readonly walk: Walk; readonly course: Course; readonly moves: Uint32Array }[] = [];
  tasks.forEach((task, network) => {
    task.orders.forEach((order, curve) => {
      const course = courseOf(order, shape, stride);
      for (const mode of modes) {
        const start = single ? 0 : anchorOf(order, (at) => replacement(mode, task, at));
        const walk = { network, curve, order, mode, start };
        if (start < order.neurons.length) groups.add({ ...walk, restores: false }, course, course.removed);
        if (start === 0) continue;
        const moves = restoringMoves(course, start);
        restoring.push({ walk: { ...walk, restores: true }, course, moves });
      }
    });
  });
  for (const { walk, course, moves } of restoring) {
    if (moves.length > 0) groups.add(walk, course, moves);
  }
  for (const { walk, course } of restoring) groups.addIntact(walk, course);
  return groups.all;
}

/** A step of the route `product`: removals that change the state, then the evaluations up to the next such ones. */
interface ProductStep {
  /** Moves done before the step, and after it. */
  readonly begin: number;
  readonly end: number;
  /** The evaluation that follows it. */
  readonly evaluation: number;
  /** Evaluations after that one whose moves are all above the lowest ablated layer. */
  readonly upper: number;
}

/** The steps of one walk: evaluation 0, and each before which a neuron of the lowest ablated layer moves. */
export function productSteps({ lowest, moves, single }: WalkGroup, walk: Walk): ProductStep[] {
  const steps: { begin: number; end: number; evaluation: number; upper: number }[] = [];
  const moved = movedNeurons(walk);
  moves.forEach((end, evaluation) => {
    if (end > moved.length) return;
    const begin = evaluation === 0 ? 0 : moves[evaluation - 1]!;
    const changesState = moved.slice(begin, end).some(({ layer }) => layer === lowest);
    if (single || evaluation === 0 || changesState) steps.push({ begin, end, evaluation, upper: 0 });
    else steps.at(-1)!.upper++;
  });
  return steps;
}

/** Consecutive steps done in one dispatch. */
export interface StepRange {
  readonly first: number;
  readonly count: number;
}

export function stepRanges(steps: number, most: number): StepRange[] {
  const ranges: StepRange[] = [];
  for (let first = 0; first < steps; first += most) ranges.push({ first, count: Math.min(most, steps - first) });
  return ranges;
}
