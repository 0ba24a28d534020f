/** pairs.wgsl against src/reference/pairs.ts: all integers, so everything is equal. */
import { describe, expect, test } from "vitest";
import { read } from "../../src/gpu/device/device-array.ts";
import { pairs as shader } from "../../src/gpu/generated/shaders.ts";
import { WORD } from "../../src/gpu/kernels/histogram.ts";
import { countPairsGrid, createCountPairs, type PairTile, pairsOfTile } from "../../src/gpu/kernels/pairs.ts";
import { classBits } from "../../src/passes/device-split.ts";
import { packBits } from "../../src/reference/histogram.ts";
import { bothPerClass, countPairs } from "../../src/reference/pairs.ts";
import { expectEqual } from "../support/agreement.ts";
import { upload, uploadUniforms } from "../support/arrays.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { testRandom } from "../support/networks.ts";
import { realNumbers } from "../support/rows.ts";
import { eachDimension, sizesText } from "../support/sizes.ts";

const gpu = await testGpu();
const JOBS = 2;
const UNTOUCHED = 0xdeadbeef;

interface Case {
  readonly tile: PairTile;
  /** Per network: [units, words]. */
  readonly bits: readonly Uint32Array[];
  readonly otherBits: readonly Uint32Array[];
  readonly labels: Uint32Array;
}

const joined = (arrays: readonly Uint32Array[]) => Uint32Array.from(arrays.flatMap((own) => [...own]));

async function run({ tile, bits, otherBits, labels }: Case): Promise<Uint32Array> {
  const { units, other_units, words, classes, rows } = tile;
  const own = upload(gpu, "bits", "u32", [JOBS, units, words], joined(bits));
  const both = upload(
    gpu,
    "both",
    "u32",
    [JOBS, rows, other_units, classes],
    new Uint32Array(JOBS * rows * other_units * classes).fill(UNTOUCHED),
  );
  const kernel = (await createCountPairs(gpu)).bind({
    tile: uploadUniforms(gpu, shader, "Tile", [tile]),
    bits: own,
    other_bits: tile.same === 1 ? own : upload(gpu, "other bits", "u32", [JOBS, other_units, words], joined(otherBits)),
    class_bits: upload(gpu, "class bits", "u32", [classes, words], classBits(labels, classes)),
    both,
  });
  dispatch(gpu, { kernel, grid: countPairsGrid(tile, JOBS) });
  return read(gpu, both);
}

/** What the kernel should leave: counts of the rows, and what it does not write as it was. */
function wanted({ tile, bits, otherBits, labels }: Case): number[] {
  const { first, rows, other_units, words, classes, same } = tile;
  const others = same === 1 ? bits : otherBits;
  return bits.flatMap((own, job) => {
    const part = own.subarray(first * words, (first + rows) * words);
    const counts = countPairs(part, others[job]!, classBits(labels, classes), words);
    return Array.from(counts, (count, cell) => {
      const [row, other] = [Math.floor(cell / classes / other_units), Math.floor(cell / classes) % other_units];
      return same === 1 && other <= first + row ? UNTOUCHED : count;
    });
  });
}

const random = testRandom(17);

function drawn(
  sizes: { readonly units: number; readonly others: number; readonly samples: number; readonly classes: number },
  strip: { first: number; rows: number },
  same: number,
): Case & { readonly values: readonly Float32Array[]; readonly otherValues: readonly Float32Array[] } {
  const { units, others, samples, classes } = sizes;
  const draw = (count: number) => [0, 1].map(() => realNumbers(random, samples * count));
  const [values, otherValues] = [draw(units), draw(others)];
  const packed = (rows: readonly Float32Array[], count: number) => rows.map((own) => packBits(own, count, 0).bits);
  const tile = {
    ...strip,
    units,
    other_units: same === 1 ? units : others,
    words: Math.ceil(samples / WORD),
    classes,
    same,
  };
  const labels = Uint32Array.from({ length: samples }, () => random.nextBelow(classes));
  return { tile, labels, values, otherValues, bits: packed(values, units), otherBits: packed(otherValues, others) };
}

async function expectCounts(one: Case, what: string): Promise<void> {
  const { rows, other_units, classes } = one.tile;
  expectEqual(
    { gpu, what: `pairs.count_pairs, ${what}`, shape: [JOBS, rows, other_units, classes] },
    await run(one),
    wanted(one),
  );
}

describe("counting pairs", () => {
  test("of two layers equals the reference at every awkward size", async () => {
    for (const sizes of eachDimension(["units", "others", "samples", "classes"])) {
      await expectCounts(drawn(sizes, { first: 0, rows: sizes.units }, 0), sizesText(sizes));
    }
  });

  test("of a layer with itself equals the reference, and writes each pair once", async () => {
    for (const units of [1, 2, 3, 4, 5, 31, 33, 65]) {
      for (const samples of [1, 31, 32, 33, 100]) {
        const one = drawn({ units, others: units, samples, classes: 3 }, { first: 0, rows: units }, 1);
        await expectCounts(one, `${units} units with themselves, ${samples} samples`);
        expect(pairsOfTile(one.tile)).toBe((units * (units - 1)) / 2);
      }
    }
    const wide = drawn({ units: 257, others: 1, samples: 70, classes: 2 }, { first: 0, rows: 257 }, 1);
    await expectCounts(wide, "257 units with themselves");
  });

  test("a strip at any place has the rows of the whole", async () => {
    for (const same of [0, 1]) {
      for (const [first, rows] of [
        [0, 1],
        [1, 1],
        [3, 5],
        [4, 4],
        [6, 7],
        [12, 1],
      ] as const) {
        const one = drawn({ units: 13, others: 9, samples: 65, classes: 4 }, { first, rows }, same);
        await expectCounts(one, `rows ${first} to ${first + rows - 1}, same ${same}`);
      }
    }
  });

  test("the reference is the definition", () => {
    const sizes = { units: 5, others: 4, samples: 77, classes: 3 };
    const { values, otherValues, labels, bits, otherBits, tile } = drawn(sizes, { first: 0, rows: 5 }, 0);
    const counts = countPairs(bits[0]!, otherBits[0]!, classBits(labels, 3), tile.words);
    expect([...counts]).toEqual([...bothPerClass(values[0]!, otherValues[0]!, labels, 3, 0)]);
  });

  test("bits behind the last sample, set by nobody but a fault, are not counted", async () => {
    for (const samples of [1, 31, 33, 63]) {
      const words = Math.ceil(samples / WORD);
      const all = new Uint32Array(2 * words).fill(0xffffffff);
      const tile = { first: 0, rows: 2, units: 2, other_units: 2, words, classes: 1, same: 0 };
      const got = await run({ tile, bits: [all, all], otherBits: [all, all], labels: new Uint32Array(samples) });
      expect([...new Set(got)]).toEqual([samples]);
    }
  });
});
