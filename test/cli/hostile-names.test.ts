/** Names out of files, as terminals, reports and files for programs get them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { createProgressDisplay } from "../../src/cli/display/progress-display.ts";
import { progressBar, progressLine } from "../../src/cli/display/progress-text.ts";
import { describeAdapter } from "../../src/core/adapter-text.ts";
import { RunError, UsageError } from "../../src/core/errors.ts";
import { wrapped } from "../../src/core/wrapped-text.ts";
import { openData } from "../../src/data/open-data.ts";
import { readModel } from "../../src/models/read-model.ts";
import { encodeTensors } from "../../src/models/safetensors.ts";
import { alignedTable } from "../../src/report/tables/aligned-table.ts";
import { commandLine, onSwiftShader } from "../support/command-line.ts";
import { npy, npz, png } from "../support/data-files.ts";
import { endless, expectShowable, hostileUtf8 } from "../support/hostile-text.ts";
import { type Files, memoryFolder } from "../support/memory-folder.ts";
import { modelFiles } from "../support/model-files.ts";
import { constant, node, onnxBytes } from "../support/onnx-model.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";
import { tfjsFiles } from "../support/tfjs-model.ts";

/** A stream that keeps what was written. */
function kept() {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text) > 0, isTTY: false } as unknown as NodeJS.WritableStream;
  return { stream, text: () => written.join("") };
}

/** What reading says, in the way in which commands show it: notes, or the refusal. */
async function told(reading: Promise<{ readonly notes?: readonly string[]; readonly classNames?: readonly string[] }>) {
  const { stream, text } = kept();
  const display = createProgressDisplay({ stream, quiet: false, clock: () => 0 });
  try {
    const { notes = [], classNames = [] } = await reading;
    for (const line of [...notes, ...classNames]) display.line(line);
    for (const line of notes.flatMap((note) => wrapped("note:    ", note))) display.line(line);
    return text();
  } catch (error) {
    if (error instanceof RunError || error instanceof UsageError) return error.message;
    throw error;
  }
}

const names = [hostileUtf8, endless];
const floats = (length: number) => new Float32Array(length).fill(0.5);
const utf8 = (text: string) => new TextEncoder().encode(text);

function modelsNamed(name: string) {
  const pair = [
    { name: `${name}.weight`, shape: [2, 3], values: floats(6) },
    { name: `${name}.bias`, shape: [7], values: floats(7) },
  ];
  const member = name.slice(0, 50_000); // archives hold no longer names
  const arrays = { [member]: npy(floats(6), [2, 3]), [`${member}b`]: npy(floats(7), [7]) };
  return [
    ["safetensors", modelFiles(`${name}.safetensors`, encodeTensors(pair, { activation: name, architecture: name }))],
    ["half pair", modelFiles("a.safetensors", encodeTensors([{ ...pair[0]!, name: `\ud800${name}` }], {}))],
    ["npz", modelFiles(`${name}.npz`, npz(arrays))],
    [
      "onnx",
      modelFiles(
        `${name}.onnx`,
        onnxBytes({
          nodes: [node("Gemm x,W y"), { ...node("Strange y z"), opType: name, name, output: [name] }],
          constants: [constant("W", [2, 2], [1, 2, 3, 4]), constant(name, [1], [1])],
        }),
      ),
    ],
    [
      "tfjs",
      tfjsFiles(plantedNetwork, ({ json, weights }) => ({
        json: JSON.parse(
          JSON.stringify(json)
            .replaceAll("dense_1", JSON.stringify(`${name}\ud800`).slice(1, -1))
            .replace('"Dense"', JSON.stringify(name)),
        ),
        weights,
      })),
    ],
    ["no format", modelFiles(name, utf8(name))],
  ] as const;
}

function dataNamed(name: string): readonly (readonly [format: string, files: Files])[] {
  const cell = `"${name.replaceAll('"', '""')}"`;
  const rows = Array.from({ length: 12 }, (_, row) => `${row % 5},${row % 2 === 0 ? cell : "b"}\n`).join("");
  const columns = [
    { name: "a", data: [1, 2, 3], type: "FLOAT" as const },
    { name, data: [name, name, "b"], type: "STRING" as const },
  ];
  return [
    ["csv classes", { "a.csv": `a,label\n${rows}` }],
    ["csv columns", { "a.csv": `${cell},${cell}\n${rows}` }],
    ["csv cells", { "a.csv": `a,label\n${cell},b\n` }],
    ["parquet", { "a.parquet": new Uint8Array(parquetWriteBuffer({ columnData: columns })) }],
    ["npz", { "a.npz": npz({ [name.slice(0, 50_000)]: npy(floats(6), [2, 3]) }) }],
    ["file names", { [`${name}.csv`]: "a,label\n", [`${name}.tsv`]: "a\tlabel\n" }],
    [
      "pictures",
      { [`${name.slice(0, 200)}/1.png`]: png(2, 2, 1, [1, 2, 3, 4]), "b/1.png": png(3, 2, 1, [1, 2, 3, 4, 5, 6]) },
    ],
  ];
}

