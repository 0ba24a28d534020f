/**
 * Orders by a quadratic form, which know how effects of neurons cancel or add up. What the removal of a set costs is taken to be
 * sum over j and k in it of M_jk, with a matrix M over the neurons; next goes the neuron that adds least to it, M_jj + 2 sum over k
 * already removed of M_jk (LeCun, Denker, Solla, NIPS 1989, and Hassibi, Stork, NIPS 1992, for quadratic forms of the loss). With D_j = t_j - c_j, c_j
 * what stands for a removed neuron, and expectations over the validation set:
 *   reconstruction:   M = E[D_j D_k] (W' W)_jk, W being the weights that read the layer: the expected squared change of the next
 *                     pre-activations (the criterion of ThiNet: Luo, Wu, Lin, ICCV 2017, in closed form). No weight reads
 *                     two layers, so that over the whole network M is block-diagonal.
 *   logit quadratic:  M = E[sum over classes c of A_cj A_ck], A_cj = dlogit_c/dt_j D_j: the squared change of the logits, linearised.
 *   fisher quadratic: M = E[A' (diag p - p p') A], p the prediction: the divergence of the output, to second order, twice.
 */
import { hiddenUnits } from "../../core/layers/network-shape.ts";
import { shapeOf } from "../../core/layers/registry.ts";
import { type Network, networkShape, weightsInto } from "../../core/network.ts";
import { momentMatrix, type NeuronMatrix } from "./moments.ts";
import { type Find, firstOfLayers, requireFinite, type Search } from "./search.ts";

/** @param members numbers of neurons, ascending @returns them, first removed first; ties go to the lower number */
export function quadraticOrder({ size, values }: NeuronMatrix, members: readonly number[]): Uint32Array {
  const order = new Uint32Array(members.length);
  const left = [...members];
  const costs = members.map((one) => values[one * size + one]!);
  for (let place = 0; place < order.length; place++) {
    let least = 0;
    for (let at = 1; at < left.length; at++) if (costs[at]! < costs[least]!) least = at;
    const removed = left[least]!;
    order[place] = removed;
    left.splice(least, 1);
    costs.splice(least, 1);
    for (const [at, other] of left.entries()) costs[at]! += 2 * values[removed * size + other]!;
  }
  return order;
}

/** One order for each scope. @throws RunError where the matrix is not finite */
function ordersOf(matrix: NeuronMatrix, { network, scopes }: Search): Uint32Array[] {
  requireFinite(matrix.values);
  const units = hiddenUnits(networkShape(network));
  const firsts = firstOfLayers(units);
  return scopes.map((layers) => {
    const members = layers.flatMap((layer) => Array.from({ length: units[layer]! }, (_, at) => firsts[layer]! + at));
    return quadraticOrder(matrix, members);
  });
}

/** Multiplies the matrix by W' W within each layer. */
function weighByReaders({ size, values }: NeuronMatrix, { layers }: Network): void {
  let first = 0;
  for (const reader of layers.slice(1)) {
    const { inputs, units } = shapeOf(reader);
    const products = new Float64Array(inputs * inputs);
    for (let above = 0; above < units; above++) {
      const weights = weightsInto(reader, above);
      for (let j = 0; j < inputs; j++) {
        for (let k = 0; k < inputs; k++) products[j * inputs + k]! += weights[j]! * weights[k]!;
      }
    }
    for (const [at, product] of products.entries()) {
      values[(first + Math.floor(at / inputs)) * size + first + (at % inputs)]! *= product;
    }
    first += inputs;
  }
}

export async function reconstructionMatrix(search: Search): Promise<NeuronMatrix> {
  const matrix = await momentMatrix(search, { withinLayers: true });
  weighByReaders(matrix, search.network);
  return matrix;
}

export const findReconstruction: Find = async (search) => ordersOf(await reconstructionMatrix(search), search);

export const findLogitQuadratic: Find = async (search) =>
  ordersOf(await momentMatrix(search, { signal: "unit" }), search);

export const findFisherQuadratic: Find = async (search) =>
  ordersOf(await momentMatrix(search, { signal: "spread" }), search);
