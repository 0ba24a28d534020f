/** Text tables as people have them, read whole and page by page: both must say and yield the same. */
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { isPaged, type Split, splitNames } from "../../src/core/dataset.ts";
import { RunError, UsageError } from "../../src/core/errors.ts";
import { type DataOptions, openData, openLargeData } from "../../src/data/open-data.ts";
import { type Files, memoryFolder } from "../support/memory-folder.ts";
import { memoryScratch } from "../support/memory-scratch.ts";

const COUNT = 60;
/** Values that repeat, so that no column counts the rows. */
const rows = Array.from({ length: COUNT }, (_, i) => [((7 * i) % 13) / 4, ((5 * i) % 11) / 8, i % 3] as const);
const body = rows.map((row) => row.join(",")).join("\n");
const csv = `a,b,label\n${body}\n`;

interface Reading {
  /** What was read, sorted; or the error. */
  readonly outcome: unknown;
  readonly notes: readonly string[];
}

async function reading(files: Files, options: DataOptions, paged: boolean): Promise<Reading> {
  const notes: string[] = [];
  const asked = { ...options, onNote: (line: string) => notes.push(line) };
  const folder = memoryFolder(files, "folder", 20);
  try {
    const large = { bytes: 0, pageBytes: 1, scratch: memoryScratch() };
    const data = paged ? await openLargeData(folder, "set", asked, large) : await openData(folder, "set", asked);
    const samples: string[] = [];
    for (const name of splitNames) {
      const split = data[name];
      const inputs = isPaged(split) ? await split.readPage(0) : (split as Split).inputs;
      for (let sample = 0; sample < split.count; sample++) {
        const own = inputs.subarray(sample * data.features, (sample + 1) * data.features);
        samples.push([...own, data.classNames?.[split.labels[sample]!] ?? split.labels[sample]].join(","));
      }
    }
    return { outcome: { samples: samples.sort(), sha256: data.sha256 }, notes };
  } catch (error) {
    if (error instanceof RunError || error instanceof UsageError) return { outcome: error, notes };
    throw error;
  }
}

/** The same whole and page by page. */
async function bothReadings(files: Files, options: DataOptions = {}): Promise<Reading> {
  const whole = await reading(files, options, false);
  expect(await reading(files, options, true)).toEqual(whole);
  return whole;
}

async function samplesOf(text: string | Uint8Array, options: DataOptions = {}, name = "t.csv"): Promise<string[]> {
  const { outcome } = await bothReadings({ [name]: text }, options);
  if (outcome instanceof Error) throw outcome;
  return (outcome as { samples: string[] }).samples;
}

async function refusal(text: string, options: DataOptions = {}): Promise<RunError | UsageError> {
  const { outcome } = await bothReadings({ "t.csv": text }, options);
  if (outcome instanceof Error) return outcome as RunError;
  throw new Error("it was accepted");
}

const wanted = rows.map((row) => row.join(",")).sort();
const semicolons = csv.replaceAll(",", ";");

