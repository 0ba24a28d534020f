/** What groups know together: by hand, and against loops over whole tables of random bits and levels. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { informationOf } from "../../src/measures/mutual-information.ts";
import { mutualInformationBias } from "../../src/measures/plug-in-bias.ts";
import { mostInformative } from "../../src/pairs/greedy-group.ts";
import { groupInformation } from "../../src/pairs/group.ts";
import { jointStates, type LayerStates, stateTable } from "../../src/pairs/joint-states.ts";
import { textbookInformation } from "../support/bit-pairs.ts";
import { evidenceOfLevels } from "../support/evidence.ts";
import { everyTable } from "../support/label-permutations.ts";
import { testRandom } from "../support/networks.ts";

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function layerOf(units: readonly (readonly number[])[], labels: readonly number[], levels = 2): LayerStates {
  const classes = Math.max(...labels) + 1;
  const samplesPerClass = Array.from({ length: classes }, (_, label) => labels.filter((own) => own === label).length);
  return { levels, units: units.map((own) => Uint8Array.from(own)), labels, samplesPerClass };
}

/** One sample for each state of some fair inputs, by the first input's bit first. */
const inputs = (count: number): number[][] =>
  Array.from({ length: count }, (_, input) =>
    Array.from({ length: 2 ** count }, (_, state) => (state >> (count - 1 - input)) & 1),
  );

const CLOSE = 12;

describe("by hand", () => {
  const [a, b] = inputs(2) as [number[], number[]];
  const xor = a.map((bit, s) => bit ^ b[s]!);

  test("of Y = X1 xor X2 neither knows anything, and both are needed", () => {
    const found = groupInformation(layerOf([a, b], xor), [0, 1]);
    expect(found.joint).toBeCloseTo(1, CLOSE);
    expect(found.redundancyDegree).toBeCloseTo(0, CLOSE);
    expect(found.vulnerabilityDegree).toBeCloseTo(2, CLOSE);
    expect(found.totalCorrelation).toBeCloseTo(0, CLOSE);
    expect(found.oInformation).toBeCloseTo(0, CLOSE);
    expect(found.states).toBe(4);
    // m = 4 and m_y = 2: (1 + 1 - 3) / (2 N ln 2).
    expect(found.bias).toBeCloseTo(-1 / (2 * 4 * Math.LN2), CLOSE);
  });

  test("of two that are Y both know all, and either can be spared", () => {
    const found = groupInformation(layerOf([a, a], a), [0, 1]);
    expect(found.joint).toBeCloseTo(1, CLOSE);
    expect(found.redundancyDegree).toBeCloseTo(2, CLOSE);
    expect(found.vulnerabilityDegree).toBeCloseTo(0, CLOSE);
    expect(found.totalCorrelation).toBeCloseTo(1, CLOSE);
    expect(found.oInformation).toBeCloseTo(0, CLOSE);
    expect(found.states).toBe(2);
  });

  test("of Y = (X1, X2) each knows its own half", () => {
    const found = groupInformation(
      layerOf(
        [a, b],
        a.map((bit, s) => 2 * bit + b[s]!),
      ),
      [0, 1],
    );
    expect(found.joint).toBeCloseTo(2, CLOSE);
    expect(found.redundancyDegree).toBeCloseTo(1, CLOSE);
    expect(found.vulnerabilityDegree).toBeCloseTo(1, CLOSE);
  });

  test("three copies have an O-information of 1 bit, two bits and their xor of -1", () => {
    const copies = groupInformation(layerOf([a, a, a], b), [0, 1, 2]);
    expect(copies.oInformation).toBeCloseTo(1, CLOSE);
    expect(copies.totalCorrelation).toBeCloseTo(2, CLOSE);
    const bound = groupInformation(layerOf([a, b, xor], b), [0, 1, 2]);
    expect(bound.oInformation).toBeCloseTo(-1, CLOSE);
    expect(bound.totalCorrelation).toBeCloseTo(1, CLOSE);
    // Of copies (m = 2): TC = -(3 - 1) (m - 1) / (2 N ln 2), O = (k - 2) H and nothing else.
    expect(copies.totalCorrelationBias).toBeCloseTo(-2 / (8 * Math.LN2), CLOSE);
    expect(copies.oInformationBias).toBeCloseTo(-1 / (8 * Math.LN2), CLOSE);
  });

  test("a group that knows nothing has no degrees", () => {
    const found = groupInformation(layerOf([a, b], [0, 0, 0, 0]), [0, 1]);
    expect(found.joint).toBe(0);
    expect(found).not.toHaveProperty("redundancyDegree");
    expect(found).not.toHaveProperty("vulnerabilityDegree");
    expect(found.chance).toBe(0);
  });

  test("chance is the mean over all permutations of the labels", () => {
    const layer = layerOf(
      [
        [0, 1, 1, 0, 1, 0, 0],
        [0, 0, 1, 1, 0, 0, 1],
      ],
      [0, 0, 0, 1, 1, 2, 2],
    );
    const table = stateTable(jointStates(layer, [0, 1]), layer);
    const totals = Array.from({ length: table.levels }, (_, level) =>
      sum(Array.from(table.countsPerLevel).slice(level * 3, level * 3 + 3)),
    );
    const all = everyTable(totals, [3, 2, 2]).map((one) => informationOf(evidenceOfLevels(one)));
    expect(groupInformation(layer, [0, 1]).chance).toBeCloseTo(sum(all) / all.length, 10);
  });
});

