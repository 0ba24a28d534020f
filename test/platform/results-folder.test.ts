import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunError, UsageError } from "../../src/core/errors.ts";
import { ownMark } from "../../src/platform/node/process-mark.ts";
import { openReportFolder, openResultsFolder } from "../../src/platform/node/results-folder.ts";

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), "results-folder-"));
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

/** Every file below the scratch folder but the claims of open folders, sorted. */
async function filesThere(): Promise<string[]> {
  const entries = await readdir(scratch, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith(".claim-"));
  return files.map((entry) => join(entry.parentPath, entry.name).slice(scratch.length + 1)).sort();
}

async function fault(promise: Promise<unknown>): Promise<RunError | UsageError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RunError || error instanceof UsageError) return error;
  throw new Error(`expected a RunError or UsageError, got ${String(error)}`);
}

const oldReport = [
  "report.html",
  "summary.csv",
  "claims.json",
  "report.html.partial",
  "figures/figure-1.svg",
  "figures/figure-1.vl.json",
  "figures/study-2-figure-7.svg",
  "figures/figure-2.svg.partial",
];

/** Leaves the files of an earlier run, and one that is none of ours. */
async function leaveOldResults(folder: string): Promise<void> {
  await mkdir(join(folder, "models"), { recursive: true });
  const names = [
    "study.json",
    "neurons.csv",
    "histograms.csv",
    "curves.csv",
    "orders.csv",
    "curves.csv.partial",
    "notes.txt",
  ];
  await mkdir(join(folder, "figures"), { recursive: true });
  const models = ["models/repeat-000.safetensors", "models/repeat-007.safetensors", "models/mine.txt"];
  for (const name of [...names, ...models, ...oldReport, "figures/mine.svg"])
    await writeFile(join(folder, name), "old");
}

describe("opening a folder for results", () => {
  it("makes it with its parents and leaves nothing in it", async () => {
    const sink = await openResultsFolder(join(scratch, "a/b"), { force: false });
    expect(sink.label).toBe(join(scratch, "a/b"));
    expect(await readdir(join(scratch, "a"))).toStrictEqual(["b"]);
    sink[Symbol.dispose]();
    expect(await readdir(join(scratch, "a/b"))).toStrictEqual([]);
  });

  it("accepts one that is there and empty", async () => {
    await expect(openResultsFolder(scratch, { force: false })).resolves.toBeDefined();
  });

  it("refuses one that is not empty as wrong usage, and says how to go on", async () => {
    await writeFile(join(scratch, "notes.txt"), "mine");
    const error = await fault(openResultsFolder(scratch, { force: false }));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(/not empty\n.*\n.*notes\.txt\n.*--force/);
    expect(await filesThere()).toStrictEqual(["notes.txt"]);
  });

  it("refuses a path that is a file or goes through one", async () => {
    await writeFile(join(scratch, "file"), "");
    for (const path of ["file", "file/below"]) {
      for (const force of [false, true]) {
        const error = await fault(openResultsFolder(join(scratch, path), { force }));
        expect(error).toBeInstanceOf(RunError);
        expect(error.fault).toMatchObject({ where: join(scratch, path), found: expect.stringContaining("is a file") });
        expect(error.fault.fix).toContain("--out");
      }
    }
  });

  it("refuses one that cannot be made", async () => {
    const error = await fault(openResultsFolder("/proc/results", { force: false }));
    expect(error).toBeInstanceOf(RunError);
    expect(error.message).toMatch(/\/proc\/results: .*\n.*a folder that can be written to\n/);
  });

  it("refuses a link that leads nowhere, and takes one that leads to a folder for that folder", async () => {
    await symlink(join(scratch, "nowhere"), join(scratch, "dangling"));
    const error = await fault(openResultsFolder(join(scratch, "dangling"), { force: false }));
    expect(error.fault).toMatchObject({
      where: join(scratch, "dangling"),
      found: "a symbolic link that leads nowhere",
    });
    await mkdir(join(scratch, "real"));
    await symlink(join(scratch, "real"), join(scratch, "link"));
    using _ = await openResultsFolder(join(scratch, "link"), { force: false });
    expect((await fault(openResultsFolder(join(scratch, "real"), { force: true }))).fault.what).toMatch(
      /another process/,
    );
  });
});

