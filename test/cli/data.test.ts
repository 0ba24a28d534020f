/** Data on the command line: tables with options, fetched data sets, and what study.json says of them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { commandLine, onSwiftShader } from "../support/command-line.ts";
import { gzipped, tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";
import { readResults } from "../support/written-results.ts";

const scratch = scratchFolder();
const cache = join(scratch, "cache");
const environment = { XDG_CACHE_HOME: cache };
const small = "--hidden 4 --epochs 2 --repeats 1 --random-draws 0 --stride 2 --quiet".split(" ");

/** 120 rows of three classes that the features tell apart. */
const table = `width,kind,height\n${Array.from({ length: 120 }, (_, i) => {
  const kind = ["ant", "bee", "cat"][i % 3];
  return `${10 * (i % 3) + (i % 7) / 7},${kind},${i % 5}`;
}).join("\n")}\n`;
writeFileSync(join(scratch, "table.csv"), table);

function run(...args: string[]) {
  return commandLine(["run", ...onSwiftShader, ...small, ...args], { folder: scratch, environment });
}

describe("a table", () => {
  test("is studied with its options, and study.json holds them and the names of the classes", async () => {
    const options = "--data table.csv --label kind --split 50,25,25 --standardize --out out/table".split(" ");
    expect(await run(...options)).toMatchObject({ exitCode: 0 });
    const { study } = readResults(join(scratch, "out/table"));
    const asked = { data: "table.csv", label: "kind", split: [50, 25, 25], standardize: true };
    expect(study.config).toMatchObject(asked);
    expect(study.dataset).toMatchObject({
      name: "table.csv",
      features: 2,
      sampleShape: [2],
      classes: 3,
      classNames: ["ant", "bee", "cat"],
      train: 60,
      validation: 30,
      test: 30,
      inputType: "floats",
      shares: [50, 25, 25],
      validationPerClass: [10, 10, 10],
      testPerClass: [10, 10, 10],
    });
  });

  test.each<[string, string[], RegExp]>([
    [
      "a column that is not there",
      ["--data", "table.csv", "--label", "sort"],
      /no column sort[\s\S]*width, kind, height/,
    ],
    ["a column for the embedded digits", ["--label", "kind"], /--label does not fit the embedded digits/],
    [
      "two scales",
      ["--data", "table.csv", "--label", "kind", "--standardize", "--normalize", "0,1"],
      /exclude each other/,
    ],
  ])("with %s is wrong usage, and leaves no folder", async (_, args, message) => {
    const result = await run(...args, "--out", "out/none");
    expect(result).toMatchObject({ exitCode: 2, stdout: "" });
    expect(result.stderr).toMatch(message);
  });
});

describe("networks from elsewhere on a table without names, in another order of classes", () => {
  const rows = table.trim().split("\n").slice(1);
  const bare = rows.map((row, index) => `${index},${row},x`).join("\r\n");
  const options = "--data bare.csv --no-header --label 3 --drop first,last --split 0,50,50".split(" ");
  const model = "out/first/models/repeat-000.safetensors";
  const analyze = (...args: string[]) =>
    commandLine(["analyze", model, ...onSwiftShader, "--random-draws", "0", "--stride", "4", "--no-report", ...args], {
      folder: scratch,
      environment,
    });
  beforeAll(async () => {
    writeFileSync(join(scratch, "bare.csv"), bare);
    const training = "--data table.csv --label kind --epochs 60 --learning-rate 0.05 --out out/first";
    expect(await run(...training.split(" "))).toMatchObject({ exitCode: 0 });
  });

  test("are analysed on every row, and study.json says how it was read", async () => {
    const result = await analyze(...options, "--classes", "ant,bee,cat", "--out", "out/bare");
    expect(result.exitCode, result.stderr).toBe(0);
    const { study } = readResults(join(scratch, "out/bare"));
    const asked = { noHeader: true, label: "3", drop: ["first", "last"], classes: ["ant", "bee", "cat"] };
    expect(study.config).toMatchObject({ ...asked, split: [0, 50, 50] });
    expect(study.dataset).toMatchObject({ train: 0, validation: 60, test: 60, features: 2, shares: [0, 50, 50] });
    expect(study.repeats[0]!.testCorrect).toBeGreaterThan(50);
    expect(result.stderr).not.toContain("hint:");
  });

  test("are told of the order that fits, and of outputs without samples", async () => {
    const turned = await analyze(...options, "--classes", "cat,ant,bee", "--out", "out/turned");
    expect(turned.stderr.replaceAll(/\s+/g, " ")).toMatch(
      /hint: with the classes in another order .*--classes ant,bee,cat /,
    );
    const two = rows.filter((row) => !row.includes("bee")).join("\n");
    writeFileSync(join(scratch, "two.csv"), `width,kind,height\n${two}`);
    const said = "--data two.csv --label kind --split 0,50,50 --classes ant,bee,cat --out out/two".split(" ");
    const fewer = await analyze(...said);
    expect(fewer.exitCode, fewer.stderr).toBe(0);
    expect(fewer.stderr).toContain("data:    no samples are of bee\n");
    expect(readResults(join(scratch, "out/two")).study.dataset.testPerClass).toEqual([20, 0, 20]);
  });

  test("cannot be trained without a share for training", async () => {
    const result = await run(...options, "--out", "out/none");
    expect(result).toMatchObject({ exitCode: 2, stdout: "" });
    expect(result.stderr).toMatch(/run trains, and there are no training samples/);
  });
});

