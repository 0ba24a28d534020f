/** The readers that are tried, and sound files for each, as real writers make them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { unzipSync, zipSync } from "fflate";
import { splitNames } from "../../src/core/dataset.ts";
import type { DataFolder, FileSource } from "../../src/core/platform.ts";
import { openData, openLargeData } from "../../src/data/open-data.ts";
import { crc32 } from "../../src/formats/crc32.ts";
import { unpackedLimit } from "../../src/formats/unpacked-limit.ts";
import type { ModelFiles } from "../../src/models/model-reader.ts";
import { encodeNpz } from "../../src/models/numpy/numpy-model.ts";
import { encodeOnnx } from "../../src/models/onnx/onnx-writer.ts";
import { readModel } from "../../src/models/read-model.ts";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { unpack } from "../../src/platform/node/files.ts";
import { analyse } from "../../src/report/analysis/analyse.ts";
import { readStudyFiles } from "../../src/report/files/read-study.ts";
import { resultFiles } from "../../src/report/files/result-files.ts";
import { madeUpStudy } from "../../test/report/made-up-study.ts";
import { cifarBatch, npy, npz, png } from "../../test/support/data-files.ts";
import { idxNames, tinyIdxFiles } from "../../test/support/idx-folders.ts";
import { memoryFolder } from "../../test/support/memory-folder.ts";
import { memoryScratch } from "../../test/support/memory-scratch.ts";
import { realNetwork, testRandom } from "../../test/support/networks.ts";
import { tfjsParts } from "../../test/support/tfjs-parts.ts";

type Files = Readonly<Record<string, Uint8Array>>;

/** Files that are read together, one of which is damaged. */
export interface Seed {
  readonly files: Files;
  /** The file that is damaged. */
  readonly name: string;
  /** Where damage goes to the content of an archive, which is then packed anew; else the file itself is damaged. */
  readonly content?: Packing;
}

interface Packing {
  readonly open: (file: Uint8Array) => Uint8Array;
  readonly pack: (content: Uint8Array, file: Uint8Array) => Uint8Array;
}

export interface Reader {
  readonly name: string;
  readonly seeds: readonly Seed[];
  /** What was read, as text that is equal for equal values. @throws what the reader throws */
  read(seed: Seed, files: Files): Promise<string>;
}

const root = join(import.meta.dirname, "../..");
const bytesOf = (path: string) => new Uint8Array(readFileSync(path));
const below = (folder: string, ending: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => ({ name, bytes: bytesOf(join(root, folder, name)) }));

/** One member of a zip archive; the others stay, and all checksums are right. */
const member = (name: string): Packing => ({
  open: (file) => unzipSync(file)[name]!,
  pack: (content, file) => zipSync({ ...unzipSync(file), [name]: content }, { level: 0 }),
});
const gzip: Packing = {
  open: (file) => new Uint8Array(gunzipSync(file)),
  pack: (content) => new Uint8Array(gzipSync(content)),
};
/** The parts of a PNG picture get the checksums that they should have. */
const pngParts: Packing = {
  open: (file) => file,
  pack(content) {
    const file = content.slice();
    const view = new DataView(file.buffer);
    for (let at = 8; at + 12 <= file.length; ) {
      const end = at + 8 + view.getUint32(at);
      if (end + 4 > file.length) break;
      view.setUint32(end, crc32(file.subarray(at + 4, end)));
      at = end + 4;
    }
    return file;
  },
};

/** As the program reads folders on a disk, with their bounds. */
const folderOf = (files: Files): DataFolder => ({
  ...memoryFolder(files, "folder", 50),
  gunzip: (bytes) => unpack(bytes, unpackedLimit(bytes.length, 2 ** 32)),
});

