/** Quadratic orders: the rule, and the matrices that a device adds up against float64 and against known ones. */
import { describe, expect, test } from "vitest";
import { momentMatrix, type NeuronMatrix } from "../../../src/ablation/sequences/moments.ts";
import {
  findFisherQuadratic,
  findLogitQuadratic,
  findReconstruction,
  quadraticOrder,
  reconstructionMatrix,
} from "../../../src/ablation/sequences/quadratic.ts";
import type { Search } from "../../../src/ablation/sequences/search.ts";
import { type ReplacementMode, replacementModes } from "../../../src/core/ablation.ts";
import { activations, layerActivation, type NetworkActivation } from "../../../src/core/activation.ts";
import type { Split } from "../../../src/core/dataset.ts";
import { hiddenUnits } from "../../../src/core/layers/network-shape.ts";
import { type Network, networkShape } from "../../../src/core/network.ts";
import type { GpuContext } from "../../../src/gpu/device/context.ts";
import { uploadSplit } from "../../../src/passes/device-split.ts";
import { stripGroups } from "../../../src/passes/evidence/moments.ts";
import type { EvidenceSource } from "../../../src/reference/evidence.ts";
import { inputValues } from "../../../src/reference/forward.ts";
import { forwardNetwork } from "../../../src/reference/network.ts";
import { type QuadraticKind, quadraticMatrix } from "../../../src/reference/quadratic.ts";
import { replacements } from "../../../src/reference/removals.ts";
import { expectWithin } from "../../support/agreement.ts";
import { conformanceSets, networkOf, splitOf } from "../../support/conformance.ts";
import { testGpu } from "../../support/gpu.ts";
import { withMemory } from "../../support/limited-device.ts";
import { randomSplit, realNetwork, testRandom } from "../../support/networks.ts";
import { inPages } from "../../support/pages.ts";
import { perturbedBounds } from "../../support/perturbed-bounds.ts";

const gpu = await testGpu();
const kinds: readonly QuadraticKind[] = ["reconstruction", "logit", "fisher"];
const matrixOf: Readonly<Record<QuadraticKind, (search: Search) => Promise<NeuronMatrix>>> = {
  reconstruction: reconstructionMatrix,
  logit: (search) => momentMatrix(search, { signal: "unit" }),
  fisher: (search) => momentMatrix(search, { signal: "spread" }),
};
const finders = { reconstruction: findReconstruction, logit: findLogitQuadratic, fisher: findFisherQuadratic };
const ids = { reconstruction: "reconstruction", logit: "logit_quadratic", fisher: "fisher_quadratic" };

const unitsOf = (network: Network) => hiddenUnits(networkShape(network));

/** Per hidden layer: what stands for removed neurons, as a device has it. */
function constantsOf(network: Network, split: Split, mode: ReplacementMode): Float32Array[] {
  const outputs = forwardNetwork(network, inputValues(split.inputs));
  return unitsOf(network).map((units, layer) => Float32Array.from(replacements(outputs[layer]!, units, mode)));
}

/** The device's matrix over all hidden neurons. */
async function gathered(
  network: Network,
  split: Split,
  kind: QuadraticKind,
  mode: ReplacementMode,
  { context = gpu, page }: { context?: GpuContext; page?: number } = {},
): Promise<Float64Array> {
  const shape = networkShape(network);
  const classes = shape.at(-1)!.units;
  using whole = uploadSplit(context, "validation", split, shape[0]!.inputs, classes);
  const samples = page === undefined ? whole : inPages(context, split, classes, page);
  const scopes = [unitsOf(network).map((_, layer) => layer)];
  const search = {
    gpu: context,
    network,
    samples,
    constants: constantsOf(network, split, mode),
    scopes,
    greedyBlock: 1,
  };
  return (await matrixOf[kind](search)).values;
}

/** How far a device may be off in each entry: roundings of its own are of the sizes of two neurons. */
function boundsOf(source: EvidenceSource, kind: QuadraticKind, mode: ReplacementMode): number[] {
  const exact = quadraticMatrix(source, kind, mode);
  const size = Math.sqrt(exact.length);
  const scale = Math.max(...exact.map(Math.abs));
  const scales = Array.from(exact, (_, at) => {
    const [j, k] = [Math.floor(at / size), at % size];
    return Math.sqrt(exact[j * size + j]! * exact[k * size + k]!) + scale / 8;
  });
  return perturbedBounds(source, (other) => [...quadraticMatrix(other, kind, mode)], scales, 16);
}

describe("an order by a quadratic form", () => {
  test("takes next what adds least, so that what cancels goes together", () => {
    // 0 and 3 cancel: once 0 is gone, 3 costs 5 - 2 * 3 = -1, less than 2.
    const values = Float64Array.of(2, 0, 0, -3, 0, 3, 0, 0, 0, 0, 2.5, 0, -3, 0, 0, 5);
    expect([...quadraticOrder({ size: 4, values }, [0, 1, 2, 3])]).toEqual([0, 3, 2, 1]);
    expect([...quadraticOrder({ size: 4, values }, [1, 2, 3])]).toEqual([2, 1, 3]);
  });

  test("breaks ties by number", () => {
    const values = Float64Array.of(1, 0, 1, 0, 1, 0, 1, 0, 1);
    expect([...quadraticOrder({ size: 3, values }, [0, 1, 2])]).toEqual([0, 1, 2]);
  });
});

