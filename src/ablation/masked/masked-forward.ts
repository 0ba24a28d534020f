/** Masked forward passes of one network for a list of jobs, in units of (chunk of samples, group of jobs). */
import type { AblationMode, RemovalOrder } from "../../core/ablation.ts";
import { greatest, smallest } from "../../core/long-arrays.ts";
import type { Widths } from "../../core/network.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import { type DeviceArray, write } from "../../gpu/device/device-array.ts";
import type { BoundKernel } from "../../gpu/device/kernel.ts";
import { f32, uniforms } from "../../gpu/device/layout.ts";
import { Owned } from "../../gpu/device/owned.ts";
import { hiddenLanes, lanesOf, quadsOf } from "../../gpu/device/packing.ts";
import type { Recorder } from "../../gpu/device/recorder.ts";
import { type UniformArray, writeUniforms } from "../../gpu/device/uniforms.ts";
import { forward } from "../../gpu/generated/shaders.ts";
import { createForwardLayer, type ForwardBatch, forwardGrid } from "../../gpu/kernels/forward.ts";
import { activationAfter, type DeviceNetworks } from "../../passes/device-networks.ts";
import type { DeviceSplit } from "../../passes/device-split.ts";
import {
  createForwardPass,
  type ForwardPass,
  plainLayer,
  rowsPerChunk,
  slabsPerUnit,
  writeJobs,
} from "../../passes/forward-pass.ts";
import { createTallier, type Tally, type TallyPart } from "../../passes/tally.ts";
import {
  type MaskArrays,
  maskLayout,
  removalPositions,
  replacementConstants,
  replacementRows,
} from "./removal-masks.ts";

/** One evaluation: the first `removed` neurons of order `curve` replaced. */
export interface MaskedJob {
  readonly curve: number;
  readonly mode: AblationMode;
  readonly removed: number;
}

export interface MaskedForward {
  readonly units: number;
  encode(to: Recorder, unit: number): void;
  /** Waits; results in the order of the jobs. @param lossesBefore [jobs] as of Tallier.total */
  total(lossesBefore?: Float64Array): Promise<Tally>;
  [Symbol.dispose](): void;
}