/** Whole and page by page, which must come to the same. */
async function readData(_: Seed, files: Files): Promise<string> {
  const whole = await openData(folderOf(files), "set", {}).catch((error: unknown) => error);
  const large = { bytes: 0, pageBytes: 1, scratch: memoryScratch() };
  const paged = await openLargeData(folderOf(files), "set", {}, large).catch((error: unknown) => error);
  if (whole instanceof Error) {
    if (!(paged instanceof Error)) throw new Error(`page by page it is read, whole it is not: ${whole.message}`);
    throw whole;
  }
  if (paged instanceof Error) throw new Error(`whole it is read, page by page it is not: ${paged.message}`);
  const data = whole as Awaited<ReturnType<typeof openData>>;
  if ((paged as typeof data).sha256 !== data.sha256) throw new Error("page by page the data are others");
  for (const name of splitNames) {
    const { count, inputs, labels } = data[name];
    const sound = labels.length === count && inputs.length === count * data.features && inputs.every(Number.isFinite);
    if (!sound || !labels.every((label) => label < data.classes)) throw new Error(`${name} is not sound`);
  }
  return `${data.sha256} ${data.classNames?.join()}`;
}

async function readNetwork({ name }: Seed, files: Files): Promise<string> {
  const model: ModelFiles = {
    name,
    bytes: files[name]!,
    siblings: async () => Object.keys(files),
    sibling: async (other) => (Object.hasOwn(files, other) ? files[other] : undefined),
  };
  // Of the frameworks' files this one alone does not say what its hidden layers compute.
  const { chain } = await readModel(model, name === "torch.safetensors" ? { activation: { kind: "relu" } } : {});
  for (const { inputs, outputs, weights, biases } of [...chain.hidden, chain.last]) {
    const sound = weights.length === inputs * outputs && biases.length === outputs;
    if (!sound || ![...weights, ...biases].every(Number.isFinite)) throw new Error("a layer is not sound");
  }
  return JSON.stringify(chain, (_, value: unknown) =>
    ArrayBuffer.isView(value) ? [...(value as Float32Array)] : value,
  );
}

async function readResults(_: Seed, files: Files): Promise<string> {
  const folder: FileSource = {
    ...memoryFolder({}, "results"),
    list: async (inside) => {
      const prefix = inside === undefined ? "" : `${inside}/`;
      const names = Object.keys(files).filter((name) => name.startsWith(prefix));
      return names.map((name) => name.slice(prefix.length)).filter((name) => !name.includes("/"));
    },
    read: async (name) => files[name]!,
  };
  const study = await readStudyFiles(folder, "results");
  analyse(study);
  return JSON.stringify([study.neurons, study.curves?.length, study.orders?.length, study.singles?.length]);
}

const seed = (files: Files, name: string, content?: Packing): Seed => ({ files, name, ...(content && { content }) });
const alone = (name: string, bytes: Uint8Array, content?: Packing) => seed({ [name]: bytes }, name, content);

function idxSeeds(): Seed[] {
  const files = Object.fromEntries(tinyIdxFiles());
  const images = `${idxNames.trainImages}.gz`;
  const { [idxNames.trainImages]: plain, ...others } = files;
  const packed = { ...others, [images]: new Uint8Array(gzipSync(plain!)) };
  return [
    ...Object.values(idxNames).map((name) => seed(files, name)),
    seed(packed, images),
    seed(packed, images, gzip),
  ];
}

const COUNT = 20;
const numbers = Float32Array.from({ length: 4 * COUNT }, (_, index) => index / 3);
const classes = BigInt64Array.from({ length: COUNT }, (_, index) => BigInt(index % 2));

function npzSeeds(): Seed[] {
  const arrays = { X: npy(numbers, [COUNT, 2, 2]), y: npy(classes, [COUNT]) };
  return [
    ...[true, false].map((stored) => alone("data.npz", npz(arrays, stored))),
    ...["X.npy", "y.npy"].map((name) => alone("data.npz", npz(arrays, true), member(name))),
  ];
}

function csvSeeds(): Seed[] {
  const rows = Array.from({ length: COUNT }, (_, row) => `${row},"${row / 3}",${row % 2 === 0 ? "ant" : "cat"}`);
  const plain = Array.from({ length: COUNT }, (_, row) => `${row}\t${-row / 4}\t${row % 2}`);
  const text = (lines: readonly string[]) => new TextEncoder().encode(`${lines.join("\n")}\n`);
  return [alone("table.csv", text(["x,y,label", ...rows])), alone("table.tsv", text(["x\ty\tlabel", ...plain]))];
}

