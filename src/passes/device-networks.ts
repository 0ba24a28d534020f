/** Networks of one architecture on the device: per layer one array of homogeneous parameter rows for all of them. */
import { activationOfLayer, type LayerActivation, type NetworkActivation, needsKeptSlope } from "../core/activation.ts";
import type { NetworkShape } from "../core/layers/network-shape.ts";
import { type Network, networkShape } from "../core/network.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { type DeviceArray, read, write } from "../gpu/device/device-array.ts";
import { Owned } from "../gpu/device/owned.ts";
import { onDevice } from "../gpu/layers/registry.ts";

export interface DeviceNetworks {
  readonly count: number;
  readonly shape: NetworkShape;
  readonly activation: NetworkActivation;
  /** Per layer, as its kind packs them: [networks, rows, lanes]. */
  readonly parameters: readonly DeviceArray<"f32", 3>[];
  [Symbol.dispose](): void;
}

export function parametersLayout(shape: NetworkShape, networks: number) {
  return { layer: shape.map((layer) => ({ parameters: onDevice(layer).parameters(layer, networks) })) };
}

/** @param networks at least one, all of the same shape and activation. */
export function uploadNetworks(gpu: GpuContext, networks: readonly Network[]): DeviceNetworks {
  const shape = networkShape(networks[0]!);
  using own = new Owned(gpu);
  const parameters = own.allocate(parametersLayout(shape, networks.length)).layer.map((layer) => layer.parameters);
  for (const [layer, array] of parameters.entries()) {
    const same = networks.map(({ layers }) => layers[layer]!);
    write(gpu, array, onDevice(shape[layer]!).pack(same));
  }
  const kept = own.move();
  return {
    count: networks.length,
    shape,
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
  const { shape, activation, parameters, count } = networks;
  const packed: Float32Array[] = [];
  for (const array of parameters) packed.push(await read(gpu, array));
  return Array.from({ length: count }, (_, network) => ({
    activation,
    layers: shape.map((layer, index) => onDevice(layer).unpack(packed[index]!, network, layer)),
  }));
}
