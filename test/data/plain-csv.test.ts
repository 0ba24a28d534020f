/** The short way of CSV without quotes against the general one: the same numbers to the bit, and the same refusals. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { csvPart } from "../../src/data/tables/csv.ts";
import { decimalOf, plainChunk } from "../../src/data/tables/plain-csv.ts";
import { memoryFolder } from "../support/memory-folder.ts";

const usual = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }).map(String),
  fc.double({ noNaN: true, min: -1e38, max: 1e38 }).map(String),
  fc
    .tuple(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), fc.integer({ min: 0, max: 20 }))
    .map(([value, digits]) => value.toFixed(digits)),
);
const unusual = fc.constantFrom(
  "",
  "-",
  "+",
  ".",
  "-.",
  "1..2",
  "1-2",
  "--1",
  "0x1f",
  "abc",
  "Infinity",
  "NaN",
  "1e999",
  "3.5e38",
  "1e",
  "٣",
  ".5",
  "5.",
  "-.25",
  "+3",
  " 4 ",
  "\t5",
  "1e5",
  "-2E-3",
  "-0",
  "0.0",
  "00012.500",
  "0000000000000000000001.5",
  "123456789012345",
  "1234567890123456",
  "0.1234567890123456789012345",
  "9007199254740993",
  "1e-400",
);

/** Inputs and classes of all rows, or what is said of them. */
async function readings(text: string, pieceBytes: number): Promise<unknown> {
  const part = csvPart(memoryFolder({ "t.csv": text }, "folder", pieceBytes), "t.csv", { label: "kind" });
  const bits: number[] = [];
  const kinds: string[] = [];
  try {
    for await (const { inputs, labels } of part.rows()) {
      bits.push(...new Uint32Array(inputs.buffer as ArrayBuffer, inputs.byteOffset, inputs.length));
      kinds.push(...labels);
    }
  } catch (error) {
    return (error as Error).message;
  }
  return { bits, kinds };
}

test("texts of numbers of all kinds are the float32 that Number makes of them", () => {
  fc.assert(
    fc.property(fc.oneof(usual, unusual), (text) => {
      const want = decimalOf(text);
      const chunk = plainChunk(`${text},x\n`, ",", { names: ["a", "kind"], label: 1, dropped: new Set<number>() });
      if (Number.isNaN(want)) expect(chunk).toBeUndefined();
      else expect(Object.is(chunk?.inputs[0], want), text).toBe(true);
    }),
    { numRuns: 20_000 },
  );
});

const cell = fc.oneof({ arbitrary: usual, weight: 30 }, { arbitrary: unusual, weight: 1 });
const kind = fc.oneof(
  { arbitrary: fc.constantFrom("cat", " ant", "bee\t"), weight: 50 },
  { arbitrary: fc.constant(""), weight: 1 },
);
const row = fc.tuple(cell, kind, cell, fc.constantFrom("\n", "\n", "\r\n"));
/** Lines that have too few or too many values, or none. */
const line = fc.oneof(
  { arbitrary: row.map(([a, kind, b, end]) => [`${a},`, kind, `,${b}${end}`]), weight: 40 },
  {
    arbitrary: fc.constantFrom(["", "", "\n"], ["1,", "cat", "\n"], ["1,", "cat", ",2,3\n"], ["\r", "", "\n"]),
    weight: 1,
  },
);

test("tables are read as when every class stands in quotes, which takes the general way", async () => {
  let refused = 0;
  const tables = fc.tuple(
    fc.array(line, { minLength: 1, maxLength: 12 }),
    fc.integer({ min: 5, max: 60 }),
    fc.boolean(),
  );
  await fc.assert(
    fc.asyncProperty(tables, async ([lines, pieceBytes, endless]) => {
      const text = (quote: string) => {
        const all = lines
          .map(([before, kind, after]) => `${before}${kind && `${quote}${kind}${quote}`}${after}`)
          .join("");
        return `a,kind,b\n${endless ? all.replace(/\n$/, "") : all}`;
      };
      const plain = await readings(text(""), pieceBytes);
      expect(plain).toEqual(await readings(text('"'), pieceBytes + 3));
      if (typeof plain === "string") refused++;
    }),
    { numRuns: 3000 },
  );
  // Both outcomes were compared often.
  expect(refused).toBeGreaterThan(300);
  expect(refused).toBeLessThan(2700);
});