describe("a table is the same", () => {
  test.each<[string, string | Uint8Array, string?]>([
    ["with an empty line at its end", `${csv}\n`],
    ["with several empty lines, spaces and carriage returns at its end", `${csv}\n  \r\n\t\n\r\n `],
    ["with lines of nothing but commas at its end, as spreadsheets write them", `${csv},,\n,,`],
    ["with lines that end in CRLF", csv.replaceAll("\n", "\r\n")],
    ["separated by semicolons", semicolons],
    ["separated by semicolons, with decimal commas", semicolons.replaceAll(".", ",")],
    ["separated by tabs", csv.replaceAll(",", "\t")],
    ["separated by bars", csv.replaceAll(",", "|")],
    ["with names in quotes that hold separators", csv.replace("a,b,label", '"a, 1","b;2","label"')],
    ["with a byte order mark", `\ufeff${csv}`],
    ["with spaces around its classes", csv.replaceAll(/,(\d)$/gm, ", $1 ")],
    ["with classes written 1 and 1.0", csv.replaceAll(/,1$/gm, (_, at: number) => (at % 2 ? ",1.0" : ",1"))],
    ["packed by gzip", gzipSync(csv), "t.csv.gz"],
    ["packed by gzip under a name that does not say so", gzipSync(csv)],
    ["not packed under a name that says so", csv, "t.tsv.gz"],
  ])("%s", async (_, text, name) => {
    expect(await samplesOf(text, {}, name)).toEqual(wanted);
  });

  test("without a line of names, the classes last or first, no first row lost", async () => {
    expect(await samplesOf(body, { noHeader: true, label: "last" })).toEqual(wanted);
    expect(await samplesOf(body, { noHeader: true, label: "3" })).toEqual(wanted);
    const european = body.replaceAll(",", ";").replaceAll(".", ",");
    expect(await samplesOf(european, { noHeader: true, label: "last" })).toEqual(wanted);
    const turned = rows.map(([a, b, kind]) => [kind, a, b].join(",")).join("\n");
    expect(await samplesOf(turned, { noHeader: true, label: "first" })).toEqual(wanted);
  });

  test("with further columns that are left out, text and nameless ones among them", async () => {
    const text = rows.map(([a, b, kind], i) => `${i},${a},"no, ${i}",${b},${kind},2026-01-01`).join("\n");
    const options = { drop: ["who", "day", "Unnamed: 0"] };
    expect(await samplesOf(`,a,who,b,label,day\n${text}`, options)).toEqual(wanted);
    expect(await samplesOf(text, { noHeader: true, label: "5", drop: ["first", "3", "last"] })).toEqual(wanted);
  });

  test("in parts of which some are packed", async () => {
    const files = {
      "training.csv": csv,
      "dev.tsv.gz": gzipSync(csv.replaceAll(",", "\t")),
      "testing.csv.gz": gzipSync(csv),
    };
    const { outcome, notes } = await bothReadings(files);
    expect((outcome as { samples: string[] }).samples).toEqual([...wanted, ...wanted, ...wanted].sort());
    expect(notes).toEqual([]);
  });
});

describe("a table is refused, with the line,", () => {
  const withClass = (name: string) => csv.replace(/,1$/m, `,${name}`);
  test.each<[string, string, DataOptions, RegExp]>([
    ["with an empty line within", csv.replace("\n0", "\n\n0"), {}, /t\.csv, line 2: the line has another number/],
    ["with several empty lines within", csv.replace("\n0", "\n\n \n0"), {}, /t\.csv, line 2: the line has another/],
    ["without a line of names", body, {}, /line 1: there is no column label[\s\S]*add --no-header/],
    [
      "whose first row would be lost",
      body.replace(/0$/m, "x").replaceAll(/0$/gm, "x"),
      { label: "x" },
      /first line is a sample/,
    ],
    [
      "whose first row of numbers would be lost",
      body,
      { label: "0" },
      /columns do not make samples[\s\S]*add --no-header/,
    ],
    [
      "that has names, read as if it had none",
      csv,
      { noHeader: true, label: "last" },
      /line 1, column 1[\s\S]*omit --no-header/,
    ],
    [
      "without a column to leave out",
      csv.replace("a,b", "width,height"),
      { drop: ["heigth"] },
      /no column heigth[\s\S]*did you mean height/,
    ],
    [
      "without names or a column of classes",
      body,
      { noHeader: true },
      /which column holds the classes[\s\S]*3 columns: "0", "0", "0"[\s\S]*--label last/,
    ],
    ["without names or the column that is asked for", body, { noHeader: true, label: "4" }, /no column 4/],
    [
      "with decimal points and commas",
      semicolons.replaceAll(".", ",").replace(/,(?=\d+;\d;?\n?$)/m, "."),
      {},
      /points and commas are mixed/,
    ],
    [
      "with commas between thousands",
      csv.replaceAll(",", "\t").replace("\n0", "\n1,000"),
      {},
      /line 2, column a[\s\S]*thousands/,
    ],
    [
      "with one class written 1 and 01",
      withClass("01"),
      {},
      /line 4: one class is spelled in two ways[\s\S]*"1"|line 6: one class[\s\S]*"01", as in t\.csv, line 3/,
    ],
    [
      "with one class written é in two ways",
      withClass("\u00e9").replace(/,1$/m, ",e\u0301"),
      {},
      /one class is spelled in two ways/,
    ],
    ...["NA", "NaN", "nan", "?", "null", "NULL", "None", "N/A", "n/a", "<NA>", "#N/A", "", " "].map(
      (text): [string, string, DataOptions, RegExp] => [
        `with the class ${JSON.stringify(text)}`,
        withClass(text),
        {},
        /t\.csv, line 3: a class is missing/,
      ],
    ),
  ])("%s", async (_, text, options, message) => {
    expect((await refusal(text, options)).message).toMatch(message);
  });

  test("that is one line of more characters than any sample has", async () => {
    const text = `a,b,label\n${"1,".repeat(2 ** 23 + 10)}`;
    const folder = memoryFolder({ "t.csv": text }, "folder", 2 ** 20);
    await expect(openData(folder, "set", {})).rejects.toThrow(/behind line 1: a line does not end/);
  });

  test("that is packed and cut off", async () => {
    const packed = gzipSync(csv).subarray(0, 100);
    const { outcome } = await bothReadings({ "t.csv.gz": packed });
    expect(String(outcome)).toMatch(/t\.csv\.gz: the gzip file cannot be unpacked/);
  });
});

