import { describe, expect, it } from "vitest";
import { alignedTable } from "../../../src/report/tables/aligned-table.ts";

const rows = [
  ["name", "a", "bb", "c", "d"],
  ["x", "1", "2", "333", "4"],
];

describe("an aligned table", () => {
  it("puts names left and values right, two spaces apart", () => {
    expect(alignedTable({ rows, keyColumns: 1 }, 80)).toStrictEqual(["name  a  bb    c  d", "x     1   2  333  4"]);
  });

  it("goes on below, under the names again, as soon as a line would be too wide", () => {
    expect(alignedTable({ rows, keyColumns: 1 }, 19)).toHaveLength(2);
    expect(alignedTable({ rows, keyColumns: 1 }, 18)).toStrictEqual([
      "name  a  bb    c",
      "x     1   2  333",
      "",
      "name  d",
      "x     4",
    ]);
  });

  it("does not part the columns of a group", () => {
    expect(alignedTable({ rows, keyColumns: 1, group: 2 }, 18)).toStrictEqual([
      "name  a  bb",
      "x     1   2",
      "",
      "name    c  d",
      "x     333  4",
    ]);
  });
});
