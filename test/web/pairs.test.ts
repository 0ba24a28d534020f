/** What two neurons know together, in the lab: on a device of this machine with a tiny data set, against plain loops and the registry. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NeuronAddress } from "../../src/core/ablation.ts";
import { classCounts } from "../../src/core/class-counts.ts";
import { onesPerClass } from "../../src/core/neuron-table.ts";
import { pairPlace, withinLayer } from "../../src/core/pairs.ts";
import { readIdxFolder } from "../../src/data/images/idx-folder.ts";
import { bitsOfLayer, pairOf } from "../../src/pairs/pair.ts";
import { decompositions } from "../../src/pairs/registry.ts";
import { givenSource } from "../../src/platform/browser/given-files.ts";
import { bothPerClass } from "../../src/reference/pairs.ts";
import { layerPairs } from "../../web/engine/pairs/layer-pairs.ts";
import { pairFacts } from "../../web/engine/pairs/pair-facts.ts";
import type { LookedAtPair } from "../../web/engine/pairs/pair-notices.ts";
import type { LabNotice, LabRequest } from "../../web/engine/protocol.ts";
import { tinyIdxFiles } from "../support/idx-folders.ts";
import { givenFiles, type LabInNode, openTinyLab, settled, tinyLabSettings } from "../support/lab-in-node.ts";

const settings = tinyLabSettings;
type Pair = readonly [NeuronAddress, NeuronAddress];
const within: Pair = [
  { layer: 1, neuron: 4 },
  { layer: 1, neuron: 2 },
];
const across: Pair = [
  { layer: 2, neuron: 3 },
  { layer: 1, neuron: 6 },
];

describe("pairs of the networks on show", () => {
  let lab: LabInNode;
  beforeAll(async () => {
    lab = await openTinyLab();
    lab.send({ type: "start", settings });
    await settled(lab);
  });
  afterAll(() => lab.loseDevice());

  const told = <T extends LabNotice["type"]>(type: T) =>
    lab.notices.filter((notice): notice is Extract<LabNotice, { type: T }> => notice.type === type);
  const lookedAt = async (neurons: Pair, asked: { repeat?: number; mode?: "mean" | "zero" } = {}) => {
    const next = lab.next("pair");
    lab.send({ type: "pair", sequence: 1, repeat: 1, mode: "zero", neurons, ...asked });
    return (await next).pair;
  };
  /** [samples, units]: outputs of a layer for the validation set, by the extremes of all samples. */
  const outputsOf = async (layer: number, units: number, samples: number) => {
    const outputs = new Float32Array(samples * units);
    for (let neuron = 0; neuron < units; neuron++) {
      const next = lab.next("extremes");
      lab.send({ type: "extremes", sequence: neuron, repeat: 1, neuron: { layer, neuron }, count: samples });
      const { most } = await next;
      most.samples.forEach((sample, place) => {
        outputs[sample * units + neuron] = most.activations[place]!;
      });
    }
    return outputs;
  };
  const evaluated = async (removed: readonly NeuronAddress[]) => {
    const next = lab.next("evaluated");
    lab.send({ type: "evaluate", sequence: 1, repeat: 1, removed, mode: "zero" });
    const { correct, loss } = (await next).evaluation;
    return { correct, loss };
  };

  test.each([
    ["of a layer, the higher number first", within],
    ["of two layers, the upper first", across],
  ])("are counted by class %s", async (_, neurons) => {
    const pair = await lookedAt(neurons);
    const { validation } = await readIdxFolder(givenSource(givenFiles(tinyIdxFiles())), "bands");
    const table = told("measured").at(-1)!.neurons[1]!;
    const rows = neurons.map(({ layer, neuron }) => (layer === 1 ? neuron : 7 + neuron));
    expect(pair.ones.map((ones) => [...ones])).toEqual(rows.map((row) => [...onesPerClass(table, row)]));
    const [a, b] = [
      await outputsOf(1, 7, validation.count),
      neurons === across ? await outputsOf(2, 5, validation.count) : undefined,
    ];
    const both = bothPerClass(b ?? a, a, validation.labels, 3, 0.5);
    const place = neurons[0].neuron * 7 + neurons[1].neuron;
    expect([...pair.both]).toEqual([...both.slice(place * 3, place * 3 + 3)]);
    expect(pair.samplesPerClass).toEqual(classCounts(validation.labels, 3));
    rows.forEach((row, index) => {
      expect(pair.information[index]).toBe(table.measures["mutual_information"]![row]);
    });
  });

  test("are decomposed by every decomposition, whose parts add up", async () => {
    for (const neurons of [within, across]) {
      const { information, jointInformation, chanceInformation, parts } = await lookedAt(neurons);
      expect(Object.keys(parts)).toEqual(decompositions.map(({ id }) => id));
      for (const { redundancy, unique, synergy } of Object.values(parts)) {
        expect(redundancy + unique[0] + unique[1] + synergy).toBeCloseTo(jointInformation, 12);
        expect(redundancy + unique[0]).toBeCloseTo(information[0], 12);
      }
      expect(jointInformation).toBeGreaterThanOrEqual(Math.max(...information));
      expect(chanceInformation).toBeGreaterThan(0);
    }
  });

  test("are removed together and each alone, as an evaluation does it, in the order asked for", async () => {
    for (const neurons of [within, across]) {
      const { removal } = await lookedAt(neurons);
      const alone = [await evaluated([neurons[0]]), await evaluated([neurons[1]])];
      const [intact, together] = [await evaluated([]), await evaluated(neurons)];
      const samples = told("study").at(-1)!.dataset.test;
      expect(removal).toEqual({ mode: "zero", samples, intact, alone, together });
    }
  });

  test("of a whole layer come with both values of each, and an order by each", async () => {
    const next = lab.next("layerPairs");
    lab.send({ type: "layerPairs", sequence: 7, repeat: 1, layer: 1, decomposition: "broja" });
    const { pairs } = await next;
    expect(pairs).toMatchObject({ sequence: 7, repeat: 1, layer: 1, decomposition: "broja", units: 7 });
    for (const [first, second] of [
      [0, 1],
      [2, 4],
      [5, 6],
    ] as const) {
      const address = (neuron: number) => ({ layer: 1, neuron });
      const own: LookedAtPair = await lookedAt([address(first), address(second)]);
      const place = pairPlace(withinLayer(1, 7), first, second);
      expect(pairs.values.redundancy[place]).toBe(own.parts["broja"]!.redundancy);
      expect(pairs.values.synergy[place]).toBe(own.parts["broja"]!.synergy);
      expect(pairs.jointInformation[place]).toBe(own.jointInformation);
    }
    for (const order of Object.values(pairs.order))
      expect([...order].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test("are answered for the newest request alone, of those that come at once", async () => {
    const before = [told("pair").length, told("layerPairs").length] as const;
    for (let sequence = 100; sequence < 120; sequence++) {
      lab.send({ type: "pair", sequence, repeat: sequence % 2, mode: "mean", neurons: within });
      lab.send({ type: "layerPairs", sequence, repeat: sequence % 2, layer: 2, decomposition: "sx" });
    }
    while (told("pair").at(-1)!.pair.sequence !== 119) await lab.next("pair");
    if (told("layerPairs").at(-1)!.pairs.sequence !== 119) await lab.next("layerPairs");
    const [pairs, layers] = [told("pair").slice(before[0]), told("layerPairs").slice(before[1])];
    expect(pairs.map(({ pair }) => pair.sequence)).toEqual([100, 119]);
    expect(layers.at(-1)!.pairs.sequence).toBe(119);
    expect(layers.length).toBeLessThanOrEqual(2);
  });

  test.each<readonly [string, LabRequest, string]>([
    [
      "a neuron with itself",
      { type: "pair", sequence: 1, repeat: 0, mode: "zero", neurons: [within[0], within[0]] },
      "no pair with itself",
    ],
    [
      "a neuron that is not there",
      { type: "pair", sequence: 1, repeat: 0, mode: "zero", neurons: [within[0], { layer: 1, neuron: 7 }] },
      "no neuron 7",
    ],
    [
      "a network that is not there",
      { type: "pair", sequence: 1, repeat: 9, mode: "zero", neurons: within },
      "no network of repeat 9",
    ],
    [
      "a layer that is not there",
      { type: "layerPairs", sequence: 1, repeat: 0, layer: 3, decomposition: "broja" },
      "no such hidden layer",
    ],
    [
      "a decomposition that is not there",
      { type: "layerPairs", sequence: 1, repeat: 0, layer: 1, decomposition: "best" },
      "no such decomposition",
    ],
  ])("are refused for %s, and the next request is answered", async (_, request, text) => {
    const fault = lab.next("fault");
    lab.send(request);
    const told = await fault;
    expect(told).toMatchObject({ about: request.type, unexpected: false });
    expect(told.fault.what).toContain(text);
    expect((await lookedAt(within)).neurons).toEqual(within);
  });
});

describe("counts of pairs", () => {
  /** The gate Y = X1 xor X2 of uniform bits, with a copy of X1 as a third neuron. */
  const xor = {
    samplesPerClass: Uint32Array.of(20, 20),
    ones: [Uint32Array.of(10, 10, 10, 10, 10, 10)],
    pairs: [{ layer: 1, otherLayer: 1, units: 3, otherUnits: 3, both: Uint32Array.of(10, 0, 10, 10, 10, 0) }],
  };
  const first = { layer: 1, neuron: 0 };
  const nobodyLeaves = { isOver: () => false, onProgress: () => {} };

  test("say of an exclusive or that only both together know the class", () => {
    const { jointInformation, information, betweenInformation, parts } = pairFacts(xor, [
      first,
      { layer: 1, neuron: 1 },
    ]);
    expect([jointInformation, ...information, betweenInformation]).toEqual([1, 0, 0, 0]);
    expect(parts["broja"]).toMatchObject({ redundancy: 0, unique: [0, 0] });
    expect(parts["broja"]!.synergy).toBeCloseTo(1, 9);
    expect(parts["sx"]!.redundancy).toBeCloseTo(-0.584963, 6);
    expect(parts["sx"]!.synergy).toBeCloseTo(0.415037, 6);
  });

  test("say what permuted labels give on average: of four levels of 10 samples and two classes of 20, by all tables", () => {
    // I = 1 - sum_k 10 / 40 h(x_k / 10), x_k hypergeometric of 10 among 40 with 20 of the class.
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
    const h = (p: number) => (p === 0 || p === 1 ? 0 : -p * Math.log2(p) - (1 - p) * Math.log2(1 - p));
    let expected = 1;
    for (let x = 0; x <= 10; x++) expected -= ((choose(20, x) * choose(20, 10 - x)) / choose(40, 10)) * h(x / 10);
    const { chanceInformation } = pairFacts(xor, [first, { layer: 1, neuron: 1 }]);
    expect(chanceInformation).toBeCloseTo(expected, 12);
  });

  test("of a layer are decomposed as the registry does, in the order of pairs", async () => {
    const bits = bitsOfLayer(xor.ones[0]!, xor.samplesPerClass);
    for (const { id, parts } of decompositions) {
      const found = await layerPairs(xor, { layer: 1, decomposition: id }, nobodyLeaves);
      const expected = parts(pairOf(bits[1]!, bits[2]!, xor.pairs[0]!.both.subarray(4)));
      expect(found!.values.synergy[pairPlace(xor.pairs[0]!, 1, 2)]).toBe(expected.synergy);
      expect(found!.values.redundancy[pairPlace(xor.pairs[0]!, 1, 2)]).toBe(expected.redundancy);
    }
  });

  test("of a wide layer leave the worker to others between slices, and end when nobody waits any more", async () => {
    const units = 120;
    const ones = Uint32Array.from({ length: units * 2 }, (_, place) => 5 + (place % 11));
    const both = Uint32Array.from({ length: units * (units - 1) }, (_, place) => place % 5);
    const wide = { samplesPerClass: xor.samplesPerClass, ones: [ones] };
    const counted = { ...wide, pairs: [{ layer: 1, otherLayer: 1, units, otherUnits: units, both }] };
    const progress: number[] = [];
    let isOver = false;
    const watch = { isOver: () => isOver, onProgress: (done: number) => progress.push(done) };
    const done = layerPairs(counted, { layer: 1, decomposition: "broja" }, watch);
    setTimeout(() => {
      isOver = true;
    }, 0);
    expect(await done).toBeUndefined();
    expect(progress.length).toBeGreaterThan(0);
  });

  test("of a layer too wide for a picture are refused with its width", async () => {
    const units = 1025;
    const layers = { layer: 1, otherLayer: 1, units, otherUnits: units, both: new Uint32Array() };
    const counted = { ...xor, pairs: [layers] };
    await expect(layerPairs(counted, { layer: 1, decomposition: "mmi" }, nobodyLeaves)).rejects.toMatchObject({
      fault: { expected: "at most 1024 neurons", found: "1025 neurons" },
    });
  });
});
