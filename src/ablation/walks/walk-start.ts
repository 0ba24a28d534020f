/** What walks start from: exact pre-activations, computed as the masked sweep does, of networks that lack some neurons or none. */
import type { NetworkShape } from "../../core/layers/network-shape.ts";
import { write } from "../../gpu/device/device-array.ts";
import { f32, structs, u32, uniforms } from "../../gpu/device/layout.ts";
import type { Owned } from "../../gpu/device/owned.ts";
import { lanesOf, quadsOf } from "../../gpu/device/packing.ts";
import type { Recorder } from "../../gpu/device/recorder.ts";
import { writeUniforms } from "../../gpu/device/uniforms.ts";
import { forward } from "../../gpu/generated/shaders.ts";
import type { ForwardJob } from "../../gpu/kernels/forward.ts";
import { onDevice } from "../../gpu/layers/registry.ts";
import { writeJobs } from "../../passes/forward-pass.ts";
import { removalPositions } from "../masked/removal-masks.ts";
import type { Start, WalkBatch, WalkStarts, WalkTables } from "./walk-batch.ts";
import { replacement, type StepRange, startOf, type WalkGroup, type WalkStart } from "./walk-plan.ts";
import type { WalkedNetwork } from "./walk-tables.ts";

/** Kinds of starts that walks of a network share, in the order of their slabs; of single removals, see singleStarts. */
export function sharedStarts(group: WalkGroup): Exclude<WalkStart, "own">[] {
  if (group.single) return ["emptied", "intact"];
  const kinds = new Set(group.walks.map((walk) => startOf(walk, group)));
  return (["intact", "emptied"] as const).filter((kind) => kinds.has(kind));
}

export function walkStarts({ group, walks }: WalkBatch, networks: number): WalkStarts {
  const shared = sharedStarts(group);
  const every = Array.from({ length: group.width }, (_, neuron) => neuron);
  const slabs: Start[] = shared.flatMap((kind) =>
    Array.from({ length: networks }, (_, network) => ({ network, removed: kind === "emptied" ? every : [] })),
  );
  const slabOf = walks.map((walk) => {
    const kind = startOf(walk, group);
    if (kind !== "own") return shared.indexOf(kind) * networks + walk.network;
    const gone = walk.order.neurons.slice(0, walk.start).filter(({ layer }) => layer === group.lowest);
    slabs.push({ network: walk.network, removed: gone.map(({ neuron }) => neuron) });
    return slabs.length - 1;
  });
  return { slabs, slabOf };
}

/** Neurons of a network that a part of single removals is about; of one without walks in the batch, any. */
function removedAlone({ walks }: WalkBatch, network: number, { first, count }: StepRange): number[] {
  const { order } = walks.find((walk) => walk.network === network) ?? walks[0]!;
  return order.neurons.slice(Math.max(first, 1) - 1, first + count - 1).map(({ neuron }) => neuron);
}

/**
 * Slabs of single removals: where some neuron becomes 0 the networks without the neurons of a part, from which it is left out; then the
 * intact ones.
 */
export function singleStarts(batch: WalkBatch, tasks: readonly WalkedNetwork[], part: StepRange): WalkStarts {
  const each = (neuronsOf: (network: number) => readonly number[]) =>
    tasks.map((_, network) => ({ network, removed: neuronsOf(network) }));
  const without = hasZeros(batch, tasks) ? each((network) => removedAlone(batch, network, part)) : [];
  return {
    slabs: [...without, ...each(() => [])],
    slabOf: batch.walks.map(({ network }) => without.length + network),
  };
}

/** Whether some neuron of the batch becomes 0, so that the slabs without a part's neurons are read. */
function hasZeros({ walks, group }: WalkBatch, tasks: readonly WalkedNetwork[]): boolean {
  return walks.some(({ mode, network, order }) =>
    order.neurons.some((at) => at.layer === group.lowest && replacement(mode, tasks[network]!, at) === 0),
  );
}

/** What decides the size of the arrays of starts. */
interface StartSize {
  readonly shape: NetworkShape;
  /** Lowest ablated hidden layer, from 1. */
  readonly lowest: number;
  /** Starts that are computed. */
  readonly jobs: number;
  /** Sets of neurons that they lack. */
  readonly rows: number;
  /** Parts on chunks of samples. */
  readonly batches: number;
}

export function startLayout({ shape, lowest, jobs, rows, batches }: StartSize) {
  const lanes = lanesOf(shape[lowest - 1]!.units);
  return {
    layer: onDevice(shape[lowest]!).forwardUniform,
    batch: uniforms(forward, "Batch", batches),
    jobs: structs(forward, "Job", jobs),
    positions: u32(rows, lanes),
    replacements: f32(1, lanes),
  };
}

/** Computes starts: `part` 0 before all else of a chunk, further ones before each further part. */
type Begin = (to: Recorder, chunk: number, part: number) => void;

export async function createStart(tables: WalkTables, own: Owned): Promise<Begin> {
  const { device, batch, ranges, starts, state } = tables;
  const { gpu, networks, pass, tasks } = device;
  const { lowest, width, single } = batch.group;
  const { shape } = networks;
  const parts = [starts.slabs];
  // Of single removals, each further part replaces the slabs that lack its neurons.
  if (single && hasZeros(batch, tasks)) {
    for (const range of ranges.slice(1)) parts.push(singleStarts(batch, tasks, range).slabs.slice(0, networks.count));
  }
  const rows = new Rows();
  const jobs = parts.flat().map(
    ({ network, removed }): ForwardJob => ({
      network,
      curve: rows.of(removed),
      replacement: 0,
      removed: removed.length,
    }),
  );
  const firsts = parts.map((_, part) => parts.slice(0, part).reduce((sum, { length }) => sum + length, 0));
  const batches = pass.chunks.flatMap((chunk) => firsts.map((first_job) => ({ ...chunk, first_job })));
  const size = { shape, lowest, jobs: jobs.length, rows: rows.count, batches: batches.length };
  const { layer, batch: batchUniform, jobs: table, positions, replacements } = own.allocate(startLayout(size), "start");
  writeUniforms(gpu, forward, batchUniform, batches);
  writeJobs(gpu, table, jobs);
  write(gpu, positions, rows.positions(width));
  const reader = shape[lowest]!;
  const work = await onDevice(reader).forward(gpu, reader, {
    parameters: networks.parameters[lowest]!,
    activation: "identity",
    source: { inputs: pass.outputs[lowest - 1]! },
    outputs: state,
    layer,
    batch: batchUniform,
    jobs: table,
    sharedSource: true,
    masks: { positions, replacements, quads: quadsOf(width), offset: 0 }, // replaced by 0
  });
  return (to, chunk, part) => {
    if (part >= parts.length) return;
    work.encode(to, pass.chunks[chunk]!.count, parts[part]!.length, chunk * parts.length + part);
  };
}

/** Distinct sets of removed neurons, as rows of positions. */
class Rows {
  readonly #rows = new Map<string, number>();
  readonly #sets: (readonly number[])[] = [];

  get count(): number {
    return this.#sets.length;
  }

  of(removed: readonly number[]): number {
    const key = removed.join();
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    this.#rows.set(key, this.#sets.length);
    return this.#sets.push(removed) - 1;
  }

  /** [rows, lanes] of a layer of `width` neurons. */
  positions(width: number): Uint32Array {
    const orders = this.#sets.map((removed) => ({ neurons: removed.map((neuron) => ({ layer: 1, neuron })) }));
    return removalPositions(orders, [width]);
  }
}
