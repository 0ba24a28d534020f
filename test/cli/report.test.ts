/** `gpu-importance report`, from folders of results to folders with a report, and what it says where that cannot be. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { resultFiles } from "../../src/report/files/result-files.ts";
import { madeUpStudy, withLine } from "../report/made-up-study.ts";
import { commandLine, type Finished, onSwiftShader, root } from "../support/command-line.ts";
import { tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();

function writeResults(name: string, study = madeUpStudy({ repeats: 3 })): string {
  const folder = join(scratch, name);
  mkdirSync(join(folder, "models"), { recursive: true });
  for (const { name: file, chunks } of resultFiles(study))
    writeFileSync(join(folder, file), Buffer.concat([...chunks].map((chunk) => Buffer.from(chunk))));
  return folder;
}

const report = (...args: string[]): Promise<Finished> => commandLine(["report", ...args], { folder: scratch });

/** Environment in which loading a package fails. */
function refusing(name: string): Record<string, string> {
  const preload = pathToFileURL(join(root, "test/support/refuse-package.mjs")).href;
  return { NODE_OPTIONS: `--import ${preload}`, REFUSE_PACKAGE: name };
}

const pageOf = (folder: string) => readFileSync(join(scratch, folder, "report.html"), "utf8");

beforeAll(() => {
  writeResults("one");
});

describe("a report of one study", () => {
  test("goes beside the results, which stay as they are, and is the same each time", async () => {
    const before = filesBelow(join(scratch, "one"));
    const results = before.map((name) => readFileSync(join(scratch, "one", name), "latin1"));
    const stderr = "report:  one/report.html\n";
    expect(await report("one")).toEqual({ exitCode: 0, signal: null, stdout: "", stderr });
    const added = filesBelow(join(scratch, "one")).filter((name) => !before.includes(name));
    expect(added).toEqual(
      expect.arrayContaining(["claims.json", "report.html", "summary.csv", "figures/figure-4.svg"]),
    );
    for (const name of added)
      expect(name).toMatch(/^(claims\.json|report\.html|summary\.csv|figures\/(figure-\d|answer)\.(svg|vl\.json))$/);
    expect(before.map((name) => readFileSync(join(scratch, "one", name), "latin1"))).toEqual(results);
    const first = added.map((name) => readFileSync(join(scratch, "one", name), "utf8"));
    expect((await report("one", "--quiet")).stderr).toBe("");
    expect(added.map((name) => readFileSync(join(scratch, "one", name), "utf8"))).toEqual(first);
  });

  test("replaces an earlier report, so that no figure of it is left", async () => {
    const folder = writeResults("again");
    mkdirSync(join(folder, "figures"));
    writeFileSync(join(folder, "figures/figure-9.svg"), "old");
    writeFileSync(join(folder, "figures/mine.svg"), "mine");
    expect((await report("again")).exitCode).toBe(0);
    expect(filesBelow(folder)).toContain("figures/mine.svg");
    expect(filesBelow(folder)).not.toContain("figures/figure-9.svg");
  });

  test("goes where --out says, and leaves the results alone", async () => {
    const folder = writeResults("apart");
    const before = filesBelow(folder);
    expect(await report("apart", "--out", "new/place")).toMatchObject({
      exitCode: 0,
      stderr: "report:  new/place/report.html\n",
    });
    expect(filesBelow(folder)).toEqual(before);
    expect(filesBelow(join(scratch, "new/place"))).toContain("report.html");
  });

  test("says what is missing on stderr and in the page, and reports the rest", async () => {
    const folder = writeResults("parts");
    for (const name of ["study.json", "single.csv"]) rmSync(join(folder, name));
    const { exitCode, stderr } = await report("parts");
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^missing: parts\/study\.json \(not in the folder\); left out: figures 5, 6 and 7/m);
    expect(stderr).toMatch(/^missing: parts\/single\.csv /m);
    const page = pageOf("parts");
    expect(page).toContain("<strong>study.json</strong>: not in the folder.");
    expect(page).toContain('id="figure-4"');
    expect(page).not.toContain("gpu-importance run");
  });

  test("needs no GPU: nothing of it loads webgpu, while doctor does", async () => {
    const environment = refusing("webgpu");
    expect((await commandLine(["report", "one"], { folder: scratch, environment })).exitCode).toBe(0);
    const doctor = await commandLine(["doctor"], { folder: scratch, environment });
    expect(doctor.exitCode).toBe(1);
    expect(doctor.stdout + doctor.stderr).toContain("refused: webgpu");
  });
});

