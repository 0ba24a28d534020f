/** Parquet tables that are damaged or lie: refused before they cost memory, by both ways of reading data. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FileMetaData } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { RunError } from "../../src/core/errors.ts";
import { openData, openLargeData } from "../../src/data/open-data.ts";
import { thriftEnd } from "../../src/data/tables/parquet-thrift.ts";
import { memoryFolder } from "../support/memory-folder.ts";
import { memoryScratch } from "../support/memory-scratch.ts";
import { parquetOf, withMetadata } from "../support/parquet-file.ts";

const COUNT = 40;
/** x 0, 0.125, ...; few 0, 1, 2; flag; label: cat, ant. */
const table = (name: string) => new Uint8Array(readFileSync(join(import.meta.dirname, "tables", `${name}.parquet`)));
const plain = table("pyarrow-plain");
const folderOf = (file: Uint8Array) => memoryFolder({ "table.parquet": file }, "folder", 50);

/** The checksum of the data as both ways of reading give it, or why both refuse. */
async function outcome(file: Uint8Array): Promise<string> {
  const ways = [
    openData(folderOf(file), "set", {}),
    openLargeData(folderOf(file), "set", {}, { bytes: 0, pageBytes: 1, scratch: memoryScratch() }),
  ];
  const [whole, paged] = await Promise.all(
    ways.map((way) =>
      way.then(
        ({ sha256 }) => sha256,
        (error: unknown) => {
          if (error instanceof RunError) return error.message;
          throw error;
        },
      ),
    ),
  );
  expect(paged).toBe(whole);
  return whole!;
}

/** Where the description begins, behind the pages. */
const pagesEnd = (file: Uint8Array) =>
  file.length - 8 - new DataView(file.buffer, file.byteOffset).getUint32(file.length - 8, true);

describe("a table with checksums", () => {
  // Made by pyarrow 26.0.1 with write_page_checksum=True, from the columns of the other tables; the second of version 2.
  test.each(["pyarrow-checksums", "pyarrow-checksums-v2"])("is read: %s", async (name) => {
    expect(await outcome(table(name))).toBe(await outcome(plain));
  });

  test.each(["pyarrow-checksums", "pyarrow-checksums-v2"])(
    "in which any bit of the pages and their heads is turned over is refused, or means the same: %s",
    async (name) => {
      const file = table(name);
      const { sha256 } = await openData(folderOf(file), "set", {});
      let refused = 0;
      for (let bit = 8 * 4; bit < 8 * pagesEnd(file); bit++) {
        const turned = file.slice();
        turned[bit >> 3]! ^= 1 << (bit & 7);
        try {
          const read = await openData(folderOf(turned), "set", {});
          expect(read.sha256, `bit ${bit}`).toBe(sha256);
        } catch (error) {
          if (!(error instanceof RunError)) throw error;
          refused++;
        }
      }
      expect(refused).toBeGreaterThan(4 * pagesEnd(file));
    },
  );

  test("says which checksum was expected and which was found", async () => {
    const file = table("pyarrow-checksums");
    file[pagesEnd(file) - 1]! ^= 1;
    expect(await outcome(file)).toMatch(
      /table\.parquet: .*damaged[\s\S]*found: .*[0-9a-f]{8} instead of checksum [0-9a-f]{8}/,
    );
  });
});

describe("a table without checksums", () => {
  /** Levels of a column of pyarrow's: their length, 40 times that there is a value. */
  const levels = Uint8Array.of(2, 0, 0, 0, COUNT << 1, 1);
  const withLevels = (...bytes: number[]) => {
    const file = plain.slice();
    file.set(bytes, Buffer.from(file).indexOf(levels));
    return file;
  };

  test("whose levels end early is refused: what follows would be taken for runs of any length", async () => {
    expect(await outcome(withLevels(2, 0, 0, 0, 2 << 1, 1))).toMatch(/runs that end before their values do/);
  });

  test("whose levels have no bits in a run, or are neither 0 nor 1, is refused", async () => {
    expect(await outcome(withLevels(2, 0, 0, 0, 1, 1))).toMatch(/a run of no values/);
    expect(await outcome(withLevels(2, 0, 0, 0, COUNT << 1, 3))).toMatch(/the value 3 where 0 or 1 must be/);
  });

  test("that says that values are missing has fewer bytes than it needs", async () => {
    expect(await outcome(withLevels(2, 0, 0, 0, COUNT << 1, 0))).toMatch(/bytes for 0 values/);
  });
});

