/** openData: each format to the samples that its files hold, and what is said where files or options do not fit. */
import { describe, expect, test } from "vitest";
import type { Dataset, Split } from "../../src/core/dataset.ts";
import { RunError, UsageError } from "../../src/core/errors.ts";
import { type DataOptions, openData } from "../../src/data/open-data.ts";
import { cifarBatch, npy, npz, png } from "../support/data-files.ts";
import { type Files, memoryFolder } from "../support/memory-folder.ts";

const open = (files: Files, options: DataOptions = {}) => openData(memoryFolder(files), "set", options);

async function refusal(files: Files, options: DataOptions = {}): Promise<RunError | UsageError> {
  const error = await open(files, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RunError || error instanceof UsageError) return error;
  throw error ?? new Error("it was accepted");
}

/** Every sample as label and inputs, sorted: what a data set holds, whatever its order. */
function contents(splits: readonly Split[]): string[] {
  return splits
    .flatMap(({ count, inputs, labels }) => {
      const features = inputs.length / count;
      return Array.from({ length: count }, (_, sample) => {
        const own = [...inputs.subarray(sample * features, (sample + 1) * features)];
        return `${labels[sample]}: ${own.join(" ")}`;
      });
    })
    .sort();
}

const all = ({ train, validation, test: heldOut }: Dataset) => contents([train, validation, heldOut]);
const counts = ({ train, validation, test: heldOut }: Dataset) => [train.count, validation.count, heldOut.count];

/** 20 samples of classes `cat` and `ant` in turn; features 10 i, -i / 4. */
const rows = Array.from({ length: 20 }, (_, i) => ({ a: 10 * i, b: -i / 4, kind: i % 2 === 0 ? "cat" : "ant" }));
const csv = `a,kind,b\n${rows.map(({ a, b, kind }) => `${a},${kind},${b}`).join("\n")}\n`;
const csvContents = rows.map(({ a, b, kind }) => `${kind === "ant" ? 0 : 1}: ${a} ${b}`).sort();

