/** Networks whose removed neurons are rebuilt from kept ones, by what reads them. */
import type { NeuronAddress, RebuildingMode } from "../../core/ablation.ts";
import type { RebuiltBelow } from "../../core/layers/layer-kind.ts";
import { kindOf, type Layer } from "../../core/layers/registry.ts";
import type { Network } from "../../core/network.ts";
import type { LayerMoments, Rebuilder } from "./rebuilding.ts";
import { rebuildings } from "./registry.ts";

/** Per hidden layer; undefined where all of it is kept. */
export type RebuiltLayers = readonly (RebuiltBelow | undefined)[];

/** The neurons of a network going one after another, each layer by its own moments. */
interface NetworkRebuilder {
  remove(neuron: NeuronAddress): void;
  rebuilt(): RebuiltLayers;
}

/** @param moments per hidden layer @returns starts from the intact network, as often as it is called */
export function prepareRebuilding(mode: RebuildingMode, moments: readonly LayerMoments[]): () => NetworkRebuilder {
  const starts = moments.map((): (() => Rebuilder) | undefined => undefined);
  return () => {
    const layers = moments.map((): Rebuilder | undefined => undefined);
    const known = moments.map((): RebuiltBelow | undefined => undefined);
    return {
      remove({ layer, neuron }) {
        const index = layer - 1;
        starts[index] ??= rebuildings[mode].prepare(moments[index]!);
        layers[index] ??= starts[index]!();
        layers[index]!.remove(neuron);
        known[index] = undefined;
      },
      rebuilt: () => layers.map((own, index) => (known[index] ??= own?.rebuilt())),
    };
  };
}

/** What stands for the removed neurons, whose order does not matter but for rounding. */
export function rebuiltLayers(
  mode: RebuildingMode,
  moments: readonly LayerMoments[],
  removed: readonly NeuronAddress[],
): RebuiltLayers {
  const rebuilder = prepareRebuilding(mode, moments)();
  for (const neuron of removed) rebuilder.remove(neuron);
  return rebuilder.rebuilt();
}

/** Layers in which nothing reads removed neurons. @param below per layer: what stands for those of the layer that it reads */
export function rebuiltReaders(layers: readonly Layer[], below: RebuiltLayers): Layer[] {
  return layers.map((layer, index) => {
    const rebuilt = below[index];
    return rebuilt === undefined ? layer : kindOf(layer).rebuilt(layer, rebuilt);
  });
}

/** The network of the same shape in which nothing reads the removed neurons, and what they gave comes from those that are kept. */
export function rebuiltNetwork(network: Network, rebuilt: RebuiltLayers): Network {
  return { ...network, layers: rebuiltReaders(network.layers, [undefined, ...rebuilt]) };
}
