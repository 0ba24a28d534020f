/** The training step's forward and backward chain on the device, with the gradients written out instead of used. */
import { activationOfLayer } from "../../src/core/activation.ts";
import { featuresOf } from "../../src/core/layers/network-shape.ts";
import type { Layer } from "../../src/core/layers/registry.ts";
import type { Network } from "../../src/core/network.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { read } from "../../src/gpu/device/device-array.ts";
import { structs } from "../../src/gpu/device/layout.ts";
import { Owned } from "../../src/gpu/device/owned.ts";
import { packPixels, quadsOf } from "../../src/gpu/device/packing.ts";
import { submit } from "../../src/gpu/device/recorder.ts";
import { backward, forward } from "../../src/gpu/generated/shaders.ts";
import { createUpdateParameters, updateParametersGrid } from "../../src/gpu/kernels/backward.ts";
import { type LayerWork, outputsLayout } from "../../src/gpu/layers/layer-kind.ts";
import { onDevice } from "../../src/gpu/layers/registry.ts";
import { uploadNetworks } from "../../src/passes/device-networks.ts";
import { identityJobs, writeJobs } from "../../src/passes/forward-pass.ts";
import { allocate, upload, uploadUniforms } from "./arrays.ts";
import { noOptimiser } from "./backward-kernels.ts";

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
  const { shape, count } = device;
  const rows = samples + spareRows;
  const features = featuresOf(shape);
  const identity = Uint32Array.from({ length: count * samples }, (_, index) => index % samples);
  const layout = {
    layer: shape.map((layer) => ({
      outputs: outputsLayout(layer, count, rows),
      delta: outputsLayout(layer, count, rows),
      gradients: onDevice(layer).parameters(layer, count),
      forward: onDevice(layer).forwardUniform,
      backward: onDevice(layer).backwardUniform,
    })),
    jobs: structs(forward, "Job", count),
  };
  const arrays = new Owned(gpu).allocate(layout);
  writeJobs(gpu, arrays.jobs, identityJobs(count));
  for (const [index, layer] of shape.entries())
    onDevice(layer).writeBackward(gpu, layer, arrays.layer[index]!.backward, { rows, samples });
  return {
    ...device,
    ...arrays,
    rows,
    top: shape.length - 1,
    order: upload(gpu, "order", "u32", [count, samples], identity),
    pixels: upload(gpu, "pixels", "u32", [samples, quadsOf(features)], packPixels(batch.pixels, samples, features)),
    labels: upload(gpu, "labels", "u32", [samples], Uint32Array.from(batch.labels)),
    losses: allocate(gpu, "losses", "f32", [count, rows]),
    forwardBatch: uploadUniforms(gpu, forward, "Batch", [{ first: 0, count: samples, first_job: 0 }]),
    backwardBatch: uploadUniforms(gpu, backward, "Batch", [{ ...noOptimiser, first: 0, count: samples, l2 }]),
  };
}

function sourceOf({ layer, pixels, order }: Chain, index: number) {
  return index === 0 ? { pixels, order } : { inputs: layer[index - 1]!.outputs };
}

function forwardWork(gpu: GpuContext, chain: Chain, index: number): Promise<LayerWork> {
  const { shape, parameters, activation, top, jobs, forwardBatch: batch } = chain;
  const { outputs, delta: slopes, forward: layer } = chain.layer[index]!;
  return onDevice(shape[index]!).forward(gpu, shape[index]!, {
    parameters: parameters[index]!,
    activation: activationOfLayer(activation, index, top + 1),
    source: sourceOf(chain, index),
    outputs,
    layer,
    batch,
    jobs,
    slopes,
  });
}

/** The delta of a layer, from the logits or from the layer above. */
function deltaWork(gpu: GpuContext, chain: Chain, index: number): Promise<LayerWork> {
  const { shape, parameters, activation, top, order, labels, losses, backwardBatch: batch } = chain;
  const from = Math.min(index + 1, top);
  const { delta, outputs, backward: layer } = chain.layer[from]!;
  const parts = { layer, batch, delta, parameters: parameters[from]! };
  const kind = onDevice(shape[from]!);
  if (index === top) return kind.outputDelta(gpu, shape[top]!, { ...parts, logits: outputs, order, labels, losses });
  return kind.inputDelta(gpu, shape[from]!, {
    ...parts,
    activation: activationOfLayer(activation, index, top + 1),
    activations: chain.layer[index]!.outputs,
    inputDelta: chain.layer[index]!.delta,
  });
}

/** Of dense layers: no kind writes gradients out. */
async function gradientWork(gpu: GpuContext, chain: Chain, index: number): Promise<LayerWork> {
  const { shape, parameters, order, pixels, backwardBatch: batch } = chain;
  const { delta, gradients, backward: layer } = chain.layer[index]!;
  const shared = { layer, batch, delta, parameters: parameters[index]!, gradients };
  const kernel =
    index === 0
      ? (await createUpdateParameters(gpu, "BYTES+GRADIENT")).bind({ ...shared, order, pixels })
      : (await createUpdateParameters(gpu, "GRADIENT")).bind({ ...shared, inputs: chain.layer[index - 1]!.outputs });
  const { inputs, units } = shape[index]!;
  return { encode: (to, _, jobs, step) => kernel.encode(to, updateParametersGrid(quadsOf(inputs), units, jobs), step) };
}

/** Per network and layer: gradients of the mean loss over the batch, as a layer's weights and biases. */
export async function gradientsOnDevice(
  gpu: GpuContext,
  networks: readonly Network[],
  batch: GradientBatch,
): Promise<Layer[][]> {
  const chain = uploadChain(gpu, networks, batch);
  const { shape, top, rows, count } = chain;
  const works: LayerWork[] = [];
  for (let layer = 0; layer <= top; layer++) works.push(await forwardWork(gpu, chain, layer));
  for (let layer = top; layer >= 0; layer--) works.push(await deltaWork(gpu, chain, layer));
  for (let layer = 0; layer <= top; layer++) works.push(await gradientWork(gpu, chain, layer));
  submit(gpu, "gradients", (to) => {
    for (const work of works) work.encode(to, rows, count, 0);
  });
  const packed: Float32Array[] = [];
  for (const { gradients } of chain.layer) packed.push(await read(gpu, gradients));
  return networks.map((_, network) =>
    shape.map((layer, index) => onDevice(layer).unpack(packed[index]!, network, layer)),
  );
}
