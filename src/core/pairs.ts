/** Which pairs of hidden neurons are looked at, and what a device counts of them. Plain data. */

export const pairScopes = ["layers", "network"] as const;
/** `layers`: neurons of the same layer. `network`: those of different layers, too. */
export type PairScope = (typeof pairScopes)[number];

/** Two hidden layers, or twice the same. */
export interface PairedLayers {
  /** From 1. */
  readonly layer: number;
  /** Not below `layer`. */
  readonly otherLayer: number;
  /** Neurons of each. */
  readonly units: number;
  readonly otherUnits: number;
}

/** How often both neurons of a pair are 1. */
export interface PairCounts extends PairedLayers {
  /**
   * `[pairs, classes]`: samples of the class for which both bits are 1, exact. Pairs come by the neuron of `layer`, then by that of
   * `otherLayer`; of a layer with itself each once, the lower number first.
   */
  readonly both: Uint32Array;
}

/** What a device counts of the bits of one network, for all that is said of its pairs. */
export interface NetworkPairs {
  readonly repeat: number;
  /** `[classes]`: samples of each class. */
  readonly samplesPerClass: Uint32Array;
  /** `[hidden layers]`: `[units, classes]` samples of the class for which the bit is 1. */
  readonly ones: readonly Uint32Array[];
  /** Of every layer with itself, and with those above it where it is asked for, layer after layer. */
  readonly pairs: readonly PairCounts[];
}

/** A row for each pair of one network, as pairs.csv has them. */
export interface PairTable {
  readonly repeat: number;
  /** `[rows]`, as in the file. */
  readonly layer: Uint32Array;
  readonly neuron: Uint32Array;
  readonly otherLayer: Uint32Array;
  readonly otherNeuron: Uint32Array;
  readonly classes: number;
  /** `[rows, classes]`: samples of the class for which both bits are 1. */
  readonly both: Uint32Array;
  /** By column without `_bits`, such as `joint_information`: `[rows]`, bits. */
  readonly bits: Readonly<Record<string, Float64Array>>;
}

/** @param hidden widths of the hidden layers */
export function pairedLayers(hidden: readonly number[], scope: PairScope): PairedLayers[] {
  return hidden.flatMap((units, index) =>
    hidden.slice(index, scope === "layers" ? index + 1 : undefined).map((otherUnits, above): PairedLayers => {
      return { layer: index + 1, otherLayer: index + 1 + above, units, otherUnits };
    }),
  );
}

/** A layer with itself. */
export const withinLayer = (layer: number, units: number): PairedLayers => {
  return { layer, otherLayer: layer, units, otherUnits: units };
};

/** The first neuron of the other layer with which a neuron is paired. */
export function firstPartner({ layer, otherLayer }: PairedLayers, neuron: number): number {
  return layer === otherLayer ? neuron + 1 : 0;
}

/** Pairs before the first of a neuron; of the number of neurons: all. */
export function pairsBefore({ layer, otherLayer, otherUnits }: PairedLayers, neuron: number): number {
  return neuron * otherUnits - (layer === otherLayer ? (neuron * (neuron + 1)) / 2 : 0);
}

/** Place of a pair among those of its layers. @param other of `otherLayer`; of a layer with itself above `neuron` */
export function pairPlace(layers: PairedLayers, neuron: number, other: number): number {
  return pairsBefore(layers, neuron) + other - firstPartner(layers, neuron);
}

export function pairsOf(layers: PairedLayers): number {
  return pairsBefore(layers, layers.units);
}

/** Pairs of all hidden layers. */
export function pairsIn(hidden: readonly number[], scope: PairScope): number {
  return pairedLayers(hidden, scope).reduce((sum, layers) => sum + pairsOf(layers), 0);
}