function pngSeeds(): Seed[] {
  const pixels = (number: number, count: number) =>
    Uint8Array.from({ length: count }, (_, at) => (number * at * 13) % 256);
  return ([1, 3] as const).flatMap((channels) => {
    const pictures = Array.from({ length: COUNT }, (_, index) => {
      const name = `${index % 2 === 0 ? "ant" : "cat"}/${index}.png`;
      return [name, png(3, 3, channels, pixels(index, 9 * channels))] as const;
    });
    const files = Object.fromEntries(pictures);
    return [seed(files, "cat/1.png"), seed(files, "cat/1.png", pngParts)];
  });
}

function cifarSeeds(): Seed[] {
  const batch = cifarBatch(Array.from({ length: 12 }, (_, index) => index % 2));
  const names = new TextEncoder().encode("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
  const files = { "data_batch_1.bin": batch, "test_batch.bin": cifarBatch([0, 1, 0]), "batches.meta.txt": names };
  return Object.keys(files).map((name) => seed(files, name));
}

const network = realNetwork(testRandom(1), [4, 3, 2], "relu");
const fixtures = (ending: string) => below("test/models/fixtures", ending).map(({ name, bytes }) => alone(name, bytes));

function kerasSeeds(): Seed[] {
  return below("test/models/fixtures", ".keras").flatMap(({ name, bytes }) =>
    [undefined, ...Object.keys(unzipSync(bytes)).map(member)].map((content) => alone(name, bytes, content)),
  );
}

function tfjsSeeds(): Seed[] {
  const { json, weights } = tfjsParts(network);
  const files = {
    "model.json": new TextEncoder().encode(JSON.stringify(json)),
    "first.bin": weights.subarray(0, 10),
    "second.bin": weights.subarray(10),
  };
  return [seed(files, "model.json")];
}

function networkNpzSeeds(): Seed[] {
  const archive = encodeNpz(network);
  const inside = Object.keys(unzipSync(archive)).map((name) => alone("network.npz", archive, member(name)));
  return [alone("network.npz", archive), ...inside];
}

function resultSeeds(): Seed[] {
  const files = Object.fromEntries(
    resultFiles(madeUpStudy()).map(({ name, chunks }) => {
      const parts = [...chunks].map((chunk) => (typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk));
      return [name, new Uint8Array(Buffer.concat(parts))] as const;
    }),
  );
  return Object.keys(files).map((name) => seed(files, name));
}

/** @param folder of more sound files; those whose names end as a reader's do are added to it */
export function allReaders(folder?: string): Reader[] {
  const more = (ending: string) =>
    folder === undefined
      ? []
      : readdirSync(folder, { recursive: true, encoding: "utf8" })
          .filter((name) => name.endsWith(ending))
          .map((name) => alone(name.split("/").at(-1)!, bytesOf(join(folder, name))));
  const tables = below("test/data/tables", ".parquet").map(({ bytes }) => alone("table.parquet", bytes));
  const reader = (name: string, read: Reader["read"], ...seeds: readonly Seed[]): Reader => ({ name, seeds, read });
  return [
    reader("idx", readData, ...idxSeeds()),
    reader("npz", readData, ...npzSeeds()),
    reader("csv", readData, ...csvSeeds(), ...more(".csv")),
    reader("parquet", readData, ...tables, ...more(".parquet")),
    reader("png", readData, ...pngSeeds()),
    reader("cifar10", readData, ...cifarSeeds()),
    reader("safetensors", readNetwork, alone("a.safetensors", encodeSafetensors(network)), ...fixtures(".safetensors")),
    reader("onnx", readNetwork, alone("a.onnx", encodeOnnx(network)), ...fixtures(".onnx"), ...more(".onnx")),
    reader("keras-h5", readNetwork, ...fixtures(".h5"), ...more(".h5")),
    reader("keras", readNetwork, ...kerasSeeds(), ...more(".keras")),
    reader("tfjs", readNetwork, ...tfjsSeeds()),
    reader("network-npz", readNetwork, ...networkNpzSeeds()),
    reader("results", readResults, ...resultSeeds()),
  ];
}
