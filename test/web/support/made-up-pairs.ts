/** What an engine that nobody trained tells of pairs: the counts of the made-up neurons, as if their bits were drawn independently. */
import type { NeuronAddress } from "../../../src/core/ablation.ts";
import { onesPerClass } from "../../../src/core/neuron-table.ts";
import { pairPlace, withinLayer } from "../../../src/core/pairs.ts";
import { bitsOfLayer, pairOf } from "../../../src/pairs/pair.ts";
import { decompositions } from "../../../src/pairs/registry.ts";
import { clusterOrder } from "../../../web/engine/pairs/cluster-order.ts";
import { pairFacts } from "../../../web/engine/pairs/pair-facts.ts";
import type { LayerPairs, LookedAtPair } from "../../../web/engine/pairs/pair-notices.ts";
import type { LabRequest } from "../../../web/engine/protocol.ts";
import { correctWithout, madeUpDataset, madeUpTable } from "./made-up-study.ts";

type Asked<T extends LabRequest["type"]> = Extract<LabRequest, { readonly type: T }>;

const samplesPerClass = Uint32Array.from({ length: 10 }, () => 200);

/** [units, classes]: samples for which each neuron fires. */
function onesOfLayer(repeat: number, hidden: readonly number[], layer: number): Uint32Array {
  const table = madeUpTable(repeat, hidden);
  const first = table.layer.indexOf(layer);
  return Uint32Array.from(
    Array.from({ length: hidden[layer - 1]! }, (_, neuron) => [...onesPerClass(table, first + neuron)]).flat(),
  );
}

/** [classes]: of neurons of neighbouring numbers as many as can be, of others as if independent. */
function bothOf(first: Uint32Array, second: Uint32Array, isNear: boolean): number[] {
  return Array.from(first, (ones, label) =>
    isNear ? Math.min(ones, second[label]!) : Math.round((ones * second[label]!) / 200),
  );
}

export function madeUpPair(
  { sequence, repeat, neurons, mode }: Asked<"pair">,
  hidden: readonly number[],
): LookedAtPair {
  const [a, b] = neurons;
  const own = ({ layer, neuron }: NeuronAddress) =>
    onesOfLayer(repeat, hidden, layer).slice(10 * neuron, 10 * neuron + 10);
  // As a network of two neurons, whose facts do not hang on where they are.
  const both = Uint32Array.from(bothOf(own(a), own(b), Math.abs(a.neuron - b.neuron) === 1));
  const counted = {
    samplesPerClass,
    ones: [Uint32Array.from([...own(a), ...own(b)])],
    pairs: [{ layer: 1, otherLayer: 1, units: 2, otherUnits: 2, both }],
  };
  const facts = pairFacts(counted, [
    { layer: 1, neuron: 0 },
    { layer: 1, neuron: 1 },
  ]);
  const without = (removed: readonly NeuronAddress[]) => ({ correct: correctWithout(removed, mode), loss: 0.2 });
  const removal = {
    mode,
    samples: madeUpDataset.test,
    intact: without([]),
    alone: [without([a]), without([b])] as const,
    // Both cost a sample more than each.
    together: { correct: correctWithout(neurons, mode) - 1, loss: 0.25 },
  };
  return { sequence, repeat, neurons, ...facts, removal };
}

export function madeUpLayerPairs(
  { sequence, repeat, layer, decomposition: id }: Asked<"layerPairs">,
  hidden: readonly number[],
): LayerPairs {
  const units = hidden[layer - 1]!;
  const ones = onesOfLayer(repeat, hidden, layer);
  const bits = bitsOfLayer(ones, samplesPerClass);
  const { parts } = decompositions.find((one) => one.id === id)!;
  const pairs = bits.flatMap((first, a) =>
    bits.slice(a + 1).map((second, place) => {
      const both = bothOf(Uint32Array.from(first.ones), Uint32Array.from(second.ones), place === 0);
      return { pair: pairOf(first, second, both) };
    }),
  );
  const found = pairs.map(({ pair }) => parts(pair));
  const values = {
    redundancy: Float64Array.from(found, ({ redundancy }) => redundancy),
    synergy: Float64Array.from(found, ({ synergy }) => synergy),
  };
  const jointInformation = Float64Array.from(pairs, ({ pair }) => pair.jointInformation);
  const orderBy = (own: Float64Array) =>
    clusterOrder(units, (a, b) => own[pairPlace(withinLayer(layer, units), a, b)]!);
  const order = { redundancy: orderBy(values.redundancy), synergy: orderBy(values.synergy) };
  return { sequence, repeat, layer, decomposition: id, units, values, jointInformation, order };
}
