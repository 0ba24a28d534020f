/** Which neurons are removed alone, and that a part of them is removed as all are. */

import { describe, expect, test } from "vitest";
import { countsAlone, neuronsAlone } from "../../src/ablation/neurons-alone.ts";
import { neuronsOf, type SingleTask, singleRemovals } from "../../src/ablation/walks/single-removals.ts";
import { replacementModes } from "../../src/core/ablation.ts";
import { denseNetwork } from "../../src/core/layers/network-shape.ts";
import { uploadSplit } from "../../src/passes/device-split.ts";
import { testGpu } from "../support/gpu.ts";
import { testRandom } from "../support/networks.ts";
import { tiedCase } from "../support/tied-networks.ts";

const shape = denseNetwork([6, 20, 5, 3]);
const drawn = (singles: number | "none", repeat = 0, seed = 7) => neuronsAlone(shape, { singles, seed }, repeat)!;

describe("neurons that are removed alone", () => {
  test("are so many of each layer, or all where it has no more, ascending, each once", () => {
    expect(countsAlone(shape, 8)).toEqual([8, 5]);
    for (const neurons of drawn(8)) {
      expect([...neurons]).toEqual([...new Set(neurons)].sort((a, b) => a - b));
    }
    expect(drawn(8).map(({ length }) => length)).toEqual([8, 5]);
    expect([...drawn(8)[1]!]).toEqual([0, 1, 2, 3, 4]);
    expect(Math.max(...drawn(8)[0]!)).toBeLessThan(20);
  });

  test("are none, or, where nothing is asked, all", () => {
    expect(drawn("none").map(({ length }) => length)).toEqual([0, 0]);
    expect(neuronsAlone(shape, { seed: 7 }, 0)).toBeUndefined();
    expect(countsAlone(shape, undefined)).toEqual([20, 5]);
  });

  test("hold those of a smaller number, and differ from repeat to repeat and from seed to seed alone", () => {
    expect([...drawn(12)[0]!]).toEqual(expect.arrayContaining([...drawn(4)[0]!]));
    expect(drawn(8)).toEqual(drawn(8));
    expect(drawn(8, 1)[0]).not.toEqual(drawn(8)[0]);
    expect(drawn(8, 0, 8)[0]).not.toEqual(drawn(8)[0]);
  });
});

describe("removing some neurons alone", async () => {
  const gpu = await testGpu();
  const options = { activation: "relu", zeros: 0.4, samples: 140, wakes: false } as const;
  // One network for each way up, two networks at a time: of each, other neurons.
  test.each([[[5, 24, 3]], [[5, 24, 18, 3]], [[5, 24, 18, 20, 14]]])(
    "gives what removing all gives: %j",
    async (shape) => {
      const cases = [await tiedCase(gpu, testRandom(51), { ...options, widths: shape })];
      cases.push(await tiedCase(gpu, testRandom(52), { ...options, widths: shape }));
      using split = uploadSplit(gpu, "some", cases[0]!.split, shape[0]!, shape.at(-1)!);
      const all = cases.map(
        ({ network, meanActivations }, repeat): SingleTask => ({ network, meanActivations, repeat }),
      );
      const some = all.map((task) => ({
        ...task,
        alone: neuronsAlone(denseNetwork(shape), { singles: 11, seed: 3 }, task.repeat)!,
      }));
      expect(some[0]!.alone).not.toEqual(some[1]!.alone);
      expect(neuronsOf(some[0]!)).toBe(11 * (shape.length - 2));
      const whole = await singleRemovals(gpu, split, all, replacementModes);
      const part = await singleRemovals(gpu, split, some, replacementModes);
      for (const [repeat, tables] of part.entries()) {
        expect(tables.length).toBe(whole[repeat]!.length);
        for (const [index, { neurons, correct, loss, correctPerClass, layer, mode }] of tables.entries()) {
          const want = whole[repeat]![index]!;
          expect({ layer, mode }).toEqual({ layer: want.layer, mode: want.mode });
          expect(neurons).toEqual(some[repeat]!.alone[layer - 1]);
          expect([...correct]).toEqual(Array.from(neurons!, (neuron) => want.correct[neuron]!));
          const classes = split.classes;
          for (const [row, neuron] of neurons!.entries()) {
            expect(Math.abs(loss[row]! / want.loss[neuron]! - 1)).toBeLessThan(1e-5);
            const own = correctPerClass!.subarray(row * classes, (row + 1) * classes);
            expect(own).toEqual(want.correctPerClass!.subarray(neuron * classes, (neuron + 1) * classes));
          }
        }
      }
    },
  );

  test("of none gives no tables", async () => {
    const {
      network,
      meanActivations,
      split: samples,
    } = await tiedCase(gpu, testRandom(51), { ...options, widths: [5, 6, 3] });
    using split = uploadSplit(gpu, "none", samples, 5, 3);
    const task = { network, meanActivations, repeat: 0, alone: [new Uint32Array()] };
    expect(await singleRemovals(gpu, split, [task], replacementModes)).toEqual([[]]);
  });
});
