/** pairs.csv and pairs.parquet, from counts that were made without a device. */
import { parquetReadObjects } from "hyparquet";
import { describe, expect, test } from "vitest";
import { type NetworkPairs, pairedLayers, pairsIn } from "../../../src/core/pairs.ts";
import { bitOf, coInformation, pairOf } from "../../../src/pairs/pair.ts";
import { decompositions } from "../../../src/pairs/registry.ts";
import { pairsFile } from "../../../src/report/files/pairs-file.ts";
import { evidenceOf } from "../../support/evidence.ts";
import { testRandom } from "../../support/networks.ts";

const CLASSES = 3;
const HIDDEN = [4, 3];
const SIZES = [9, 0, 14];
const random = testRandom(71);

/** Of random bits: [hidden layers][units][samples]. */
function madeUp(repeat: number): { readonly network: NetworkPairs; readonly bits: readonly (readonly number[][])[] } {
  const labels = SIZES.flatMap((size, label) => new Array<number>(size).fill(label));
  const bits = HIDDEN.map((units) => Array.from({ length: units }, () => labels.map(() => random.nextBelow(2))));
  const perClass = (of: (sample: number) => number) => {
    const counts = new Array<number>(CLASSES).fill(0);
    for (const [sample, label] of labels.entries()) counts[label]! += of(sample);
    return counts;
  };
  const ones = bits.map((layer) => Uint32Array.from(layer.flatMap((own) => perClass((sample) => own[sample]!))));
  const pairs = pairedLayers(HIDDEN, "network").map((layers) => {
    const { layer, otherLayer } = layers;
    const both = bits[layer - 1]!.flatMap((own, neuron) =>
      bits[otherLayer - 1]!.flatMap((other, place) =>
        layer === otherLayer && place <= neuron ? [] : perClass((sample) => own[sample]! & other[sample]!),
      ),
    );
    return { ...layers, both: Uint32Array.from(both) };
  });
  return { network: { repeat, samplesPerClass: Uint32Array.from(SIZES), ones, pairs }, bits };
}

const made = [madeUp(0), madeUp(1)];
const read = async (repeat: number) => made[repeat]!.network;

async function bytesOf(most?: number): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
  const { name, chunks } = await pairsFile([0, 1], read, most);
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks) pieces.push(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
  return { name, bytes: new Uint8Array(Buffer.concat(pieces)) };
}

async function csvRows(): Promise<{
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}> {
  const { name, bytes } = await bytesOf();
  expect(name).toBe("pairs.csv");
  const [header, ...rows] = new TextDecoder().decode(bytes).trimEnd().split("\n");
  return { header: header!.split(","), rows: rows.map((row) => row.split(",")) };
}

describe("pairs.csv", async () => {
  const { header, rows } = await csvRows();

  test("has its columns in this order", () => {
    const counts = "repeat,layer,neuron,other_layer,other_neuron,both_class_0,both_class_1,both_class_2";
    const information = "joint_information_bits,between_information_bits,co_information_bits";
    expect(header).toEqual([
      ...`${counts},${information}`.split(","),
      ...["min", "mmi", "broja", "sx"].flatMap((id) => [`${id}_redundancy_bits`, `${id}_synergy_bits`]),
    ]);
  });

  test("has each pair of each network once, with the counts of its own neurons", () => {
    expect(rows).toHaveLength(2 * pairsIn(HIDDEN, "network"));
    expect(new Set(rows.map((row) => row.slice(0, 5).join())).size).toBe(rows.length);
    for (const row of rows) {
      const [repeat, layer, neuron, otherLayer, other, ...cells] = row.map(Number);
      const { bits, network } = made[repeat!]!;
      const [own, second] = [bits[layer! - 1]![neuron!]!, bits[otherLayer! - 1]![other!]!];
      const counted = SIZES.map((size, label) => {
        const first = SIZES.slice(0, label).reduce((sum, one) => sum + one, 0);
        return own.slice(first, first + size).filter((bit, place) => bit & second[first + place]!).length;
      });
      expect(cells.slice(0, CLASSES)).toEqual(counted);
      const ones = (of: readonly number[]) =>
        SIZES.map((size, label) => {
          const first = SIZES.slice(0, label).reduce((sum, one) => sum + one, 0);
          return of.slice(first, first + size).filter((bit) => bit === 1).length;
        });
      const pair = pairOf(bitOf(evidenceOf(ones(own), SIZES)), bitOf(evidenceOf(ones(second), SIZES)), counted);
      const parts = decompositions.flatMap((one) => {
        const { redundancy, synergy } = one.parts(pair);
        return [redundancy, synergy];
      });
      expect(cells.slice(CLASSES)).toEqual([pair.jointInformation, expect.any(Number), coInformation(pair), ...parts]);
      expect(network.repeat).toBe(repeat);
    }
  });
});

test("more rows than a sheet has become a Parquet file of the same columns and numbers", async () => {
  const rows = 2 * pairsIn(HIDDEN, "network");
  expect((await bytesOf(rows)).name).toBe("pairs.csv");
  const { name, bytes } = await bytesOf(rows - 1);
  expect(name).toBe("pairs.parquet");
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const objects = await parquetReadObjects({ file: buffer });
  const csv = await csvRows();
  expect(objects.map((row) => Object.keys(row).join())).toEqual(objects.map(() => csv.header.join()));
  expect(objects.map((row) => Object.values(row))).toEqual(csv.rows.map((row) => row.map(Number)));
  // The same bytes whenever it is written: files are compared by them.
  expect((await bytesOf(rows - 1)).bytes).toEqual(bytes);
});