interface MaskedTask {
  readonly orders: readonly RemovalOrder[];
  readonly meanActivations: readonly Float32Array[];
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
export function maskedOutputsLayout(widths: Widths, slabs: number, rows: number) {
  return widths.slice(2).map((width) => f32(slabs, rows, lanesOf(width)));
}

/** What each layer from the lowest ablated one (from 1) on is told. */
export function chainLayout(widths: Widths, lowest: number) {
  return widths.slice(lowest + 1).map(() => uniforms(forward, "Layer"));
}

/** What decides the size of every array of masked forward passes, beside the pass that they start from. */
export interface MaskedSize {
  readonly widths: Widths;
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

export function maskedLayout({ widths, rows, slabs, orders, jobs, units, lowest }: MaskedSize) {
  return {
    masked: maskLayout(widths, orders, jobs, units),
    maskedOutputs: maskedOutputsLayout(widths, slabs, rows),
    maskedLayers: lowest.map((layer) => chainLayout(widths, layer)),
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
  const { widths } = networks;
  using own = new Owned(gpu);
  const pass = own.use(await createForwardPass(gpu, networks, split, rowsPerChunk(gpu, split.count, 1, widths)));
  const { rows } = pass;
  const slabs = Math.min(jobs.length, slabsPerUnit(gpu, rows, widths.slice(1)));
  const units = unitsOf(pass, task.orders, jobs, slabs);
  const kinds = [...new Map(units.map((unit) => [chainKey(unit), unit] as const)).values()];
  const lowest = kinds.map((kind) => kind.lowest);
  const size = { widths, rows, slabs, orders: task.orders.length, jobs: jobs.length, units: units.length, lowest };
  const { masked: mask, maskedOutputs: outputs, maskedLayers } = own.allocate(maskedLayout(size));
  writeMasks(gpu, mask, widths, { task, jobs, units });
  const chains = new Map<string, readonly ChainLayer[]>();
  for (const [index, kind] of kinds.entries()) {
    const { lowest, deeper } = kind;
    const chain = { networks, pass, mask, outputs, layers: maskedLayers[index]!, lowest, deeper };
    chains.set(chainKey(kind), await createChain(gpu, chain));
  }
  const tallier = own.use(await createTallier(gpu, outputs.at(-1)!, split, jobs.length, units));
  const kept = own.move();
  return {
    units: units.length,
    encode(to, index) {
      const unit = units[index]!;
      if (unit.firstJob === 0) pass.encode(to, unit.chunk);
      for (const { kernel, quads } of chains.get(chainKey(unit))!) {
        kernel.encode(to, forwardGrid(quads, unit.count, unit.slabs), index);
      }
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

function writeMasks(gpu: GpuContext, mask: MaskArrays, widths: Widths, { task, jobs, units }: MaskedWork): void {
  const { orders, meanActivations } = task;
  const table = jobs.map(({ curve, mode, removed }) => ({
    network: 0,
    curve,
    replacement: replacementRows[mode],
    removed,
  }));
  const batches: ForwardBatch[] = units.map(({ first, count, firstJob }) => ({ first, count, first_job: firstJob }));
  writeUniforms(gpu, forward, mask.batch, batches);
  writeJobs(gpu, mask.jobs, table);
  write(gpu, mask.positions, removalPositions(orders, widths));
  write(gpu, mask.replacements, replacementConstants(meanActivations, widths));
}

export interface ChainLayer {
  readonly kernel: BoundKernel;
  readonly quads: number;
}

function chainKey({ lowest, deeper }: Pick<Unit, "lowest" | "deeper">): string {
  return `${lowest} ${deeper}`;
}

/** What the layers above the lowest ablated one are made from. */
interface ChainParts extends Pick<Unit, "lowest" | "deeper"> {
  readonly networks: DeviceNetworks;
  readonly pass: ForwardPass;
  readonly mask: MaskArrays;
  readonly outputs: readonly DeviceArray<"f32", 3>[];
  readonly layers: readonly UniformArray<"Layer">[];
}

/** Kernels of the layers above `lowest`, which read `pass` there, and `outputs` further up. */
export async function createChain(gpu: GpuContext, parts: ChainParts): Promise<ChainLayer[]> {
  const { networks, pass, mask, outputs, layers, lowest, deeper } = parts;
  const { widths, parameters } = networks;
  const { batch, jobs, positions, replacements } = mask;
  const { offsets, quads: hiddenQuads } = hiddenLanes(widths);
  const chain: ChainLayer[] = [];
  // parameters[layer] reads hidden layer `layer` (from 1), so the first masked product is parameters[lowest].
  for (let layer = lowest; layer < parameters.length; layer++) {
    const atStart = layer === lowest;
    const uniform = layers[layer - lowest]!;
    writeUniforms(gpu, forward, uniform, [
      {
        ...plainLayer(widths[layer]!, widths[layer + 1]!, pass.rows),
        own_source: atStart ? 0 : 1,
        hidden_quads: hiddenQuads,
        hidden_offset: offsets[layer - 1]! / 4,
      },
    ]);
    const kind = activationAfter(networks, layer);
    const inputs = atStart ? pass.outputs[layer - 1]! : outputs[layer - 2]!;
    const shared = {
      layer: uniform,
      batch,
      jobs,
      parameters: parameters[layer]!,
      outputs: outputs[layer - 1]!,
      inputs,
    };
    const kernel =
      atStart || deeper
        ? (await createForwardLayer(gpu, "MASKED", kind)).bind({ ...shared, positions, replacements })
        : (await createForwardLayer(gpu, "", kind)).bind(shared);
    chain.push({ kernel, quads: quadsOf(widths[layer + 1]!) });
  }
  return chain;
}