describe.each(names.map((name) => [name.slice(0, 8), name] as const))("names like %j", (_, name) => {
  test.each(modelsNamed(name))("of a network: %s", async (_format, files) => {
    expectShowable(await told(readModel(files, {})));
  });

  test.each(dataNamed(name))("of data: %s", async (_format, files) => {
    expectShowable(await told(openData(memoryFolder(files, name), name, {})));
  });

  test("of an adapter, of progress, in a table, in a paragraph", () => {
    const facts = { vendor: name, architecture: name, device: name, description: name, software: true, backend: name };
    const event = { stage: "train" as const, done: 1, total: 2, unit: name, note: name };
    const progress = { stage: "train" as const, elapsedMs: 2000, event, finished: false };
    const { stream, text } = kept();
    createProgressDisplay({ stream, quiet: false, clock: () => 0 }).line(describeAdapter(facts));
    expectShowable([text(), progressLine(progress), progressBar(progress, 79)].join("\n"));
    expectShowable(
      alignedTable(
        {
          rows: [
            [name, "b"],
            ["c", name],
          ],
          keyColumns: 1,
        },
        80,
      ).join("\n"),
    );
    const paragraph = wrapped("note:    ", `${name} ${name}`);
    expectShowable(paragraph.join("\n"));
    expect(paragraph.length).toBeLessThan(40);
  });
});

describe("a study of classes with such names", () => {
  const scratch = scratchFolder();
  const classes = [hostileUtf8, "a\u2028b", "\u202eabc", "</script><!--", 'q"uote,comma', "z".repeat(50_000)];
  const lines = Array.from({ length: 180 }, (_, row) => {
    return `${(row % 6) + (row % 7) / 10},${row % 11},"${classes[row % 6]!.replaceAll('"', '""')}"`;
  });
  const table = join(scratch, "\u001b[31mtable\u202e.csv");
  writeFileSync(table, `first,second,label\n${lines.join("\n")}\n`);

  test("is shown, reported and written without one of them", { timeout: 120_000 }, async () => {
    const out = join(scratch, "out");
    const options = ["--repeats", "2", "--epochs", "1", "--hidden", "3", "--random-draws", "1", "--scopes", "layers"];
    const { exitCode, stdout, stderr } = await commandLine([
      "run",
      "--data",
      table,
      ...options,
      "--out",
      out,
      ...onSwiftShader,
    ]);
    expect(exitCode, stderr).toBe(0);
    expectShowable(stdout);
    expectShowable(stderr);
    for (const name of filesBelow(out).filter((one) => !one.endsWith(".safetensors"))) {
      const text = readFileSync(join(out, name), "utf8").replaceAll("\t", " "); // of the page's script
      expect(text.search(/[^\P{Cc}\n]|\p{Cf}|\p{Zl}|\p{Zp}/u), name).toBe(-1);
    }
    const study = JSON.parse(readFileSync(join(out, "study.json"), "utf8"));
    expect([...study.dataset.classNames].sort()).toEqual(classes.map((name) => name.trim()).sort());
    const page = readFileSync(join(out, "report.html"), "utf8");
    expect(page.length).toBeLessThan(3e6);
    expect(page).toContain("a\\u2028b");
    expect(page).not.toContain("</script><!--");
    const again = await commandLine(["report", out, "--out", join(scratch, "report")]);
    expect(again.exitCode, again.stderr).toBe(0);
  });

  test.each([
    [["run", "--\u001b[31m"]],
    [["\u001b]0;x\u0007"]],
    [["run", "--repeats", "\u202e5\u001b[31m"]],
    [["run", "--data", "\u001b[31mnone\u2028"]],
    [["analyze", `${"x".repeat(100_000)}\u0007`]],
    [["report", "\u009b31m"]],
    [["run", "--adapter", "\u001b[31m", "--data", table]],
  ])("is refused without one of them: %j", async (args) => {
    const { exitCode, stdout, stderr } = await commandLine(args, { folder: scratch });
    expect(exitCode).not.toBe(0);
    expect(stderr).not.toContain("unexpected error");
    expectShowable(stdout);
    expectShowable(stderr);
  });
});

test("nothing of the command line writes to a stream but what makes text safe", () => {
  const src = join(import.meta.dirname, "../../src");
  const writers = filesBelow(src).filter((name) =>
    /\b(?:process\.std(?:out|err)|stream)\.write\(|console\./.test(readFileSync(join(src, name), "utf8")),
  );
  expect(writers.sort()).toEqual([
    "cli.ts",
    "cli/commands/data-command.ts",
    "cli/display/progress-display.ts",
    "cli/display/standard-streams.ts",
    // Passes on what native code printed, as if nobody had looked.
    "platform/node/native-warnings.ts",
  ]);
});
