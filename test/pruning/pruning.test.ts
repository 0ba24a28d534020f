/** Which neurons are chosen, and whether a pruned network is told from one that is not the masked one. */

import { describe, expect, test } from "vitest";
import { type AblationMode, ablationModes } from "../../src/core/ablation.ts";
import { RunError, UsageError } from "../../src/core/errors.ts";
import type { Network } from "../../src/core/network.ts";
import { measureNetwork } from "../../src/measure-networks.ts";
import { paperMeasures } from "../../src/measures/paper-measures.ts";
import { pruneNetwork } from "../../src/models/prune.ts";
import { splitOnDevice } from "../../src/passes/device-split.ts";
import { accuraciesOf, zeroConstants } from "../../src/pruning/accuracies.ts";
import { chooseRemovals, type PruneAmount, type PruneScope } from "../../src/pruning/choose-removals.ts";
import { compareWithMasked, LOGIT_TOLERANCE, requireTwin } from "../../src/pruning/masked-twin.ts";
import { networkCost } from "../../src/pruning/network-cost.ts";
import { removedCsv, removedNeurons } from "../../src/pruning/removed-file.ts";
import { standInsFor, withFits, withoutRemoved } from "../../src/pruning/stand-ins.ts";
import { testGpu } from "../support/gpu.ts";
import { realNetwork, testRandom } from "../support/networks.ts";
import { constantNeurons, hiddenWidth, plantedNetwork } from "../support/planted-network.ts";
import { tinyDataset } from "../support/tiny-study.ts";

const gpu = await testGpu();
const validation = splitOnDevice(gpu, tinyDataset, "validation");
const planted = await measureNetwork(gpu, { repeat: 0, network: plantedNetwork }, validation, {
  measures: paperMeasures,
});
const uneven = await measureNetwork(
  gpu,
  { repeat: 0, network: realNetwork(testRandom(8), [36, 8, 3, 3], "tanh") },
  validation,
  { measures: paperMeasures },
);

function choose(amount: PruneAmount, scope: PruneScope = "network-ranked", mode: AblationMode = "mean", of = planted) {
  return chooseRemovals(gpu, validation, of, { measure: "mutual-information", mode, scope, amount });
}

/** Per layer: neurons, sorted. */
function byLayer(removed: Awaited<ReturnType<typeof choose>>): number[][] {
  return [1, 2]
    .map((layer) => removed.filter((one) => one.layer === layer).map(({ neuron }) => neuron))
    .map((n) => n.sort());
}

describe("the neurons to remove", () => {
  test("are those that say nothing of the class, in every scope over all layers", async () => {
    for (const scope of ["layers", "network", "network-ranked"] as const) {
      expect(byLayer(await choose({ keepShare: 0.5 }, scope))).toEqual([constantNeurons, constantNeurons]);
      expect(byLayer(await choose({ keepCount: hiddenWidth }, scope))).toEqual([constantNeurons, constantNeurons]);
    }
    expect(byLayer(await choose({ keepCount: 3 }, "layer2"))).toEqual([[], constantNeurons]);
  });

  test("are the same share of each layer, and never all, in the scope layers", async () => {
    const counts = async (keepShare: number) =>
      byLayer(await choose({ keepShare }, "layers", "mean", uneven)).map(({ length }) => length);
    expect(await counts(0.5)).toEqual([4, 1]);
    expect(await counts(0.01)).toEqual([7, 2]);
    expect(await counts(1)).toEqual([0, 0]);
  });

  test("are as many as keep the accuracy on the validation set: with means all that are useless, with zeros none", async () => {
    expect(byLayer(await choose({ maxAccuracyLoss: 0 }))).toEqual([constantNeurons, constantNeurons]);
    // The first removal in layer 2 is the constant neuron that zero does not stand for; layer 1 has the same one first.
    expect(byLayer(await choose({ maxAccuracyLoss: 0 }, "layer2", "zero"))).toEqual([[], []]);
    const [first] = byLayer(await choose({ maxAccuracyLoss: 1 }));
    expect(first!.length).toBeGreaterThan(constantNeurons.length);
    expect(first!.length).toBeLessThan(hiddenWidth);
  });

  test("are refused where there is no such measure, layer or number of neurons", async () => {
    const request = { measure: "luck", mode: "mean", scope: "network", amount: { keepCount: 1 } } as const;
    await expect(chooseRemovals(gpu, validation, planted, request)).rejects.toThrow(/no such measure[\s\S]*entropy/);
    await expect(choose({ keepCount: 1 }, "layer3")).rejects.toThrow(UsageError);
    await expect(choose({ keepCount: 13 })).rejects.toThrow(/at most 12[\s\S]*13/);
  });
});

