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
import { replacement, type StepRange, startOf, type Walk, type WalkGroup, type WalkStart } from "./walk-plan.ts";
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
  return { slabs, slabOf, renewed: 0 };
}

/** Neurons that a part of single removals is about. */
function removedAlone({ order }: Walk, { first, count }: StepRange): number[] {
  return order.neurons.slice(Math.max(first, 1) - 1, first + count - 1).map(({ neuron }) => neuron);
}

/**
 * Slabs of single removals: where some neuron becomes 0 the networks without the neurons of a part, from which it is left out; then the
 * intact ones.
 */
export function singleStarts(batch: WalkBatch, tasks: readonly WalkedNetwork[], part: StepRange): WalkStarts {
  const { walks, group } = batch;
  if (group.paired) return pairedStarts(batch, tasks, part);
  const each = (neuronsOf: (network: number) => readonly number[]) =>
    tasks.map((_, network) => ({ network, removed: neuronsOf(network) }));
  // Of a network without walks in the batch, any neurons will do.
  const walkOf = (network: number) => walks.find((walk) => walk.network === network) ?? walks[0]!;
  const isRead = walks.some((walk) => hasZeros(walk, tasks));
  const without = isRead ? each((network) => removedAlone(walkOf(network), part)) : [];
  return {
    slabs: [...without, ...each(() => [])],
    slabOf: walks.map(({ network }) => without.length + network),
    renewed: without.length,
    partSlabOf: walks.map(({ network }) => network),
  };
}

/** The same where each walk begins without a neuron of its own: two slabs a walk, or one where no neuron of it becomes 0. */
function pairedStarts({ walks }: WalkBatch, tasks: readonly WalkedNetwork[], part: StepRange): WalkStarts {
  const start = ({ network, mode, gone }: Walk, removed: readonly number[]): Start => {
    const { neuron } = gone!;
    const constant = replacement(mode, tasks[network]!, gone!);
    return constant === 0
      ? { network, removed: [neuron, ...removed] }
      : { network, removed, replaced: { neuron, constant } };
  };
  const slabs: Start[] = [];
  const partSlabOf = walks.map((walk) =>
    hasZeros(walk, tasks) ? slabs.push(start(walk, removedAlone(walk, part))) - 1 : 0,
  );
  const renewed = slabs.length;
  const slabOf = walks.map((walk) => slabs.push(start(walk, [])) - 1);
  return { slabs, slabOf, renewed, partSlabOf };
}

/** Whether some neuron of a walk becomes 0, so that the slab without a part's neurons is read. */
function hasZeros({ mode, network, order }: Walk, tasks: readonly WalkedNetwork[]): boolean {
  return order.neurons.some((at) => replacement(mode, tasks[network]!, at) === 0);
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
  /** Constants that some neuron of a start becomes, 0 among them. */
  readonly constants: number;
  /** Parts on chunks of samples. */
  readonly batches: number;
}

export function startLayout({ shape, lowest, jobs, rows, constants, batches }: StartSize) {
  const lanes = lanesOf(shape[lowest - 1]!.units);
  return {
    layer: onDevice(shape[lowest]!).forwardUniform,
    batch: uniforms(forward, "Batch", batches),
    jobs: structs(forward, "Job", jobs),
    positions: u32(rows, lanes),
    replacements: f32(constants, lanes),
  };
}

/** Computes starts: `part` 0 before all else of a chunk, further ones before each further part. */
type Begin = (to: Recorder, chunk: number, part: number) => void;

export async function createStart(tables: WalkTables, own: Owned): Promise<Begin> {
  const { device, batch, ranges, starts, state } = tables;
  const { gpu, networks, pass, tasks } = device;
  const { lowest, width } = batch.group;
  const { shape } = networks;
  const parts = [starts.slabs];
  // Of single removals, each further part replaces the slabs that lack its neurons.
  if (starts.renewed > 0) {
    for (const range of ranges.slice(1)) parts.push(singleStarts(batch, tasks, range).slabs.slice(0, starts.renewed));
  }
  const rows = new Rows();
  const constants = new Constants();
  const jobs = parts.flat().map(({ network, removed, replaced }): ForwardJob => {
    const gone = replaced === undefined ? removed : [replaced.neuron, ...removed];
    return { network, curve: rows.of(gone), replacement: constants.of(replaced), removed: gone.length };
  });
  const firsts = parts.map((_, part) => parts.slice(0, part).reduce((sum, { length }) => sum + length, 0));
  const batches = pass.chunks.flatMap((chunk) => firsts.map((first_job) => ({ ...chunk, first_job })));
  const size = {
    shape,
    lowest,
    jobs: jobs.length,
    rows: rows.count,
    constants: constants.count,
    batches: batches.length,
  };
  const { layer, batch: batchUniform, jobs: table, positions, replacements } = own.allocate(startLayout(size), "start");
  writeUniforms(gpu, forward, batchUniform, batches);
  writeJobs(gpu, table, jobs);
  write(gpu, positions, rows.positions(width));
  write(gpu, replacements, constants.rows(replacements.shape[1]!));
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
    masks: { positions, replacements, quads: quadsOf(width), offset: 0 },
  });
  return (to, chunk, part) => {
    if (part >= parts.length) return;
    work.encode(to, pass.chunks[chunk]!.count, parts[part]!.length, chunk * parts.length + part);
  };
}

/** Rows of zeros, but for the constant of one neuron each; the first without any. */
class Constants {
  readonly #rows = new Map<string, number>();
  readonly #replaced: NonNullable<Start["replaced"]>[] = [];

  get count(): number {
    return 1 + this.#replaced.length;
  }

  of(replaced: Start["replaced"]): number {
    if (replaced === undefined) return 0;
    const key = `${replaced.neuron} ${replaced.constant}`;
    const row = this.#rows.get(key) ?? this.#replaced.push(replaced);
    this.#rows.set(key, row);
    return row;
  }

  /** [count, lanes] */
  rows(lanes: number): Float32Array {
    const values = new Float32Array(this.count * lanes);
    for (const [row, { neuron, constant }] of this.#replaced.entries()) values[(row + 1) * lanes + neuron] = constant;
    return values;
  }
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
