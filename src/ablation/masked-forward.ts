/** Masked forward passes of one network for a list of jobs, in units of (chunk of samples, group of jobs). */
import type { AblationMode, RemovalOrder } from "../core/ablation.ts";
import { greatest, smallest } from "../core/long-arrays.ts";
import type { GpuContext } from "../gpu/context.ts";
import { allocate, type DeviceArray, upload } from "../gpu/device-array.ts";
import { activationAfter, type DeviceNetworks } from "../gpu/device-networks.ts";
import type { DeviceSplit } from "../gpu/device-split.ts";
import {
  createForwardPass,
  type ForwardPass,
  plainLayer,
  rowsPerChunk,
  slabsPerUnit,
  uploadJobs,
} from "../gpu/forward-pass.ts";
import { forward } from "../gpu/generated/shaders.ts";
import type { BoundKernel } from "../gpu/kernel.ts";
import { createForwardLayer, type ForwardBatch, forwardGrid } from "../gpu/kernels/forward.ts";
import { hiddenLanes, lanesOf, quadsOf } from "../gpu/packing.ts";
import type { Recorder } from "../gpu/recorder.ts";
import { createTallier, type Tally, type TallyPart } from "../gpu/tally.ts";
import { type UniformArray, uploadUniforms } from "../gpu/uniforms.ts";
import { removalPositions, replacementConstants, replacementRows } from "./removal-masks.ts";

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

/** @param networks exactly one network. */
export async function createMaskedForward(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DeviceSplit,
  task: MaskedTask,
  jobs: readonly MaskedJob[],
): Promise<MaskedForward> {
  const { widths } = networks;
  const pass = await createForwardPass(gpu, networks, split, rowsPerChunk(gpu, split.count, 1, widths));
  const slabs = Math.min(jobs.length, slabsPerUnit(gpu, pass.rows, widths.slice(1)));
  const units = unitsOf(pass, task.orders, jobs, slabs);
  const resources = uploadMasks(gpu, networks, task, jobs, units);
  const outputs = widths
    .slice(2)
    .map((width, index) => allocate(gpu, `layer ${index + 1} masked`, "f32", [slabs, pass.rows, lanesOf(width)]));
  const chains = await createChains(gpu, networks, pass, resources, outputs, units);
  const tallier = await createTallier(gpu, outputs.at(-1)!, split, jobs.length, units);
  return {
    units: units.length,
    encode(to, index) {
      const unit = units[index]!;
      if (unit.firstJob === 0) pass.encode(to, unit.chunk);
      for (const { kernel, quads } of chains.get(chainKey(unit))!.kernels) {
        kernel.encode(to, forwardGrid(quads, unit.count, unit.slabs), index);
      }
      tallier.encode(to, index);
    },
    total: (lossesBefore) => tallier.total(lossesBefore),
    [Symbol.dispose]() {
      const uniforms = [...chains.values()].flatMap((chain) => chain.uniforms);
      for (const owned of [...Object.values(resources), ...outputs, ...uniforms]) owned.destroy();
      pass[Symbol.dispose]();
      tallier[Symbol.dispose]();
    },
  };
}

/** What masking kernels read besides parameters and activations. */
export interface MaskResources {
  readonly batch: UniformArray<"Batch">;
  readonly jobs: DeviceArray<"Job", 1>;
  readonly positions: DeviceArray<"u32", 2>;
  readonly replacements: DeviceArray<"f32", 2>;
}

function uploadMasks(
  gpu: GpuContext,
  { widths }: DeviceNetworks,
  { orders, meanActivations }: MaskedTask,
  jobs: readonly MaskedJob[],
  units: readonly Unit[],
): MaskResources {
  const lanes = hiddenLanes(widths).quads * 4;
  const table = jobs.map(({ curve, mode, removed }) => ({
    network: 0,
    curve,
    replacement: replacementRows[mode],
    removed,
  }));
  const batches: ForwardBatch[] = units.map(({ first, count, firstJob }) => ({ first, count, first_job: firstJob }));
  return {
    batch: uploadUniforms(gpu, forward, "Batch", batches),
    jobs: uploadJobs(gpu, "masked jobs", table),
    positions: upload(gpu, "positions", "u32", [orders.length, lanes], removalPositions(orders, widths)),
    replacements: upload(gpu, "replacements", "f32", [2, lanes], replacementConstants(meanActivations, widths)),
  };
}

export interface Chain {
  readonly kernels: readonly { readonly kernel: BoundKernel; readonly quads: number }[];
  readonly uniforms: readonly UniformArray<"Layer">[];
}

function chainKey({ lowest, deeper }: Unit): string {
  return `${lowest} ${deeper}`;
}

/** The layers above the lowest ablated one, for every kind of unit that occurs. */
async function createChains(
  gpu: GpuContext,
  networks: DeviceNetworks,
  pass: ForwardPass,
  resources: MaskResources,
  outputs: readonly DeviceArray<"f32", 3>[],
  units: readonly Unit[],
): Promise<Map<string, Chain>> {
  const chains = new Map<string, Chain>();
  for (const unit of units) {
    const key = chainKey(unit);
    if (!chains.has(key)) chains.set(key, await createChain(gpu, networks, pass, resources, outputs, unit));
  }
  return chains;
}

/** Kernels of the layers above `lowest`, which read `pass` there, and `outputs` further up. */
export async function createChain(
  gpu: GpuContext,
  networks: DeviceNetworks,
  pass: ForwardPass,
  { batch, jobs, positions, replacements }: MaskResources,
  outputs: readonly DeviceArray<"f32", 3>[],
  { lowest, deeper }: Pick<Unit, "lowest" | "deeper">,
): Promise<Chain> {
  const { widths, parameters } = networks;
  const { offsets, quads: hiddenQuads } = hiddenLanes(widths);
  const kernels: Chain["kernels"][number][] = [];
  const uniforms: UniformArray<"Layer">[] = [];
  // parameters[layer] reads hidden layer `layer` (from 1), so the first masked product is parameters[lowest].
  for (let layer = lowest; layer < parameters.length; layer++) {
    const atStart = layer === lowest;
    const uniform = uploadUniforms(gpu, forward, "Layer", [
      {
        ...plainLayer(widths[layer]!, widths[layer + 1]!, pass.rows),
        own_source: atStart ? 0 : 1,
        hidden_quads: hiddenQuads,
        hidden_offset: offsets[layer - 1]! / 4,
      },
    ]);
    uniforms.push(uniform);
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
    kernels.push({ kernel, quads: quadsOf(widths[layer + 1]!) });
  }
  return { kernels, uniforms };
}
