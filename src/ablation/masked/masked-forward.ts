/** Masked forward passes of one network for a list of jobs, in units of (chunk of samples, group of jobs). */
import type { ConstantMode, RemovalOrder } from "../../core/ablation.ts";
import { hiddenUnits, type NetworkShape } from "../../core/layers/network-shape.ts";
import { greatest, smallest } from "../../core/long-arrays.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import { type DeviceArray, write } from "../../gpu/device/device-array.ts";
import { Owned } from "../../gpu/device/owned.ts";
import type { Recorder } from "../../gpu/device/recorder.ts";
import { type UniformArray, writeUniforms } from "../../gpu/device/uniforms.ts";
import { forward } from "../../gpu/generated/shaders.ts";
import type { ForwardBatch } from "../../gpu/kernels/forward.ts";
import { type LayerWork, outputsLayout } from "../../gpu/layers/layer-kind.ts";
import { onDevice } from "../../gpu/layers/registry.ts";
import { activationAfter, type DeviceNetworks } from "../../passes/device-networks.ts";
import type { DeviceSplit } from "../../passes/device-split.ts";
import {
  createForwardPass,
  type ForwardPass,
  rowsPerChunk,
  slabsPerUnit,
  writeJobs,
} from "../../passes/forward-pass.ts";
import { createTallier, type Tally, type TallyPart } from "../../passes/tally.ts";
import type { ReplacementConstants } from "../sweep-task.ts";
import {
  type MaskArrays,
  maskLayout,
  masksOf,
  removalPositions,
  replacementConstants,
  replacementRow,
} from "./removal-masks.ts";

/** One evaluation: the first `removed` neurons of order `curve` replaced. */
export interface MaskedJob {
  readonly curve: number;
  readonly mode: ConstantMode;
  readonly removed: number;
}

interface MaskedForward {
  readonly units: number;
  encode(to: Recorder, unit: number): void;
  /** Waits; results in the order of the jobs. @param lossesBefore [jobs] as of Tallier.total */
  total(lossesBefore?: Float64Array): Promise<Tally>;
  [Symbol.dispose](): void;
}

interface MaskedTask extends ReplacementConstants {
  readonly orders: readonly RemovalOrder[];
}

/** Consecutive jobs whose lowest ablated layer (from 1) is the same: they start from the same activations. */
interface Unit extends TallyPart {
  readonly chunk: number;
  readonly lowest: number;
  /** Whether layers above `lowest` are ablated too. */
  readonly deeper: boolean;
}

function ablatedLayers(order: RemovalOrder): { readonly lowest: number; readonly deeper: boolean } {
  const layers = order.neurons.map(({ layer }) => layer);
  const lowest = smallest(layers);
  return { lowest, deeper: greatest(layers) > lowest };
}

/** Units: for each chunk of samples, the jobs in groups of at most `slabs` that start in the same layer. */
function unitsOf(
  pass: ForwardPass,
  orders: readonly RemovalOrder[],
  jobs: readonly MaskedJob[],
  slabs: number,
): Unit[] {
  const starts = orders.map(ablatedLayers);
  return pass.chunks.flatMap((part, chunk) => {
    const units: Unit[] = [];
    for (let firstJob = 0; firstJob < jobs.length; ) {
      const start = starts[jobs[firstJob]!.curve]!;
      let end = firstJob + 1;
      while (end < jobs.length && end - firstJob < slabs && sameStart(starts[jobs[end]!.curve]!, start)) end++;
      units.push({ ...part, ...start, chunk, firstJob, slabs: end - firstJob });
      firstJob = end;
    }
    return units;
  });
}

function sameStart(a: { lowest: number; deeper: boolean }, b: { lowest: number; deeper: boolean }): boolean {
  return a.lowest === b.lowest && a.deeper === b.deeper;
}

/** Masked outputs of every layer above the first: [slabs, rows, lanes]. */
export function maskedOutputsLayout(shape: NetworkShape, slabs: number, rows: number) {
  return shape.slice(1).map((layer) => outputsLayout(layer, slabs, rows));
}

/** What each layer above hidden layer `below` (from 1) is told. */
export function chainLayout(shape: NetworkShape, below: number) {
  return shape.slice(below).map((layer) => onDevice(layer).forwardUniform);
}

/** What decides the size of every array of masked forward passes, beside the pass that they start from. */
interface MaskedSize {
  readonly shape: NetworkShape;
  /** Samples of a chunk. */
  readonly rows: number;
  /** Jobs of a unit, at most. */
  readonly slabs: number;
  readonly orders: number;
  readonly jobs: number;
  readonly units: number;
  /** Lowest ablated layer of every kind of unit that occurs. */
  readonly lowest: readonly number[];
}

export function maskedLayout({ shape, rows, slabs, orders, jobs, units, lowest }: MaskedSize) {
  return {
    masked: maskLayout(hiddenUnits(shape), orders, jobs, units),
    maskedOutputs: maskedOutputsLayout(shape, slabs, rows),
    maskedLayers: lowest.map((layer) => chainLayout(shape, layer)),
  };
}

