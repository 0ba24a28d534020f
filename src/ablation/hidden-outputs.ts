/** What a hidden layer gives as a split of its own: the layers above it are a network that takes these numbers. */
import { hiddenActivations, type LayerActivation } from "../core/activation.ts";
import type { Split } from "../core/dataset.ts";
import type { NetworkShape } from "../core/layers/network-shape.ts";
import { type Network, networkShape } from "../core/network.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { plannedArrays } from "../gpu/device/layout.ts";
import { lanesOf } from "../gpu/device/packing.ts";
import { bindingBytes, chunkBytes, type PlanBasis, type PlannedArray } from "../gpu/device/plan-basis.ts";
import { BLOCK } from "../gpu/kernels/tally.ts";
import { parametersLayout } from "../passes/device-networks.ts";
import { type DevicePages, type DeviceSplit, uploadSplit } from "../passes/device-split.ts";
import { forwardPassLayout, rowsPerChunk } from "../passes/forward-pass.ts";
import { readActivations } from "../passes/read-activations.ts";

/** A network whose hidden layers have an activation each. */
interface NetworkAbove extends Network {
  readonly activation: readonly LayerActivation[];
}

/** The layers above hidden layer `layer` (from 1) as a network. */
export function networkAbove({ activation, layers }: Network, layer: number): NetworkAbove {
  return { activation: hiddenActivations(activation, layers.length).slice(layer), layers: layers.slice(layer) };
}

/** What reading them takes, beside the data: the network, its pass, and a copy that is read back. */
export function readingArrays(basis: PlanBasis, shape: NetworkShape, samples: number): PlannedArray[] {
  const pass = { shape, networks: 1, samples, rows: rowsPerChunk(basis, samples, 1, shape) };
  return [
    ...plannedArrays(basis, parametersLayout(shape, 1)),
    ...plannedArrays(basis, forwardPassLayout(pass)),
    ...plannedArrays(basis, forwardPassLayout(pass), "read"),
  ];
}

/** Samples whose outputs are on the device at a time: whole blocks, within a binding and half of what chunks may take. */
export function hiddenPageSamples(basis: PlanBasis, units: number, samples: number): number {
  const most = Math.min(bindingBytes(basis), chunkBytes(basis) / 2) / (4 * lanesOf(units));
  return Math.min(samples, Math.max(BLOCK, Math.floor(most / BLOCK) * BLOCK));
}

/** Outputs of hidden layer `layer` (from 1): [samples, units]. @throws RunError with what the device reported */
export async function hiddenOutputs(
  gpu: GpuContext,
  network: Network,
  layer: number,
  page: DeviceSplit,
): Promise<Float32Array> {
  const byUnit = await readActivations(gpu, network, page, layer);
  const units = byUnit.length / page.count;
  const outputs = new Float32Array(byUnit.length);
  for (let unit = 0; unit < units; unit++) {
    for (let sample = 0; sample < page.count; sample++) {
      outputs[sample * units + unit] = byUnit[unit * page.count + sample]!;
    }
  }
  return outputs;
}

/**
 * Outputs of hidden layer `layer` (from 1) over the split: computed once, and kept on the host, where that is one page, else at each
 * pass over it. Float32 comes back as it went, so that nothing is rounded.
 */
export function hiddenPages(gpu: GpuContext, network: Network, layer: number, split: DevicePages): DevicePages {
  const { units } = networkShape(network)[layer - 1]!;
  const { classes, count } = split;
  const most = hiddenPageSamples(gpu, units, count);
  let kept: Float32Array | undefined;
  return {
    count,
    classes,
    host: split.host,
    eachPage: (work) =>
      split.eachPage(async (page) => {
        const outputs = kept ?? (await hiddenOutputs(gpu, network, layer, page));
        if (page.count === count) kept = outputs;
        for (let first = 0; first < page.count; first += most) {
          const end = Math.min(first + most, page.count);
          const inputs = outputs.subarray(first * units, end * units);
          const host: Split = { count: end - first, inputs, labels: page.host.labels.subarray(first, end) };
          using part = uploadSplit(gpu, "hidden", host, units, classes);
          await work(part);
        }
      }),
    [Symbol.dispose]() {},
  };
}
