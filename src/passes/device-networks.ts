/** Networks of one architecture on the device: per layer one array of homogeneous parameter rows for all of them. */
import { activationOfLayer, type LayerActivation, type NetworkActivation, needsKeptSlope } from "../core/activation.ts";
import { type Network, type Widths, widthsOf } from "../core/network.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { type DeviceArray, read, write } from "../gpu/device/device-array.ts";
import { f32 } from "../gpu/device/layout.ts";
import { Owned } from "../gpu/device/owned.ts";
import { lanesOf, layerOf, packParameters, unpackParameters } from "../gpu/device/packing.ts";

export interface DeviceNetworks {
  readonly count: number;
  readonly widths: Widths;
  readonly activation: NetworkActivation;
  /** Per layer: [networks, outputs, lanes of the inputs]. */
  readonly parameters: readonly DeviceArray<"f32", 3>[];
  [Symbol.dispose](): void;
}

export function parametersLayout(widths: Widths, networks: number) {
  const layer = widths.slice(1).map((outputs, index) => ({
    parameters: f32(networks, outputs, lanesOf(widths[index]!)),
  }));
  return { layer };
}

/** @param networks at least one, all of the same widths and activation. */
export function uploadNetworks(gpu: GpuContext, networks: readonly Network[]): DeviceNetworks {
  const widths = widthsOf(networks[0]!);
  using own = new Owned(gpu);
  const parameters = own.allocate(parametersLayout(widths, networks.length)).layer.map((layer) => layer.parameters);
  for (const [layer, array] of parameters.entries()) write(gpu, array, packParameters(layerOf(networks, layer)));
  const kept = own.move();
  return {
    count: networks.length,
    widths,
    activation: networks[0]!.activation,
    parameters,
    [Symbol.dispose]: () => kept[Symbol.dispose](),
  };
}

/** The function after layer `layer`: none after the last, whose outputs are logits. */
export function activationAfter({ activation, parameters }: DeviceNetworks, layer: number): LayerActivation {
  return activationOfLayer(activation, layer, parameters.length);
}

/** Whether act' of some hidden layer does not follow from its outputs. */
export function keepsSlopes(networks: DeviceNetworks): boolean {
  return networks.parameters.some((_, layer) => needsKeptSlope(activationAfter(networks, layer)));
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
