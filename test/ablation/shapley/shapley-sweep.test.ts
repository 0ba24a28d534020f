/** Shapley values that a device samples, against exact ones in float64 and against what must hold whatever is drawn. */
import { describe, expect, test } from "vitest";
import { shapleyEvaluations, shapleyValues } from "../../../src/ablation/shapley/shapley-sweep.ts";
import { replacementModes } from "../../../src/core/ablation.ts";
import type { ShapleyValues } from "../../../src/core/evidence.ts";
import { hiddenUnits } from "../../../src/core/layers/network-shape.ts";
import { type Network, networkShape } from "../../../src/core/network.ts";
import { uploadSplit } from "../../../src/passes/device-split.ts";
import { inputValues } from "../../../src/reference/forward.ts";
import { forwardNetwork } from "../../../src/reference/network.ts";
import { shapleyValues as exactValues, networkShapleyValues } from "../../../src/reference/shapley.ts";
import { referenceSweep } from "../../../src/reference/sweep.ts";
import { testGpu } from "../../support/gpu.ts";
import { randomSplit, realNetwork, testRandom } from "../../support/networks.ts";
import { inPages } from "../../support/pages.ts";
import { constantsOf, madeUpConstants, neuronsOf, orderOf } from "../../support/sweep-task.ts";

const gpu = await testGpu();
const WIDTHS = [6, 12, 9, 5, 4];
const SAMPLES = 70;
const random = testRandom(9);
const split = randomSplit(random, SAMPLES, WIDTHS[0]!, WIDTHS.at(-1)!);
const onDevice = uploadSplit(gpu, "validation", split, WIDTHS[0]!, WIDTHS.at(-1)!);
const networks = [0, 1, 2].map(() => realNetwork(random, WIDTHS, "tanh"));
/** The last neuron of every hidden layer has no outgoing weight. */
const tasks = networks.map((network, repeat) => {
  const layers = network.layers.map((layer, index) => {
    const isDead = (at: number) => index > 0 && at % layer.inputs === layer.inputs - 1;
    return { ...layer, weights: layer.weights.map((weight, at) => (isDead(at) ? 0 : weight)) };
  });
  return { repeat, network: { ...network, layers }, meanActivations: madeUpConstants(network, random) };
});
const request = { seed: 5, draws: 40 };

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

/** [hidden layers]: L(all of the layer removed) - L(intact). */
function costOfLayers(network: Network, constants: readonly Float32Array[]): number[] {
  return constants.map((_, index) => {
    const order = orderOf(`layer${index + 1}`, neuronsOf(network, index + 1));
    const { loss } = referenceSweep(network, split, order, constants, [0, order.neurons.length]);
    return loss[1]! - loss[0]!;
  });
}

/** Float32 losses of about 1.5 nats, each a mean over the samples. */
const ROUNDING = 2e-6;

describe.each(replacementModes)("in mode %s", (mode) => {
  test.each([
    [40, undefined],
    [2, undefined],
    [6, 0.5],
    [60, 0.02],
  ])("values of a layer sum to what its removal costs: %i draws, error %s", async (draws, error) => {
    const asked = { ...request, draws, ...(error !== undefined && { error }) };
    const found = await shapleyValues(gpu, onDevice, tasks, asked, { players: "layers", mode });
    for (const [index, { network, meanActivations }] of tasks.entries()) {
      const costs = costOfLayers(network, constantsOf(mode, meanActivations));
      for (const [layer, cost] of costs.entries()) {
        expect(Math.abs(sum(found[index]![layer]!.values) - cost)).toBeLessThan(ROUNDING);
        expect(Math.abs(cost)).toBeGreaterThan(100 * ROUNDING);
      }
    }
  });

  test("a neuron without outgoing weights has 0", async () => {
    for (const layers of await shapleyValues(gpu, onDevice, tasks, request, { players: "layers", mode })) {
      for (const { values, standardErrors } of layers) {
        expect(Math.abs(values.at(-1)!)).toBeLessThan(ROUNDING);
        expect(standardErrors.at(-1)!).toBeLessThan(ROUNDING);
        expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(100 * ROUNDING);
      }
    }
  });

  test("sampled values are within five standard errors of exact ones, and exact ones within rounding", async () => {
    const [{ network, meanActivations }] = tasks as [(typeof tasks)[0]];
    const outputs = forwardNetwork(network, inputValues(split.inputs));
    const [found] = await shapleyValues(
      gpu,
      onDevice,
      tasks.slice(0, 1),
      { ...request, draws: 400 },
      { players: "layers", mode },
    );
    const constants = constantsOf(mode, meanActivations);
    for (const [layer, { values, standardErrors, draws }] of found!.entries()) {
      const about = { network, layer, outputs: outputs[layer]!, labels: split.labels, constants: constants[layer]! };
      const isExact = values.length <= 8;
      expect(draws).toBe(isExact ? 10 : 400);
      for (const [unit, exact] of exactValues(about).entries()) {
        const bound = ROUNDING + 5 * standardErrors[unit]!;
        expect(Math.abs(values[unit]! - exact), `layer ${layer + 1}, neuron ${unit}`).toBeLessThan(bound);
        // The last neuron has no effect in any order.
        if (isExact) expect(standardErrors[unit]).toBe(0);
        else if (unit < values.length - 1) expect(standardErrors[unit]).toBeGreaterThan(ROUNDING);
      }
      // The errors say something: they are small beside what neurons are worth.
      expect(Math.max(...standardErrors)).toBeLessThan(0.2 * Math.max(...values.map(Math.abs)));
    }
  });
});

