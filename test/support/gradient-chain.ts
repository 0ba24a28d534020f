/** The training step's forward and backward chain on the device, with the gradients written out instead of used. */
import { activationOfLayer, needsKeptSlope } from "../../src/core/activation.ts";
import type { DenseLayer, Network, Widths } from "../../src/core/network.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { allocateSpec, read } from "../../src/gpu/device/device-array.ts";
import { structs } from "../../src/gpu/device/layout.ts";
import { lanesOf, packPixels, quadsOf, unpackParameters } from "../../src/gpu/device/packing.ts";
import { backward, forward } from "../../src/gpu/generated/shaders.ts";
import {
  createHiddenDelta,
  createOutputDelta,
  createUpdateParameters,
  hiddenDeltaGrid,
  outputDeltaGrid,
  updateParametersGrid,
} from "../../src/gpu/kernels/backward.ts";
import { createForwardLayer, forwardGrid } from "../../src/gpu/kernels/forward.ts";
import { uploadNetworks } from "../../src/passes/device-networks.ts";
import { identityJobs, plainLayer, writeJobs } from "../../src/passes/forward-pass.ts";
import { allocate, upload, uploadUniforms } from "./arrays.ts";
import { noOptimiser } from "./backward-kernels.ts";
import { dispatch, type Work } from "./dispatch.ts";

export interface GradientBatch {
  readonly pixels: Uint8Array;
  readonly labels: Uint16Array;
  readonly samples: number;
  readonly l2: number;
  /** Rows of the slabs that are not in the batch. */
  readonly spareRows: number;
}

type Chain = ReturnType<typeof uploadChain>;

function uploadChain(gpu: GpuContext, networks: readonly Network[], batch: GradientBatch) {
  const { samples, spareRows, l2 } = batch;
  const device = uploadNetworks(gpu, networks);
  const { widths, count } = device;
  const slabRows = samples + spareRows;
  const features = widths[0]!;
  const rows = (name: string) =>
    widths.slice(1).map((width) => allocate(gpu, name, "f32", [count, slabRows, lanesOf(width)]));
  const identity = Uint32Array.from({ length: count * samples }, (_, index) => index % samples);
  return {
    ...device,
    slabRows,
    samples,
    top: widths.length - 2,
    outputs: rows("outputs"),
    deltas: rows("delta"),
    gradients: widths
      .slice(1)
      .map((width, layer) => allocate(gpu, "gradients", "f32", [count, width, lanesOf(widths[layer]!)])),
    order: upload(gpu, "order", "u32", [count, samples], identity),
    pixels: upload(gpu, "pixels", "u32", [samples, quadsOf(features)], packPixels(batch.pixels, samples, features)),
    labels: upload(gpu, "labels", "u32", [samples], Uint32Array.from(batch.labels)),
    losses: allocate(gpu, "losses", "f32", [count, slabRows]),
    jobs: identityTable(gpu, count),
    forwardBatch: uploadUniforms(gpu, forward, "Batch", [{ first: 0, count: samples, first_job: 0 }]),
    backwardBatch: uploadUniforms(gpu, backward, "Batch", [{ ...noOptimiser, first: 0, count: samples, l2 }]),
    layers: widths.slice(1).map((_, layer) => uploadLayer(gpu, widths, layer, slabRows, samples)),
  };
}

function identityTable(gpu: GpuContext, networks: number) {
  const jobs = allocateSpec(gpu, "jobs", structs(forward, "Job", networks));
  writeJobs(gpu, jobs, identityJobs(networks));
  return jobs;
}

function uploadLayer(gpu: GpuContext, widths: Widths, layer: number, slabRows: number, samples: number) {
  const [inputs, outputs] = [widths[layer]!, widths[layer + 1]!];
  const nextOutputs = widths[layer + 2] ?? 0;
  return uploadUniforms(gpu, backward, "Layer", [
    {
      input_quads: quadsOf(inputs),
      inputs,
      outputs,
      output_quads: quadsOf(outputs),
      next_outputs: nextOutputs,
      next_quads: quadsOf(nextOutputs),
      slab_rows: slabRows,
      order_rows: samples,
    },
  ]);
}