describe("a CSV table", () => {
  test("is divided 70 : 15 : 15 with each class in proportion, and loses no sample", async () => {
    const data = await open({ "table.csv": csv }, { label: "kind" });
    expect(data).toMatchObject({ name: "set", features: 2, sampleShape: [2], classes: 2, classNames: ["ant", "cat"] });
    expect(data.shares).toEqual([70, 15, 15]);
    expect(counts(data)).toEqual([14, 3, 3]);
    expect(all(data)).toEqual(csvContents);
    expect([...data.train.labels].filter((label) => label === 0)).toHaveLength(7);
  });

  test("is divided as asked for", async () => {
    const data = await open({ "table.csv": csv }, { label: "kind", split: [50, 30, 20] });
    expect(data.shares).toEqual([50, 30, 20]);
    expect(counts(data)).toEqual([10, 6, 4]);
    expect(all(data)).toEqual(csvContents);
  });

  test("is divided alike at every reading, into other samples than the first", async () => {
    const [first, second] = [
      await open({ "t.csv": csv }, { label: "kind" }),
      await open({ "t.csv": csv }, { label: "kind" }),
    ];
    expect(first).toEqual(second);
    expect(contents([first.train])).not.toEqual(csvContents.slice(0, 14));
  });

  test("reads quotes, CRLF, a byte order mark, spaces around numbers, and a last line without an end", async () => {
    const text = `\ufeff"x, ""1""",label\r\n${Array.from({ length: 20 }, (_, i) => `" ${i} ","yes\n${i % 2}"`).join("\r\n")}`;
    const data = await open({ "t.csv": text });
    expect(data.classNames).toEqual(["yes\n0", "yes\n1"]);
    expect(all(data)).toEqual(Array.from({ length: 20 }, (_, i) => `${i % 2}: ${i}`).sort());
  });

  test("numbers classes in their own order and names them only where names say more than numbers", async () => {
    const table = (labels: readonly string[]) =>
      `x,label\n${Array.from({ length: 30 }, (_, i) => `${i},${labels[i % labels.length]}`).join("\n")}\n`;
    expect(await open({ "t.csv": table(["2", "10", "1"]) })).toMatchObject({ classNames: ["1", "2", "10"] });
    expect((await open({ "t.csv": table(["2", "0", "1"]) })).classNames).toBeUndefined();
  });

  test("is separated by tabs where it is called .tsv", async () => {
    expect(all(await open({ "t.tsv": csv.replaceAll(",", "\t") }, { label: "kind" }))).toEqual(csvContents);
  });

  test("comes in parts where files are named so; without validation a sixth of each class is taken from training", async () => {
    const part = (from: number, to: number) =>
      `a,kind,b\n${csv
        .split("\n")
        .slice(1 + from, 1 + to)
        .join("\n")}\n`;
    const two = await open({ "train.csv": part(0, 12), "test.csv": part(12, 20) }, { label: "kind" });
    expect(counts(two)).toEqual([10, 2, 8]);
    expect(all(two)).toEqual(csvContents);
    expect([...two.validation.labels].sort()).toEqual([0, 1]);
    expect(two.shares).toBeUndefined();
    const files = { "train.csv": part(0, 10), "valid.csv": part(10, 14), "test.csv": part(14, 20) };
    expect(counts(await open(files, { label: "kind" }))).toEqual([10, 4, 6]);
  });

  const table = (lines: readonly string[]) => `x,y,label\n${lines.join("\n")}\n`;
  const good = Array.from({ length: 10 }, (_, i) => `${i},${i},${i % 2}`);
  test.each<[string, string, RegExp]>([
    ["a line with a value too few", table([...good, "1,0"]), /t\.csv, line 12: the line has another number of values/],
    ["a line with a value too many", table([...good.slice(0, 3), "1,2,3,0", ...good]), /line 5: the line has another/],
    ["an empty line", table(["1,2,0", "", ...good]), /line 3: the line has another/],
    ["a missing number", table(["1,,0", ...good]), /line 2, column y: this is no number[\s\S]*found: {4}nothing/],
    ["NaN", table(["1,NaN,0", ...good]), /column y: this is no number/],
    ["infinity", table(["1,1e39,0", ...good]), /column y: this is no number/],
    ["a hexadecimal number", table(["0x1f,1,0", ...good]), /column x: this is no number/],
    ["a very long value", table([`${"1".repeat(200_000)}x,1,0`, ...good]), /column x: this is no number/],
    ["a missing class", table([...good, "1,2,"]), /line 12: a class is missing/],
    ["no column of that name", good.join("\n"), /no column label[\s\S]*--label/],
    ["two columns of the name", `label,x,label\n${good.join("\n")}`, /the columns do not make samples/],
    ["only a column of classes", "label\n1\n0\n", /the columns do not make samples/],
    ["a column without a name", `,y,label\n${good.join("\n")}`, /line 1: a column has no name/],
    ["row numbers", `Unnamed: 0,y,label\n${good.join("\n")}`, /line 1: the table holds the index of pandas/],
    ["an open quote", table(['1,"2,0', ...good]), /quotes are not in place[\s\S]*ends within quotes/],
    ["a quote within a value", table(['1,2"3,0', ...good]), /quotes are not in place/],
    ["text behind a closing quote", table(['1,"2"3,0', ...good]), /quotes are not in place/],
    ["a head alone", "x,y,label\n", /there are no samples/],
    ["one class", table(Array.from({ length: 10 }, (_, i) => `${i},1,0`)), /all samples are of one class/],
    ["too few samples to divide", table(["1,2,0", "2,3,1", "3,4,0"]), /a part is empty/],
    [
      "a class too small to be in validation",
      table([...good, ...good, "7,8,rare"]),
      /class 2 \(rare\) has no validation samples/,
    ],
  ])("with %s is refused, with the place", async (_, text, message) => {
    expect((await refusal({ "t.csv": text })).message).toMatch(message);
  });

  test("with bytes that are no text is refused", async () => {
    const bytes = new TextEncoder().encode(table(good)).with(30, 0xff);
    expect((await refusal({ "t.csv": bytes })).message).toMatch(/this is not a text file/);
  });

  test("says the right line after values with line breaks", async () => {
    const text = 'x,label\n1,"a\nb\nc"\n2,a\nz,a\n';
    expect((await refusal({ "t.csv": text })).message).toMatch(/line 6, column x/);
  });

  test("lacks a column that was asked for: wrong usage", async () => {
    const error = await refusal({ "t.csv": csv }, { label: "sort" });
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(/no column sort[\s\S]*a, kind, b/);
  });
});

