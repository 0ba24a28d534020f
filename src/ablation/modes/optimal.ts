/**
 * For each hidden neuron, it alone replaced, the constant with which the network's loss on the validation set is least: looked for
 * among the neuron's mean, 0, the least and the largest of its outputs, then by golden-section search (Kiefer 1953) between the outermost
 * of these. A loss with several valleys may keep another one for itself: then what was found is at least as good as mean and 0.
 *
 * Neurons of all networks are searched at once: a step is one set of single removals. Losses are sums of float32 numbers, so that near
 * a minimum constants a few ten-thousandths of the interval apart are told no better than by rounding.
 */
import { hiddenUnits } from "../../core/layers/network-shape.ts";
import { type Network, networkShape } from "../../core/network.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import { uploadNetworks } from "../../passes/device-networks.ts";
import type { DevicePages } from "../../passes/device-split.ts";
import { createExtremesCollector } from "../../passes/evidence/level-edges.ts";
import { ride } from "../../passes/evidence/ride.ts";
import type { SingleTask } from "../walks/single-removals.ts";
import { singleRemovals } from "../walks/single-removals.ts";

/** Constants of a neuron that are tried: four that are known, and 16 in an interval that shrinks to .618^15 = 0.07 % of the first. */
const GOLDEN_STEPS = 16;
export const TRIED_CONSTANTS = 4 + GOLDEN_STEPS;

/** (sqrt(5) - 1) / 2: what an interval keeps of its length at a step. */
const KEPT = (Math.sqrt(5) - 1) / 2;

/** The interval in which one neuron's constant is searched for, and the point in it whose loss is known. */
interface Bracket {
  low: number;
  high: number;
  /** NaN until one is known. */
  inner: number;
  loss: number;
}

/** Where the next loss is wanted: at the golden section that is not known yet. */
function nextPoint({ low, high, inner }: Bracket): number {
  const [first, second] = [high - KEPT * (high - low), low + KEPT * (high - low)];
  if (Number.isNaN(inner)) return first;
  return inner - low > (high - low) / 2 ? first : second;
}

/** Leaves out the end beyond the worse of two inner points. */
function narrow(bracket: Bracket, point: number, loss: number): void {
  if (Number.isNaN(bracket.inner)) {
    bracket.inner = point;
    bracket.loss = loss;
    return;
  }
  const keepsPoint = loss < bracket.loss;
  const [kept, left] = keepsPoint ? [point, bracket.inner] : [bracket.inner, point];
  if (left < kept) bracket.low = left;
  else bracket.high = left;
  bracket.inner = kept;
  bracket.loss = keepsPoint ? loss : bracket.loss;
}

type Search = Pick<SingleTask, "network" | "repeat" | "meanActivations">;

/** [tasks][hidden layers]: [units, 2] the least and the largest output. */
async function outputRanges(gpu: GpuContext, split: DevicePages, all: readonly Network[]): Promise<Float32Array[][]> {
  using networks = uploadNetworks(gpu, all);
  const extremes = createExtremesCollector(networks);
  await ride({ gpu, networks, split }, "find extremes", [extremes]);
  const ranges = extremes.ranges();
  return all.map((_, network) =>
    ranges.map((words) => {
      const each = words.length / all.length;
      return words.subarray(network * each, (network + 1) * each);
    }),
  );
}

/** What is known of all neurons of a task. */
class ConstantSearch {
  /** Per hidden layer: [units] the best constants so far, and their losses. */
  readonly best: readonly Float32Array[];
  readonly #losses: readonly Float64Array[];
  readonly #brackets: readonly (readonly Bracket[])[];

  constructor({ network }: Search, ranges: readonly Float32Array[]) {
    const units = hiddenUnits(networkShape(network));
    this.best = units.map((own) => new Float32Array(own));
    this.#losses = units.map((own) => new Float64Array(own).fill(Number.POSITIVE_INFINITY));
    this.#brackets = units.map((own, layer) =>
      Array.from({ length: own }, (_, neuron) => {
        const [least, largest] = [ranges[layer]![2 * neuron]!, ranges[layer]![2 * neuron + 1]!];
        return { low: Math.min(least, 0), high: Math.max(largest, 0), inner: Number.NaN, loss: Number.NaN };
      }),
    );
  }

  /** The ends of the intervals, which no golden section reaches. */
  ends(which: "low" | "high"): Float32Array[] {
    return this.#brackets.map((layer) => Float32Array.from(layer, (bracket) => bracket[which]));
  }

  /** Constants whose losses are wanted next, as a device has them. */
  get points(): Float32Array[] {
    return this.#brackets.map((layer) => Float32Array.from(layer, nextPoint));
  }

  /** @param losses per hidden layer: [units] */
  note(constants: readonly Float32Array[], losses: readonly Float64Array[]): void {
    for (const [layer, row] of losses.entries()) {
      for (const [neuron, loss] of row.entries()) {
        if (!(loss < this.#losses[layer]![neuron]!)) continue;
        this.#losses[layer]![neuron] = loss;
        this.best[layer]![neuron] = constants[layer]![neuron]!;
      }
    }
  }

  narrow(constants: readonly Float32Array[], losses: readonly Float64Array[]): void {
    for (const [layer, row] of this.#brackets.entries()) {
      for (const [neuron, bracket] of row.entries()) {
        narrow(bracket, constants[layer]![neuron]!, losses[layer]![neuron]!);
      }
    }
  }
}

/**
 * @param tasks networks of one architecture
 * @param onProgress called with the share that is done
 * @returns [tasks][hidden layers]: [units]
 * @throws RunError with what the device reported
 */
export async function optimalConstants(
  gpu: GpuContext,
  validation: DevicePages,
  tasks: readonly Search[],
  onProgress: (share: number) => void = () => {},
): Promise<Float32Array[][]> {
  const networks = tasks.map(({ network }) => network);
  const ranges = await outputRanges(gpu, validation, networks);
  const searches = tasks.map((task, index) => new ConstantSearch(task, ranges[index]!));
  let done = 0;
  /** Per task and hidden layer: the losses with these constants. */
  async function lossesOf(constants: readonly (readonly Float32Array[])[]): Promise<Float64Array[][]> {
    const tried = tasks.map(({ network, repeat, meanActivations }, index): SingleTask => {
      return { network, repeat, meanActivations, optimalConstants: constants[index]! };
    });
    const report = (evaluations: number, of: number) => onProgress((done + evaluations / of) / TRIED_CONSTANTS);
    const found = await singleRemovals(gpu, validation, tried, ["optimal"], { onProgress: report });
    done++;
    return found.map((layers) => layers.map(({ loss }) => loss));
  }
  const means = tasks.map(({ meanActivations }) => meanActivations);
  const zeros = means.map((layers) => layers.map(({ length }) => new Float32Array(length)));
  const ends = (["low", "high"] as const).map((which) => searches.map((search) => search.ends(which)));
  for (const constants of [means, zeros, ...ends]) {
    const losses = await lossesOf(constants);
    for (const [index, search] of searches.entries()) search.note(constants[index]!, losses[index]!);
  }
  for (let step = 0; step < GOLDEN_STEPS; step++) {
    const points = searches.map((search) => search.points);
    const losses = await lossesOf(points);
    for (const [index, search] of searches.entries()) {
      search.note(points[index]!, losses[index]!);
      search.narrow(points[index]!, losses[index]!);
    }
  }
  return searches.map(({ best }) => [...best]);
}