test("a network's values are its own, whatever is sampled beside it, and end early on their own", async () => {
  const asked = { ...request, draws: 200, error: 0.02 };
  const together = await shapleyValues(gpu, onDevice, tasks, asked, { players: "layers", mode: "mean" });
  const draws = new Set(together.flat().map((of) => of.draws));
  expect(draws.size).toBeGreaterThan(2);
  const alone: ShapleyValues[][] = [];
  for (const task of tasks) {
    for (const one of await shapleyValues(gpu, onDevice, [task], asked, { players: "layers", mode: "mean" }))
      alone.push(one);
  }
  expect(alone).toEqual(together);
});

test("the seed and the repeat make the permutations", async () => {
  const [one] = await shapleyValues(gpu, onDevice, tasks.slice(0, 1), request, { players: "layers", mode: "zero" });
  const [seeded] = await shapleyValues(
    gpu,
    onDevice,
    tasks.slice(0, 1),
    { ...request, seed: 6 },
    { players: "layers", mode: "zero" },
  );
  const [repeated] = await shapleyValues(gpu, onDevice, [{ ...tasks[0]!, repeat: 1 }], request, {
    players: "layers",
    mode: "zero",
  });
  expect(seeded![0]!.values).not.toEqual(one![0]!.values);
  expect(repeated![0]!.values).not.toEqual(one![0]!.values);
  expect(seeded![2]).toEqual(one![2]);
});

test("a set that is read in pages gives the same", async () => {
  using pages = inPages(gpu, split, WIDTHS.at(-1)!, 64);
  for (const mode of replacementModes) {
    const whole = await shapleyValues(gpu, onDevice, tasks, request, { players: "layers", mode });
    expect(await shapleyValues(gpu, pages, tasks, request, { players: "layers", mode })).toEqual(whole);
  }
});

test("tells how far it is, and that all is done where it ends early", async () => {
  const of = async (error?: number) => {
    const shares: number[] = [];
    const asked = { ...request, draws: 200, ...(error !== undefined && { error }) };
    await shapleyValues(gpu, onDevice, tasks, asked, {
      players: "layers",
      mode: "mean",
      onProgress: (share) => shares.push(share),
    });
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    expect(shares.at(-1)).toBe(1);
    return shares;
  };
  expect((await of()).at(-2)).toBeCloseTo(1, 9);
  const early = await of(0.02);
  expect(early.length).toBeGreaterThan(3);
  expect(early.at(-2)).toBeLessThan(0.9);
});

test("layers of one width have permutations of their own", async () => {
  // The second hidden layer repeats the first, so their neurons are worth the same.
  const [first, last] = [realNetwork(random, [WIDTHS[0]!, 10, 4], "relu")].flatMap(({ layers }) => layers);
  const weights = Float32Array.from({ length: 100 }, (_, at) => (at % 11 === 0 ? 1 : 0));
  const repeated = { inputs: 10, outputs: 10, weights, biases: new Float32Array(10) };
  const network: Network = { activation: "relu", layers: [first!, repeated, last!] };
  const task = { repeat: 0, network, meanActivations: madeUpConstants(network, random) };
  const [layers] = await shapleyValues(
    gpu,
    onDevice,
    [task],
    { ...request, draws: 60 },
    { players: "layers", mode: "zero" },
  );
  const [one, other] = layers as [ShapleyValues, ShapleyValues];
  const off = one.values.map((value, unit) => Math.abs(value - other.values[unit]!));
  const errors = one.standardErrors.map((error, unit) => error + other.standardErrors[unit]!);
  for (const [unit, error] of errors.entries()) expect(off[unit]).toBeLessThan(ROUNDING + 5 * error);
  expect(Math.max(...off)).toBeGreaterThan(0.2 * Math.max(...errors));
});