describe("an archive of numpy arrays", () => {
  const x = (count: number, start = 0) =>
    npy(
      Uint8Array.from({ length: 4 * count }, (_, i) => start + i),
      [count, 2, 2],
    );
  const y = (count: number) =>
    npy(
      BigInt64Array.from({ length: count }, (_, i) => BigInt(i % 2)),
      [count],
    );

  test.each([false, true])(
    "holds training and test samples; the last sixth of training validates (stored: %s)",
    async (stored) => {
      const arrays = { x_train: x(12), y_train: y(12), x_test: x(4, 100), y_test: y(4) };
      const data = await open({ "data.npz": npz(arrays, stored) });
      expect(data).toMatchObject({ features: 4, sampleShape: [2, 2], classes: 2 });
      expect(data.classNames).toBeUndefined();
      expect([...data.train.inputs]).toEqual(Array.from({ length: 40 }, (_, i) => i));
      expect([...data.validation.inputs]).toEqual(Array.from({ length: 8 }, (_, i) => 40 + i));
      expect([...data.test.inputs]).toEqual(Array.from({ length: 16 }, (_, i) => 100 + i));
      expect(data.train.inputs).toBeInstanceOf(Uint8Array);
    },
  );

  test.each([
    ["x_valid", "y_valid"],
    ["val_images", "val_labels"],
  ])("holds validation samples as %s", async (xName, yName) => {
    const arrays = { X_train: x(6), Y_train: y(6), [xName]: x(4), [yName]: y(4), X_test: x(2), Y_test: y(2) };
    expect(counts(await open({ "data.npz": npz(arrays) }))).toEqual([6, 4, 2]);
  });

  test("holds one table, of floats, with text as labels and columns first", async () => {
    const names = Array.from("cat ant ".repeat(10).match(/\w{3} ?/g)!, (name) => name.trim());
    const characters = Uint32Array.from(
      names.flatMap((name) => [...name.padEnd(4, "\0")].map((c) => c.codePointAt(0)!)),
    );
    const columns = Float64Array.from([...rows.map(({ a }) => a), ...rows.map(({ b }) => b)]);
    const arrays = { X: npy(columns, [20, 2], { fortran: true }), y: npy(characters, [20], { descr: "<U4" }) };
    const data = await open({ "data.npz": npz(arrays) });
    expect(data.classNames).toEqual(["ant", "cat"]);
    expect(data.train.inputs).toBeInstanceOf(Float32Array);
    expect(all(data)).toEqual(csvContents);
  });

  test("is recognised by its content whatever its name", async () => {
    const data = await open({ weights: npz({ x: x(20), y: y(20) }) });
    expect(counts(data)).toEqual([14, 3, 3]);
  });

  const whole = { x_train: x(12), y_train: y(12), x_test: x(4), y_test: y(4) };
  const labels = (values: readonly number[]) => npy(Float64Array.from(values), [values.length]);
  test.each<[string, Record<string, Uint8Array>, RegExp]>([
    ["labels for another number of samples", { ...whole, y_test: y(5) }, /y_test\.npy: labels do not fit[\s\S]*\(4,\)/],
    ["one-hot labels", { ...whole, y_test: npy(new Uint8Array(8), [4, 2]) }, /argmax/],
    [
      "labels that are no whole numbers",
      { ...whole, y_test: labels([0, 1, 0.5, 0]) },
      /label 2 \(from 0\): this is no label/,
    ],
    [
      "a label without samples to validate",
      { ...whole, y_test: labels([0, 1, 5, 0]) },
      /class 2 \(5\) has no validation/,
    ],
    [
      "NaN",
      {
        ...whole,
        x_train: npy(
          Float32Array.from({ length: 24 }, (_, i) => i / 0 || NaN),
          [12, 2],
        ),
      },
      /sample 0, value 0/,
    ],
    ["samples of another shape", { ...whole, x_test: npy(new Uint8Array(12), [4, 3]) }, /differ in shape/],
    ["samples of another type", { ...whole, x_test: npy(new Float32Array(16), [4, 2, 2]) }, /2 x 2 bytes[\s\S]*floats/],
    [
      "text as samples",
      { ...whole, x_test: npy(new Uint32Array(8), [4, 2], { descr: "<U1" }) },
      /samples are no numbers/,
    ],
    [
      "Python objects",
      { ...whole, y_test: npy(new Uint8Array(32), [4], { descr: "|O8" }) },
      /holds Python objects[\s\S]*astype\(str\)/,
    ],
    ["single values", { ...whole, x_test: npy(new Uint8Array(1), []) }, /these are no samples/],
    ["no test samples", { x_train: x(12), y_train: y(12) }, /the archive lacks arrays/],
    ["samples without labels", { ...whole, x_val: x(3) }, /an array is missing[\s\S]*x_val alone/],
  ])("with %s is refused", async (_, arrays, message) => {
    expect((await refusal({ "data.npz": npz(arrays) })).message).toMatch(message);
  });

  test("cannot be divided otherwise where it has parts, nor has it a label column", async () => {
    for (const options of [{ split: [70, 15, 15] } as const, { label: "y" }]) {
      expect(await refusal({ "data.npz": npz(whole) }, options)).toBeInstanceOf(UsageError);
    }
  });
});

