/** Class selectivity and the size of outputs, from sums by class. */
import { describe, expect, test } from "vitest";
import { activations, layerActivation } from "../../src/core/activation.ts";
import { activate, infimumOf } from "../../src/core/activation-values.ts";
import type { LayerEvidence } from "../../src/core/evidence.ts";
import { activationMagnitude } from "../../src/measures/activation-magnitude.ts";
import { classSelectivity } from "../../src/measures/class-selectivity.ts";
import { evidenceOf, layerOf } from "../support/evidence.ts";

/** One neuron; sums over the samples of each class. */
function layer(
  samplesPerClass: readonly number[],
  sums: readonly number[],
  kind: "relu" | "tanh" = "relu",
): LayerEvidence {
  const evidence = layerOf(evidenceOf(samplesPerClass, samplesPerClass));
  const classSums = { ...evidence.classSums, origins: Float32Array.of(0), deviations: Float64Array.from(sums) };
  return { ...evidence, classSums, activation: { kind } };
}

describe("class selectivity", () => {
  test("compares the largest class mean with the mean of the others, each class counting once", () => {
    // Means 6, 1 and 3 of 1, 2 and 4 samples: rest 2.
    expect([...classSelectivity.evaluate(layer([1, 2, 4], [6, 2, 12]))]).toEqual([4 / 8]);
  });

  test("counts outputs from the activation's infimum", () => {
    // Means -0.5 and -1 of tanh are 0.5 and 0.
    expect([...classSelectivity.evaluate(layer([2, 2], [-1, -2], "tanh"))]).toEqual([1]);
  });

  test("is 0 for a neuron that is silent for all, where one class alone has samples, and never below", () => {
    expect([...classSelectivity.evaluate(layer([2, 2], [0, 0]))]).toEqual([0]);
    expect([...classSelectivity.evaluate(layer([0, 4], [0, 8]))]).toEqual([0]);
    expect([...classSelectivity.evaluate(layer([1, 1, 1], [0.1, 0.1, 0.1]))]).toEqual([0]);
  });

  test("leaves classes without samples out", () => {
    expect([...classSelectivity.evaluate(layer([1, 0, 1], [3, 0, 1]))]).toEqual([2 / 4]);
  });

  test("is refused for activations without an infimum, and for no other", () => {
    const refused = activations.filter((kind) => classSelectivity.refuses!(layerActivation(kind)) !== undefined);
    expect(refused).toEqual(["leaky-relu", "identity"]);
    expect(classSelectivity.refuses!({ kind: "leaky-relu", alpha: 0 })).toBeUndefined();
  });
});

test("no activation falls below its infimum, and each comes near it", () => {
  for (const kind of activations) {
    for (const activation of kind === "elu"
      ? [layerActivation(kind), { kind, alpha: 0.3 } as const]
      : [layerActivation(kind)]) {
      const infimum = infimumOf(activation);
      if (infimum === undefined) continue;
      const least = Math.min(...Array.from({ length: 60_001 }, (_, at) => activate((at - 30_000) / 1000, activation)));
      expect(least, kind).toBeGreaterThanOrEqual(infimum);
      expect(least - infimum, kind).toBeLessThan(1e-7);
    }
  }
});

test("the magnitude is the mean size of outputs, whatever their signs", () => {
  const evidence = layerOf(evidenceOf([1, 1], [2, 2]));
  // Outputs -3, 1 and 2, -4: |t| - |-3| adds up to -2 and -1 + 1.
  const classSums = { ...evidence.classSums, origins: Float32Array.of(-3), magnitudes: Float64Array.of(-2, 0) };
  expect([...activationMagnitude.evaluate({ ...evidence, classSums })]).toEqual([2.5]);
});
