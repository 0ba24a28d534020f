/** What is said of measures that cannot rank, and of levels that are too fine. */
import { describe, expect, test } from "vitest";
import type { NeuronTable } from "../../src/core/neuron-table.ts";
import { MeasureDoubts } from "../../src/measures/doubts.ts";

/** Two layers, of three neurons and two. */
function table(repeat: number, measures: Readonly<Record<string, readonly number[]>>): NeuronTable {
  return {
    repeat,
    rows: 5,
    classes: 2,
    layer: Uint32Array.of(1, 1, 1, 2, 2),
    neuron: Uint32Array.of(0, 1, 2, 0, 1),
    samples: 100,
    preferredClass: new Uint32Array(5),
    meanActivation: new Float32Array(5),
    measures: Object.fromEntries(Object.entries(measures).map(([id, values]) => [id, Float64Array.from(values)])),
  };
}

function warningsOf(tables: readonly NeuronTable[], bits = 1, samples = 100): string[] {
  const doubts = new MeasureDoubts();
  for (const one of tables) doubts.add(one);
  return doubts.warnings(bits, samples);
}

describe("measures", () => {
  test("that tell neurons of every layer apart are not doubted", () => {
    expect(warningsOf([table(0, { entropy: [0, 0, 1, 0, 1] }), table(1, { entropy: [0, 1, 0, 1, 0.5] })])).toEqual([]);
  });

  test("that are the same for all neurons of a layer are named, with the layer and the repeats", () => {
    const dead = { entropy: [0, 0, 0, 0.5, 1], mutual_information: [0, 0, 0, 0.1, 0.2] };
    const tables = [table(0, dead), table(1, { ...dead, entropy: [0.5, 0, 1, 1, 1] }), table(4, dead)];
    expect(warningsOf(tables)).toEqual([
      "layer 1 of repeats 0, 4 (2): Entropy, Mutual information are each the same for all 3 neurons, so their orders there go by the neurons' numbers",
      "layer 1 of repeat 1: Mutual information is the same for all 3 neurons, so its order there goes by the neurons' numbers",
      "layer 2 of repeat 1: Entropy is the same for all 2 neurons, so its order there goes by the neurons' numbers",
    ]);
  });

  test("are not doubted for a layer of one neuron, which has one order", () => {
    const one = { ...table(0, {}), rows: 2, layer: Uint32Array.of(1, 2), measures: { entropy: Float64Array.of(0, 0) } };
    expect(warningsOf([one])).toEqual([]);
  });
});

describe("levels", () => {
  test.each([
    [1, 3, false],
    [3, 64, false],
    [3, 63, true],
    [8, 65_535, true],
    [8, 65_536, false],
  ])("%d bits and %d samples are doubted: %s", (bits, samples, doubted) => {
    const found = warningsOf([], bits, samples);
    expect(found).toHaveLength(doubted ? 1 : 0);
    if (doubted) expect(found[0]).toContain(`${samples} validation samples are few for ${2 ** bits} levels`);
  });
});
