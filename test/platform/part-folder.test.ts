/** What a folder of parts does beside what all stores do (test/core/part-store.test.ts). */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { RunError } from "../../src/core/errors.ts";
import { PartFolder } from "../../src/platform/node/part-folder.ts";
import { openResultsFolder } from "../../src/platform/node/results-folder.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();
let made = 0;
const newPath = () => join(scratch, `${++made}`);
const bytesOf = (text: string) => new TextEncoder().encode(text);
const name = (letter: string) => `network-000-${letter.repeat(64)}`;

describe("parts in a folder", () => {
  test("are whole whoever reads while several write them, and nothing else is left", async () => {
    const path = newPath();
    const content = new Uint8Array(2e6).fill(7);
    const writers = Array.from({ length: 8 }, () => new PartFolder(path).write(name("a"), content));
    const reader = new PartFolder(path);
    let reads = 0;
    let isDone = false;
    const all = Promise.all(writers).then(() => {
      isDone = true;
    });
    while (!isDone) {
      const read = await reader.read(name("a"));
      if (read !== undefined) reads += Number(Buffer.compare(read, content) === 0 || expect.unreachable("half a part"));
    }
    await all;
    expect(reads).toBeGreaterThan(0);
    expect(readdirSync(path)).toEqual([`${name("a")}.part`]);
  });

  test("are told from what else lies there, which stays when they are removed", async () => {
    const path = newPath();
    const folder = new PartFolder(path);
    await folder.write(name("a"), bytesOf("one"));
    writeFileSync(join(path, "notes.txt"), "mine");
    writeFileSync(join(path, "Mine.part"), "mine");
    expect(await folder.list()).toEqual([{ name: name("a"), bytes: 3 }]);
    await folder.clear();
    expect(readdirSync(path).toSorted()).toEqual(["Mine.part", "notes.txt"]);
  });

  test("go with their folder, and it need not be there", async () => {
    const path = newPath();
    mkdirSync(path);
    const folder = new PartFolder(join(path, "parts"));
    await folder.clear();
    await folder.write(name("a"), bytesOf("one"));
    await folder.clear();
    expect(readdirSync(path)).toEqual([]);
  });

  test("that cannot be written are an error that names the file", async () => {
    const path = newPath();
    writeFileSync(path, "a file");
    const write = new PartFolder(join(path, "parts")).write(name("a"), bytesOf("one"));
    const error = await write.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RunError);
    expect((error as RunError).fault).toMatchObject({
      what: "results cannot be written",
      where: join(path, "parts", `${name("a")}.part`),
    });
  });

  test("that a killed process was writing are no parts, and go with the next that opens the folder of results", async () => {
    const path = newPath();
    const program = `
      const { stageFile } = await import(${JSON.stringify(join(import.meta.dirname, "../../src/platform/node/atomic-file.ts"))});
      await stageFile(${JSON.stringify(join(path, "parts", `${name("a")}.part`))}, ["half"]);
      process.kill(process.pid, "SIGKILL");
    `;
    const { signal } = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", program]);
    expect(signal).toBe("SIGKILL");
    const folder = new PartFolder(join(path, "parts"));
    await folder.write(name("b"), bytesOf("whole"));
    expect(filesBelow(path)).toHaveLength(2);
    expect(await folder.list()).toEqual([{ name: name("b"), bytes: 5 }]);
    using results = await openResultsFolder(path, { force: false });
    expect(filesBelow(path).filter((file) => !file.startsWith("."))).toEqual([`parts/${name("b")}.part`]);
    expect(await results.parts.list()).toHaveLength(1);
  });
});

test("a folder of results with files of somebody else among its parts is not empty", async () => {
  const path = newPath();
  mkdirSync(join(path, "parts"), { recursive: true });
  writeFileSync(join(path, "parts/notes.txt"), "mine");
  await expect(openResultsFolder(path, { force: false })).rejects.toThrow(/not empty/);
  expect(readFileSync(join(path, "parts/notes.txt"), "utf8")).toBe("mine");
});

test("the folder of a study that was begun is gone on with; one that is finished, or has another's file, is not empty", async () => {
  const path = newPath();
  const put = (name: string) => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), "begun");
  };
  for (const file of ["parts/study.part", "neurons.csv", "models/repeat-000.safetensors"]) put(file);
  {
    using results = await openResultsFolder(path, { force: false });
    // What the earlier run wrote goes when the first file of this one comes.
    await results.write({ name: "models/repeat-001.safetensors", chunks: ["new"] });
    const files = filesBelow(path).filter((file) => !file.startsWith("."));
    expect(files).toEqual(["models/repeat-001.safetensors", "parts/study.part"]);
  }
  put("notes.txt");
  await expect(openResultsFolder(path, { force: false })).rejects.toThrow(/not empty/);
  rmSync(join(path, "notes.txt"));
  put("study.json");
  await expect(openResultsFolder(path, { force: false })).rejects.toThrow(/not empty/);
});
