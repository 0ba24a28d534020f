/** Small files that promise gigabytes are refused in bounded memory, counted as the system counts it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { root } from "../support/command-line.ts";
import { npy, npz, png } from "../support/data-files.ts";
import { idxNames, tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { parquetOf } from "../support/parquet-file.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();
const HEAP_MB = 256;
/** The program takes about 130, a gzip stream of 2 MB may unpack to 268 and is there twice while it does. */
const MOST_MB = 800;

interface Read {
  readonly path: string;
  readonly outcome: string;
  readonly megabytes: number;
}

/** Of each path, read in one process. */
function readAll(kind: "data" | "network", paths: readonly string[]): Read[] {
  const script = join(root, "test/support/read-in-child.ts");
  const args = ["--import", "tsx", `--max-old-space-size=${HEAP_MB}`, script, kind, ...paths];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Read);
}

function file(name: string, bytes: Uint8Array): string {
  const path = join(scratch, name);
  writeFileSync(path, bytes);
  return path;
}

/** The tiny IDX files with one of them another. */
function idxFolder(folder: string, name: string, bytes: Uint8Array): string {
  const files = tinyIdxFiles();
  files.delete(name.replace(".gz", ""));
  return writeFolder(scratch, folder, files.set(name, bytes));
}

/** 2.1 GB of zeros in 2 MB: gzip streams may follow each other. */
function zeros(head: Uint8Array): Uint8Array {
  const member = gzipSync(new Uint8Array(2 ** 26));
  return new Uint8Array(Buffer.concat([gzipSync(head), ...Array.from({ length: 32 }, () => member)]));
}

const idxHead = (...sizes: number[]) => {
  const head = new Uint8Array(4 + 4 * sizes.length);
  head.set([0, 0, 8, sizes.length]);
  for (const [axis, size] of sizes.entries()) new DataView(head.buffer).setUint32(4 + 4 * axis, size);
  return head;
};

/** An array whose header promises another shape than it has values for. */
const lyingNpy = (shape: readonly number[]) => npy(new Uint8Array(80), shape);

test("data that promise gigabytes", () => {
  const { trainImages } = idxNames;
  const labels = npy(new Uint8Array(20), [20]);
  const huge = png(1, 1, 1, [0]);
  new DataView(huge.buffer).setUint32(16, 0x7fffffff);
  mkdirSync(join(scratch, "pictures/cat"), { recursive: true });
  writeFileSync(join(scratch, "pictures/cat/1.png"), huge);
  const expected: [string, RegExp][] = [
    [idxFolder("gzip", `${trainImages}.gz`, zeros(idxHead(10, 6, 6))), /unpacks to more than (the )?\d+ bytes/],
    [idxFolder("sizes", trainImages, idxHead(60_000, 28, 28)), /the file is truncated/],
    [idxFolder("product", trainImages, idxHead(0xffffffff, 0xffffffff, 0xffffffff)), /impossible/],
    [file("shape.npz", npz({ X: lyingNpy([2 ** 31, 4]), y: labels })), /the array is truncated/],
    [file("product.npz", npz({ X: lyingNpy([2 ** 40, 2 ** 40]), y: labels })), /the array is truncated/],
    [
      file(
        "lists.parquet",
        parquetOf(Uint8Array.of(0x29, ...new Array<number[]>(60).fill([0xf9, 128, 128, 128, 16]).flat())),
      ),
      /longer than the file/,
    ],
    [join(scratch, "pictures"), /2147483647 x 1 pixels/],
  ];
  const read = readAll(
    "data",
    expected.map(([path]) => path),
  );
  for (const [index, [, message]] of expected.entries()) expect(read[index]!.outcome).toMatch(message);
  expect(read.at(-1)!.megabytes, JSON.stringify(read)).toBeLessThan(MOST_MB);
});

test("networks that promise gigabytes", () => {
  const safetensors = (header: object) => {
    const text = new TextEncoder().encode(JSON.stringify(header));
    return Uint8Array.of(...new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer), ...text, 0, 0, 0, 0);
  };
  const weight = { dtype: "F32", shape: [2 ** 30, 2 ** 20], data_offsets: [0, 2 ** 52] };
  const expected: [string, RegExp][] = [
    [file("length.safetensors", Uint8Array.of(255, 255, 255, 255, 255, 255, 0, 0, 123, 125)), /header does not fit/],
    [file("shape.safetensors", safetensors({ "0.weight": weight })), /./],
    [file("shape-network.npz", npz({ W1: lyingNpy([2 ** 31, 4]), b1: lyingNpy([80]) })), /the array is truncated/],
    [file("bomb.npz", npz({ W1: new Uint8Array(2 ** 26) })), /unpacks to more than a network can be/],
    [file("field.onnx", Uint8Array.of(0x3a, 255, 255, 255, 255, 15, 0x0a, 255, 255, 255, 255, 15)), /./],
  ];
  const read = readAll(
    "network",
    expected.map(([path]) => path),
  );
  for (const [index, [, message]] of expected.entries()) {
    expect(read[index]!.outcome).not.toBe("read");
    expect(read[index]!.outcome).toMatch(message);
  }
  expect(read.at(-1)!.megabytes, JSON.stringify(read)).toBeLessThan(MOST_MB);
});