describe("a report of several studies", () => {
  test("needs a folder of its own", async () => {
    writeResults("two");
    const { exitCode, stdout, stderr } = await report("one", "two");
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/--out <folder>\n.*2 folders.*\n {2}to do: {4}gpu-importance report one two --out/);
  });

  test("shows them side by side, with the figures of each", async () => {
    writeResults("tanh", madeUpStudy({ repeats: 3, activation: "tanh" }));
    expect((await report("one", "tanh", "--out", "both")).exitCode).toBe(0);
    const files = filesBelow(join(scratch, "both"));
    expect(files).toEqual(expect.arrayContaining(["figures/study-1-figure-4.svg", "figures/study-2-figure-4.vl.json"]));
    expect(files).not.toContain("figures/figure-4.svg");
    const page = pageOf("both");
    for (const name of ["one", "tanh"]) expect(page).toContain(`<h3>${name}</h3>`);
    expect(page.match(/gpu-importance run /g)).toHaveLength(2);
    expect(readFileSync(join(scratch, "both/summary.csv"), "utf8")).toMatch(/^study,.*\none,/);
  });
});

test("folders of the same name are told apart by their paths", async () => {
  writeResults("here/study");
  writeResults("there/study");
  expect((await report("here/study", "there/study", "--out", "namesakes")).exitCode).toBe(0);
  const page = pageOf("namesakes");
  for (const name of ["here/study", "there/study"]) expect(page).toContain(`<h3>${name}</h3>`);
});

describe("a report that cannot be made", () => {
  const damages: readonly (readonly [string, (text: string) => string, RegExp])[] = [
    [
      "curves.csv",
      (text) => withLine(text, 4, (line) => line.replace(/,\d+,/, ",x,")),
      /broken\/curves\.csv, line 4: /,
    ],
    ["neurons.csv", (text) => text.slice(0, -5), /broken\/neurons\.csv, line \d+: the file is cut off/],
    ["study.json", (text) => text.replace('"sigmoid"', '"step"'), /broken\/study\.json: .*activation/],
  ];
  test.each(damages)("because %s is damaged: file and line, exit code 1, no report", async (name, change, message) => {
    const folder = join(scratch, "broken");
    cpSync(join(scratch, "two"), folder, { recursive: true });
    writeFileSync(join(folder, name), change(readFileSync(join(folder, name), "utf8")));
    const { exitCode, stdout, stderr } = await report("broken");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^ {2}to do: /m);
    expect(stderr).not.toMatch(/unexpected error|\n {4}at /);
    expect(filesBelow(folder)).not.toContain("report.html");
    rmSync(folder, { recursive: true });
  });

  test.each([
    ["nowhere", /nowhere: there is nothing at this path/],
    ["nothing", /nothing: there are no results in this folder\n.*study\.json.*\n.*notes\.txt/],
    ["one/study.json", /study\.json: this is not a folder/],
  ])("because %s is no folder of results", async (folder, message) => {
    mkdirSync(join(scratch, "nothing"), { recursive: true });
    writeFileSync(join(scratch, "nothing/notes.txt"), "");
    const { exitCode, stderr } = await report(folder);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
  });
});

describe("the report at the end of a run", () => {
  const small = ["--hidden", "4", "--repeats", "2", "--epochs", "1", "--random-draws", "1"];
  const run = (out: string, ...more: string[]) =>
    commandLine(["run", "--data", "tiny", "--out", out, ...onSwiftShader, ...small, ...more], { folder: scratch });
  beforeAll(() => {
    writeFolder(scratch, "tiny", tinyIdxFiles());
  });

  test("is the one that report makes later", async () => {
    expect((await run("whole")).exitCode).toBe(0);
    const page = pageOf("whole");
    expect((await report("whole")).exitCode).toBe(0);
    expect(pageOf("whole") === page).toBe(true);
  });

  test("is left out with --no-report", async () => {
    const { exitCode, stderr } = await run("plain", "--no-report");
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain("report");
    expect(filesBelow(join(scratch, "plain"))).not.toContain("report.html");
  });

  test("loses no results where it fails, and says what to do", async () => {
    const args = ["run", "--data", "tiny", "--out", "cramped", ...onSwiftShader, ...small];
    // Half a megabyte a file is enough for results, but not for the page.
    const { exitCode, stdout, stderr } = await commandLine(args, { folder: scratch, shell: "ulimit -f 1000;" });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^(warning: .*?\n\n)?Too few networks to tell: .*\n\nAccuracy of the intact/s);
    expect(stderr).toMatch(/^results in cramped after /m);
    expect(stderr).toMatch(/^gpu-importance: cramped\/report\.html: results cannot be written$/m);
    expect(stderr).toMatch(/^ {2}kept: {5}all results in cramped; gpu-importance report cramped makes/m);
    expect(filesBelow(join(scratch, "cramped"))).toEqual(expect.arrayContaining(["study.json", "curves.csv"]));
    expect((await report("cramped")).exitCode).toBe(0);
  });
});

test("no other command loads Vega", async () => {
  const environment = refusing("vega");
  for (const args of [["--help"], ["run", "--help"], ["report", "--help"], ["doctor", ...onSwiftShader]]) {
    expect((await commandLine(args, { folder: scratch, environment })).exitCode, args.join(" ")).toBe(0);
  }
  const { exitCode, stderr } = await commandLine(["report", "one"], { folder: scratch, environment });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("refused: vega");
});