describe.each(replacementModes)("all hidden neurons as one game, in mode %s", (mode) => {
  test.each([
    [2, undefined],
    [40, undefined],
    [60, 0.02],
  ])("sum to what the removal of them all costs: %i draws, error %s", async (draws, error) => {
    const asked = { ...request, draws, ...(error !== undefined && { error }) };
    const found = await shapleyValues(gpu, onDevice, tasks, asked, { players: "network", mode });
    for (const [index, { network, meanActivations }] of tasks.entries()) {
      const constants = constantsOf(mode, meanActivations);
      const all = hiddenUnits(networkShape(network)).flatMap((_, layer) => neuronsOf(network, layer + 1));
      const { loss } = referenceSweep(network, split, orderOf("network", all), constants, [0, all.length]);
      const total = found[index]!.reduce((added, { values }) => added + sum(values), 0);
      expect(found[index]!.map(({ values }) => values.length)).toEqual([12, 9, 5]);
      expect(Math.abs(total - (loss[1]! - loss[0]!))).toBeLessThan(ROUNDING);
    }
  });

  test("sampled values are within five standard errors of exact ones, and not those of layers", async () => {
    const { network, meanActivations, own } = smallTask([6, 5, 3, 2, 4]);
    const constants = constantsOf(mode, meanActivations);
    const exact = networkShapleyValues(network, inputValues(split.inputs), split.labels, constants);
    const found = await own({ ...request, draws: 1000 }, { players: "network", mode });
    const [values, errors] = [found.flatMap((one) => [...one.values]), found.flatMap((one) => [...one.standardErrors])];
    for (const [row, value] of exact.entries()) {
      expect(Math.abs(values[row]! - value), `row ${row}`).toBeLessThan(ROUNDING + 5 * errors[row]!);
    }
    expect(Math.max(...errors)).toBeLessThan(0.1 * Math.max(...exact.map(Math.abs)));
    const inLayers = (await own(request, { players: "layers", mode })).flatMap((one) => [...one.values]);
    const apart = inLayers.map((value, row) => Math.abs(value - values[row]!));
    expect(Math.max(...apart)).toBeGreaterThan(10 * Math.max(...errors));
  });

  test("of up to eight are exact, and in a network of one hidden layer those of the layer", async () => {
    const { network, meanActivations, own } = smallTask([6, 3, 3, 2, 4]);
    const constants = constantsOf(mode, meanActivations);
    const exact = networkShapleyValues(network, inputValues(split.inputs), split.labels, constants);
    const found = await own({ ...request, draws: 2 }, { players: "network", mode });
    for (const [row, value] of found.flatMap((one) => [...one.values]).entries()) {
      expect(Math.abs(value - exact[row]!), `row ${row}`).toBeLessThan(ROUNDING);
    }
    expect(found.flatMap((one) => [...one.standardErrors])).toEqual(new Array(8).fill(0));
    const one = smallTask([6, 7, 4]);
    const inNetwork = await one.own(request, { players: "network", mode });
    expect(inNetwork).toEqual(await one.own(request, { players: "layers", mode }));
  });
});

/** A network of its own, and how it is sampled alone. */
function smallTask(widths: readonly number[]) {
  const small = realNetwork(testRandom(31), widths, "tanh");
  const task = { repeat: 0, network: small, meanActivations: madeUpConstants(small, testRandom(32)) };
  const own = async (...[asked, game]: [typeof request, Parameters<typeof shapleyValues>[4]]) =>
    (await shapleyValues(gpu, onDevice, [task], asked, game))[0]!;
  return { ...task, own };
}

test("evaluations are those of every game", () => {
  const shape = networkShape(networks[0]!);
  const of = (players: "layers" | "network") =>
    shapleyEvaluations(shape, { ...request, games: [{ players, mode: "zero" }] });
  // Layers of 12 and 9 are sampled, that of 5 has 10 orders; all 26 are sampled together.
  expect([of("layers"), of("network")]).toEqual([40 * 13 + 40 * 10 + 10 * 6, 40 * 27]);
});