describe.each(conformanceSets)("quadratic orders of $name", (set) => {
  const network = networkOf(set);
  const split = splitOf(set);
  const source = { network, inputs: split.inputs, labels: split.labels };
  const units = unitsOf(network);
  const cases = kinds.flatMap((kind) => replacementModes.map((mode) => [kind, mode] as const));

  test.each(cases)("%s, %s: the matrix is the known one, and so is the order on a device", async (kind, mode) => {
    const exact = quadraticMatrix(source, kind, mode);
    const got = await gathered(network, split, kind, mode);
    const bounds = boundsOf(source, kind, mode);
    expectWithin({ gpu, what: `${kind} ${mode}`, shape: [exact.length] }, got, exact, bounds);
    const size = Math.sqrt(exact.length);
    using samples = uploadSplit(gpu, "validation", split, set.samples[0]!.length, set.biases.at(-1)!.length);
    const scopes = units.map((_, layer) => [layer]);
    const constants = constantsOf(network, split, mode);
    const orders = await finders[kind]({ gpu, network, samples, constants, scopes, greedyBlock: 1 });
    let first = 0;
    for (const [layer, { quadratic }] of set.layers.entries()) {
      const { matrix, order } = quadratic[`${ids[kind]}_${mode}`]!;
      for (const [j, row] of matrix.entries()) {
        for (const [k, value] of row.entries()) {
          const off = Math.abs(exact[(first + j) * size + first + k]! - value);
          expect(off, `layer ${layer + 1}, ${j}, ${k}`).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
        }
      }
      expect(Array.from(orders[layer]!, (row) => row - first)).toEqual(order);
      first += units[layer]!;
    }
  });
});

describe("matrices over neurons", () => {
  const random = testRandom(340);
  const WIDTHS = [6, 5, 4, 3];
  const split = randomSplit(random, 70, WIDTHS[0]!, 3);
  const mixed = (["gelu", "relu"] as const).map(layerActivation);
  const cases: [string, NetworkActivation][] = [
    ...activations.map((kind): [string, NetworkActivation] => [kind, kind]),
    ["mixed", mixed],
  ];

  test.each(cases)("agree with float64 over two hidden layers of %s", async (_, activation) => {
    const network = realNetwork(random, WIDTHS, activation);
    const source = { network, inputs: inputValues(split.inputs), labels: split.labels };
    for (const kind of kinds) {
      const exact = quadraticMatrix(source, kind, "mean");
      const subject = { gpu, what: `${kind}, ${activation}`, shape: [exact.length] };
      expectWithin(subject, await gathered(network, split, kind, "mean"), exact, boundsOf(source, kind, "mean"));
    }
  });

  test("agree with more classes than are sent back at once", async () => {
    const many = [4, 3, 19];
    const wide = randomSplit(random, 40, many[0]!, many.at(-1)!);
    const network = realNetwork(random, many, "tanh");
    const source = { network, inputs: inputValues(wide.inputs), labels: wide.labels };
    for (const kind of ["logit", "fisher"] as const) {
      const exact = quadraticMatrix(source, kind, "zero");
      const subject = { gpu, what: `${kind}, 19 classes`, shape: [exact.length] };
      expectWithin(subject, await gathered(network, wide, kind, "zero"), exact, boundsOf(source, kind, "zero"));
    }
  });

  test("are the same bits in chunks, pages and strips", async () => {
    const long = randomSplit(random, 1100, WIDTHS[0]!, 3);
    const network = realNetwork(random, WIDTHS, mixed);
    for (const kind of kinds) {
      const whole = await gathered(network, long, kind, "mean");
      const small = { context: withMemory(gpu, 20_000) };
      expect(await gathered(network, long, kind, "mean", small)).toEqual(whole);
      expect(await gathered(network, long, kind, "mean", { page: 960 })).toEqual(whole);
    }
  });

  test("are symmetric, and 0 for a neuron that is constant and replaced by its mean", async () => {
    const network = realNetwork(random, WIDTHS, "relu");
    network.layers[0]!.weights.fill(0, 6, 12);
    network.layers[0]!.biases[1] = 2;
    for (const kind of kinds) {
      const values = await gathered(network, split, kind, "mean");
      const size = Math.sqrt(values.length);
      for (const at of values.keys()) expect(values[at]).toBe(values[(at % size) * size + Math.floor(at / size)]);
      expect(values.subarray(size, 2 * size).every((value) => value === 0)).toBe(true);
      expect(values.some((value) => value > 0)).toBe(true);
    }
  });

  test("are added up in strips that fit, each pair of layers once", () => {
    const basis = withMemory(gpu, 100_000);
    const groups = stripGroups(
      basis,
      [50, 30],
      [
        [0, 0],
        [0, 1],
        [1, 1],
      ],
      2000,
    );
    expect(groups.length).toBeGreaterThan(2);
    const strips = groups.flat();
    for (const [left, right, quads] of [
      [0, 0, 13],
      [0, 1, 13],
      [1, 1, 8],
    ] as const) {
      const own = strips.filter((strip) => strip.left === left && strip.right === right);
      expect(own.reduce((sum, strip) => sum + strip.quads, 0)).toBe(quads);
      expect(own.map(({ firstQuad }) => firstQuad)).toEqual(
        own.map((_, at) => own.slice(0, at).reduce((sum, strip) => sum + strip.quads, 0)),
      );
    }
  });
});
