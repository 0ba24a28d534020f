/** What the neurons of one layer answer to every sample of a split. */
import type { Network } from "../core/network.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { read } from "../gpu/device/device-array.ts";
import { submit } from "../gpu/device/recorder.ts";
import { uploadNetworks } from "./device-networks.ts";
import type { DeviceSplit } from "./device-split.ts";
import { createForwardPass } from "./forward-pass.ts";

/**
 * @param layer hidden layer, from 1
 * @param rows samples of a chunk; by default as many as fit
 * @returns [neurons, samples]: unquantised activations
 */
export async function readActivations(
  gpu: GpuContext,
  network: Network,
  split: DeviceSplit,
  layer: number,
  rows?: number,
): Promise<Float32Array> {
  using networks = uploadNetworks(gpu, [network]);
  using pass = await createForwardPass(gpu, networks, split, { rows, depth: layer });
  const neurons = networks.shape[layer - 1]!.units;
  const outputs = pass.outputs[layer - 1]!;
  const lanes = outputs.shape[2]!;
  const activations = new Float32Array(neurons * split.count);
  for (const [index, { first, count }] of pass.chunks.entries()) {
    submit(gpu, "read activations", (to) => pass.encode(to, index));
    const values = await read(gpu, outputs);
    for (let sample = 0; sample < count; sample++) {
      for (let neuron = 0; neuron < neurons; neuron++) {
        activations[neuron * split.count + first + sample] = values[sample * lanes + neuron]!;
      }
    }
  }
  return activations;
}
