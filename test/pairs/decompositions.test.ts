/** What is known of every decomposition: gates, tiny networks, and what holds whatever the counts. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { betweenInformation, bitOf, coInformation, type Pair, pairOf } from "../../src/pairs/pair.ts";
import { decompositions } from "../../src/pairs/registry.ts";
import { anyTable, gate, type PairTable, pairOfTable, textbookInformation } from "../support/bit-pairs.ts";
import { conformanceSets } from "../support/conformance.ts";
import { evidenceOf } from "../support/evidence.ts";

const runs = { seed: 20_240_517, numRuns: 400 };
/** Sums of at most 40 terms of at most 6 bits, some of them twice: 80 x 6 x 2^-53, with room for the logarithms. */
const ROUNDING = 1e-12;

/** Redundancy, what is unique to either, synergy. */
function partsOf(id: string, pair: Pair): number[] {
  const { redundancy, synergy } = decompositions.find((one) => one.id === id)!.parts(pair);
  return [redundancy, pair.first.information - redundancy, pair.second.information - redundancy, synergy];
}

function expectParts(got: readonly number[], want: readonly number[], name: string): void {
  for (const [part, value] of want.entries()) {
    expect(Math.abs(got[part]! - value), `${name}, part ${part}: ${got[part]}, want ${value}`).toBeLessThan(1e-9);
  }
}

/** Each class's table of states, and the parts worked out by hand. */
const log = Math.log2;
/** I(T_i;Y) of AND is h2(1/4) - h2(1/2) / 2. */
const andInformation = 1.5 - 0.75 * log(3);
const andShared = log(32 / 27) / 2;
const gates: readonly { name: string; table: PairTable; parts: Readonly<Record<string, readonly number[]>> }[] = [
  {
    name: "AND",
    table: gate((first, second) => first & second),
    parts: {
      min: [andInformation, 0, 0, 0.5],
      mmi: [andInformation, 0, 0, 0.5],
      broja: [andInformation, 0, 0, 0.5],
      sx: [andShared, andInformation - andShared, andInformation - andShared, 0.5 - andInformation + andShared],
    },
  },
  {
    name: "XOR",
    table: gate((first, second) => first ^ second),
    parts: {
      min: [0, 0, 0, 1],
      mmi: [0, 0, 0, 1],
      broja: [0, 0, 0, 1],
      sx: [log(2 / 3), log(3 / 2), log(3 / 2), 1 - log(3 / 2)],
    },
  },
  {
    name: "both equal to the class",
    table: [
      [1, 0, 0, 0],
      [0, 0, 0, 1],
    ],
    parts: { min: [1, 0, 0, 0], mmi: [1, 0, 0, 0], broja: [1, 0, 0, 0], sx: [1, 0, 0, 0] },
  },
  {
    name: "the second equal to the class",
    table: gate((_, second) => second),
    parts: {
      min: [0, 0, 1, 0],
      mmi: [0, 0, 1, 0],
      broja: [0, 0, 1, 0],
      sx: [log(4 / 3), -log(4 / 3), 1 - log(4 / 3), log(4 / 3)],
    },
  },
  {
    name: "both together the class",
    table: gate((first, second) => 2 * first + second),
    parts: {
      min: [1, 0, 0, 1],
      mmi: [1, 0, 0, 1],
      broja: [0, 1, 1, 0],
      sx: [log(4 / 3), 1 - log(4 / 3), 1 - log(4 / 3), log(4 / 3)],
    },
  },
  {
    name: "sum",
    table: gate((first, second) => first + second),
    parts: {
      min: [0.5, 0, 0, 1],
      mmi: [0.5, 0, 0, 1],
      broja: [0.5, 0, 0, 1],
      sx: [0.5 + log(2 / 3), log(3 / 2), log(3 / 2), 1 - log(3 / 2)],
    },
  },
];

describe.each(gates)("$name", ({ table, parts }) => {
  test.each(Object.entries(parts))("has these parts by %s", (id, want) => {
    expectParts(partsOf(id, pairOfTable(table)), want, id);
  });
});

describe.each(conformanceSets)("of $name", ({ layers, labels }) => {
  test("all pairs have these parts and this information", () => {
    const classes = layers[0]!.onesPerClass[0]!.length;
    const sizes = Array.from({ length: classes }, (_, label) => labels.filter((one) => one === label).length);
    for (const { onesPerClass, pairs } of layers) {
      const bits = onesPerClass.map((ones) => bitOf(evidenceOf(ones, sizes)));
      expect(pairs.length).toBe((bits.length * (bits.length - 1)) / 2);
      for (const { a, b, bothPerClass, jointInformation, between, coInformation: co, ...parts } of pairs) {
        const pair = pairOf(bits[a]!, bits[b]!, bothPerClass);
        const information = [pair.jointInformation, betweenInformation(pair), coInformation(pair)];
        expectParts(information, [jointInformation, between, co], `information of ${a} and ${b}`);
        for (const [id, { redundancy, uniqueA, uniqueB, synergy }] of Object.entries(parts)) {
          // Of equal margins the least informed pair is identical. The set's minimum was found to within 1e-8 there.
          const isAlike = id === "broja" && onesPerClass[a]!.join() === onesPerClass[b]!.join();
          const { information: own } = pair.first;
          const want = isAlike ? [own, 0, 0, jointInformation - own] : [redundancy, uniqueA, uniqueB, synergy];
          expect(Math.abs(want[3]! - synergy)).toBeLessThan(1e-8);
          expectParts(partsOf(id, pair), want, `${id} of ${a} and ${b}`);
        }
      }
    }
  });
});

