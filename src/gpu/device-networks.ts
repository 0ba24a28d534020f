/** Networks of one architecture on the device: per layer one array of homogeneous parameter rows for all of them. */
import { activationOfLayer, type LayerActivation, type NetworkActivation } from "../core/activation.ts";
import { type Network, type Widths, widthsOf } from "../core/network.ts";
import type { GpuContext } from "./context.ts";
import { type DeviceArray, read, upload } from "./device-array.ts";
import { lanesOf, layerOf, packParameters, unpackParameters } from "./packing.ts";

export interface DeviceNetworks {
  readonly count: number;
  readonly widths: Widths;
  readonly activation: NetworkActivation;
  /** Per layer: [networks, outputs, lanes of the inputs]. */
  readonly parameters: readonly DeviceArray<"f32", 3>[];
  [Symbol.dispose](): void;
}

/** @param networks at least one, all of the same widths and activation. */
export function uploadNetworks(gpu: GpuContext, networks: readonly Network[]): DeviceNetworks {
  const widths = widthsOf(networks[0]!);
  const parameters = widths.slice(1).map((outputs, layer) => {
    const shape = [networks.length, outputs, lanesOf(widths[layer]!)] as const;
    return upload(gpu, `layer ${layer} parameters`, "f32", shape, packParameters(layerOf(networks, layer)));
  });
  return {
    count: networks.length,
    widths,
    activation: networks[0]!.activation,
    parameters,
    [Symbol.dispose]() {
      for (const array of parameters) array.destroy();
    },
  };
}

/** The function after layer `layer`: none after the last, whose outputs are logits. */
export function activationAfter({ activation, parameters }: DeviceNetworks, layer: number): LayerActivation {
  return activationOfLayer(activation, layer, parameters.length);
}

/** Copies the networks back as plain data, in the order they were uploaded. */
export async function downloadNetworks(gpu: GpuContext, networks: DeviceNetworks): Promise<Network[]> {
  const { widths, activation, parameters, count } = networks;
  const packed: Float32Array[] = [];
  for (const array of parameters) packed.push(await read(gpu, array));
  return Array.from({ length: count }, (_, network) => ({
    activation,
    layers: packed.map((values, layer) => unpackParameters(values, network, widths[layer]!, widths[layer + 1]!)),
  }));
}