describe("writing a result", () => {
  it("puts text and bytes under the final name, in a folder of its own where it has one", async () => {
    const sink = await openResultsFolder(scratch, { force: false });
    await sink.write({ name: "neurons.csv", chunks: ["a,b\n", "1,ü\n"] });
    await sink.write({ name: "models/repeat-000.safetensors", chunks: [Uint8Array.of(1, 2), Uint8Array.of(255)] });
    expect(await readFile(join(scratch, "neurons.csv"), "utf8")).toBe("a,b\n1,ü\n");
    expect([...(await readFile(join(scratch, "models/repeat-000.safetensors")))]).toStrictEqual([1, 2, 255]);
    expect(await filesThere()).toStrictEqual(["models/repeat-000.safetensors", "neurons.csv"]);
  });

  it("shows no final name before the last chunk is written", async () => {
    const sink = await openResultsFolder(scratch, { force: false });
    const seen: Promise<string[]>[] = [];
    function* chunks() {
      yield "first";
      seen.push(filesThere());
      yield "last";
    }
    await sink.write({ name: "curves.csv", chunks: chunks() });
    expect(await Promise.all(seen)).toStrictEqual([[expect.stringMatching(/^curves\.csv\..+\.partial$/)]]);
    expect(await readFile(join(scratch, "curves.csv"), "utf8")).toBe("firstlast");
  });

  it("says which file could not be written, and leaves nothing of it", async () => {
    const sink = await openResultsFolder(scratch, { force: false });
    await mkdir(join(scratch, "curves.csv/below"), { recursive: true });
    const error = await fault(sink.write({ name: "curves.csv", chunks: ["a", "b"] }));
    expect(error).toBeInstanceOf(RunError);
    expect(error.fault).toMatchObject({ what: "results cannot be written", where: join(scratch, "curves.csv") });
    expect(await filesThere()).toStrictEqual([]);
    expect(sink.written.size).toBe(0);
  });

  it("tells what has been written, and what of it somebody removed", async () => {
    const sink = await openResultsFolder(join(scratch, "out"), { force: false });
    await sink.write({ name: "neurons.csv", chunks: ["ab", Uint8Array.of(99)] });
    const sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    expect([...sink.written]).toStrictEqual([["neurons.csv", { bytes: 3, sha256 }]]);
    expect(await sink.lost()).toStrictEqual([]);
    await rm(join(scratch, "out"), { recursive: true });
    expect(await sink.lost()).toStrictEqual(["neurons.csv"]);
    await sink.write({ name: "study.json", chunks: ["x"] });
    expect(await filesThere()).toStrictEqual(["out/study.json"]);
    expect((await fault(openResultsFolder(join(scratch, "out"), { force: true }))).fault.what).toMatch(
      /another process/,
    );
  });

  it("passes on an error of the content as it is, and leaves nothing of the file", async () => {
    const sink = await openResultsFolder(scratch, { force: false });
    const cause = new Error("no such number");
    function* chunks() {
      yield "first";
      throw cause;
    }
    await expect(sink.write({ name: "study.json", chunks: chunks() })).rejects.toBe(cause);
    expect(await filesThere()).toStrictEqual([]);
  });

  it("keeps an earlier whole file when the new one fails", async () => {
    const sink = await openResultsFolder(scratch, { force: false });
    await sink.write({ name: "study.json", chunks: ["whole"] });
    function* chunks() {
      yield "half";
      throw new RunError({ what: "no more" });
    }
    await fault(sink.write({ name: "study.json", chunks: chunks() }));
    expect(await readFile(join(scratch, "study.json"), "utf8")).toBe("whole");
  });
});

