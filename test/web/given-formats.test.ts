/** What is dropped on the lab is read as the command line reads the same file: networks, data, and what is refused. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { layerActivation } from "../../src/core/activation.ts";
import { type Fault, RunError, UsageError } from "../../src/core/errors.ts";
import { openNetwork } from "../../src/host/open-network.ts";
import { readStudyData } from "../../src/host/study-data.ts";
import { encodeNpz } from "../../src/models/numpy/numpy-model.ts";
import { encodeOnnx } from "../../src/models/onnx/onnx-writer.ts";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import type { GivenFile } from "../../src/platform/browser/given-files.ts";
import { readGiven } from "../../web/engine/given-study.ts";
import { pageFault } from "../../web/engine/page-fault.ts";
import type { ReadingOptions } from "../../web/engine/protocol.ts";
import { npy, npz, png } from "../support/data-files.ts";
import { tableText } from "../support/labelled-table.ts";
import { realNetwork, testRandom } from "../support/networks.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { tfjsFiles } from "../support/tfjs-model.ts";

type Files = Readonly<Record<string, Uint8Array>>;

const folder = scratchFolder();
const text = (content: string) => new TextEncoder().encode(content);
const fixture = (name: string) =>
  new Uint8Array(readFileSync(resolve(import.meta.dirname, "../models/fixtures", name)));
const network = realNetwork(testRandom(3), [4, 6, 5, 2], "tanh");

function dropped(files: Files): GivenFile[] {
  return Object.entries(files).map(([path, bytes]) => ({
    path,
    content: new Blob([bytes as Uint8Array<ArrayBuffer>]),
  }));
}

/** Writes the files as they were dropped. @returns the path of the first, or of the folder that holds all */
function onDisk(place: string, files: Files): string {
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, place, path)), { recursive: true });
    writeFileSync(join(folder, place, path), bytes);
  }
  const [first] = Object.keys(files) as [string];
  return join(folder, place, first.includes("/") ? first.split("/")[0]! : first);
}

const tfjs = tfjsFiles(network);
const tfjsDropped = async (): Promise<Files> => ({
  "net/model.json": tfjs.bytes,
  "net/first.bin": (await tfjs.sibling("first.bin"))!,
  "net/second.bin": (await tfjs.sibling("second.bin"))!,
});
const npyDropped = (): Files =>
  Object.fromEntries(
    network.layers.flatMap(({ inputs, outputs, weights, biases }, index) => [
      [`net/W${index + 1}.npy`, npy(weights, [outputs, inputs])],
      [`net/b${index + 1}.npy`, npy(biases, [outputs])],
    ]),
  );

describe("a network", () => {
  const fixtures = ["torch-opset17.onnx", "torch-dynamo.onnx", "keras-sequential.h5", "keras-functional.keras"];
  test.each<[string, () => Files | Promise<Files>, ReadingOptions]>([
    ...fixtures.map((name): [string, () => Files, ReadingOptions] => [name, () => ({ [name]: fixture(name) }), {}]),
    ["torch.safetensors", () => ({ "torch.safetensors": fixture("torch.safetensors") }), { activation: "tanh" }],
    ["our .safetensors", () => ({ "net.safetensors": encodeSafetensors(network) }), {}],
    ["our .onnx", () => ({ "net.onnx": encodeOnnx(network) }), {}],
    ["our .npz", () => ({ "net.npz": encodeNpz(network) }), {}],
    ["a folder of TensorFlow.js", tfjsDropped, {}],
    ["a folder of arrays", npyDropped, { activation: "tanh" }],
    ["a name that says nothing", () => ({ net: fixture("torch-opset17.onnx") }), {}],
  ])("%s is read to the bit, with what was done to it", async (name, files, options) => {
    const path = onDisk(name, await files());
    const { activation, ...others } = options;
    const own = await openNetwork(path, { ...others, ...(activation && { activation: layerActivation(activation) }) });
    const given = await readGiven(dropped(await files()), options);
    expect(given).toMatchObject({ kind: "network", format: own.format, notes: own.notes });
    if (given.kind === "network") expect(given.network).toEqual(own.network);
  });
});

const digits = Uint8Array.from({ length: 60 * 4 }, (_, index) => (index * 37) % 256);
const labels = Uint8Array.from({ length: 60 }, (_, index) => index % 2);
const arrays = npz({ X: npy(digits, [60, 2, 2]), y: npy(labels, [60]) });