describe("folders of pictures", () => {
  const grey = (value: number) => png(2, 3, 1, [value, 1, 2, 3, 4, 5]);
  const classFiles = (count: number, prefix = "") =>
    Object.fromEntries(
      ["dog", "cat"].flatMap((name, label) =>
        Array.from({ length: count }, (_, i) => [`${prefix}${name}/${i}.png`, grey(10 * i + label)]),
      ),
    );

  test("are classes by their names, divided in proportion", async () => {
    const data = await open({ ...classFiles(10), "readme.txt": "hello" });
    expect(data).toMatchObject({ sampleShape: [3, 2], classNames: ["cat", "dog"], classes: 2 });
    expect(counts(data)).toEqual([14, 3, 3]);
    const wanted = [0, 1].flatMap((label) =>
      Array.from({ length: 10 }, (_, i) => `${1 - label}: ${10 * i + label} 1 2 3 4 5`),
    );
    expect(all(data)).toEqual(wanted.sort());
  });

  test("hold colours as three values a pixel, from palettes too", async () => {
    const colours = Array.from({ length: 18 }, (_, i) => i * 3);
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`${i % 2}/${i}.png`, png(2, 3, 3, colours)]),
    );
    const data = await open(files);
    expect(data.sampleShape).toEqual([3, 2, 3]);
    expect([...data.test.inputs.subarray(0, 18)]).toEqual(colours);
  });

  test("may lie in train and test, and in val", async () => {
    const data = await open({ ...classFiles(12, "train/"), ...classFiles(2, "test/") });
    expect(counts(data)).toEqual([20, 4, 4]);
    expect([...data.validation.labels].sort()).toEqual([0, 0, 1, 1]);
    const three = { ...classFiles(4, "train/"), ...classFiles(3, "val/"), ...classFiles(2, "test/") };
    expect(counts(await open(three))).toEqual([8, 6, 4]);
  });

  // A colour that is transparent, in a part whose name is damaged (tRNs), so that it would be passed over.
  const renamed = Buffer.concat([
    grey(1).subarray(0, 33),
    Buffer.from("000000027452" + "4e73" + "0001" + "00000000", "hex"),
    grey(1).subarray(33),
  ]);
  const interlaced = grey(1);
  interlaced[28] = 1;
  const huge = grey(1);
  huge[16] = 0x7f;
  const deep = grey(1);
  deep[24] = 16;
  const damaged = grey(1);
  damaged[50]! ^= 1;
  test.each<[string, Uint8Array, RegExp]>([
    ["of another size", png(3, 2, 1, [1, 2, 3, 4, 5, 6]), /pictures differ in shape[\s\S]*3 x 2[\s\S]*2 x 3/],
    ["with colours among grey ones", png(2, 3, 3, new Uint8Array(18)), /differ in shape/],
    ["with transparent pixels", png(2, 3, 4, new Uint8Array(24).fill(128)), /transparent/],
    ["that is interlaced", interlaced, /interlaced/],
    ["of 16 bits a channel", deep, /16 bits a channel/],
    ["whose header promises 2^31 columns", huge, /1 to 16777216/],
    ["with a bit turned over", damaged, /cannot be read/],
    ["with a part of a damaged name", new Uint8Array(renamed), /its part tRNs is damaged/],
    ["cut off", grey(1).subarray(0, 60), /cannot be read/],
    ["that is none", new TextEncoder().encode("GIF89a"), /not a PNG file/],
    ["of no bytes", new Uint8Array(), /not a PNG file/],
  ])("with a picture %s are refused, with its path", async (_, bytes, message) => {
    const error = await refusal({ ...classFiles(10), "dog/x.png": bytes });
    expect(error.message).toMatch(message);
    expect(error.message).toContain("some/folder/dog/x.png");
  });

  test("without a part to test with are refused", async () => {
    expect((await refusal(classFiles(3, "train/"))).message).toMatch(/a part is missing/);
  });
});

