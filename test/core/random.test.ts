/** The random numbers: the cipher against its authors' answers, and what the rest of the program relies on. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { philox4x32, RandomSequence, type Stream, streams } from "../../src/core/random.ts";

const runs = { seed: 20_220_201, numRuns: 100 };

/** `philox4x32 10` of Random123 1.14.0, tests/kat_vectors: counter, key, answer. */
const knownAnswers = [
  ["00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
] as const;

const words = (text: string) => text.split(" ").map((word) => Number.parseInt(word, 16));

/** Philox as the paper writes it, in exact integers. */
function plainPhilox(counter: readonly number[], key: readonly number[]): number[] {
  const mask = 0xffffffffn;
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const product0 = 0xd2511f53n * c0;
    const product1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(product1 >> 32n) ^ c1 ^ k0, product1 & mask, (product0 >> 32n) ^ c3 ^ k1, product0 & mask];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [c0, c1, c2, c3].map(Number);
}

function draws(count: number, seed: number, repeat = 0, stream: Stream = streams.shuffle, instance = 0): number[] {
  const sequence = new RandomSequence(seed, repeat, stream, instance);
  return Array.from({ length: count }, () => sequence.nextUint32());
}

/** Sum over cells of (observed - expected)^2 / expected. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** Mean plus four standard deviations of chi-square, which a fair generator exceeds about once in 3,000 seeds. */
function chiSquareLimit(cells: number): number {
  return cells - 1 + 4 * Math.sqrt(2 * (cells - 1));
}

describe("Philox4x32-10", () => {
  test.each(knownAnswers)("gives the published answer for counter %s", (counter, key, answer) => {
    expect([...philox4x32(words(counter), words(key), new Uint32Array(4))]).toEqual(words(answer));
  });

  test("agrees with exact integer arithmetic everywhere", () => {
    const word = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
        expect([...philox4x32(counter, key, new Uint32Array(4))]).toEqual(plainPhilox(counter, key));
      }),
      runs,
    );
  });
});

describe("a random sequence", () => {
  test("is Philox of (block, instance, stream, high seed) under (low seed, repeat)", () => {
    const seed = 5 * 2 ** 32 + 7;
    const expected = [0, 1].flatMap((block) => plainPhilox([block, 3, streams.shuffle, 5], [7, 11]));
    expect(draws(8, seed, 11, streams.shuffle, 3)).toEqual(expected);
  });

  test("starts anew with the same key, and differs in each part of the key", () => {
    const start = draws(4, 1);
    expect(draws(4, 1)).toEqual(start);
    const others = [
      draws(4, 2),
      draws(4, 1 + 2 ** 32),
      draws(4, 1, 1),
      draws(4, 1, 0, streams.randomOrder),
      draws(4, 1, 0, streams.shuffle, 1),
    ];
    expect(new Set([start, ...others].map(String)).size).toBe(6);
  });

  test("has a stream of its own for every purpose", () => {
    const numbers = Object.values(streams);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test("fills 256 cells evenly with each byte of its draws", () => {
    for (const shift of [0, 8, 16, 24]) {
      const counts = new Array<number>(256).fill(0);
      for (const draw of draws(25_600, 3)) counts[(draw >>> shift) & 255]!++;
      expect(chiSquare(counts), `byte at bit ${shift}`).toBeLessThan(chiSquareLimit(256));
    }
  });

  test("shows no relation between neighbouring streams, repeats, instances or draws", () => {
    const start = draws(16_000, 9);
    const neighbours = {
      stream: draws(16_000, 9, 0, streams.randomOrder),
      repeat: draws(16_000, 9, 1),
      instance: draws(16_000, 9, 0, streams.shuffle, 1),
      seed: draws(16_000, 10),
      draw: draws(16_001, 9).slice(1),
    };
    for (const [name, other] of Object.entries(neighbours)) {
      const pairs = new Array<number>(64).fill(0);
      start.forEach((draw, index) => {
        pairs[(draw >>> 29) * 8 + (other[index]! >>> 29)]!++;
      });
      expect(chiSquare(pairs), name).toBeLessThan(chiSquareLimit(64));
    }
  });

  test("gives units in [0, 1) that float32 holds exactly", () => {
    const sequence = new RandomSequence(4, 0, streams.initialisation);
    const units = Array.from({ length: 10_000 }, () => sequence.nextUnit());
    expect(units.every((unit) => unit >= 0 && unit < 1 && Math.fround(unit) === unit)).toBe(true);
    const mean = units.reduce((sum, unit) => sum + unit, 0) / units.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / units.length));
  });
});

describe("an integer below a bound", () => {
  test("stays below it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0xffffffff }), fc.nat(), (bound, seed) => {
        const sequence = new RandomSequence(seed, 0, streams.split);
        for (let draw = 0; draw < 20; draw++) expect(sequence.nextBelow(bound)).toBeLessThan(bound);
      }),
      runs,
    );
  });

  test("is 0 below 1, without end", () => {
    expect(new RandomSequence(0, 0, streams.split).nextBelow(1)).toBe(0);
  });

  test("is even over a bound that does not divide 2^32", () => {
    // With a remainder instead of rejection, the lower half of 3 * 2^30 would come twice as often.
    const bound = 3 * 2 ** 30;
    const sequence = new RandomSequence(6, 0, streams.split);
    const thirds = [0, 0, 0];
    for (let draw = 0; draw < 9_000; draw++) thirds[Math.floor(sequence.nextBelow(bound) / 2 ** 30)]!++;
    expect(chiSquare(thirds)).toBeLessThan(chiSquareLimit(3));
  });
});

describe("a permutation", () => {
  test("holds each index once", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.nat(), (count, seed) => {
        const order = new RandomSequence(seed, 1, streams.randomOrder).permutation(count);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
      }),
      runs,
    );
  });

  test("is uniform over all orders of four", () => {
    const counts = new Map<string, number>();
    for (let instance = 0; instance < 4_800; instance++) {
      const order = new RandomSequence(8, 0, streams.randomOrder, instance).permutation(4).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(chiSquare([...counts.values()])).toBeLessThan(chiSquareLimit(24));
  });
});

test("no two purposes share a stream", () => {
  const numbers = Object.values(streams);
  expect(new Set(numbers).size).toBe(numbers.length);
});