/** Twelve pictures of each class; what is seen on them depends on class and number. */
function pictures(folder: string, channels: 1 | 3 = 1, count = 12): Files {
  const pixels = (from: number) => Array.from({ length: 4 * channels }, (_, at) => (from + 31 * at) % 256);
  const classes = ["ant", "bee"].flatMap((name, label) =>
    Array.from({ length: count }, (_, number) => {
      return [`${folder}/${name}/${number}.png`, png(2, 2, channels, pixels(90 * label + 7 * number))] as const;
    }),
  );
  return Object.fromEntries(classes);
}

const parquet = new Uint8Array(readFileSync(resolve(import.meta.dirname, "../data/tables/pyarrow-snappy.parquet")));

describe("data", () => {
  test.each<[string, Files, ReadingOptions]>([
    ["table.csv", { "table.csv": text(tableText(60)) }, {}],
    ["table.csv.gz", { "table.csv.gz": new Uint8Array(gzipSync(tableText(60))) }, {}],
    ["table.tsv", { "table.tsv": text(tableText(60, undefined, "\t")) }, {}],
    [
      "another class column",
      { "named.csv": text(tableText(60, ["a", "b", "c", "id", "kind"])) },
      { label: "kind", drop: ["id"] },
    ],
    [
      "a table without names",
      { "bare.data": text(tableText(60).replace(/^.*\n/, "")) },
      { label: "last", noHeader: true },
    ],
    ["tables for each part", { "set/train.csv": text(tableText(60)), "set/test.csv": text(tableText(30)) }, {}],
    ["other shares", { "shares.csv": text(tableText(60)) }, { split: [50, 25, 25] }],
    ["a table of Parquet", { "some.parquet": parquet }, {}],
    ["arrays", { "arrays.npz": arrays }, {}],
    ["a file beside what is read", { "set/arrays.npz": arrays, "set/notes.txt": text("x") }, {}],
    ["classes in another order", { "order.csv": text(tableText(60)) }, { classes: ["right", "left"] }],
    ["pictures", pictures("animals"), {}],
    ["pictures with colours", pictures("coloured", 3), { classes: ["bee", "ant"], split: [50, 25, 25] }],
    ["pictures of each part", { ...pictures("parts/train"), ...pictures("parts/test", 1, 3) }, {}],
    ["pictures with other files beside and among them", { ...pictures("mixed"), "mixed/ant/a.txt": text("x") }, {}],
    [
      "pictures with what a Mac leaves",
      { ...pictures("mac"), "mac/.DS_Store": text("x"), "mac/bee/._1.png": text("x") },
      {},
    ],
  ])("in %s are the command line's, with what it tells of them", async (name, files, options) => {
    const notes: string[] = [];
    const path = onDisk(name, files);
    const own = await readStudyData({ data: path, ...options, onNote: (line) => notes.push(line) }, () => {});
    const given = await readGiven(dropped(files), options);
    if (given.kind !== "dataset") return expect.unreachable();
    expect(given.dataset).toEqual(own);
    expect(given.notes).toEqual(notes);
  });
});

async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const thrown = await promise.then(
    () => new Error("nothing was refused"),
    (error: unknown) => error,
  );
  if (thrown instanceof RunError || thrown instanceof UsageError) return thrown.fault;
  throw thrown;
}