describe("CIFAR-10", () => {
  const cycle = (count: number) => Array.from({ length: count }, (_, i) => i % 10);
  const names = "airplane automobile bird cat deer dog frog horse ship truck".split(" ");
  const files = (): Record<string, Uint8Array | string> => ({
    "data_batch_2.bin": cifarBatch(cycle(30)),
    "data_batch_1.bin": cifarBatch(cycle(30).reverse()),
    "test_batch.bin": cifarBatch(cycle(10)),
    "batches.meta.txt": `${names.join("\n")}\n\n`,
  });

  test("is read batch by batch, with the names of its classes", async () => {
    const data = await open(files());
    const { "batches.meta.txt": _, ...nameless } = files();
    expect(data).toMatchObject({ features: 3072, sampleShape: [3, 32, 32], classes: 10, classNames: names });
    expect(counts(data)).toEqual([50, 10, 10]);
    expect([...data.train.labels.subarray(0, 12)]).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 9, 8]);
    expect([...data.test.inputs.subarray(3072, 3075)]).toEqual([18, 19, 20]);
    expect((await open(nameless)).classNames).toBeUndefined();
  });

  test.each<[string, Files, RegExp]>([
    ["a batch with half a record", { "data_batch_1.bin": cifarBatch(cycle(20)).subarray(0, 4000) }, /truncated/],
    ["an empty batch", { "data_batch_2.bin": new Uint8Array() }, /truncated/],
    ["a label out of range", { "test_batch.bin": cifarBatch([0, 10]) }, /test_batch\.bin, record 1[\s\S]*0 to 9/],
    ["nine names", { "batches.meta.txt": names.slice(1).join("\n") }, /names of the classes are damaged/],
    ["equal names", { "batches.meta.txt": "x\n".repeat(10) }, /names of the classes are damaged/],
  ])("with %s is refused", async (_, changes, message) => {
    expect((await refusal({ ...files(), ...changes })).message).toMatch(message);
  });

  test("without a test batch is refused", async () => {
    const { "test_batch.bin": _, ...rest } = files();
    expect((await refusal(rest)).message).toMatch(/a file of CIFAR-10 is missing[\s\S]*test_batch\.bin/);
  });
});

