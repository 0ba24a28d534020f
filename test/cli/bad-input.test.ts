/** Input that cannot be used: exit code 1, a message of file, expected, found and what to do, and no traces on disk. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandLine, type Finished, onSwiftShader } from "../support/command-line.ts";
import {
  gzipped,
  type IdxFiles,
  idxImages,
  idxLabels,
  idxNames,
  idxSizes,
  tinyIdxFiles,
  writeFolder,
} from "../support/idx-folders.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();
const { trainImages, trainLabels, testImages, testLabels } = idxNames;

/** Runs on data that cannot be used; fails where the failure looks like anything but a message. */
async function failure(data: string, ...options: string[]): Promise<Finished> {
  const out = "out/below";
  const result = await commandLine(["run", "--data", data, "--out", out, ...options], { folder: scratch });
  expect(result).toMatchObject({ exitCode: 1, signal: null, stdout: "" });
  expect(existsSync(join(scratch, "out")), "a folder of the failed run is left").toBe(false);
  return result;
}

interface Damage {
  readonly name: string;
  /** Damages the files, plain or gzipped. */
  readonly change: (files: IdxFiles) => void;
  readonly packed?: boolean;
  /** File (or folder) and what is wrong with it. */
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly fix: RegExp;
}

/** The tiny data set's labels with one class moved out of the last sixth, into 0. */
function withoutClass2InValidation(): number[] {
  const labels = Array.from({ length: 180 }, (_, sample) => sample % idxSizes.classes);
  return labels.map((label, sample) => (sample >= idxSizes.train && label === 2 ? 0 : label));
}

const damages: readonly Damage[] = [
  {
    name: "a missing file",
    change: (files) => files.delete(testLabels),
    what: "no-1: an IDX file is missing",
    expected: "t10k-labels-idx1-ubyte[.gz]",
    found: "t10k-images-idx3-ubyte, train-images-idx3-ubyte, train-labels-idx1-ubyte",
    fix: /folder that holds these files/,
  },
  {
    name: "a truncated file",
    change: (files) => files.set(trainImages, files.get(trainImages)!.subarray(0, -7)),
    what: `${trainImages}: the file is truncated`,
    expected: "6480 bytes after the header, for sizes 180 x 6 x 6",
    found: "6473 bytes after the header",
    fix: /fetch or write the file again/,
  },
  {
    name: "wrong magic bytes",
    change: (files) => files.set(testImages, new TextEncoder().encode("<html>not found</html>")),
    what: `${testImages}: this is not an IDX file of unsigned bytes`,
    expected: "the magic bytes 00 00 08 and a rank of at least 1, for example 00 00 08 03 for images",
    found: "3c 68 74 6d",
    fix: /right file/,
  },
  {
    name: "more images than labels",
    change: (files) => files.set(testLabels, idxLabels(new Uint8Array(59))),
    what: `${testLabels}: images and labels differ in number`,
    expected: `60 labels, one for each image of ${testImages}`,
    found: "59 labels",
    fix: /same data set/,
  },
  {
    name: "an empty file",
    change: (files) => files.set(trainLabels, new Uint8Array()),
    what: `${trainLabels}: the file is empty`,
    expected: "an IDX file: 4 magic bytes, the sizes, the items",
    found: "0 bytes",
    fix: /fetch or write the file again/,
  },
  {
    name: "files without samples",
    change: (files) => files.set(testImages, idxImages(0, new Uint8Array())),
    what: `${testImages}: the file holds no items`,
    expected: "at least one item of at least one byte",
    found: "sizes 0 x 6 x 6",
    fix: /another data set/,
  },
  {
    name: "a damaged gzip file",
    change: (files) => {
      const bytes = files.get(`${trainImages}.gz`)!;
      bytes.fill(0, bytes.length / 2, bytes.length / 2 + 200);
    },
    packed: true,
    what: `${trainImages}.gz: the gzip file cannot be unpacked`,
    expected: "one complete gzip stream",
    found: "",
    fix: /fetch the file again/,
  },
  {
    name: "a gzip file that is none",
    change: (files) => files.set(`${testLabels}.gz`, idxLabels([0, 1, 2])),
    packed: true,
    what: `${testLabels}.gz: this is not a gzip file`,
    expected: "one complete gzip stream",
    found: "11 bytes: incorrect header check",
    fix: /take \.gz off its name/,
  },
  {
    name: "a class without validation samples",
    change: (files) => files.set(trainLabels, idxLabels(withoutClass2InValidation())),
    what: `${trainLabels}: class 2 has no validation samples`,
    expected: "validation samples of every class 0..2",
    found: "class 2: 50 training, 0 validation, 20 test samples",
    fix: /shuffle both files alike/,
  },
];

