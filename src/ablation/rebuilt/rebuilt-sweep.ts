/**
 * Curves of modes that rebuild removed neurons from kept ones: at every evaluated step the network with other weights, so that
 * a step is a solve on the host and a forward pass of the layers above the lowest ablated one, many networks at once.
 */
import type { AblationCurve, RebuildingMode, RemovalOrder } from "../../core/ablation.ts";
import { smallest } from "../../core/long-arrays.ts";
import { type Network, networkShape } from "../../core/network.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import { uploadNetworks } from "../../passes/device-networks.ts";
import type { DevicePages } from "../../passes/device-split.ts";
import { evaluate } from "../../passes/evaluate.ts";
import { hiddenPages, networkAbove } from "../hidden-outputs.ts";
import { prepareRebuilding, rebuiltReaders } from "../modes/rebuilt-network.ts";
import { removalSteps } from "../orders.ts";
import type { SweepOptions, SweepTask } from "../sweep-task.ts";
import { rebuiltAtOnce } from "./rebuilt-plan.ts";

interface RebuiltOptions extends SweepOptions {
  readonly modes: readonly RebuildingMode[];
}

interface Curve extends AblationCurve {
  readonly mode: RebuildingMode;
}

/** A step of a curve, and the layers above the lowest ablated one in it. */
interface Step {
  readonly curve: Curve;
  readonly place: number;
  readonly above: Network;
}

const lowestOf = ({ neurons }: RemovalOrder) => smallest(neurons.map(({ layer }) => layer));

/** The steps of curves whose lowest ablated layer is `lowest`, one curve after another, made when they are asked for. */
function* stepsOf({ network, moments }: SweepTask, curves: readonly Curve[], lowest: number): Generator<Step> {
  const above = networkAbove(network, lowest);
  const prepared = new Map<RebuildingMode, ReturnType<typeof prepareRebuilding>>();
  for (const curve of curves) {
    const start = prepared.get(curve.mode) ?? prepareRebuilding(curve.mode, moments!);
    prepared.set(curve.mode, start);
    const rebuilder = start();
    let gone = 0;
    for (const [place, removed] of curve.removed.entries()) {
      for (; gone < removed; gone++) rebuilder.remove(curve.order.neurons[gone]!);
      // The first layer of the network above reads hidden layer `lowest`.
      const layers = rebuiltReaders(above.layers, rebuilder.rebuilt().slice(lowest - 1));
      yield { curve, place, above: { activation: above.activation, layers } };
    }
  }
}

/**
 * Sweeps one network over the split (the test set).
 * @param task with moments
 * @param onProgress called with evaluations (forward passes over the whole split) done
 * @returns one curve per order and mode, orders outermost.
 * @throws RunError with what the device reported.
 */
export async function rebuiltSweep(
  gpu: GpuContext,
  split: DevicePages,
  task: SweepTask,
  { modes, stride }: RebuiltOptions,
  onProgress: (done: number) => void = () => {},
): Promise<AblationCurve[]> {
  const curves = task.orders.flatMap((order) =>
    modes.map((mode): Curve => {
      const removed = removalSteps(order.neurons.length, stride);
      const [correct, loss] = [new Uint32Array(removed.length), new Float64Array(removed.length)];
      return { order, mode, samples: split.count, removed, correct, loss };
    }),
  );
  let done = 0;
  for (const lowest of new Set(curves.map(({ order }) => lowestOf(order)))) {
    const own = curves.filter(({ order }) => lowestOf(order) === lowest);
    const pages = hiddenPages(gpu, task.network, lowest, split);
    const most = rebuiltAtOnce(gpu, networkShape(task.network).slice(lowest), split.count);
    for (const steps of inGroups(stepsOf(task, own, lowest), most)) {
      await evaluateSteps(gpu, pages, steps);
      done += steps.length;
      onProgress(done);
    }
  }
  return curves;
}

function* inGroups<T>(items: Iterable<T>, most: number): Generator<T[]> {
  let group: T[] = [];
  for (const item of items) {
    group.push(item);
    if (group.length < most) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** Puts what the networks of some steps give into their curves. */
async function evaluateSteps(gpu: GpuContext, pages: DevicePages, steps: readonly Step[]): Promise<void> {
  using networks = uploadNetworks(
    gpu,
    steps.map(({ above }) => above),
  );
  const { correct, loss } = await evaluate(gpu, networks, pages);
  for (const [index, { curve, place }] of steps.entries()) {
    curve.correct[place] = correct[index]!;
    curve.loss[place] = loss[index]!;
  }
}
