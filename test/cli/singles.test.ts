/** `--singles`, `--open` and what is said around a run, in the tiniest study. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { commandLine, onSwiftShader } from "../support/command-line.ts";
import { tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();
const study = "--data tiny --hidden 7,5 --epochs 1 --repeats 2 --random-draws 1 --stride 4 --modes mean".split(" ");

const run = (out: string, ...more: string[]) =>
  commandLine(["run", "--out", out, ...study, ...onSwiftShader, ...more], { folder: scratch });
const linesOf = (...path: string[]) =>
  readFileSync(join(scratch, ...path), "utf8")
    .trimEnd()
    .split("\n");

beforeAll(() => {
  writeFolder(scratch, "tiny", tinyIdxFiles());
});

describe("neurons removed alone", () => {
  test("are at most so many of each layer; analyze of the same networks removes the same; the report says so", async () => {
    const { exitCode, stderr } = await run("some", "--singles", "6");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(stderr).toMatch(/^work: {4}training +2 epochs +under 10 s$/m);
    expect(stderr).toMatch(/^ {9}single removals +26 evaluations /m);
    expect(stderr).toMatch(/^ {9}in all .*: an estimate, from short trials on this adapter$/m);
    expect(stderr.trimEnd().split("\n").at(-1)).toBe("report:  some/report.html");
    const rows = linesOf("some", "single.csv").slice(1);
    const places = rows.map((row) => row.split(",").slice(0, 3).map(Number));
    for (const repeat of [0, 1]) {
      const of = (layer: number) =>
        places.filter(([r, l]) => r === repeat && l === layer).map(([, , neuron]) => neuron);
      expect(of(1).length).toBe(6);
      expect(of(2)).toEqual([0, 1, 2, 3, 4]);
    }
    expect(JSON.parse(readFileSync(join(scratch, "some/study.json"), "utf8")).config.singles).toBe(6);
    const page = readFileSync(join(scratch, "some/report.html"), "utf8");
    expect(page).toContain("at most 6 were removed alone, drawn at random (--singles 6)");
    const models = [0, 1].map((repeat) => `some/models/repeat-00${repeat}.safetensors`);
    const again = ["--data", "tiny", "--random-draws", "1", "--stride", "4", "--modes", "mean", "--singles", "6"];
    const analyzed = await commandLine(
      ["analyze", ...models, "--out", "again", ...again, ...onSwiftShader, "--quiet"],
      {
        folder: scratch,
      },
    );
    expect(analyzed).toMatchObject({ exitCode: 0, stderr: "" });
    expect(linesOf("again", "single.csv")).toEqual(linesOf("some", "single.csv"));
  });

  test("can be none: no file, no evaluation, and the report names what it lacks", async () => {
    const { exitCode, stderr } = await run("none", "--singles", "none");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(existsSync(join(scratch, "none/single.csv"))).toBe(false);
    expect(stderr).not.toContain("single removals");
    expect(stderr).toContain(
      "missing: none/single.csv (the study was made with --singles none); left out: figures 5 and 6",
    );
    const forced = await run("some", "--singles", "none", "--force", "--quiet");
    expect(forced).toMatchObject({ exitCode: 0, stderr: "" });
    expect(existsSync(join(scratch, "some/single.csv"))).toBe(false);
  });
});

describe("--open", () => {
  const withoutDesktop = { XDG_CURRENT_DESKTOP: "", XDG_DATA_DIRS: "/nonexistent", XDG_DATA_HOME: "/nonexistent" };

  test("opens the report in the browser", async () => {
    const browser = join(scratch, "browser.sh");
    writeFileSync(browser, `#!/bin/sh\nprintf %s "$1" > ${join(scratch, "opened")}\n`);
    chmodSync(browser, 0o755);
    const { exitCode, stderr } = await commandLine(["report", "none", "--open"], {
      folder: scratch,
      // No desktop, which would have a default of its own.
      environment: { ...withoutDesktop, BROWSER: browser, DISPLAY: ":0" },
    });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(scratch, "opened"), "utf8")).toMatch(/none\/report\.html$/);
  });

  test("says so where no browser can be started, and the report is there", async () => {
    const { exitCode, stderr } = await commandLine(["report", "none", "--open"], {
      folder: scratch,
      environment: { ...withoutDesktop, BROWSER: "/no/such/browser", DISPLAY: "", WAYLAND_DISPLAY: "" },
    });
    expect(exitCode).toBe(0);
    expect(stderr).toContain("no browser could be started");
  });

  test("needs a report", async () => {
    const { exitCode, stderr } = await run("closed", "--open", "--no-report");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--open opens the report, and --no-report makes none");
  });
});
