/** The device side of one batch of walks: its state, its exact start, and the parts that walk and tally it. */
import type { Activation, DenseLayer } from "../core/network.ts";
import type { GpuContext } from "../gpu/context.ts";
import { allocate, type DeviceArray, read, upload } from "../gpu/device-array.ts";
import type { DeviceNetworks } from "../gpu/device-networks.ts";
import type { DeviceSplit } from "../gpu/device-split.ts";
import { type ForwardPass, plainLayer } from "../gpu/forward-pass.ts";
import { forward, sweep } from "../gpu/generated/shaders.ts";
import type { BoundKernel, Grid } from "../gpu/kernel.ts";
import { createForwardLayer, type ForwardJob, forwardGrid } from "../gpu/kernels/forward.ts";
import {
  createWalkLayer,
  createWalkProduct,
  createWalkTally,
  type WalkPart,
  type WalkUniform,
  walkGrid,
  walkLayerGrid,
} from "../gpu/kernels/sweep.ts";
import { BLOCK } from "../gpu/kernels/tally.ts";
import { hiddenLanes, lanesOf, quadsOf } from "../gpu/packing.ts";
import { createTallier, type Tallier, type TallyPart } from "../gpu/tally.ts";
import { packStructs, type UniformArray, uploadUniforms } from "../gpu/uniforms.ts";
import { removalPositions, replacementConstants, replacementRows } from "./removal-masks.ts";
import { type EvaluationRange, evaluationRanges, stepsOf, type Walk, type WalkGroup } from "./walk-plan.ts";
import { maskPairs, outgoingWeights, productRows, walkRows } from "./walk-tables.ts";

/** Walks of one group that share a dispatch. */
export interface WalkBatch {
  readonly group: WalkGroup;
  readonly walks: readonly Walk[];
  readonly single: boolean;
}

/** What every batch of a sweep shares. */
export interface SweepDevice {
  readonly gpu: GpuContext;
  readonly networks: DeviceNetworks;
  readonly split: DeviceSplit;
  readonly pass: ForwardPass;
  /** Layers of the one network, on the host. */
  readonly layers: readonly DenseLayer[];
  readonly meanActivations: readonly Float32Array[];
}

/** One dispatch or a few that belong together, in the order in which they must run. */
export type Task = (pass: GPUComputePassEncoder) => void;

export interface WalkRoute {
  /** All work on one chunk of samples, in order. */
  tasks(chunk: number): Task[];
  /** [walks][evaluations]: correct predictions and mean loss. */
  total(): Promise<{ readonly correct: Uint32Array[]; readonly loss: Float64Array[] }>;
  [Symbol.dispose](): void;
}

/** Bytes that the state of a batch, and the outputs of one part, may take. */
const STATE_BYTES = 64 * 2 ** 20;

/** Walks whose state, tallies and, where they are stored, outputs each fit in one binding. */
export function walksAtOnce({ networks, pass, split }: SweepDevice, group: WalkGroup): number {
  const widest = Math.max(...networks.widths.slice(group.lowest + 1).map(lanesOf));
  const slabs = group.route === "layers" ? stepsOf(group.route) : 1;
  const state = 4 * pass.rows * widest * slabs;
  const tallies = 8 * group.removed.length * Math.ceil(split.count / BLOCK);
  return Math.max(1, Math.floor(STATE_BYTES / Math.max(state, tallies)));
}

interface Shared {
  readonly device: SweepDevice;
  readonly batch: WalkBatch;
  readonly walk: UniformArray<"Walk">;
  readonly part: UniformArray<"Part">;
  readonly walks: DeviceArray<"u32", 2>;
  readonly activations: DeviceArray<"f32", 3>;
  readonly transposed: DeviceArray<"f32", 3>;
  readonly state: DeviceArray<"f32", 3>;
  readonly ranges: readonly EvaluationRange[];
}

type Disposable = { destroy(): void };

/** Prepares a batch: uploads its tables, compiles its kernels. */
export async function createWalkRoute(device: SweepDevice, batch: WalkBatch): Promise<WalkRoute> {
  const owned: Disposable[] = [];
  const own = <T extends Disposable>(resource: T): T => {
    owned.push(resource);
    return resource;
  };
  const shared = shareTables(device, batch, own);
  const begin = await createStart(shared, own);
  const { route } = batch.group;
  const climb = route === "layers" ? await createLayerClimb(shared, own) : await createTallyClimb(shared, own);
  return {
    tasks(chunk) {
      const start: Task = (pass) => begin(pass, chunk);
      return [
        start,
        ...shared.ranges.map(
          (_, range): Task =>
            (pass) =>
              climb.encode(pass, chunk, range),
        ),
      ];
    },
    total: () => climb.total(),
    [Symbol.dispose]() {
      for (const resource of owned) resource.destroy();
    },
  };
}