async function forwardWork(gpu: GpuContext, chain: Chain, layer: number): Promise<Work> {
  const { widths, slabRows, samples, count, top, activation, outputs, pixels, order } = chain;
  const uniform = plainLayer(widths[layer]!, widths[layer + 1]!, slabRows, samples);
  const shared = {
    layer: uploadUniforms(gpu, forward, "Layer", [uniform]),
    batch: chain.forwardBatch,
    jobs: chain.jobs,
    parameters: chain.parameters[layer]!,
    outputs: outputs[layer]!,
    slopes: chain.deltas[layer]!,
  };
  const name = activationOfLayer(activation, layer, top + 1);
  const kept = needsKeptSlope(name);
  const first = kept ? "BYTES+GATHERED+SLOPES" : "BYTES+GATHERED";
  const kernel =
    layer === 0
      ? (await createForwardLayer(gpu, first, name)).bind({ ...{ ...shared, pixels, order } })
      : (await createForwardLayer(gpu, kept ? "SLOPES" : "", name)).bind({
          ...{ ...shared, inputs: outputs[layer - 1]! },
        });
  return { kernel, grid: forwardGrid(quadsOf(widths[layer + 1]!), slabRows, count) };
}

async function deltaWork(gpu: GpuContext, chain: Chain, layer: number): Promise<Work> {
  const { widths, slabRows, count, top, activation, outputs, deltas, order, labels, losses } = chain;
  const shared = { layer: chain.layers[layer]!, batch: chain.backwardBatch, delta: deltas[layer]! };
  if (layer === top) {
    const kernel = (await createOutputDelta(gpu)).bind({ ...shared, order, logits: outputs[top]!, labels, losses });
    return { kernel, grid: outputDeltaGrid(slabRows, count) };
  }
  const kernel = (await createHiddenDelta(gpu, activationOfLayer(activation, layer, top + 1))).bind({
    ...shared,
    next_delta: deltas[layer + 1]!,
    next_parameters: chain.parameters[layer + 1]!,
    activations: outputs[layer]!,
  });
  return { kernel, grid: hiddenDeltaGrid(quadsOf(widths[layer + 1]!), slabRows, count) };
}

async function gradientWork(gpu: GpuContext, chain: Chain, layer: number): Promise<Work> {
  const { widths, count, outputs, order, pixels } = chain;
  const shared = {
    layer: chain.layers[layer]!,
    batch: chain.backwardBatch,
    delta: chain.deltas[layer]!,
    parameters: chain.parameters[layer]!,
    gradients: chain.gradients[layer]!,
  };
  const kernel =
    layer === 0
      ? (await createUpdateParameters(gpu, "BYTES+GRADIENT")).bind({ ...shared, order, pixels })
      : (await createUpdateParameters(gpu, "GRADIENT")).bind({ ...shared, inputs: outputs[layer - 1]! });
  return { kernel, grid: updateParametersGrid(quadsOf(widths[layer]!), widths[layer + 1]!, count) };
}

/** Per network and layer: gradients of the mean loss over the batch, as a layer's weights and biases. */
export async function gradientsOnDevice(
  gpu: GpuContext,
  networks: readonly Network[],
  batch: GradientBatch,
): Promise<DenseLayer[][]> {
  const chain = uploadChain(gpu, networks, batch);
  const { widths, top, gradients } = chain;
  const works: Work[] = [];
  for (let layer = 0; layer <= top; layer++) works.push(await forwardWork(gpu, chain, layer));
  for (let layer = top; layer >= 0; layer--) works.push(await deltaWork(gpu, chain, layer));
  for (let layer = 0; layer <= top; layer++) works.push(await gradientWork(gpu, chain, layer));
  dispatch(gpu, ...works);
  const packed: Float32Array[] = [];
  for (const array of gradients) packed.push(await read(gpu, array));
  return networks.map((_, network) =>
    packed.map((values, layer) => unpackParameters(values, network, widths[layer]!, widths[layer + 1]!)),
  );
}