describe("a pruned network in a mode that is fitted", () => {
  const removed = [
    { layer: 1, neuron: 0 },
    { layer: 2, neuron: 2 },
    { layer: 1, neuron: 5 },
    { layer: 1, neuron: 6 },
  ];

  test.each(ablationModes)("is the masked one: %s", async (mode) => {
    using samples = splitOnDevice(gpu, tinyDataset, "test");
    const fitted = await withFits(gpu, validation, uneven, mode);
    const standIns = standInsFor(mode, fitted, removed);
    const small = withoutRemoved(uneven.network, removed, standIns);
    expect(small.layers.map(({ weights }) => weights.length)).toEqual([36 * 5, 5 * 2, 2 * 3]);
    const check = await compareWithMasked(gpu, samples, small, { network: uneven.network, removed, ...standIns });
    expect(() => requireTwin(check, mode)).not.toThrow();
    expect(check).toMatchObject({ samples: 60, otherClass: 0, tolerance: LOGIT_TOLERANCE });
    const zeros = { constants: zeroConstants(uneven.network) };
    const other = await compareWithMasked(gpu, samples, small, { network: uneven.network, removed, ...zeros });
    if (mode !== "zero") expect(() => requireTwin(other, mode)).toThrow(RunError);
  });

  test.each(["optimal", "least-squares", "merge"] as const)(
    "removes as many as keep the accuracy, and no more: %s",
    async (mode) => {
      const fitted = await withFits(gpu, validation, uneven, mode);
      const request = { measure: "entropy", mode, scope: "layer1", amount: { maxAccuracyLoss: 0.1 } } as const;
      const chosen = await chooseRemovals(gpu, validation, fitted, request);
      const right = async (gone: typeof chosen) => {
        const small = withoutRemoved(uneven.network, gone, standInsFor(mode, fitted, gone));
        return Math.round((await accuraciesOf(gpu, small, tinyDataset)).validation * validation.count);
      };
      const least = (await right([])) - Math.floor(0.1 * validation.count);
      expect(await right(chosen)).toBeGreaterThanOrEqual(least);
      const all = await chooseRemovals(gpu, validation, fitted, { ...request, amount: { keepCount: 1 } });
      expect(all.slice(0, chosen.length)).toEqual(chosen);
      for (let more = chosen.length + 1; more <= all.length; more++) {
        expect(await right(all.slice(0, more))).toBeLessThan(least);
      }
    },
  );
});

describe("a pruned network", () => {
  const constants = planted.meanActivations;

  test("is the masked one on every test sample, and as accurate where only constant neurons went", async () => {
    using samples = splitOnDevice(gpu, tinyDataset, "test");
    const removed = await choose({ keepShare: 0.5 });
    const small = pruneNetwork(plantedNetwork, removed, constants);
    const check = await compareWithMasked(gpu, samples, small, { network: plantedNetwork, removed, constants });
    expect(() => requireTwin(check, "small")).not.toThrow();
    expect(check).toMatchObject({ samples: 60, otherClass: 0, tolerance: LOGIT_TOLERANCE });
    expect(await accuraciesOf(gpu, small, tinyDataset)).toEqual(await accuraciesOf(gpu, plantedNetwork, tinyDataset));
    expect(networkCost(small)).toEqual({ parameters: 36 * 3 + 3 + 9 + 3 + 9 + 3, multiplyAddsPerSample: 108 + 9 + 9 });
  });

  test("is refused where it is another network, be it by one bias", async () => {
    using samples = splitOnDevice(gpu, tinyDataset, "test");
    const removed = await choose({ keepShare: 0.5 });
    const small = pruneNetwork(plantedNetwork, removed, constants);
    const [first, ...others] = small.layers;
    const biases = first!.biases.map((bias, index) => (index === 0 ? bias + 4 * LOGIT_TOLERANCE : bias));
    const other: Network = { ...small, layers: [{ ...first!, biases }, ...others] };
    const check = await compareWithMasked(gpu, samples, other, { network: plantedNetwork, removed, constants });
    expect(() => requireTwin(check, "small")).toThrow(/not the masked one/);
    const zeros = pruneNetwork(plantedNetwork, removed, zeroConstants(plantedNetwork));
    const wrong = await compareWithMasked(gpu, samples, zeros, { network: plantedNetwork, removed, constants });
    expect(wrong.otherClass).toBeGreaterThan(20);
    expect(() => requireTwin(wrong, "small")).toThrow(RunError);
  });

  test("may give another class where the two highest logits are as good as equal, which is counted", async () => {
    using samples = splitOnDevice(gpu, tinyDataset, "test");
    const blankWith = (bias: number): Network => {
      const layers = plantedNetwork.layers.map((layer, index) => ({
        ...layer,
        weights: layer.weights.map(() => 0),
        biases: layer.biases.map((_, output) => (index === 2 && output === 1 ? bias : 0)),
      }));
      return { ...plantedNetwork, layers };
    };
    const masked = { network: blankWith(0), removed: [], constants };
    const check = await compareWithMasked(gpu, samples, blankWith(LOGIT_TOLERANCE / 2), masked);
    expect(check).toMatchObject({ ties: 60, otherClass: 0 });
    expect(() => requireTwin(check, "small")).not.toThrow();
  });

  test("is refused where its numbers are none", async () => {
    using samples = splitOnDevice(gpu, tinyDataset, "test");
    const [first, ...others] = plantedNetwork.layers;
    const broken = {
      ...plantedNetwork,
      layers: [{ ...first!, biases: first!.biases.map(() => Number.NaN) }, ...others],
    };
    const check = await compareWithMasked(gpu, samples, broken, { network: plantedNetwork, removed: [], constants });
    expect(() => requireTwin(check, "small")).toThrow(RunError);
  });
});

test("the list of removed neurons has their values and means, in the order of removal", () => {
  const removed = [
    { layer: 2, neuron: 3 },
    { layer: 1, neuron: 0 },
  ];
  const list = removedNeurons(planted.table, "entropy", removed);
  expect(list[0]).toEqual({ layer: 2, neuron: 3, value: 0, meanActivation: 0.5 });
  const [header, first, second] = [...removedCsv(list, "entropy")].join("").split("\n");
  expect(header).toBe("layer,neuron,entropy_bits,mean_activation");
  expect(first).toBe("2,3,0,0.5");
  const [layer, neuron, entropy, mean] = second!.split(",").map(Number);
  expect([layer, neuron, entropy]).toEqual([1, 0, planted.table.measures["entropy"]![0]]);
  expect(Math.fround(mean!)).toBe(list[1]!.meanActivation);
});
