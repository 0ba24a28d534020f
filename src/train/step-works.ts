/**
 * The dispatches of one optimiser step, bound once. With L layers (hidden ones and the logits), of dense ones:
 *   - 3 L in general: forward and update of each layer, one delta each. 9 for two hidden layers.
 *   - 3 L - 3 where the top layer's four are one (kernels/top-layer.ts). 6 for two hidden layers.
 * None waits for the host. The updates come last, since deltas read the parameters that they change.
 */
import type { GpuContext } from "../gpu/device/context.ts";
import type { BackwardParts, InputDeltaParts, LayerWork, OutputDeltaParts, Source } from "../gpu/layers/layer-kind.ts";
import { onDevice } from "../gpu/layers/registry.ts";
import { activationAfter, type DeviceNetworks } from "../passes/device-networks.ts";
import type { DeviceSplit } from "../passes/device-split.ts";
import type { StepArrays } from "./step-arrays.ts";

/** What every dispatch is made from. */
interface StepParts {
  readonly gpu: GpuContext;
  readonly networks: DeviceNetworks;
  readonly split: DeviceSplit;
  readonly arrays: StepArrays;
}

/** In the order in which they must run. */
export async function stepWorks(parts: StepParts): Promise<LayerWork[]> {
  const top = parts.networks.shape.length - 1;
  const whole = await topStep(parts);
  const separate = whole === undefined ? top + 1 : top; // layers whose forward product and update are dispatches of their own
  const works: LayerWork[] = [];
  for (let layer = 0; layer < separate; layer++) works.push(await forward(parts, layer));
  works.push(whole ?? (await outputDelta(parts)));
  for (let layer = separate - 1; layer > 0; layer--) works.push(await inputDelta(parts, layer));
  for (let layer = 0; layer < separate; layer++) works.push(await update(parts, layer));
  return works;
}

/** What layer `index` reads. */
function sourceOf({ split, arrays }: StepParts, index: number): Source {
  return index === 0 ? { ...split.inputs, order: arrays.order } : { inputs: arrays.layer[index - 1]!.outputs };
}

function backwardParts({ networks, arrays }: StepParts, index: number): BackwardParts {
  const { backward: layer, delta } = arrays.layer[index]!;
  return { layer, batch: arrays.backwardBatch, delta, parameters: networks.parameters[index]! };
}

function updateParts(parts: StepParts, index: number) {
  const { firstMoments, secondMoments } = parts.arrays.layer[index]!;
  return { ...backwardParts(parts, index), source: sourceOf(parts, index), firstMoments, secondMoments };
}

/** Of layer `index`, from 1: what it takes to tell the one below its delta. */
function inputDeltaParts(parts: StepParts, index: number): InputDeltaParts {
  const { delta: inputDelta, outputs: activations } = parts.arrays.layer[index - 1]!;
  const activation = activationAfter(parts.networks, index - 1);
  return { ...backwardParts(parts, index), activation, activations, inputDelta };
}

function outputDeltaParts(parts: StepParts): OutputDeltaParts {
  const { split, arrays } = parts;
  const { order, trainingLosses: losses, layer } = arrays;
  const logits = layer.at(-1)!.outputs;
  return { ...backwardParts(parts, layer.length - 1), order, losses, labels: split.labels, logits };
}

function forward(parts: StepParts, index: number): Promise<LayerWork> {
  const { gpu, networks, arrays } = parts;
  const { outputs, delta: slopes, forward: layer } = arrays.layer[index]!;
  const shape = networks.shape[index]!;
  return onDevice(shape).forward(gpu, shape, {
    parameters: networks.parameters[index]!,
    activation: activationAfter(networks, index),
    source: sourceOf(parts, index),
    outputs,
    layer,
    batch: arrays.forwardBatch,
    jobs: arrays.jobs,
    slopes,
  });
}

function outputDelta(parts: StepParts): Promise<LayerWork> {
  const top = parts.networks.shape.at(-1)!;
  return onDevice(top).outputDelta(parts.gpu, top, outputDeltaParts(parts));
}

function inputDelta(parts: StepParts, index: number): Promise<LayerWork> {
  const shape = parts.networks.shape[index]!;
  return onDevice(shape).inputDelta(parts.gpu, shape, inputDeltaParts(parts, index));
}

function update(parts: StepParts, index: number): Promise<LayerWork> {
  const shape = parts.networks.shape[index]!;
  return onDevice(shape).update(parts.gpu, shape, updateParts(parts, index));
}

/** All of the last layer's, where its kind has that. */
function topStep(parts: StepParts): Promise<LayerWork> | undefined {
  const top = parts.networks.shape.length - 1;
  const shape = parts.networks.shape[top]!;
  const all = { ...outputDeltaParts(parts), ...inputDeltaParts(parts, top), ...updateParts(parts, top) };
  return onDevice(shape).topStep(parts.gpu, shape, all);
}