describe("inputs on another scale", () => {
  const open2 = (options: DataOptions) => open({ "t.csv": csv }, { label: "kind", ...options });

  test("become (v - mean) / sd", async () => {
    const data = await open2({ normalize: { mean: 10, sd: 4 } });
    const wanted = rows.map(({ a, b, kind }) => `${kind === "ant" ? 0 : 1}: ${(a - 10) / 4} ${(b - 10) / 4}`);
    expect(all(data)).toEqual(wanted.sort());
    expect(data.sha256).toBe((await open2({})).sha256);
    const treatment = { means: Float32Array.of(10), deviations: Float32Array.of(4) };
    expect(data.treatment).toEqual({ ...treatment, origin: "normalize", source: "floats" });
  });

  test("count from b / 255 where they are bytes", async () => {
    const x = (count: number) =>
      npy(
        Uint8Array.from({ length: count }, (_, i) => 51 * (i % 6)),
        [count, 1],
      );
    const y = (count: number) =>
      npy(
        Uint8Array.from({ length: count }, (_, i) => i % 2),
        [count],
      );
    const archive = npz({ x_train: x(12), y_train: y(12), x_test: x(6), y_test: y(6) });
    const data = await open({ "d.npz": archive }, { normalize: { mean: 0.2, sd: 0.5 } });
    expect([...data.test.inputs]).toEqual([-0.4, 0, 0.4, 0.8, 1.2, 1.6].map((value) => expect.closeTo(value, 6)));
  });

  test("have mean 0 and deviation 1 over the training samples, and only there; constant ones become 0", async () => {
    const text = csv.replaceAll(/^(a|\d+),/gm, (_, first: string) => `${first},${first === "a" ? "c" : "7"},`);
    const data = await open({ "t.csv": text }, { label: "kind", standardize: true });
    const columns = (split: Split, feature: number) => [...split.inputs].filter((_, index) => index % 3 === feature);
    const moments = (values: readonly number[]) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
    };
    for (const feature of [0, 2]) {
      const { mean, variance } = moments(columns(data.train, feature));
      expect(mean).toBeCloseTo(0, 6);
      expect(variance).toBeCloseTo(1, 6);
      expect(moments(columns(data.test, feature)).variance).not.toBeCloseTo(1, 3);
    }
    expect(new Set(columns(data.train, 1))).toEqual(new Set([0]));
  });

  test("cannot be had in both ways", async () => {
    const both = { label: "kind", standardize: true, normalize: { mean: 0, sd: 1 } };
    expect(await refusal({ "t.csv": csv }, both)).toBeInstanceOf(UsageError);
  });
});

describe("a source", () => {
  test("of no known format is refused with what was looked for and what is there", async () => {
    const { message } = await refusal({ "notes.txt": "hello", "a.jpg": "x", "sub/file": "y" });
    for (const part of ["IDX", "CIFAR-10", ".npz", ".csv", ".parquet", ".png", "a.jpg, notes.txt, sub/"]) {
      expect(message).toContain(part);
    }
  });

  test("that is a single file of no known format is refused alike", async () => {
    expect((await refusal({ picture: "GIF89a" })).message).toMatch(/no data of a known format/);
  });

  test("with several tables that are no parts is refused", async () => {
    expect((await refusal({ "a.csv": csv, "b.csv": csv })).message).toMatch(
      /not clear which tables[\s\S]*a\.csv, b\.csv/,
    );
  });

  test("of IDX files or pictures takes no label column", async () => {
    expect(await refusal({ "t10k-labels-idx1-ubyte": "" }, { label: "x" })).toBeInstanceOf(UsageError);
  });
});
