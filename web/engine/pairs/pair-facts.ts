/** What two neurons know together, of the counts of a network's pairs. */
import type { NeuronAddress } from "../../../src/core/ablation.ts";
import { UsageError } from "../../../src/core/errors.ts";
import { pairPlace } from "../../../src/core/pairs.ts";
import { neuronLevels, totalsOf } from "../../../src/measures/neuron-levels.ts";
import { permutedLevelsMean } from "../../../src/measures/permuted-levels.ts";
import { type Bit, betweenInformation, bitOf, jointLevels, pairOf } from "../../../src/pairs/pair.ts";
import { decompositions } from "../../../src/pairs/registry.ts";
import type { CountedPairs } from "../../../src/passes/evidence/pairs.ts";
import { layersCounted } from "./pair-counter.ts";
import type { PairFacts } from "./pair-notices.ts";

function bitOfNeuron({ ones, samplesPerClass }: CountedPairs, { layer, neuron }: NeuronAddress): Bit {
  const counts = ones[layer - 1];
  if (counts === undefined || !(neuron >= 0 && neuron < counts.length / samplesPerClass.length))
    throw new UsageError({ what: `there is no neuron ${neuron} in layer ${layer}` });
  return bitOf(neuronLevels({ levels: 2, counts }, neuron, samplesPerClass));
}

/** As they are counted: the lower layer first, of one layer the lower number. */
function isBefore(a: NeuronAddress, b: NeuronAddress): boolean {
  return a.layer === b.layer ? a.neuron < b.neuron : a.layer < b.layer;
}

/** [classes]: samples for which both are 1. */
function bothOf(counted: CountedPairs, a: NeuronAddress, b: NeuronAddress): Uint32Array {
  const [first, second] = isBefore(a, b) ? [a, b] : [b, a];
  const own = layersCounted(counted, first.layer, second.layer);
  const classes = counted.samplesPerClass.length;
  const place = pairPlace(own, first.neuron, second.neuron);
  return own.both.slice(place * classes, (place + 1) * classes);
}

/** @throws UsageError where there are no such two neurons */
export function pairFacts(counted: CountedPairs, [a, b]: readonly [NeuronAddress, NeuronAddress]): PairFacts {
  const [first, second] = [bitOfNeuron(counted, a), bitOfNeuron(counted, b)];
  if (a.layer === b.layer && a.neuron === b.neuron)
    throw new UsageError({ what: "a neuron is no pair with itself", found: `twice neuron ${a.neuron}` });
  const both = bothOf(counted, a, b);
  const pair = pairOf(first, second, both);
  const { jointInformation } = pair;
  const parts = decompositions.map(({ id, parts }) => {
    const { redundancy, synergy } = parts(pair);
    return [id, { redundancy, unique: [first.information - redundancy, second.information - redundancy], synergy }];
  });
  const { samplesPerClass } = counted;
  const levels = totalsOf(jointLevels(first, second, both)).filter((count) => count > 0);
  const classSizes = Array.from(samplesPerClass).filter((size) => size > 0);
  return {
    samplesPerClass,
    ones: [Uint32Array.from(first.ones), Uint32Array.from(second.ones)],
    both,
    information: [first.information, second.information],
    jointInformation,
    chanceInformation: permutedLevelsMean(levels, classSizes),
    betweenInformation: betweenInformation(pair),
    parts: Object.fromEntries(parts),
  };
}