describe("what is refused", () => {
  const ragged = tableText(60).replace(/,(left|right)\n/, "\n");
  test.each<[string, Files]>([
    ["a pickle of PyTorch", { "net.pt": Uint8Array.of(0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20) }],
    ["an .onnx that is cut off", { "cut.onnx": fixture("torch-opset17.onnx").subarray(0, 300) }],
    ["an .h5 that is cut off", { "cut.h5": fixture("keras-sequential.h5").subarray(0, 4000) }],
    ["a network without a word of its activation", { "torch.safetensors": fixture("torch.safetensors") }],
  ])("is refused in the command line's words: %s", async (name, files) => {
    const { where: _, ...own } = await faultOf(openNetwork(onDisk(name, files)));
    const { where, ...given } = await faultOf(readGiven(dropped(files)));
    expect(given).toEqual(own);
    expect(where).toBe(Object.keys(files)[0]);
  });

  test.each<[string, Files]>([
    ["a line that lacks a value", { "ragged.csv": text(ragged) }],
    ["a column of classes that is not there", { "named.csv": text(tableText(60, ["a", "b", "c", "d", "kind"])) }],
    ["an array without labels", { "x.npz": npz({ X: npy(digits, [60, 4]) }) }],
    ["a damaged archive", { "bad.npz": arrays.subarray(0, arrays.length - 30) }],
  ])("is refused in the command line's words: data with %s", async (name, files) => {
    const path = onDisk(name, files);
    const own = await faultOf(readStudyData({ data: path }, () => {}));
    expect(await faultOf(readGiven(dropped(files)))).toEqual(own);
  });

  const animals = pictures("p");
  test.each<[string, Files, ReadingOptions]>([
    ["a JPEG among PNG", { ...animals, "p/bee/x.jpg": text("x") }, {}],
    ["JPEG alone", { "p/ant/x.jpg": text("x"), "p/bee/y.jpg": text("y") }, {}],
    ["a picture beside the classes", { ...animals, "p/x.png": png(2, 2, 1, digits) }, {}],
    ["pictures of no class", { "p/x.png": png(2, 2, 1, digits), "p/y.png": png(2, 2, 1, digits) }, {}],
    ["a class a folder deeper", { ...animals, ...pictures("p/more") }, {}],
    ["a table beside the classes", { ...animals, "p/labels.csv": text(tableText(60)) }, {}],
    ["a table among the pictures of a class", { ...animals, "p/ant/labels.csv": text(tableText(60)) }, {}],
    ["a table in a folder beside the classes", { ...animals, "p/tables/labels.csv": text(tableText(60)) }, {}],
    ["an archive beside the classes", { ...animals, "p/arrays.npz": arrays }, {}],
    ["one class", { "p/ant/x.png": png(2, 2, 1, digits), "p/ant/y.png": png(2, 2, 1, digits) }, {}],
    ["pictures of two sizes", { ...animals, "p/bee/3.png": png(2, 3, 1, digits) }, {}],
    ["a damaged picture", { ...animals, "p/bee/3.png": png(2, 2, 1, digits).subarray(0, 50) }, {}],
    ["no pictures to test with", pictures("p/train"), {}],
    ["a column of classes", animals, { label: "kind" }],
  ])("is refused in the command line's words: pictures with %s", async (name, files, options) => {
    const place = `pictures with ${name}`;
    const path = onDisk(place, files);
    const own = await faultOf(readStudyData({ data: path, ...options }, () => {}));
    const below = JSON.stringify(own).replaceAll(path, "p");
    expect(await faultOf(readGiven(dropped(files), options))).toEqual(JSON.parse(below));
  });

  test("may be dropped as folders of classes without the folder that holds them", async () => {
    const files = Object.entries(pictures("p")).map(([path, bytes]) => [path.slice("p/".length), bytes]);
    const given = await readGiven(dropped(Object.fromEntries(files) as Files));
    expect(given).toMatchObject({ kind: "dataset", dataset: { classNames: ["ant", "bee"] } });
  });

  test("ends where whoever is asked for each picture says so", async () => {
    const asked: number[] = [];
    const reading = readGiven(dropped(pictures("p")), {}, (read) => {
      asked.push(read);
      if (read === 5) throw new RunError({ what: "stopped" });
    });
    await expect(reading).rejects.toThrow("stopped");
    expect(asked).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test.each<[string, Files, RegExp]>([
    ["two networks", { "a.onnx": encodeOnnx(network), "b.onnx": encodeOnnx(network) }, /several networks/],
    ["a network with data", { "a.onnx": encodeOnnx(network), "b.csv": text("a,label") }, /data and a network/],
    ["a network with pictures", { "p/a.onnx": encodeOnnx(network), ...pictures("p") }, /data and a network/],
    ["files of no kind", { "a.doc": text("a"), "b.doc": text("b") }, /cannot read this/],
    ["one file of no kind", { "a.doc": text("a") }, /cannot read this/],
  ])("is what would be left out or is of no kind: %s", async (_, files, what) => {
    const fault = await faultOf(readGiven(dropped(files)));
    expect(fault.what).toMatch(what);
    expect(fault.fix).toBeTruthy();
  });

  test.each<[string, Files, readonly string[], ReadingOptions]>([
    ["an activation", { "torch.safetensors": fixture("torch.safetensors") }, ["activation"], { activation: "tanh" }],
    [
      "the column of classes",
      { "named.csv": text(tableText(60, ["a", "b", "c", "d", "kind"])) },
      ["label"],
      { label: "kind" },
    ],
    [
      "a line of names",
      { "bare.csv": text(tableText(60).replace(/^.*\n/, "")) },
      ["noHeader", "label"],
      { noHeader: true, label: "last" },
    ],
  ])("asks the page for %s, and is read with it", async (_, files, asks, options) => {
    const error = await readGiven(dropped(files)).catch((thrown: unknown) => thrown);
    const told = pageFault(error);
    expect(told.asks).toEqual(asks);
    expect(JSON.stringify(told.fault)).not.toContain("--");
    await expect(readGiven(dropped(files), options)).resolves.toBeTruthy();
  });
});