/** Layers of 2 to 5 neurons of 2 to 4 levels, some of them copies, in 2 to 4 classes. */
const anyLayer = fc
  .record({
    levels: fc.integer({ min: 2, max: 4 }),
    classes: fc.integer({ min: 2, max: 4 }),
    units: fc.integer({ min: 2, max: 5 }),
    samples: fc.integer({ min: 1, max: 60 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
  })
  .map(({ levels, classes, units, samples, seed }) => {
    const random = testRandom(seed);
    const draw = (below: number) => Array.from({ length: samples }, () => random.nextBelow(below));
    const own: number[][] = [];
    while (own.length < units) own.push(own.length > 0 && random.nextBelow(4) === 0 ? own[0]! : draw(levels));
    return layerOf(own, draw(classes), levels);
  });

/** [keys][classes] of counts, by whatever names the joint states have. */
function bruteTable({ units, labels, samplesPerClass }: LayerStates, neurons: readonly number[]): number[][] {
  const rows = new Map<string, number[]>();
  for (let sample = 0; sample < labels.length; sample++) {
    const key = neurons.map((neuron) => units[neuron]![sample]).join();
    const row = rows.get(key) ?? Array.from(samplesPerClass, () => 0);
    row[labels[sample]!]!++;
    rows.set(key, row);
  }
  return [...rows.values()];
}

const bruteInformation = (layer: LayerStates, neurons: readonly number[]) =>
  textbookInformation(bruteTable(layer, neurons));
const bruteEntropy = (layer: LayerStates, neurons: readonly number[]) => {
  const samples = layer.labels.length;
  return -sum(bruteTable(layer, neurons).map((row) => (sum(row) / samples) * Math.log2(sum(row) / samples)));
};

describe("on random layers", () => {
  test("all is what loops over whole tables give", () => {
    fc.assert(
      fc.property(anyLayer, (layer) => {
        const all = [...layer.units.keys()];
        const others = all.map((j) => all.filter((one) => one !== j));
        const found = groupInformation(layer, all);
        const joint = bruteInformation(layer, all);
        expect(found.joint).toBeCloseTo(joint, 9);
        const alone = sum(all.map((j) => bruteInformation(layer, [j])));
        const lost = sum(others.map((rest) => joint - bruteInformation(layer, rest)));
        expect((found.redundancyDegree ?? 0) * found.joint).toBeCloseTo(alone, 9);
        expect((found.vulnerabilityDegree ?? 0) * found.joint).toBeCloseTo(lost, 9);
        const entropy = bruteEntropy(layer, all);
        const each = all.map((j) => bruteEntropy(layer, [j]));
        expect(found.totalCorrelation).toBeCloseTo(sum(each) - entropy, 9);
        const dual = entropy - sum(others.map((rest) => entropy - bruteEntropy(layer, rest)));
        // O-information is total correlation less dual total correlation.
        expect(found.oInformation).toBeCloseTo(sum(each) - entropy - dual, 9);
        const table = bruteTable(layer, all);
        expect(found.states).toBe(table.length);
        expect(found.bias).toBeCloseTo(mutualInformationBias(evidenceOfLevels(table)), 12);
      }),
      { numRuns: 300 },
    );
  });

  test("each greedy choice knows most, the first of equals", () => {
    fc.assert(
      fc.property(anyLayer, (layer) => {
        const chosen = mostInformative(layer, layer.units.length);
        expect([...chosen].sort((x, y) => x - y)).toEqual([...layer.units.keys()]);
        for (const [place, neuron] of chosen.entries()) {
          const before = chosen.slice(0, place);
          const own = bruteInformation(layer, [...before, neuron]);
          for (const other of chosen.slice(place + 1)) {
            const theirs = bruteInformation(layer, [...before, other]);
            expect(theirs).toBeLessThanOrEqual(own + 1e-9);
            if (Math.abs(theirs - own) < 1e-14) expect(other).toBeGreaterThan(neuron);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test("copies of a neuron tie exactly, so that the first is chosen", () => {
    const random = testRandom(3);
    const labels = Array.from({ length: 97 }, () => random.nextBelow(3));
    const bits = labels.map((label) => (label === 1 ? 1 : random.nextBelow(2)));
    const turned = bits.map((bit) => 1 - bit);
    const noise = labels.map(() => random.nextBelow(2));
    expect(mostInformative(layerOf([noise, turned, bits, bits], labels), 1)).toEqual([1]);
    expect(mostInformative(layerOf([noise, bits, turned], labels), 5)).toHaveLength(3);
  });

  test("of 256 levels and ten neurons states are those that occur", () => {
    const random = testRandom(8);
    const units = Array.from({ length: 10 }, () => Array.from({ length: 300 }, () => random.nextBelow(256)));
    const layer = layerOf(
      units,
      units[0]!.map((level) => level % 2),
      256,
    );
    expect(jointStates(layer, [...units.keys()]).count).toBe(300);
    expect(groupInformation(layer, [...units.keys()]).joint).toBeCloseTo(bruteInformation(layer, [0]), 9);
  });
});