describe("with force", () => {
  const foreign = ["figures/mine.svg", "models/mine.txt", "notes.txt"];

  it("earlier results stay until there are new ones", async () => {
    await leaveOldResults(scratch);
    const before = await filesThere();
    await openResultsFolder(scratch, { force: true });
    expect(await filesThere()).toStrictEqual(before.filter((name) => !name.endsWith(".partial")));
  });

  it("no earlier result is left beside the new ones, and other files stay", async () => {
    await leaveOldResults(scratch);
    const sink = await openResultsFolder(scratch, { force: true });
    await Promise.all([
      sink.write({ name: "neurons.csv", chunks: ["new"] }),
      sink.write({ name: "models/repeat-000.safetensors", chunks: ["new"] }),
    ]);
    expect(await filesThere()).toStrictEqual([...foreign, "models/repeat-000.safetensors", "neurons.csv"].sort());
    expect(await readFile(join(scratch, "neurons.csv"), "utf8")).toBe("new");
  });

  it("study.json is gone even when the first new file cannot be written", async () => {
    await leaveOldResults(scratch);
    const sink = await openResultsFolder(scratch, { force: true });
    await mkdir(join(scratch, "blocked.csv/below"), { recursive: true });
    const error = await fault(sink.write({ name: "blocked.csv", chunks: ["new"] }));
    expect(error.fault.where).toBe(join(scratch, "blocked.csv"));
    expect(await filesThere()).toStrictEqual(foreign);
  });

  it.each(["models", "figures"])("a file in the place of the %s folder is found when opened", async (name) => {
    await writeFile(join(scratch, name), "");
    const error = await fault(openResultsFolder(scratch, { force: true }));
    expect(error.fault).toMatchObject({ where: join(scratch, name) });
  });
});

describe("a folder for a report", () => {
  it("is made where it is missing", async () => {
    await (await openReportFolder(join(scratch, "a/b"))).write({ name: "report.html", chunks: ["new"] });
    expect(await filesThere()).toStrictEqual(["a/b/report.html"]);
  });

  it("loses the earlier report with the first new file, and nothing else", async () => {
    await leaveOldResults(scratch);
    const before = await filesThere();
    const sink = await openReportFolder(scratch);
    const whole = before.filter((name) => !name.endsWith(".partial"));
    expect(await filesThere()).toStrictEqual(whole);
    await sink.write({ name: "figures/figure-3.svg", chunks: ["new"] });
    await sink.write({ name: "report.html", chunks: ["new"] });
    const kept = whole.filter((name) => !oldReport.includes(name));
    expect(await filesThere()).toStrictEqual([...kept, "figures/figure-3.svg", "report.html"].sort());
  });

  it("that cannot be written to is refused before anything is computed", async () => {
    await writeFile(join(scratch, "file"), "");
    const error = await fault(openReportFolder(join(scratch, "file")));
    expect(error.fault).toMatchObject({ where: join(scratch, "file") });
  });
});

describe("a folder with complete results", () => {
  /** A claim of a process that has ended. */
  const deadClaim = () =>
    JSON.stringify({ run: "r", ...ownMark, start: ownMark.start - 1, host: "here", since: "2026-01-01T00:00:00.000Z" });
  const again = () => openResultsFolder(scratch, { force: false, again: true });

  it("is taken where that is asked for, and nothing in it is touched until it is cleared up", async () => {
    for (const name of ["study.json", "curves.csv", "curves.csv.partial", "notes.txt"]) {
      await writeFile(join(scratch, name), "old");
    }
    expect((await fault(openResultsFolder(scratch, { force: false }))).message).toContain("not empty");
    const before = await filesThere();
    using folder = await again();
    expect(folder.isComplete).toBe(true);
    expect(await filesThere()).toEqual(before);
    await folder.clearUp();
    expect(await filesThere()).toEqual(before.filter((name) => !name.endsWith(".partial")));
  });

  it("is abandoned where a kill has left a claim or parts, and not where its last owner has given it back", async () => {
    await writeFile(join(scratch, "study.json"), "old");
    for (let time = 0; time < 2; time++) {
      using folder = await again();
      expect(await folder.isAbandoned()).toBe(false);
    }
    await writeFile(join(scratch, ".claim-1"), deadClaim());
    {
      using folder = await again();
      expect(await folder.isAbandoned()).toBe(true);
    }
    await mkdir(join(scratch, "parts"));
    await writeFile(join(scratch, "parts/study.part"), "old");
    using folder = await again();
    expect(await folder.isAbandoned()).toBe(true);
    await folder.clearUp();
    expect(await folder.isAbandoned()).toBe(false);
    expect(await filesThere()).toEqual(["study.json"]);
  });

  it("without study.json is one that was being copied, where that is said", async () => {
    await writeFile(join(scratch, "curves.csv"), "old");
    expect((await fault(openResultsFolder(scratch, { force: false }))).message).toContain("not empty");
    using folder = await openResultsFolder(scratch, { force: false, copied: true });
    await folder.write({ name: "orders.csv", chunks: ["new"] });
    expect(await filesThere()).toEqual(["orders.csv"]);
  });
});
