/** pair-removals.csv and pair-removals.parquet, from tables that were made up. */
import { parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { RunError } from "../../../src/core/errors.ts";
import type { PairRemovals } from "../../../src/core/pair-removals.ts";
import { pairRemovalsFile, parsePairRemovalsCsv } from "../../../src/report/files/pair-removals-file.ts";

/** Three neurons: pairs 01, 02, 12. */
const table = (repeat: number, mode: "zero" | "mean", loss: readonly number[]): PairRemovals => ({
  repeat,
  layer: 2,
  mode,
  samples: 8,
  correct: Uint32Array.of(7, 6, 0),
  loss: Float64Array.from(loss),
  lossAlone: Float64Array.of(0.5, 0.75, 1),
  lossIntact: 0.25,
});

const tables = [
  [table(0, "zero", [1.5, 1, 1.5]), table(0, "mean", [2, 2, Number.POSITIVE_INFINITY])],
  [table(1, "zero", [3, 3, 3]), table(1, "mean", [4, 4, 4])],
];

async function written(most?: number) {
  const file = await pairRemovalsFile([0, 1], async (repeat) => tables[repeat]!, most);
  const pieces: Uint8Array[] = [];
  for await (const chunk of file!.chunks)
    pieces.push(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
  return { name: file!.name, bytes: new Uint8Array(Buffer.concat(pieces)) };
}

test("every pair has a row, with its damage beyond that of both alone", async () => {
  const { name, bytes } = await written();
  expect(name).toBe("pair-removals.csv");
  const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
  expect(lines.slice(0, 7)).toEqual([
    "repeat,layer,neuron,other_neuron,mode,accuracy,correct,loss,super_additive_loss",
    "0,2,0,1,zero,0.875,7,1.5,0.5", // 1.5 - 0.5 - 0.75 + 0.25
    "0,2,0,2,zero,0.75,6,1,-0.25",
    "0,2,1,2,zero,0,0,1.5,0",
    "0,2,0,1,mean,0.875,7,2,1",
    "0,2,0,2,mean,0.75,6,2,0.75",
    "0,2,1,2,mean,0,0,Infinity,", // an infinite loss tells nothing of the sum
  ]);
  expect(lines).toHaveLength(13);
});

test("more rows than a sheet has become a Parquet file of the same columns and values", async () => {
  expect((await written(12)).name).toBe("pair-removals.csv");
  const { name, bytes } = await written(11);
  expect(name).toBe("pair-removals.parquet");
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const objects = await parquetReadObjects({ file: buffer });
  const text = objects.map((row) =>
    Object.values(row)
      .map((value) => (Number.isNaN(value) ? "" : String(value)))
      .join(),
  );
  const [header, ...rows] = new TextDecoder()
    .decode((await written()).bytes)
    .trimEnd()
    .split("\n");
  expect(Object.keys(objects[0]!).join()).toBe(header);
  expect(text).toEqual(rows);
});

test("the file reads back, and damage to it is named by its line", async () => {
  const text = new TextDecoder().decode((await written()).bytes);
  expect(parsePairRemovalsCsv(text, 8)).toEqual(
    tables.flat().map(({ repeat, layer, mode, loss }) => {
      const damage = [...loss].map((both, pair) => both - [1, 1.25, 1.5][pair]!);
      const known = damage.map((value) => (Number.isFinite(value) ? value : Number.NaN));
      return { repeat, layer, mode, units: 3, damage: Float64Array.from(known) };
    }),
  );
  const lines = text.trimEnd().split("\n");
  const faultOf = (changed: readonly string[]) => {
    try {
      parsePairRemovalsCsv(`${changed.join("\n")}\n`, 8);
    } catch (error) {
      if (error instanceof RunError) return `${error.fault.where}: ${error.fault.what}`;
      throw error;
    }
    return "none";
  };
  expect(faultOf(lines.toSpliced(1, 1))).toBe("pair-removals.csv, line 2: pairs are missing or out of order");
  expect(faultOf(lines.toSpliced(2, 1))).toMatch(/pairs of repeat 0, layer 2, mode zero, are missing$/);
  expect(faultOf(lines.toSpliced(3, 1))).toMatch(/pairs of repeat 0, layer 2, mode zero, are missing$/);
  expect(faultOf(lines.with(1, lines[1]!.replace("0.875", "0.75")))).toMatch(/line 2: accuracy contradicts correct$/);
  expect(faultOf(lines.with(1, lines[1]!.replace(",0.5", ",much")))).toMatch(
    /line 2: super_additive_loss is not a number$/,
  );
});

test("networks that have no pairs have no file", async () => {
  expect(await pairRemovalsFile([0], async () => [])).toBeUndefined();
});
