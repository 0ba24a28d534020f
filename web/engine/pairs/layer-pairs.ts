/** All pairs of a layer, decomposed: in slices between which the worker hears the page. */
import { RunError, UsageError } from "../../../src/core/errors.ts";
import { pairPlace } from "../../../src/core/pairs.ts";
import { bitsOfLayer, pairOf } from "../../../src/pairs/pair.ts";
import { decompositions } from "../../../src/pairs/registry.ts";
import type { CountedPairs } from "../../../src/passes/evidence/pairs.ts";
import { clusterOrder } from "./cluster-order.ts";
import { layersCounted } from "./pair-counter.ts";
import type { LayerPairs, PairValue } from "./pair-notices.ts";

/** Beyond that a picture has no pixel for a neuron, and BROJA takes a minute. */
const MOST_NEURONS = 1024;
/** A click waits no longer. */
const SLICE_MS = 25;

interface LayerAsked {
  /** From 1. */
  readonly layer: number;
  /** Id. */
  readonly decomposition: string;
}

interface Watch {
  /** Whether nobody waits for it any more. */
  readonly isOver: () => boolean;
  /** Told between slices. */
  readonly onProgress: (done: number, total: number) => void;
}

const nextTask = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/**
 * @returns undefined where it was over before it was done
 * @throws UsageError where there is no such layer or decomposition, RunError where the layer is too wide
 */
export async function layerPairs(
  counted: CountedPairs,
  { layer, decomposition: id }: LayerAsked,
  { isOver, onProgress }: Watch,
): Promise<Omit<LayerPairs, "sequence" | "repeat"> | undefined> {
  const decomposition = decompositions.find((one) => one.id === id);
  if (decomposition === undefined) throw new UsageError({ what: "there is no such decomposition", found: id });
  const paired = layersCounted(counted, layer, layer);
  const { units, both } = paired;
  requireNarrow(layer, units);
  const { samplesPerClass } = counted;
  const classes = samplesPerClass.length;
  const bits = bitsOfLayer(counted.ones[layer - 1]!, samplesPerClass);
  const pairs = both.length / classes;
  const values = { redundancy: new Float64Array(pairs), synergy: new Float64Array(pairs) };
  const jointInformation = new Float64Array(pairs);
  let sliceEnd = performance.now() + SLICE_MS;
  let place = 0;
  for (const [first, own] of bits.entries()) {
    for (const other of bits.slice(first + 1)) {
      const pair = pairOf(own, other, both.subarray(place * classes, (place + 1) * classes));
      const { redundancy, synergy } = decomposition.parts(pair);
      values.redundancy[place] = redundancy;
      values.synergy[place] = synergy;
      jointInformation[place++] = pair.jointInformation;
      if (performance.now() < sliceEnd) continue;
      onProgress(place, pairs);
      await nextTask();
      if (isOver()) return undefined;
      sliceEnd = performance.now() + SLICE_MS;
    }
  }
  const orderBy = (value: PairValue) =>
    clusterOrder(units, (first, second) => values[value][pairPlace(paired, first, second)]!);
  const order = { redundancy: orderBy("redundancy"), synergy: orderBy("synergy") };
  return { layer, decomposition: id, units, values, jointInformation, order };
}

function requireNarrow(layer: number, units: number): void {
  if (units <= MOST_NEURONS) return;
  throw new RunError({
    what: "a layer is too wide for a picture of its pairs",
    where: `layer ${layer}`,
    expected: `at most ${MOST_NEURONS} neurons`,
    found: `${units} neurons`,
    fix: "two neurons of it can be looked at; gpu-importance run --pairs layers writes all to a file",
  });
}