describe("a public data set", () => {
  test("that has not been fetched is refused with the command that fetches it", async () => {
    const result = await run("--data", "kmnist", "--out", "out/none");
    expect(result).toMatchObject({ exitCode: 1, stdout: "" });
    expect(result.stderr).toMatch(/kmnist has not been fetched[\s\S]*to do: {4}gpu-importance data fetch kmnist\n/);
  });

  test("that has been fetched is found by its name", async () => {
    const folder = join(cache, "gpu-importance/data");
    mkdirSync(folder, { recursive: true });
    writeFolder(folder, "fashion-mnist", gzipped(tinyIdxFiles()));
    expect(await run("--data", "fashion-mnist", "--out", "out/fetched")).toMatchObject({ exitCode: 0 });
    const { study } = readResults(join(scratch, "out/fetched"));
    expect(study.dataset).toMatchObject({ name: "fashion-mnist", classes: 3, inputType: "bytes" });
    const again = await commandLine(["data", "fetch", "fashion-mnist"], { environment });
    expect(again).toMatchObject({ exitCode: 0, stderr: "" });
    expect(again.stdout).toMatch(/^fashion-mnist: was there, [\s\S]*--data fashion-mnist\n$/);
  });

  const preload = join(import.meta.dirname, "../support/serve-fetch.mjs");
  const fetching = (cacheHome: string, options: Parameters<typeof commandLine>[1] = {}) =>
    commandLine(["data", "fetch", "mnist"], {
      ...options,
      environment: { XDG_CACHE_HOME: cacheHome, NODE_OPTIONS: `--import ${preload}`, ...options.environment },
    });

  test("of another content than it should have is refused by each mirror, and nothing is kept", async () => {
    const result = await fetching(join(scratch, "wrong"));
    expect(result).toMatchObject({ exitCode: 1, stdout: "" });
    expect(result.stderr).toMatch(/could not be fetched[\s\S]*wrong content, SHA-256/);
    expect(filesBelow(join(scratch, "wrong"))).toEqual([]);
  });

  test("that the disk has no place for fails with what is kept and what to do", async () => {
    // A file may have 512 blocks of 512 bytes: to the program the same as a disk that is full.
    const { exitCode, stderr } = await fetching(join(scratch, "limited"), { shell: "ulimit -f 512;" });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /the cache cannot be used\n[\s\S]*size that is allowed\n {2}kept: {5}\d+ of 9912422 bytes\n/,
    );
    expect(stderr).not.toContain("unexpected error");
  });

  test.each([
    ["below a file", join(scratch, "table.csv"), /part of the path is a file[\s\S]*to do: .*XDG_CACHE_HOME/],
    ["in /proc, where no folder can be made", "/proc/self", /cannot be made[\s\S]*to do: .*XDG_CACHE_HOME/],
  ])("is not fetched to a cache %s, and the program says so", async (_, home, message) => {
    const result = await fetching(home);
    expect(result).toMatchObject({ exitCode: 1, stdout: "" });
    expect(result.stderr).toMatch(message);
  });

  test("of another name is wrong usage", async () => {
    const { exitCode, stderr } = await commandLine(["data", "fetch", "imagenet"], { environment });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/imagenet[\s\S]*mnist, fashion-mnist, kmnist, cifar10/);
  });
});

describe("a cache that is of no use", () => {
  // Node's recursive mkdir never comes back from /proc.
  test("is said to be so, and the run goes on without", async () => {
    const options = ["run", ...onSwiftShader, ...small.filter((option) => option !== "--quiet"), "--no-report"];
    const environment = { XDG_CACHE_HOME: "/proc/self" };
    const { exitCode, stderr } = await commandLine([...options, "--out", join(scratch, "out/cacheless")], {
      environment,
    });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^cache not written, so the next run parses the digits again: .*no such file or directory/m);
  });
});
