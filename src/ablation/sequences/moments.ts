/** Matrices over the hidden neurons of a network, out of strips that a device adds up. */
import { hiddenUnits } from "../../core/layers/network-shape.ts";
import { networkShape } from "../../core/network.ts";
import { quadsOf } from "../../gpu/device/packing.ts";
import { uploadNetworks } from "../../passes/device-networks.ts";
import { createMomentsCollector, SIGNALS_AT_ONCE, type Strip, stripGroups } from "../../passes/evidence/moments.ts";
import { ride } from "../../passes/evidence/ride.ts";
import { firstOfLayers, type Search } from "./search.ts";

/** A symmetric matrix over all hidden neurons, layer after layer; 0 for pairs of layers that nobody asked for. */
export interface NeuronMatrix {
  readonly size: number;
  /** [size, size] */
  readonly values: Float64Array;
}

/** Which pairs of hidden layers there are in some scopes, left not above right. @param withinLayers each with itself alone */
export function layerPairs(scopes: Search["scopes"], withinLayers: boolean): [left: number, right: number][] {
  const all = scopes.flatMap((layers) => layers.flatMap((left) => layers.map((right) => [left, right] as const)));
  const pairs = new Map(
    all.filter(([left, right]) => (withinLayers ? left === right : left <= right)).map((pair) => [pair.join(), pair]),
  );
  return [...pairs.values()].map(([left, right]) => [left, right]);
}

/** Adds what was gathered of a strip to both halves of the matrix. @param scale what sums are multiplied by */
function addStrip(
  { size, values }: NeuronMatrix,
  { left, right, firstQuad }: Strip,
  gathered: Float64Array,
  units: readonly number[],
  scale: number,
): void {
  const firsts = firstOfLayers(units);
  const lanes = 4 * quadsOf(units[right]!);
  for (let row = 0; row < gathered.length / lanes; row++) {
    const j = 4 * firstQuad + row;
    if (j >= units[left]!) return;
    // Of a layer with itself the half from the diagonal on is there.
    for (let k = left === right ? j : 0; k < units[right]!; k++) {
      const [own, other] = [firsts[left]! + j, firsts[right]! + k];
      const value = gathered[row * lanes + k]! * scale;
      values[own * size + other]! += value;
      if (own !== other) values[other * size + own]! += value;
    }
  }
}

interface MomentsAsked {
  /** What flows back from each class's logit, by which products are weighted and then added; absent: nothing. */
  readonly signal?: "unit" | "spread";
  /** Whether only neurons of the same layer are multiplied. */
  readonly withinLayers?: boolean;
}

/**
 * Means over the samples of d_j d_k, d = t - constant, or of d_j d_k sum over classes of g_j g_k.
 * @throws RunError with what the device reported
 */
export async function momentMatrix(
  { gpu, network, samples, constants, scopes }: Omit<Search, "greedyBlock">,
  { signal, withinLayers = false }: MomentsAsked,
): Promise<NeuronMatrix> {
  const shape = networkShape(network);
  const units = hiddenUnits(shape);
  const size = units.reduce((sum, own) => sum + own, 0);
  const matrix = { size, values: new Float64Array(size * size) };
  const pairs = layerPairs(scopes, withinLayers);
  const classes = signal === undefined ? 1 : samples.classes;
  for (let firstClass = 0; firstClass < classes; firstClass += SIGNALS_AT_ONCE) {
    const copies = Math.min(SIGNALS_AT_ONCE, classes - firstClass);
    using networks = uploadNetworks(gpu, new Array(copies).fill(network));
    for (const strips of stripGroups(gpu, units, pairs, samples.count)) {
      const asked = { strips, constants, signal: signal && { kind: signal, firstClass } };
      const moments = createMomentsCollector(networks, asked);
      await ride({ gpu, networks, split: samples }, "add up moments", [moments]);
      for (const [index, gathered] of moments.gathered().entries()) {
        addStrip(matrix, strips[index]!, gathered, units, 1 / samples.count);
      }
    }
  }
  return matrix;
}