test("a class that is called as a missing value is one where it is named", async () => {
  const text = csv.replaceAll(/,1$/gm, ",none");
  expect(await samplesOf(text, { classes: ["none", "0", "2"] })).toEqual(
    wanted.map((row) => row.replace(/1$/, "none")).sort(),
  );
});

test("a line of names that are numbers counted up is one, whatever the classes", async () => {
  expect(await samplesOf(`0,1,2\n${body}`, { label: "2" })).toEqual(wanted);
});

describe("it is told", () => {
  const counted = (count: (row: number) => number, order = (row: number) => row) =>
    `a,n,label\n${rows.map(([a, , kind], row) => `${a},${count(order(row))},${kind}`).join("\n")}`;
  /** 0 to 59 in another order. */
  const shuffled = (row: number) => (17 * row + 5) % COUNT;
  test.each<[string, string]>([
    ["from 0", counted((row) => row)],
    ["from 1", counted((row) => row + 1)],
    ["down", counted((row) => 100 - row)],
    ["in steps", counted((row) => 1000 + 7 * row)],
    ["in parts of one", counted((row) => row / 3)],
    ["in any order", counted((row) => row + 1, shuffled)],
    ["in steps, in any order", counted((row) => 5000 - 3 * row, shuffled)],
    ["beyond what float32 tells apart, in any order", counted((row) => 300_000_001 + row, shuffled)],
    ["with gaps", counted((row) => 3 * row + ((5 * row) % 3))],
  ])("of a column that only counts rows %s, and of no other", async (_, text) => {
    const { notes } = await bothReadings({ "t.csv": text });
    expect(notes).toEqual([expect.stringMatching(/^warning: "n" only counts the rows.*--drop "n"$/)]);
    expect((await bothReadings({ "t.csv": text }, { drop: ["n"] })).notes).toEqual([]);
  });

  test("of one that counts over two parts", async () => {
    const [head, ...lines] = counted((row) => row, shuffled).split("\n");
    const part = (own: readonly string[]) => [head, ...own].join("\n");
    const { notes } = await bothReadings({ "train.csv": part(lines.slice(0, 35)), "test.csv": part(lines.slice(35)) });
    expect(notes).toEqual([expect.stringMatching(/"n" only counts the rows/)]);
  });

  test("of none where a column takes every value twice, or is spread as numbers drawn at random are", async () => {
    expect((await bothReadings({ "t.csv": counted((row) => Math.floor(row / 2), shuffled) })).notes).toEqual([]);
    const drawn = counted((row) => ((row * 7919 + 13) % 104_729) / 7, shuffled);
    expect((await bothReadings({ "t.csv": drawn })).notes).toEqual([]);
  });

  test("of classes that differ in case, and of a number that is written in two ways", async () => {
    const cases = csv.replaceAll(/,1$/gm, ",cat").replaceAll(/,2$/gm, ",Cat");
    expect((await bothReadings({ "t.csv": cases })).notes).toEqual([
      'classes differ in case alone: "cat" (t.csv, line 3), "Cat" (t.csv, line 4)',
    ]);
    const floats = csv.replace(/,2$/m, ",2.0");
    expect((await bothReadings({ "t.csv": floats })).notes).toEqual([
      'class 2 is written in several ways, which count as one: "2.0" (t.csv, line 4), "2" (t.csv, line 7)',
    ]);
  });
});