/** @param networks exactly one network. */
export async function createMaskedForward(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DeviceSplit,
  task: MaskedTask,
  jobs: readonly MaskedJob[],
): Promise<MaskedForward> {
  const { shape } = networks;
  using own = new Owned(gpu);
  const rows = rowsPerChunk(gpu, split.count, 1, shape);
  const pass = own.use(await createForwardPass(gpu, networks, split, { rows }));
  const slabs = Math.min(jobs.length, slabsPerUnit(gpu, rows, shape));
  const units = unitsOf(pass, task.orders, jobs, slabs);
  const kinds = [...new Map(units.map((unit) => [chainKey(unit), unit] as const)).values()];
  const lowest = kinds.map((kind) => kind.lowest);
  const size = { shape, rows, slabs, orders: task.orders.length, jobs: jobs.length, units: units.length, lowest };
  const { masked: mask, maskedOutputs: outputs, maskedLayers } = own.allocate(maskedLayout(size));
  writeMasks(gpu, mask, hiddenUnits(shape), { task, jobs, units });
  const chains = new Map<string, readonly LayerWork[]>();
  for (const [index, kind] of kinds.entries()) {
    const { lowest: below, deeper } = kind;
    const start = { below, source: pass.outputs[below - 1]!, shared: true, deeper };
    const layers = maskedLayers[index]!;
    chains.set(chainKey(kind), await createChain(gpu, { networks, mask, layers, outputs, ...start }));
  }
  const tallier = own.use(await createTallier(gpu, outputs.at(-1)!, split, jobs.length, units));
  const kept = own.move();
  return {
    units: units.length,
    encode(to, index) {
      const unit = units[index]!;
      if (unit.firstJob === 0) pass.encode(to, unit.chunk);
      for (const work of chains.get(chainKey(unit))!) work.encode(to, unit.count, unit.slabs, index);
      tallier.encode(to, index);
    },
    total: (lossesBefore) => tallier.total(lossesBefore),
    [Symbol.dispose]: () => kept[Symbol.dispose](),
  };
}

/** What is evaluated, and in what parts. */
interface MaskedWork {
  readonly task: MaskedTask;
  readonly jobs: readonly MaskedJob[];
  readonly units: readonly Unit[];
}

function writeMasks(
  gpu: GpuContext,
  mask: MaskArrays,
  hidden: readonly number[],
  { task, jobs, units }: MaskedWork,
): void {
  const { orders } = task;
  const table = jobs.map(({ curve, mode, removed }) => ({
    network: 0,
    curve,
    replacement: replacementRow(mode),
    removed,
  }));
  const batches: ForwardBatch[] = units.map(({ first, count, firstJob }) => ({ first, count, first_job: firstJob }));
  writeUniforms(gpu, forward, mask.batch, batches);
  writeJobs(gpu, mask.jobs, table);
  write(gpu, mask.positions, removalPositions(orders, hidden));
  write(gpu, mask.replacements, replacementConstants(task, hidden));
}

function chainKey({ lowest, deeper }: Pick<Unit, "lowest" | "deeper">): string {
  return `${lowest} ${deeper}`;
}

/** What masked layers are made from. */
interface ChainParts {
  readonly networks: DeviceNetworks;
  readonly mask: MaskArrays;
  /** As `chainLayout`. */
  readonly layers: readonly UniformArray<"Layer">[];
  /** Hidden layer that the lowest of them reads, from 1; its outputs, and whether jobs of a network share them. */
  readonly below: number;
  readonly source: DeviceArray<"f32", 3>;
  readonly shared: boolean;
  /** Of all layers above the first. */
  readonly outputs: readonly DeviceArray<"f32", 3>[];
  /** Whether neurons above those of a shared source are removed, too. */
  readonly deeper: boolean;
}

/** The layers above hidden layer `below`, first to last. */
export async function createChain(gpu: GpuContext, parts: ChainParts): Promise<LayerWork[]> {
  const { networks, mask, layers, below, source, shared, outputs, deeper } = parts;
  const { batch, jobs } = mask;
  const hidden = hiddenUnits(networks.shape);
  const chain: LayerWork[] = [];
  // Layer `index` reads hidden layer `index` (from 1).
  for (const [index, shape] of networks.shape.entries()) {
    if (index < below) continue;
    const sharedSource = shared && index === below;
    const work = await onDevice(shape).forward(gpu, shape, {
      parameters: networks.parameters[index]!,
      activation: activationAfter(networks, index),
      source: { inputs: index === below ? source : outputs[index - 2]! },
      outputs: outputs[index - 1]!,
      layer: layers[index - below]!,
      batch,
      jobs,
      sharedSource,
      ...((sharedSource || deeper) && { masks: masksOf(mask, hidden, index) }),
    });
    chain.push(work);
  }
  return chain;
}
