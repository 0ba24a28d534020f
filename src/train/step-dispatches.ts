/**
 * The dispatches of one optimiser step, bound once. With L layers (hidden ones and the logits):
 *   - 3 L in general: forward and update of each layer, one delta each. 9 for two hidden layers.
 *   - 3 L - 3 where the top layer's four are one (kernels/top-layer.ts). 6 for two hidden layers.
 * None waits for the host. The updates come last, since hidden_delta reads the parameters that they change.
 */
import { needsKeptSlope } from "../core/activation.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import type { BoundKernel, Grid } from "../gpu/device/kernel.ts";
import { quadsOf } from "../gpu/device/packing.ts";
import {
  createHiddenDelta,
  createOutputDelta,
  createUpdateParameters,
  hiddenDeltaGrid,
  outputDeltaGrid,
  updateParametersGrid,
} from "../gpu/kernels/backward.ts";
import { createForwardLayer, forwardGrid } from "../gpu/kernels/forward.ts";
import { createTopLayer, fusesTopLayer, topLayerGrid } from "../gpu/kernels/top-layer.ts";
import { activationAfter, type DeviceNetworks } from "../passes/device-networks.ts";
import type { DeviceSplit } from "../passes/device-split.ts";
import type { StepArrays } from "./step-arrays.ts";

export interface StepDispatch {
  readonly kernel: BoundKernel;
  readonly grid: Grid;
}

/** What every dispatch is made from. */
interface StepParts {
  readonly gpu: GpuContext;
  readonly networks: DeviceNetworks;
  readonly split: DeviceSplit;
  readonly arrays: StepArrays;
  readonly batchSize: number;
}

/** In the order in which they must run. */
export async function stepDispatches(parts: StepParts): Promise<StepDispatch[]> {
  const { gpu, networks, batchSize } = parts;
  const top = networks.parameters.length - 1;
  const fused = fusesTopLayer(gpu, networks.widths.at(-1)!, batchSize);
  const separate = fused ? top : top + 1; // layers whose forward product and update are dispatches of their own
  const dispatches: StepDispatch[] = [];
  for (let layer = 0; layer < separate; layer++) dispatches.push(await forwardDispatch(parts, layer));
  dispatches.push(fused ? await topLayerDispatch(parts) : await outputDeltaDispatch(parts));
  for (let layer = separate - 2; layer >= 0; layer--) dispatches.push(await hiddenDeltaDispatch(parts, layer));
  for (let layer = 0; layer < separate; layer++) dispatches.push(await updateDispatch(parts, layer));
  return dispatches;
}

async function forwardDispatch(parts: StepParts, index: number): Promise<StepDispatch> {
  const { gpu, networks, split, arrays, batchSize } = parts;
  const { count, widths, parameters } = networks;
  const { order, jobs, forwardBatch: batch } = arrays;
  const { outputs, delta: slopes, forward: layer } = arrays.layer[index]!;
  const shared = { layer, batch, jobs, parameters: parameters[index]!, outputs, slopes };
  const function_ = activationAfter(networks, index);
  const kept = needsKeptSlope(function_); // other variants have no `slopes`, and leave them alone
  const kernel =
    index > 0
      ? (await createForwardLayer(gpu, kept ? "SLOPES" : "", function_)).bind({
          ...{ ...shared, inputs: arrays.layer[index - 1]!.outputs },
        })
      : "pixels" in split.inputs
        ? (await createForwardLayer(gpu, kept ? "BYTES+GATHERED+SLOPES" : "BYTES+GATHERED", function_)).bind({
            ...{ ...shared, ...split.inputs, order },
          })
        : (await createForwardLayer(gpu, kept ? "FLOATS+GATHERED+SLOPES" : "FLOATS+GATHERED", function_)).bind({
            ...{ ...shared, ...split.inputs, order },
          });
  return { kernel, grid: forwardGrid(quadsOf(widths[index + 1]!), batchSize, count) };
}

async function outputDeltaDispatch({ gpu, networks, split, arrays, batchSize }: StepParts): Promise<StepDispatch> {
  const { backwardBatch: batch, order, trainingLosses: losses } = arrays;
  const { backward: layer, delta, outputs: logits } = arrays.layer.at(-1)!;
  const kernel = (await createOutputDelta(gpu)).bind({
    layer,
    batch,
    order,
    delta,
    logits,
    labels: split.labels,
    losses,
  });
  return { kernel, grid: outputDeltaGrid(batchSize, networks.count) };
}

/** Layer `index` from the one above. */
async function hiddenDeltaDispatch(parts: StepParts, index: number): Promise<StepDispatch> {
  const { gpu, networks, arrays, batchSize } = parts;
  const { count, widths, parameters } = networks;
  const { backward: layer, delta, outputs: activations } = arrays.layer[index]!;
  const kernel = (await createHiddenDelta(gpu, activationAfter(networks, index))).bind({
    layer,
    batch: arrays.backwardBatch,
    delta,
    next_delta: arrays.layer[index + 1]!.delta,
    next_parameters: parameters[index + 1]!,
    activations,
  });
  return { kernel, grid: hiddenDeltaGrid(quadsOf(widths[index + 1]!), batchSize, count) };
}

async function updateDispatch({ gpu, networks, split, arrays }: StepParts, index: number): Promise<StepDispatch> {
  const { count, widths, parameters } = networks;
  const { backwardBatch: batch, order } = arrays;
  const { backward: layer, delta, firstMoments, secondMoments } = arrays.layer[index]!;
  const shared = {
    layer,
    batch,
    delta,
    parameters: parameters[index]!,
    first_moments: firstMoments,
    second_moments: secondMoments,
  };
  const kernel =
    index > 0
      ? (await createUpdateParameters(gpu, "")).bind({ ...shared, inputs: arrays.layer[index - 1]!.outputs })
      : "pixels" in split.inputs
        ? (await createUpdateParameters(gpu, "BYTES")).bind({ ...shared, order, ...split.inputs })
        : (await createUpdateParameters(gpu, "FLOATS")).bind({ ...shared, order, ...split.inputs });
  return { kernel, grid: updateParametersGrid(quadsOf(widths[index]!), widths[index + 1]!, count) };
}

/** Logits, loss, both deltas and the update of the top layer. */
async function topLayerDispatch({ gpu, networks, split, arrays }: StepParts): Promise<StepDispatch> {
  const { backwardBatch: batch, order, trainingLosses: losses } = arrays;
  const [below, top] = [arrays.layer.at(-2)!, arrays.layer.at(-1)!];
  const kernel = (await createTopLayer(gpu, "", activationAfter(networks, networks.parameters.length - 2))).bind({
    layer: top.backward,
    batch,
    order,
    labels: split.labels,
    losses,
    inputs: below.outputs,
    below_delta: below.delta,
    parameters: networks.parameters.at(-1)!,
    first_moments: top.firstMoments,
    second_moments: top.secondMoments,
  });
  return { kernel, grid: topLayerGrid(networks.count) };
}