function shareTables(device: SweepDevice, batch: WalkBatch, own: <T extends Disposable>(resource: T) => T): Shared {
  const { gpu, networks, split, pass, layers, meanActivations } = device;
  const { group, walks, single } = batch;
  const { widths } = networks;
  const units = widths[group.lowest + 1]!;
  const sources = widths[group.lowest]!;
  const ranges = evaluationRanges(group.removed.length, stepsOf(group.route));
  const uniform: WalkUniform = {
    source_lanes: lanesOf(sources),
    source_units: sources,
    unit_quads: quadsOf(units),
    units,
    classes: split.classes,
    stride: strideOf(group),
    slab_rows: pass.rows,
    state_rows: pass.rows + 1,
    walk_length: 1 + group.neurons,
    neurons: group.neurons,
    blocks: Math.ceil(split.count / BLOCK),
  };
  const parts: WalkPart[] = pass.chunks.flatMap(({ first, count }) =>
    ranges.map((range) => ({
      first,
      count,
      first_evaluation: range.first,
      evaluations: range.count,
      jobs: walks.length,
    })),
  );
  const firstRows = walks.map((_, row) => row * group.removed.length);
  const rows = walkRows(walks, group.lowest, meanActivations, firstRows);
  const outgoing = outgoingWeights(layers[group.lowest]!);
  return {
    device,
    batch: { group, walks, single },
    walk: own(uploadUniforms(gpu, sweep, "Walk", [uniform])),
    part: own(uploadUniforms(gpu, sweep, "Part", parts)),
    // Pairs of words: rank 2 for the shader's vec2.
    walks: own(upload(gpu, "walks", "u32", [walks.length, 2 * (1 + group.neurons)], rows)),
    activations: pass.outputs[group.lowest - 1]!,
    transposed: own(upload(gpu, "outgoing weights", "f32", [1, sources, lanesOf(units)], outgoing)),
    state: own(allocate(gpu, "walk state", "f32", [walks.length, pass.rows + 1, lanesOf(units)])),
    ranges,
  };
}

/** Removals between two evaluations; where there are only two evaluations, all of them. */
function strideOf({ removed }: WalkGroup): number {
  return removed[1] ?? 1;
}

/** The exact pre-activations of the intact network, for every walk: what forward.wgsl computes, written into the state. */
async function createStart(
  { device, batch, state }: Shared,
  own: <T extends Disposable>(resource: T) => T,
): Promise<(pass: GPUComputePassEncoder, chunk: number) => void> {
  const { gpu, networks, pass } = device;
  const { lowest } = batch.group;
  const { widths } = networks;
  const jobs = own(
    uploadJobs(
      gpu,
      batch.walks.map(() => ({ network: 0, curve: 0, replacement: 0, removed: 0 })),
    ),
  );
  const batches = pass.chunks.map(({ first, count }) => ({ first, count, first_job: 0 }));
  const plain = plainLayer(widths[lowest]!, widths[lowest + 1]!, pass.rows);
  const kernel = (await createForwardLayer(gpu, "", "identity")).bind({
    layer: own(uploadUniforms(gpu, forward, "Layer", [{ ...plain, slab_rows: pass.rows + 1, own_source: 0 }])),
    batch: own(uploadUniforms(gpu, forward, "Batch", batches)),
    jobs,
    inputs: pass.outputs[lowest - 1]!,
    parameters: networks.parameters[lowest]!,
    outputs: state,
  });
  const quads = quadsOf(widths[lowest + 1]!);
  return (encoder, chunk) =>
    kernel.encode(encoder, forwardGrid(quads, pass.chunks[chunk]!.count, batch.walks.length), chunk);
}

function uploadJobs(gpu: GpuContext, jobs: readonly ForwardJob[]): DeviceArray<"Job", 1> {
  const array = allocate(gpu, "walk jobs", "Job", [jobs.length], forward.structs.Job.size);
  gpu.device.queue.writeBuffer(array.buffer, 0, packStructs(forward.structs.Job, jobs) as BufferSource);
  return array;
}

interface Climb {
  encode(pass: GPUComputePassEncoder, chunk: number, range: number): void;
  total: WalkRoute["total"];
}

