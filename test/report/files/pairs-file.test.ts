/** pairs.csv and pairs.parquet, from counts that were made without a device. */
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { describe, expect, test } from "vitest";
import { type NetworkPairs, pairedLayers, pairsIn, pairsOf } from "../../../src/core/pairs.ts";
import { bitOf, coInformation, pairOf } from "../../../src/pairs/pair.ts";
import { decompositions } from "../../../src/pairs/registry.ts";
import { pairsFile, parsePairsCsv } from "../../../src/report/files/pairs-file.ts";
import { evidenceOf } from "../../support/evidence.ts";
import { faultOf } from "../../support/fault-of.ts";
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

describe("pairs.csv that is read back", async () => {
  const text = new TextDecoder().decode((await bytesOf()).bytes);
  const lines = text.trimEnd().split("\n");

  test("has the same numbers, by network and column", () => {
    const tables = parsePairsCsv(text);
    expect(tables.map(({ repeat, layer }) => [repeat, layer.length])).toEqual(
      [0, 1].map((repeat) => [repeat, pairsIn(HIDDEN, "network")]),
    );
    const rows = tables.flatMap(({ repeat, layer, neuron, otherLayer, otherNeuron, both, classes, bits }) =>
      Array.from(layer, (own, row) => [
        repeat,
        own,
        neuron[row],
        otherLayer[row],
        otherNeuron[row],
        ...both.subarray(row * classes, (row + 1) * classes),
        ...Object.values(bits).map((values) => values[row]),
      ]),
    );
    expect(rows).toEqual(lines.slice(1).map((line) => line.split(",").map(Number)));
    expect(Object.keys(tables[0]!.bits).slice(0, 4)).toEqual([
      "joint_information",
      "between_information",
      "co_information",
      "min_redundancy",
    ]);
  });

  test("is refused with its line where a pair is out of order, a network is apart, or a column is another's", async () => {
    const fault = (changed: readonly string[]) => faultOf((async () => parsePairsCsv(`${changed.join("\n")}\n`))());
    const turned = lines.with(1, lines[1]!.replace(/^0,1,0,1,1/, "0,1,1,1,0"));
    expect(await fault(turned)).toMatchObject({ where: "pairs.csv, line 2", found: "1,1,1,0" });
    const apart = [...lines, lines[1]!];
    expect(await fault(apart)).toMatchObject({ what: "the rows of a network are apart", found: "repeat 0 again" });
    const another = lines.with(0, lines[0]!.replace("sx_synergy", "synergy"));
    expect(await fault(another)).toMatchObject({ what: "the columns are not those of this file" });
  });
});

test("a Parquet file of more rows than a group has them all, on both sides of the boundary", async () => {
  const units = 448; // 100,128 pairs
  const layers = pairedLayers([units], "layers")[0]!;
  const both = Uint32Array.from({ length: pairsOf(layers) }, (_, pair) => pair % 5);
  const ones = new Uint32Array(units).fill(7);
  const network: NetworkPairs = {
    repeat: 0,
    samplesPerClass: Uint32Array.of(20),
    ones: [ones],
    pairs: [{ ...layers, both }],
  };
  const { chunks } = await pairsFile([0], async () => network, 1000);
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks) pieces.push(chunk as Uint8Array);
  const bytes = new Uint8Array(Buffer.concat(pieces));
  const columns = ["neuron", "other_neuron", "both_class_0"];
  const [rowStart, rowEnd] = [99_990, 100_010];
  const found = await parquetReadObjects({ file: bytes.buffer, columns, rowStart, rowEnd });
  const expected = [];
  for (let neuron = 0, pair = 0; neuron < units; neuron++) {
    for (let other = neuron + 1; other < units; other++, pair++) {
      if (pair < rowStart || pair >= rowEnd) continue;
      expected.push({ neuron, other_neuron: other, both_class_0: pair % 5 });
    }
  }
  expect(found).toEqual(expected);
  const { row_groups: groups, num_rows: rows } = parquetMetadata(bytes.buffer);
  expect([rows, ...groups.map((group) => group.num_rows)].map(Number)).toEqual([100_128, 100_000, 128]);
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