describe("a description that lies", () => {
  const index = Array.from({ length: COUNT }, (_, i) => i);
  const written = () =>
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: "x", data: index.map((i) => i / 8), type: "DOUBLE" },
          { name: "y", data: index.map((i) => -i), type: "DOUBLE" },
          { name: "label", data: index.map((i) => (i % 2 === 0 ? "cat" : "ant")), type: "STRING" },
        ],
      }) as ArrayBuffer,
    );
  const columnsOf = ({ row_groups: [group] }: FileMetaData) => group!.columns;

  test("is told from one that does not: the file written again is read", async () => {
    expect(await outcome(withMetadata(written(), () => {}))).toBe(await outcome(written()));
  });

  test.each<[string, (metadata: FileMetaData) => void, RegExp]>([
    [
      "of more rows than so few bytes can hold",
      (metadata) => {
        metadata.num_rows = 2n ** 23n;
        metadata.row_groups[0]!.num_rows = 2n ** 23n;
      },
      /too large, or contradicts itself[\s\S]*\d+ values in \d+ bytes[\s\S]*8388608 rows/,
    ],
    [
      "of more rows than the columns have values",
      (metadata) => {
        metadata.num_rows = 41n;
        metadata.row_groups[0]!.num_rows = 41n;
      },
      /40 instead of 41 values in column x/,
    ],
    [
      "of more rows, and values, than the pages hold",
      (metadata) => {
        metadata.num_rows = 41n;
        metadata.row_groups[0]!.num_rows = 41n;
        for (const { meta_data } of columnsOf(metadata)) meta_data!.num_values = 41n;
      },
      /description that is cut off|is damaged/,
    ],
    [
      "of two columns in one place",
      (metadata) => {
        const [x, y] = columnsOf(metadata);
        y!.meta_data!.data_page_offset = x!.meta_data!.data_page_offset;
      },
      /two columns at byte 4/,
    ],
    [
      "of pages in another file",
      (metadata) => {
        columnsOf(metadata)[0]!.file_path = "other.parquet";
      },
      /a column is not in the file[\s\S]*other\.parquet/,
    ],
    [
      "of another type than the schema has",
      (metadata) => {
        columnsOf(metadata)[0]!.meta_data!.type = "INT64";
      },
      /column x of type INT64 instead of DOUBLE/,
    ],
    [
      "of two columns of one name",
      (metadata) => {
        metadata.schema[2]!.name = "x";
        columnsOf(metadata)[1]!.meta_data!.path_in_schema = ["x"];
      },
      /two columns named x/,
    ],
    [
      "of a column less",
      (metadata) => {
        metadata.schema[0]!.num_children = 2;
      },
      /3 columns instead of the 2 that are announced/,
    ],
  ])("%s is refused", async (_, change, reason) => {
    const file = withMetadata(written(), change);
    expect(await outcome(file)).toMatch(reason);
  });

  test("with a root that is repeated is read: nothing is in a flat table", async () => {
    const file = withMetadata(written(), ({ schema }) => {
      schema[0]!.repetition_type = "REPEATED";
    });
    expect(await outcome(file)).toBe(await outcome(written()));
  });

  test("of lists in lists, each of 2^25 values, is refused before memory is taken", async () => {
    const lists = Uint8Array.from(Array.from({ length: 60 }, () => [0xf9, 0x80, 0x80, 0x80, 0x10]).flat());
    const description = Uint8Array.of(0x29, ...lists);
    expect(() => thriftEnd(description, 0)).toThrow(/a list of 33554432 values, longer than the file/);
    expect(await outcome(parquetOf(description))).toMatch(/a list of 33554432 values, longer than the file/);
  });

  test.each<[string, readonly number[], RegExp]>([
    ["structures in structures", new Array<number>(100).fill(0x1c), /structures more than 16 deep/],
    ["lists in lists", [0x19, ...new Array<number>(100).fill(0x19)], /lists more than 16 deep/],
    ["a number without an end", [0x15, ...new Array<number>(20).fill(0x80)], /a number of more than 10 bytes/],
    ["text beyond the end", [0x18, 100], /cut off/],
    ["an unknown type", [0x1e], /unknown type 14/],
    ["no end", [0x15, 2], /cut off/],
  ])("with %s is refused", (_, bytes, reason) => {
    expect(() => thriftEnd(Uint8Array.from(bytes), 0)).toThrow(reason);
  });

  test("of more parts than memory should hold is refused", () => {
    const count = 2 ** 21 + 1;
    const structures = new Uint8Array(count + 7);
    structures.set([0x19, 0xfc, 0x81, 0x80, 0x80, 0x01]);
    expect(() => thriftEnd(structures, 0)).toThrow(/more than 2097152 parts: too many row groups/);
  });
});