function holds(check: (pair: Pair, table: PairTable) => void): void {
  fc.assert(
    fc.property(anyTable, (table) => check(pairOfTable(table), table)),
    runs,
  );
}

/** [i, j] exchanged. */
const exchanged = (table: PairTable): PairTable =>
  table.map(([none, second, first, both]) => [none, first, second, both]);
/** The first bit turned over. */
const turnedOver = (table: PairTable): PairTable =>
  table.map(([none, second, first, both]) => [first, both, none, second]);

test("information is that of the textbook", () => {
  holds((pair, table) => {
    const joint = textbookInformation(table);
    expect(Math.abs(pair.jointInformation - joint)).toBeLessThan(ROUNDING);
    const cell = (index: number) => table.reduce((sum, cells) => sum + cells[index]!, 0);
    const between = textbookInformation([
      [cell(0), cell(1)],
      [cell(2), cell(3)],
    ]);
    expect(Math.abs(betweenInformation(pair) - between)).toBeLessThan(ROUNDING);
    const first = textbookInformation(table.map(([none, second, own, both]) => [none + second, own + both]));
    const second = textbookInformation(table.map(([none, own, other, both]) => [none + other, own + both]));
    expect(Math.abs(coInformation(pair) - (first + second - joint))).toBeLessThan(ROUNDING);
  });
});

test("redundancy by shared exclusions is the mean over samples of what the definition says", () => {
  holds((pair, table) => {
    const total = table.flat().reduce((sum, count) => sum + count, 0);
    let bits = 0;
    for (const cells of table) {
      const size = cells.reduce((sum, count) => sum + count, 0);
      for (const [state, count] of cells.entries()) {
        if (count === 0) continue;
        const either = (own: readonly number[]) =>
          own.reduce((sum, n, other) => sum + ((other ^ state) === 3 ? 0 : n), 0);
        const all = table.reduce((sum, own) => sum + either(own), 0);
        bits += (count / total) * Math.log2(either(cells) / size / (all / total));
      }
    }
    expect(Math.abs(partsOf("sx", pair)[0]! - bits)).toBeLessThan(ROUNDING);
  });
});

describe.each(decompositions)("$id", ({ id, neverNegative }) => {
  test("its parts add up to the information of both, and of each", () => {
    holds((pair) => {
      const [redundancy, first, second, synergy] = partsOf(id, pair);
      expect(Math.abs(redundancy! + first! + second! + synergy! - pair.jointInformation)).toBeLessThan(ROUNDING);
    });
  });

  test("neurons exchange their parts where they change places", () => {
    holds((pair, table) => {
      const [redundancy, first, second, synergy] = partsOf(id, pair);
      const other = partsOf(id, pairOfTable(exchanged(table)));
      for (const [part, value] of [redundancy, second, first, synergy].entries()) {
        expect(Math.abs(other[part]! - value!)).toBeLessThan(ROUNDING);
      }
    });
  });

  test("nothing changes where a bit is turned over, or classes are renamed", () => {
    holds((pair, table) => {
      const parts = partsOf(id, pair);
      for (const same of [turnedOver(table), [...table].reverse()]) {
        const other = partsOf(id, pairOfTable(same));
        for (const [part, value] of parts.entries()) expect(Math.abs(other[part]! - value)).toBeLessThan(ROUNDING);
      }
    });
  });

  test("a neuron whose bit is constant adds nothing to the other", () => {
    holds((pair) => {
      const { samples, samplesPerClass, ones } = pair.first;
      const sizes = Array.from(samplesPerClass);
      for (const constant of [sizes.map(() => 0), sizes]) {
        const still = pairOf(
          pair.first,
          bitOf(evidenceOf(constant, sizes)),
          constant.map((n, label) => Math.min(n, ones[label]!)),
        );
        expect(still.first.samples).toBe(samples);
        expect(still.jointInformation).toBe(pair.first.information);
        const [redundancy, first, second, synergy] = partsOf(id, still);
        const want = id === "sx" ? partsOf(id, still) : [0, pair.first.information, 0, 0];
        expect([redundancy, first, second, synergy]).toEqual(want);
      }
    });
  });

  test("two neurons of equal bits are redundant, and opposite ones as well", () => {
    holds(({ first }) => {
      const sizes = Array.from(first.samplesPerClass);
      const opposite = bitOf(
        evidenceOf(
          sizes.map((size, label) => size - first.ones[label]!),
          sizes,
        ),
      );
      for (const [other, both] of [
        [first, first.ones],
        [opposite, sizes.map(() => 0)],
      ] as const) {
        const pair = pairOf(first, other, both);
        expect(Math.abs(pair.jointInformation - first.information)).toBeLessThan(ROUNDING);
        const want = id === "sx" && other === opposite ? partsOf(id, pair) : [first.information, 0, 0, 0];
        for (const [part, value] of partsOf(id, pair).entries()) {
          expect(Math.abs(value - want[part]!), `part ${part}`).toBeLessThan(ROUNDING);
        }
      }
    });
  });

  test.runIf(neverNegative)("no part is below 0", () => {
    holds((pair) => {
      const [redundancy, first, second, synergy] = partsOf(id, pair);
      expect(Math.min(redundancy!, synergy!)).toBeGreaterThanOrEqual(0);
      expect(Math.min(first!, second!)).toBeGreaterThanOrEqual(id === "min" ? -ROUNDING : 0);
    });
  });
});
