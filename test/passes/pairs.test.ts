/** countPairs, the whole pass from pixels to counts of all pairs, against the definition. */
import { describe, expect, test } from "vitest";
import { RunError } from "../../src/core/errors.ts";
import { denseNetwork } from "../../src/core/layers/network-shape.ts";
import type { Network } from "../../src/core/network.ts";
import { firstPartner, type PairScope, pairedLayers, pairsBefore, pairsIn, pairsOf } from "../../src/core/pairs.ts";
import { plannedArrays } from "../../src/gpu/device/layout.ts";
import { uploadNetworks } from "../../src/passes/device-networks.ts";
import { uploadSplit } from "../../src/passes/device-split.ts";
import { countPairs, pairBytes, pairsLayout } from "../../src/passes/evidence/pairs.ts";
import { inputValues } from "../../src/reference/forward.ts";
import { onesPerClass } from "../../src/reference/histogram.ts";
import { forwardNetwork } from "../../src/reference/network.ts";
import { bothPerClass } from "../../src/reference/pairs.ts";
import { expectEqual } from "../support/agreement.ts";
import { testGpu } from "../support/gpu.ts";
import { withBindingLimit, withGuessedPace, withMemory } from "../support/limited-device.ts";
import { randomSplit, realNetwork, testRandom } from "../support/networks.ts";
import { inPages } from "../support/pages.ts";

const gpu = await testGpu();
const CLASSES = 3;
const HIDDEN = [7, 5, 9];
const random = testRandom(61);
const networks = [0, 1, 2].map(() => realNetwork(random, [9, ...HIDDEN, CLASSES], "relu"));
const split = randomSplit(random, 301, 9, CLASSES);

async function counted(own: readonly Network[], scope: PairScope, context = gpu, rows?: number) {
  using device = uploadNetworks(context, own);
  using samples = uploadSplit(context, "validation", split, 9, CLASSES);
  return await countPairs({ gpu: context, networks: device, split: samples, rows }, { scope });
}

/** Pairs of the definition's rectangle, each once. */
function wanted(network: Network, scope: PairScope): number[][] {
  const outputs = forwardNetwork(network, inputValues(split.inputs));
  return pairedLayers(HIDDEN, scope).map((layers) => {
    const { layer, otherLayer, units, otherUnits } = layers;
    const all = bothPerClass(outputs[layer - 1]!, outputs[otherLayer - 1]!, split.labels, CLASSES, 0);
    return Array.from({ length: units }, (_, u) => {
      const from = (u * otherUnits + (layer === otherLayer ? u + 1 : 0)) * CLASSES;
      return [...all.subarray(from, (u + 1) * otherUnits * CLASSES)];
    }).flat();
  });
}

describe.each(["layers", "network"] as const)("pairs of %s", (scope) => {
  test("of several networks are the samples for which both are above theta, by class", async () => {
    const got = await counted(networks, scope);
    for (const [index, network] of networks.entries()) {
      const outputs = forwardNetwork(network, inputValues(split.inputs));
      for (const [layer, ones] of got[index]!.ones.entries()) {
        expect([...ones]).toEqual([...onesPerClass(outputs[layer]!, split.labels, CLASSES, 0)]);
      }
      const want = wanted(network, scope);
      expect(got[index]!.pairs.map(({ both, ...layers }) => layers)).toEqual(pairedLayers(HIDDEN, scope));
      for (const [place, { layer, otherLayer, both }] of got[index]!.pairs.entries()) {
        const what = `pairs of layers ${layer} and ${otherLayer} of network ${index}`;
        expectEqual({ gpu, what, shape: [both.length / CLASSES, CLASSES] }, both, want[place]!);
        expect(Math.max(...both)).toBeGreaterThan(0);
      }
    }
  });

  test("are the same in chunks, in pages, in strips, and of a network alone", async () => {
    const whole = await counted(networks, scope);
    expect(await counted(networks, scope, gpu, 64)).toEqual(whole);
    expect(await counted([networks[1]!], scope)).toEqual([whole[1]]);
    for (const bytes of [8000, 16_000]) {
      const small = withGuessedPace(withMemory(gpu, bytes));
      const size = { shape: denseNetwork([9, ...HIDDEN, CLASSES]), networks: 3, samples: 301, rows: 64 };
      const strips = pairsLayout(small, size, scope).arrays.pair.map(({ both }) => both.shape[1]!);
      expect(Math.min(...strips)).toBeLessThan(5);
      expect(await counted(networks, scope, small, 64)).toEqual(whole);
    }
    using device = uploadNetworks(gpu, networks);
    const pages = inPages(gpu, split, CLASSES, 70);
    expect(await countPairs({ gpu, networks: device, split: pages }, { scope })).toEqual(whole);
  });
});

test("a threshold that is given takes the place of the activation's own", async () => {
  using device = uploadNetworks(gpu, [networks[0]!]);
  using samples = uploadSplit(gpu, "validation", split, 9, CLASSES);
  const [got] = await countPairs({ gpu, networks: device, split: samples }, { scope: "layers", threshold: 0.5 });
  const outputs = forwardNetwork(networks[0]!, inputValues(split.inputs));
  const all = bothPerClass(outputs[0]!, outputs[0]!, split.labels, CLASSES, 0.5);
  expect([...got!.pairs[0]!.both.subarray(0, 6 * CLASSES)]).toEqual([...all.subarray(CLASSES, 7 * CLASSES)]);
});

test("pairs have their places one after the other", () => {
  for (const scope of ["layers", "network"] as const) {
    for (const layers of pairedLayers([4, 3], scope)) {
      let place = 0;
      for (let neuron = 0; neuron < layers.units; neuron++) {
        expect(pairsBefore(layers, neuron)).toBe(place);
        place += layers.otherUnits - firstPartner(layers, neuron);
      }
      expect(pairsOf(layers)).toBe(place);
    }
  }
  expect(pairsIn([100, 100], "layers")).toBe(9900);
  expect(pairsIn([100, 100], "network")).toBe(19_900);
});

test("counts too many for one array of bytes are refused with what to do", () => {
  const shape = denseNetwork([10, 8192, 10]);
  expect(pairBytes(denseNetwork([10, 4096, 10]), "layers")).toBe(4 * 10 * ((4096 * 4095) / 2));
  expect(() => pairBytes(shape, "layers")).toThrow(RunError);
  expect(() => pairBytes(shape, "network")).toThrow("--pairs layers");
});

test("what is planned for strips fits a binding, and the share of memory that it may take", () => {
  const narrow = { shape: denseNetwork([9, ...HIDDEN, CLASSES]), networks: 3, samples: 301, rows: 64 };
  const strips = pairsLayout(withGuessedPace(withBindingLimit(gpu, 2000)), narrow, "network").arrays.pair;
  // Of a row: 3 networks x 9 neurons x 3 classes x 4 bytes.
  expect(strips.at(-1)!.both.shape).toEqual([3, Math.floor(2000 / 324), 9, CLASSES]);
  const small = withGuessedPace(withMemory(gpu, 4_000_000));
  const size = { shape: denseNetwork([10, 300, 200, 10]), networks: 2, samples: 2000, rows: 512 };
  const { pair } = pairsLayout(small, size, "network").read;
  const bytes = plannedArrays(small, { pair }).reduce((sum, own) => sum + own.bytes, 0);
  expect(bytes).toBeLessThanOrEqual(1_000_000);
});