/** Routes that tally in registers: `tally` and `product`. */
async function createTallyClimb(shared: Shared, own: <T extends Disposable>(resource: T) => T): Promise<Climb> {
  const { device, batch, ranges } = shared;
  const { gpu, split, pass } = device;
  const { group, walks } = batch;
  const blocks = Math.ceil(split.count / BLOCK);
  const rows = walks.length * group.removed.length;
  // Pairs of floats: rank 2 for the shader's vec2.
  const tallies = own(allocate(gpu, "walk tallies", "f32", [rows, 2 * blocks]));
  const kernel = await bindTallyKernel(shared, own, tallies);
  return {
    encode(encoder, chunk, range) {
      kernel.encode(encoder, walkGrid(pass.chunks[chunk]!.count, walks.length), chunk * ranges.length + range);
    },
    async total() {
      const values = await read(gpu, tallies);
      return splitTallies(values, walks.length, group.removed.length, blocks, split.count);
    },
  };
}

async function bindTallyKernel(
  { device, batch, walk, part, walks, activations, transposed, state }: Shared,
  own: <T extends Disposable>(resource: T) => T,
  tallies: DeviceArray<"f32", 2>,
): Promise<BoundKernel> {
  const { gpu, networks, split, layers, meanActivations } = device;
  const { group, single } = batch;
  const common = { walk, part, walks, activations, transposed, state, labels: split.labels, tallies };
  const everyStep = strideOf(group) === 1;
  if (group.route === "tally") return (await createWalkTally(gpu, single ? "SINGLE" : "", everyStep)).bind(common);
  const rows = productRows(layers[group.lowest + 1]!);
  const lanes = lanesOf(networks.widths[group.lowest + 1]!);
  const product = own(upload(gpu, "product", "f32", [1, lanes, rows.length / lanes], rows));
  const { activation } = networks;
  if (single) return (await createWalkProduct(gpu, "SINGLE", activation, everyStep)).bind({ ...common, product });
  if (!group.deeper) return (await createWalkProduct(gpu, "", activation, everyStep)).bind({ ...common, product });
  const pairs = maskPairs(batch.walks, group.lowest, meanActivations, networks.widths);
  const masks = own(upload(gpu, "walk masks", "u32", [batch.walks.length, pairs.length / batch.walks.length], pairs));
  return (await createWalkProduct(gpu, "MASKED", activation, everyStep)).bind({ ...common, product, masks });
}

/** [walks * evaluations, blocks] pairs to counts and mean losses; added in block order, losses in float64. */
function splitTallies(values: Float32Array, walks: number, evaluations: number, blocks: number, samples: number) {
  const correct = Array.from({ length: walks }, () => new Uint32Array(evaluations));
  const loss = Array.from({ length: walks }, () => new Float64Array(evaluations));
  for (let row = 0; row < walks * evaluations; row++) {
    let hits = 0;
    let sum = 0;
    for (let at = row * blocks * 2; at < (row + 1) * blocks * 2; at += 2) {
      hits += values[at]!;
      sum += values[at + 1]!;
    }
    const walk = Math.floor(row / evaluations);
    correct[walk]![row % evaluations] = hits;
    loss[walk]![row % evaluations] = sum / samples;
  }
  return { correct, loss };
}

/** The route for deeper networks: store the next activations of a few evaluations, and go on with masked forward layers. */
async function createLayerClimb(shared: Shared, own: <T extends Disposable>(resource: T) => T): Promise<Climb> {
  const { device, batch, ranges } = shared;
  const { gpu, networks, split, pass } = device;
  const { group, walks } = batch;
  const slabs = walks.length * stepsOf(group.route);
  const outputs = networks.widths
    .slice(group.lowest + 1)
    .map((width) => own(allocate(gpu, "walk outputs", "f32", [slabs, pass.rows, lanesOf(width)])));
  const walkLayer = await bindWalkLayer(shared, outputs[0]!);
  const forwards = await createForwards(shared, own, outputs);
  const parts: TallyPart[] = pass.chunks.flatMap((chunk) =>
    ranges.map((range) => ({ ...chunk, firstJob: range.first * walks.length, slabs: range.count * walks.length })),
  );
  const tallier = await createTallier(gpu, outputs.at(-1)!, split, walks.length * group.removed.length, parts);
  own({ destroy: () => tallier[Symbol.dispose]() });
  const unitQuads = quadsOf(networks.widths[group.lowest + 1]!);
  return {
    encode(encoder, chunk, range) {
      const step = chunk * ranges.length + range;
      const { count } = pass.chunks[chunk]!;
      walkLayer.encode(encoder, walkLayerGrid(unitQuads, count, walks.length), step);
      for (const { kernel, grid } of forwards) kernel.encode(encoder, grid(count, parts[step]!.slabs), step);
      tallier.encode(encoder, step);
    },
    total: () => untangle(tallier, walks.length, group.removed.length),
  };
}

