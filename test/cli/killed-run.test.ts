/** Runs that are ended from outside: what lies under a final name is whole, and study.json is not there. */
import { existsSync, readFileSync, watch } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { StudyConfig } from "../../src/core/study.ts";
import { unsealed } from "../../src/study/sealed-part.ts";
import { commandLine, finish, onSwiftShader, type RunningProgram, start } from "../support/command-line.ts";
import { tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";
import { tinyConfig } from "../support/tiny-study.ts";
import { expectedRows, readCsvTable, readResults, readSafetensors } from "../support/written-results.ts";

const scratch = scratchFolder();
beforeAll(() => {
  writeFolder(scratch, "tiny", tinyIdxFiles());
});

/** Large tables and a long sweep from little training, so that there is time to hit. */
const config: StudyConfig = { ...tinyConfig, repeats: 2, hidden: [60, 60], scopes: ["network"], randomDraws: 300 };
const large = "--hidden 60,60 --repeats 2 --epochs 1 --scopes network --random-draws 300".split(" ");
const argsTo = (out: string) => ["run", "--data", "tiny", "--out", out, "--no-report", ...onSwiftShader];

/** Resolves when the program has written such a line to stderr. */
function line(running: RunningProgram, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = "";
    running.stderr.on("data", (chunk) => {
      text += chunk;
      if (pattern.test(text)) resolve();
    });
    running.once("close", () => reject(new Error(`no ${pattern} on stderr: ${text}`)));
  });
}

/** Resolves when the first file appears whose name begins so, temporary or final, in the folder that the program makes. */
function file(running: RunningProgram, folder: string, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    running.once("close", () => reject(new Error(`${name} has not appeared`)));
    line(running, /^data:/m).then(() => {
      const watcher = watch(folder, (_, changed) => {
        if (!changed?.startsWith(name)) return;
        watcher.close();
        resolve();
      });
    }, reject);
  });
}

/** Every file that has its final name is complete. */
async function expectWhole(folder: string): Promise<void> {
  const rows = expectedRows(config);
  for (const name of filesBelow(folder).filter((path) => !/\.partial$|^\.claim-/.test(path))) {
    const path = join(folder, name);
    const table = /^(neurons|curves|orders)\.csv$/.exec(name)?.[1] as keyof typeof rows | undefined;
    if (table !== undefined) expect(readCsvTable(path).rows.length, name).toBe(rows[table]);
    else if (name.endsWith(".safetensors")) {
      const { shapes, dataBytes } = readSafetensors(path);
      const elements = Object.values(shapes).map((shape) => shape.reduce((product, size) => product * size, 1));
      expect(dataBytes, name).toBe(4 * elements.reduce((sum, value) => sum + value, 0));
    } else if (name.startsWith("parts/")) {
      expect(await unsealed(basename(name, ".part"), readFileSync(path)), name).toBeInstanceOf(Uint8Array);
    } else expect.unreachable(`${name} must not be there`);
  }
}

type Moment = (running: RunningProgram, folder: string) => Promise<void>;
const moments: readonly (readonly [name: string, out: string, moment: Moment, present: readonly string[]])[] = [
  ["while it trains", "training", (running) => line(running, /^adapter:/m), []],
  [
    "after it has trained",
    "trained",
    (running) => line(running, /^training: \d+ epochs in /m),
    ["models/repeat-000.safetensors"],
  ],
  ["while it writes a table", "writing", (running, folder) => file(running, folder, "orders.csv"), ["neurons.csv"]],
  [
    "while it ablates",
    "ablating",
    (running) => line(running, /^measuring: \d+ networks in /m),
    ["neurons.csv", "orders.csv"],
  ],
];

describe("a run that is killed", () => {
  test.each(moments)("%s leaves no half of a file under a final name", async (_, out, moment, present) => {
    const folder = join(scratch, out);
    const running = start([...argsTo(out), ...large], { folder: scratch });
    await moment(running, folder);
    running.kill("SIGKILL");
    expect(await finish(running)).toMatchObject({ signal: "SIGKILL", stdout: "" });
    expect(existsSync(join(folder, "study.json"))).toBe(false);
    expect(filesBelow(folder)).toEqual(expect.arrayContaining([...present]));
    await expectWhole(folder);
  });

  test("leaves a folder that a forced run completes, without remains", async () => {
    const small = ["--hidden", "4", "--repeats", "1", "--epochs", "1", "--force", "--quiet"];
    expect(await commandLine([...argsTo("writing"), ...small], { folder: scratch })).toMatchObject({ exitCode: 0 });
    const models = ["models/repeat-000.safetensors"];
    expect(filesBelow(join(scratch, "writing"))).toEqual([
      "curves.csv",
      ...models,
      "neurons.csv",
      "orders.csv",
      "single.csv",
      "study.json",
    ]);
    expect(readResults(join(scratch, "writing")).study.config.hidden).toEqual([4]);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("by %s ends by that signal, and leaves no empty folder", async (signal) => {
    const running = start([...argsTo(signal), ...large], { folder: scratch });
    await line(running, /^adapter:/m);
    running.kill(signal);
    expect(await finish(running)).toMatchObject({ exitCode: null, signal, stdout: "" });
    expect(existsSync(join(scratch, signal))).toBe(false);
  });
});
