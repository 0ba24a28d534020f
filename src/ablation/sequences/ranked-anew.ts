/**
 * Orders by values that are computed anew: of the neurons that are left some with the lowest go, the network without them is rebuilt,
 * smaller, and its neurons are valued again. Ties go by layer and then by number, as in an order by values that are computed once. What
 * values neurons is not known here.
 */
import { hiddenUnits } from "../../core/layers/network-shape.ts";
import { greatest } from "../../core/long-arrays.ts";
import { type Network, networkShape } from "../../core/network.ts";
import { firstOfLayers } from "./search.ts";
import { withoutNeurons } from "./without-neurons.ts";

/** An order that is wanted. */
export interface OrderAnew {
  readonly network: Network;
  /** Per hidden layer: [neurons] what stands for neurons that are gone. */
  readonly constants: readonly Float32Array[];
  /** The hidden layers, from 0, whose neurons it has. */
  readonly layers: readonly number[];
}

/** What removals have left of an order's network. */
export interface Left<O extends OrderAnew> {
  readonly order: O;
  /** The order's own where nothing is gone. */
  readonly network: Network;
}

/** [networks left][hidden neurons of each, layer after layer] */
type ValuesOf<O extends OrderAnew> = (left: readonly Left<O>[]) => Promise<readonly ArrayLike<number>[]>;

/** An order while it is made. */
interface UnderWay<O extends OrderAnew> {
  readonly order: O;
  /** Per hidden layer. */
  readonly removed: readonly Set<number>[];
  /** Numbers among all hidden neurons, first removed first. */
  readonly rows: number[];
}

/** A neuron that is left, by its number in the network that was given, and where its value stands among those of what is left. */
interface Candidate {
  readonly layer: number;
  readonly neuron: number;
  readonly at: number;
}

const unitsOf = ({ network }: OrderAnew) => hiddenUnits(networkShape(network));
const neuronsOf = (order: OrderAnew) => order.layers.reduce((sum, layer) => sum + unitsOf(order)[layer]!, 0);

/** Neurons of the scope that are left, in the order layer, neuron; one that stands for an empty layer is none of them. */
function candidatesOf({ layers }: OrderAnew, kept: readonly (readonly number[])[]): Candidate[] {
  const firsts = firstOfLayers(kept.map(({ length }) => Math.max(1, length)));
  return layers.flatMap((layer) =>
    kept[layer]!.map((neuron, place): Candidate => ({ layer, neuron, at: firsts[layer]! + place })),
  );
}

/** What is left, and who may go next. */
function leftOf<O extends OrderAnew>(underWay: UnderWay<O>) {
  const { order, removed, rows } = underWay;
  const { network, kept } = withoutNeurons(order.network, removed, order.constants);
  const left: Left<O> = { order, network: rows.length === 0 ? order.network : network };
  return { underWay, left, candidates: candidatesOf(order, kept) };
}

function remove({ order, removed, rows }: UnderWay<OrderAnew>, candidates: readonly Candidate[]): void {
  const firsts = firstOfLayers(unitsOf(order));
  for (const { layer, neuron } of candidates) {
    removed[layer]!.add(neuron);
    rows.push(firsts[layer]! + neuron);
  }
}

/**
 * All orders go on together, a round of removals at a time, so that networks can be valued together.
 * @param every neurons that go between two valuations
 * @param onRound told of the share of the rounds that is done, up to 1
 * @returns for each order: numbers among all hidden neurons of its network, layer after layer, first removed first
 */
export async function rankedAnew<O extends OrderAnew>(
  orders: readonly O[],
  every: number,
  valuesOf: ValuesOf<O>,
  onRound: (share: number) => void = () => {},
): Promise<Uint32Array[]> {
  const all = orders.map((order): UnderWay<O> => {
    return { order, removed: unitsOf(order).map(() => new Set<number>()), rows: [] };
  });
  const rounds = orders.length === 0 ? 0 : Math.ceil(greatest(orders.map(neuronsOf)) / every);
  for (let round = 0; round < rounds; round++) {
    const waiting = all.filter(({ order, rows }) => rows.length < neuronsOf(order)).map(leftOf);
    const values = await valuesOf(waiting.map(({ left }) => left));
    for (const [index, { underWay, candidates }] of waiting.entries()) {
      const own = values[index]!;
      // Sorting keeps equals in their order.
      remove(underWay, candidates.sort((a, b) => own[a.at]! - own[b.at]!).slice(0, every));
    }
    onRound((round + 1) / rounds);
  }
  return all.map(({ rows }) => Uint32Array.from(rows));
}
