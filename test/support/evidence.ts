/** One neuron's counts, given or drawn, in the form that measures take. */
import fc from "fast-check";
import type { Network } from "../../src/core/network.ts";
import type { NeuronEvidence } from "../../src/measures/measure.ts";

const network: Network = { activation: "sigmoid", layers: [] };

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** @param onesPerClass, samplesPerClass [classes] */
export function evidenceOf(onesPerClass: readonly number[], samplesPerClass: readonly number[]): NeuronEvidence {
  const counts = { onesPerClass, samplesPerClass, ones: sum(onesPerClass), samples: sum(samplesPerClass) };
  return { ...counts, meanActivation: 0.5, network, layer: 1, neuron: 0 };
}

/** The same samples with the bit turned over. */
export function complementOf({ onesPerClass, samplesPerClass }: NeuronEvidence): NeuronEvidence {
  const sizes = Array.from(samplesPerClass);
  return evidenceOf(
    sizes.map((size, label) => size - onesPerClass[label]!),
    sizes,
  );
}

/** The same samples with class `order[c]` now called c. */
export function relabelled(evidence: NeuronEvidence, order: readonly number[]): NeuronEvidence {
  return evidenceOf(
    order.map((label) => evidence.onesPerClass[label]!),
    order.map((label) => evidence.samplesPerClass[label]!),
  );
}

/** A size and a part of it, with the extremes (no ones, all ones) far more often than by chance. */
function classCounts(size: fc.Arbitrary<number>): fc.Arbitrary<readonly [number, number]> {
  return size.chain((samples) =>
    fc.oneof(fc.constantFrom(0, samples), fc.integer({ min: 0, max: samples })).map((ones) => [ones, samples] as const),
  );
}

/** Any neuron over 2 to 12 classes of up to 5,000 samples, each class with at least one. */
export const anyEvidence: fc.Arbitrary<NeuronEvidence> = fc
  .array(classCounts(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 5_000 }))), {
    minLength: 2,
    maxLength: 12,
  })
  .map((classes) =>
    evidenceOf(
      classes.map(([ones]) => ones),
      classes.map(([, samples]) => samples),
    ),
  );

/** As `anyEvidence`, but never constant. */
export const variedEvidence = anyEvidence.filter(({ ones, samples }) => ones > 0 && ones < samples);