describe("data that cannot be used", () => {
  test.each(damages.map((damage, index) => ({ ...damage, index: index + 1 })))("$name", async (damage) => {
    const files = damage.packed ? gzipped(tinyIdxFiles()) : tinyIdxFiles();
    damage.change(files);
    const data = `no-${damage.index}`;
    writeFolder(scratch, data, files);
    const { stderr } = await failure(data);
    const lines = stderr.split("\n");
    expect(lines).toHaveLength(5);
    expect(lines[0]).toBe(`gpu-importance: ${damage.what}`);
    expect(lines[1]).toBe(`  expected: ${damage.expected}`);
    if (damage.found === "") expect(lines[2]).toMatch(/^ {2}found: {4}\d+ bytes: \w/);
    else expect(lines[2]).toBe(`  found:    ${damage.found}`);
    expect(lines[3]).toMatch(damage.fix);
    expect(lines[3]).toMatch(/^ {2}to do: {4}\w/);
  });

  test("a missing folder", async () => {
    const { stderr } = await failure("nowhere/at-all");
    expect(stderr).toMatch(/^gpu-importance: \/.*\/nowhere\/at-all: there is nothing at this path\n/);
    expect(stderr).toMatch(
      /\n {2}expected: a file or a folder that can be read, or one of mnist,[^:]*\n {2}found: {4}nothing\n {2}to do: {4}check the/,
    );
  });

  test("an empty folder: what was looked for, one kind of data a line", async () => {
    writeFolder(scratch, "empty", new Map());
    const { stderr } = await failure("empty");
    expect(stderr).toMatch(
      /^gpu-importance: empty: there are no data of a known format\n {2}expected: the four IDX files/,
    );
    expect(stderr).toMatch(/\n {12}or one \.npz archive\n[\s\S]*\n {2}found: {4}no files\n {2}to do: {4}point to one/);
  });

  test("a file of a set whose others are not beside it", async () => {
    writeFolder(scratch, "lonely", new Map([...tinyIdxFiles()].slice(0, 1)));
    const { stderr } = await failure(`lonely/${trainImages}`);
    expect(stderr).toMatch(/3 IDX files are missing\n.*\n {2}found: {4}train-images-idx3-ubyte\n.*folder that holds/);
  });
});

describe("a stack trace", () => {
  test("is shown with --debug, with the cause, once the message has been", async () => {
    const damaged = new Map([...gzipped(tinyIdxFiles())].map(([name]) => [name, Buffer.from("no gzip")]));
    writeFolder(scratch, "damaged-gzip", damaged);
    const { stderr } = await failure("damaged-gzip", "--debug");
    expect(stderr.match(/^gpu-importance: /gm)).toHaveLength(1);
    expect(stderr).toMatch(/\n {4}at /);
    expect(stderr).toMatch(/\ncaused by Error: incorrect header check/);
  });

  test("is not shown without", async () => {
    const { stderr } = await failure("nowhere");
    expect(stderr).not.toMatch(/^ {4}at |node:internal|\.js:\d/m);
  });
});

describe("a run that fails on the device", () => {
  test("with a learning rate so large that the loss is not finite names repeat, epoch and the way out", async () => {
    writeFolder(scratch, "good", tinyIdxFiles());
    const size = ["--hidden", "5", "--repeats", "2", "--epochs", "3"];
    const { stderr } = await failure("good", ...onSwiftShader, ...size, "--learning-rate", "1e30", "--quiet");
    const lines = stderr.split("\n");
    expect(lines[0]).toMatch(/^gpu-importance: repeat \d, epoch \d: training diverged$/);
    expect(lines[1]).toBe("  expected: finite loss");
    expect(lines[2]).toMatch(/^ {2}found: {4}loss (NaN|Infinity)$/);
    expect(lines[3]).toMatch(/^ {2}to do: {4}a smaller --learning-rate \(now 1e\+30\)/);
    expect(lines.slice(4)).toEqual([""]);
  });

  test("with one that teaches nothing, though losses stay finite, ends well, but says so everywhere", async () => {
    writeFolder(scratch, "good", tinyIdxFiles());
    const size = "--hidden 5 --repeats 1 --epochs 2 --random-draws 0 --stride 5 --out untaught".split(" ");
    const args = ["run", "--data", "good", ...onSwiftShader, ...size, "--learning-rate", "1e10"];
    const { exitCode, stdout, stderr } = await commandLine(args, { folder: scratch });
    expect(exitCode, stderr).toBe(0);
    const told = /^warning: repeat 0 has not learned: the loss in the last epoch is \S+ nats,/m;
    expect(stderr).toMatch(told);
    expect(stdout).toMatch(told);
    const study = JSON.parse(readFileSync(join(scratch, "untaught/study.json"), "utf8"));
    expect(study.warnings).toEqual([expect.stringContaining("repeat 0 has not learned")]);
    const page = readFileSync(join(scratch, "untaught/report.html"), "utf8");
    expect(page).toContain(`<strong>Warning:</strong> ${study.warnings[0]}.`);
  });

  test("with an adapter that nothing bears lists those that were found", async () => {
    const { stderr } = await failure("good", "--adapter", "no such card", "--quiet");
    expect(stderr).toMatch(/^gpu-importance: --adapter: no adapter of this machine has "no such card" in its name\n/);
    expect(stderr).toMatch(/\n(?: {2}found: {4}| {12})SwiftShader .*software\)\n/);
    expect(stderr).toMatch(/\n {2}to do: {4}give a part of one of these names/);
  });

  test("leaves nothing of itself, and the data as they were", () => {
    expect(filesBelow(join(scratch, "good"))).toEqual([...tinyIdxFiles().keys()].sort());
  });
});