async function bindWalkLayer(
  { device, batch, walk, part, walks, activations, transposed, state }: Shared,
  outputs: DeviceArray<"f32", 3>,
): Promise<BoundKernel> {
  const { gpu, networks } = device;
  const atLogits = batch.group.lowest === networks.widths.length - 2;
  const kind: Activation | "identity" = atLogits ? "identity" : networks.activation;
  const kernel = await createWalkLayer(gpu, batch.single ? "SINGLE" : "", kind, strideOf(batch.group) === 1);
  return kernel.bind({ walk, part, walks, activations, transposed, state, outputs });
}

/** Forward layers above the one that walks; slab e * walks + w is walk w at evaluation e of the part. */
async function createForwards(
  { device, batch, ranges }: Shared,
  own: <T extends Disposable>(resource: T) => T,
  outputs: readonly DeviceArray<"f32", 3>[],
): Promise<{ readonly kernel: BoundKernel; readonly grid: (samples: number, slabs: number) => Grid }[]> {
  const { gpu, networks, pass, meanActivations } = device;
  const { group, walks } = batch;
  const { widths, activation, parameters } = networks;
  const { offsets, quads: hiddenQuads } = hiddenLanes(widths);
  const table = ranges.flatMap((range) =>
    Array.from({ length: range.count }, (_, evaluation) => group.removed[range.first + evaluation]!).flatMap(
      (removed) =>
        walks.map((walk, curve) => ({ network: 0, curve, replacement: replacementRows[walk.mode], removed })),
    ),
  );
  const jobs = own(uploadJobs(gpu, table));
  const batches = pass.chunks.flatMap(({ first, count }) =>
    ranges.map((range) => ({ first, count, first_job: range.first * walks.length })),
  );
  const batchUniform = own(uploadUniforms(gpu, forward, "Batch", batches));
  const orders = walks.map(({ order }) => order);
  const lanes = hiddenQuads * 4;
  const positions = own(upload(gpu, "positions", "u32", [walks.length, lanes], removalPositions(orders, widths)));
  const constants = replacementConstants(meanActivations, widths);
  const replacements = own(upload(gpu, "replacements", "f32", [2, lanes], constants));
  const kernels: { kernel: BoundKernel; grid: (samples: number, slabs: number) => Grid }[] = [];
  for (let layer = group.lowest + 1; layer < parameters.length; layer++) {
    const at = layer - group.lowest;
    const plain = plainLayer(widths[layer]!, widths[layer + 1]!, pass.rows);
    const uniform = { ...plain, hidden_quads: hiddenQuads, hidden_offset: offsets[layer - 1]! / 4 };
    const kind: Activation | "identity" = layer === parameters.length - 1 ? "identity" : activation;
    const resources = {
      layer: own(uploadUniforms(gpu, forward, "Layer", [uniform])),
      batch: batchUniform,
      jobs,
      inputs: outputs[at - 1]!,
      parameters: parameters[layer]!,
      outputs: outputs[at]!,
    };
    const kernel = group.deeper
      ? (await createForwardLayer(gpu, "MASKED", kind)).bind({ ...resources, positions, replacements })
      : (await createForwardLayer(gpu, "", kind)).bind(resources);
    const quads = quadsOf(widths[layer + 1]!);
    kernels.push({ kernel, grid: (samples, slabs) => forwardGrid(quads, samples, slabs) });
  }
  return kernels;
}

/** Rows [evaluation][walk] of the tallier to [walk][evaluation]. */
async function untangle(tallier: Tallier, walks: number, evaluations: number) {
  const { correct, loss } = await tallier.total();
  const pick = (walk: number) => Array.from({ length: evaluations }, (_, evaluation) => evaluation * walks + walk);
  return {
    correct: Array.from({ length: walks }, (_, walk) => Uint32Array.from(pick(walk), (row) => correct[row]!)),
    loss: Array.from({ length: walks }, (_, walk) => Float64Array.from(pick(walk), (row) => loss[row]!)),
  };
}
