/** Arguments that make sense and arguments that do not: help, version, and exit code 2 with what is allowed. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { beforeAll, describe, expect, test } from "vitest";
import { loadCommands } from "../../src/cli/commands/registry.ts";
import { createProgram } from "../../src/cli/program.ts";
import { commandLine, type Finished, refusals, root, start } from "../support/command-line.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();

/** Options of `run` with their defaults as help shows them. */
const defaults: Readonly<Record<string, string | undefined>> = {
  "--data": "mnist",
  "--label": "label",
  "--no-header": undefined,
  "--drop": undefined,
  "--classes": undefined,
  "--split": "70,15,15",
  "--normalize": undefined,
  "--standardize": undefined,
  "--repeats": "8",
  "--seed": "0",
  "--hidden": "100,100",
  "--activation": "sigmoid",
  "--epochs": "12",
  "--batch-size": "32",
  "--learning-rate": "0.001",
  "--l2": "1e-5",
  "--noisy-labels": "0",
  "--bits": "1",
  "--bins": "equal-width",
  "--measures": "paper",
  "--shapley-draws": "100",
  "--shapley-error": undefined,
  "--greedy-block": "1",
  "--remeasure": undefined,
  "--pairs": "none",
  "--pair-removals": "none",
  "--groups": "none",
  "--scopes": "layers,network,network-ranked",
  "--modes": "zero,mean",
  "--random-draws": "5",
  "--stride": "1",
  "--sweep": "fast",
  "--singles": "all",
  "--out": "a new one under results/",
  "--force": undefined,
  "--fresh": undefined,
  "--no-report": undefined,
  "--open": undefined,
  "--shard": undefined,
  "--shards": undefined,
  "--checkpoint-seconds": "60",
  "--profile": undefined,
  "--trace": undefined,
  "--adapter": undefined,
  "--tiles": "auto",
  "--memory": "half of the device's",
  "--verbose": undefined,
  "--quiet": undefined,
  "--debug": undefined,
  "--help": undefined,
};

const allCommands = await loadCommands();

/** The entries of a help text: option to its description on one line. */
function helpEntries(help: string): Map<string, string> {
  const options = help.slice(0, help.indexOf("Examples:")).replaceAll(/^\w.*:\n/gm, "");
  const entries = options.split(/\n(?= {2}-)/);
  return new Map(entries.slice(1).map((entry) => [/--[\w-]+/.exec(entry)![0], entry.replaceAll(/\s+/g, " ")]));
}

/** Reads arguments as the program does; no command does its work. */
function parsed(args: readonly string[]): void {
  const program = createProgram(allCommands, { onUnhealthy() {} });
  const silence = (command: Command): void => {
    command.configureOutput({ writeErr() {}, outputError() {} });
    if (command.commands.length === 0) command.action(() => {});
    command.commands.forEach(silence);
  };
  silence(program);
  program.parse([...args], { from: "user" });
}

test("the command line that is tested was built from the sources as they are", () => {
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  const times = sources.filter((path) => path.endsWith(".ts")).map((path) => statSync(join(root, "src", path)).mtimeMs);
  const built = statSync(join(root, "dist/cli.js")).mtimeMs;
  expect(Math.max(...times), "npm run build comes before these tests").toBeLessThanOrEqual(built);
});

describe("help and version", () => {
  test.each([
    ["--help"],
    ["help"],
    ["run", "--help"],
    ["help", "run"],
    ["doctor", "--help"],
    ["analyze", "--help"],
    ["grid", "--help"],
    ["profile", "--help"],
    ["report", "--help"],
    ["data", "--help"],
    ["data", "fetch", "--help"],
    ["prune", "--help"],
    ["bench", "--help"],
    ["lab", "--help"],
    ["-h"],
  ])("%s %s fits into 80 columns and ends with 0", async (...args) => {
    const { exitCode, stdout, stderr } = await commandLine(args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^Usage: gpu-importance/);
    for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  test("every help has its options in groups, and two examples that the command line takes", async () => {
    const commands = ["run", "analyze", "grid", "report", "lab", "prune", "doctor", "bench", "profile", "data fetch"];
    const headings = new Set<string>();
    for (const command of commands) {
      const { stdout } = await commandLine([...command.split(" "), "--help"]);
      const [options, examples] = stdout.split("\nExamples:\n") as [string, string];
      for (const [heading] of options.matchAll(/^\w[^:\n]*:$/gm)) headings.add(heading);
      expect(options, command).not.toMatch(/^Options:$/m);
      expect(options, command).toMatch(/^Messages and help:$/m);
      const lines = examples.split("\n").filter((line) => line.startsWith("    gpu-importance "));
      expect(lines.length, command).toBe(2);
      for (const line of lines) expect(() => parsed(line.trim().split(" ").slice(1))).not.toThrow();
    }
    expect(headings.size).toBeGreaterThan(6);
    expect(() => parsed(["run", "--repeat", "3"])).toThrow();
  });

  test("the program's help names its commands", async () => {
    const { stdout } = await commandLine(["--help"]);
    for (const command of ["run", "analyze", "report", "doctor", "data", "profile"])
      expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
  });

  test("the help of run lists every option with its default, and no others", async () => {
    const { stdout } = await commandLine(["run", "--help"]);
    const entries = helpEntries(stdout);
    expect([...entries.keys()]).toEqual(Object.keys(defaults));
    for (const [option, value] of Object.entries(defaults)) {
      const entry = entries.get(option)!;
      if (value === undefined) expect(entry).not.toContain("(default");
      else expect(entry).toContain(`(default: ${value})`);
    }
  });

  test.each(["--version", "-V"])("%s prints the package's version", async (option) => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(await commandLine([option])).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
  });
});

/** Options with values that must be refused, and what the message must say is allowed. */
const refused: readonly (readonly [option: string, values: readonly string[], allowed: string])[] = [
  ["--repeats", ["0", "-1", "1.5", "1e3", "10001", "five", ""], "a whole number, 1 to 10000"],
  ["--seed", ["-1", "0.5", "9007199254740992", "x"], "a whole number, 0 or more"],
  [
    "--hidden",
    ["0", "", "-5", "100,", "100,0", "10.5", "4097", "ten"],
    "widths of one or more hidden layers, 1 to 4096",
  ],
  ["--activation", ["Sigmoid", "mixed", ""], "sigmoid, tanh, relu"],
  ["--epochs", ["0", "-1", "2.5", "1000001"], "a whole number, 1 to 1000000"],
  ["--batch-size", ["0", "-32", "65537"], "a whole number, 1 to 65536"],
  ["--learning-rate", ["0", "-0.1", "NaN", "Infinity", "1e31", "fast", ""], "a number, above 0"],
  ["--l2", ["-1e-5", "NaN", "Infinity", "none"], "a number, 0 or more"],
  ["--measures", ["entropie", "entropy,", "", "mutual_information"], "entropy, mutual-information, kl-selectivity"],
  ["--shapley-draws", ["0", "-2", "1", "99", "2.5", "65536", "many", ""], "an even number, 2 to 65534"],
  ["--shapley-error", ["-0.01", "NaN", "Infinity", "1e7", "small", ""], "a number, 0 or more, at most 1000000"],
  ["--scopes", ["layer1", "network,all"], "layers, network"],
  ["--modes", ["one", "zero;mean", "meen"], "zero, mean, optimal, least-squares, merge"],
  ["--sweep", ["slow", ""], "fast, masked"],
  ["--random-draws", ["-1", "65536", "0.5"], "a whole number, 0 to 65535"],
  ["--stride", ["0", "-1", "1000001"], "a whole number, 1 to 1000000"],
  ["--greedy-block", ["0", "-1", "1.5", "1000001"], "a whole number, 1 to 1000000"],
  ["--remeasure", ["0", "-1", "1.5", "1000001", "all", ""], "a whole number, 1 to 1000000"],
  ["--pairs", ["all", "layers,network", ""], "layers, network"],
  ["--pair-removals", ["all", "network", ""], "layers"],
  ["--groups", ["0", "1", "11", "2.5", "all", ""], "a whole number, 2 to 10"],
  ["--singles", ["0", "-1", "1.5", "some", "nne", "1000001", ""], "all, none, or a whole number, 1 to 1000000"],
  ["--bits", ["0", "9", "1.5", "two", ""], "a whole number, 1 to 8"],
  ["--bins", ["equal", "equal-width,equal-frequency", ""], "equal-width, equal-frequency"],
  ["--data", ["", "--quiet"], "mnist, the name of fetched data, or a path"],
  ["--label", ["", "--quiet"], "a column"],
  [
    "--split",
    ["70,30", "70,15,16", "100,0,0", "50,0,50", "0,100,0", "a,b,c", "70,15,15,0", "-10,55,55", ""],
    "three numbers that make 100",
  ],
  ["--drop", ["", "a,,b", "--quiet"], "columns, separated by commas"],
  ["--classes", ["", "a", "a,", "--quiet"], "two classes or more, separated by commas"],
  [
    "--normalize",
    // Means and deviations of channels: as many of each, all of them numbers, deviations above 0.
    [
      "0",
      "0,0",
      "0,-1",
      "a,1",
      "1,2,3",
      ",1",
      "",
      "1,2/1,2,3",
      "1,2/1",
      "1,2/1,0",
      "1,2/1,NaN",
      "1,/1,2",
      "1,2/",
      "1/2/3",
    ],
    "a mean and a deviation above 0, for example 0.1307,0.3081; or one of each for every channel",
  ],
  ["--out", [" ", "--force"], "a path"],
  ["--memory", ["0", "-1", "1.5", "4GB", ""], "a whole number, 1 to 100000000"],
  ["--trace", ["", "--profile"], "a path"],
  ["--adapter", ["", "--quiet"], "part of an adapter's name"],
  ["--tiles", ["round", ""], "plain, subgroup, shared, auto"],
];

/** Of the values above: what was meant. */
const meant = new Map([
  ["Sigmoid", "sigmoid"],
  ["entropie", "entropy"],
  ["mutual_information", "mutual-information"],
  ["layer1", "layers"],
  ["nne", "none"],
  ["meen", "mean"],
]);

describe("wrong usage", () => {
  test.each([[], ["--bits", "1"]])(
    "--bins without a second bit is refused, with what one bit is: %j",
    async (...given) => {
      const { exitCode, stdout, stderr } = await commandLine(["run", "--bins", "equal-frequency", ...given], {
        folder: scratch,
      });
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
      expect(stderr).toMatch(/--bins is for more than one bit\n.*--bits 2 or more.*\n.*--bins equal-frequency/);
      expect(stderr).toContain("activation's threshold");
    },
  );

  test.concurrent.each([
    [["run", "--shapley-draws", "40"], "--shapley-draws 40, measures entropy, mutual-information, kl-selectivity"],
    [["run", "--measures", "taylor", "--shapley-error", "0.01"], "--shapley-error 0.01, measures taylor"],
    [
      ["prune", "x.npz", "--keep", "4", "--out", "y.npz", "--shapley-draws", "40"],
      "--shapley-draws 40, measures contribution",
    ],
  ])("%j is refused: nothing is sampled", async (args, found) => {
    const { exitCode, stdout, stderr } = await commandLine(args, { folder: scratch });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    const said = stderr.replaceAll(/\n {12}/g, " ");
    expect(said).toMatch(/^gpu-importance: command line: --shapley-(draws|error) is for Shapley values$/m);
    expect(said).toContain(
      "one of shapley-zero, shapley-mean, shapley-network-zero, shapley-network-mean among the measures",
    );
    expect(said).toContain(found);
  });

  const cases = refused.flatMap(([option, values, allowed]) => values.map((value) => ({ option, value, allowed })));
  let said: ReadonlyMap<string, Finished> = new Map();
  beforeAll(() => {
    const commands = cases.map(({ option, value }) => ["run", option, value]);
    const results = refusals(commands, scratch);
    said = new Map(commands.map((args, index) => [args.join(" "), results[index]!]));
  });
  test("a command that is refused says the same in a process of its own", async () => {
    const args = ["run", "--measures", "entropie"];
    expect(await commandLine(args, { folder: scratch })).toEqual(said.get(args.join(" ")));
  });
  test.each(cases)("run $option '$value' is refused with what is allowed", ({ option, value, allowed }) => {
    const { exitCode, stdout, stderr } = said.get(["run", option, value].join(" "))!;
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    const [what, allowedLine, ...rest] = stderr.split("\n");
    expect(what).toMatch(/^gpu-importance: option '--\S+ <\w+>' argument '.*' is invalid$/);
    expect(what).toContain(`'${option} <`);
    expect(what).toContain(`argument '${value}'`);
    expect(allowedLine!.startsWith(`  allowed:  ${allowed}`), allowedLine).toBe(true);
    if (meant.has(value)) expect(rest.shift()).toBe(`  (did you mean ${meant.get(value)}?)`);
    expect(rest).toEqual(["  to do:    gpu-importance run --help lists the options", ""]);
  });

  test.concurrent.each([
    [["run", "--colour"], "unknown option '--colour'", "run --help lists the options"],
    [
      ["run", "--repeat", "3"],
      "unknown option '--repeat'\n  (did you mean --repeats?)",
      "run --help lists the options",
    ],
    [["--repeats", "3"], "unknown option '--repeats'", "--help lists the commands"],
    [["swim"], "unknown command 'swim'", "--help lists the commands"],
    [["run", "mnist"], "too many arguments for 'run'. Expected 0 arguments but got 1.", "run --help lists the options"],
    [["run", "--repeats"], "option '--repeats <n>' argument missing", "run --help lists the options"],
    [["report"], "missing required argument 'folders'", "report --help lists the options"],
    [["doctor", "--repeats", "3"], "unknown option '--repeats'", "doctor --help lists the options"],
  ])("%j says what is wrong, and one line of what to do", async (args, what, hint) => {
    const result = await commandLine(args, { folder: scratch });
    const stderr = `gpu-importance: ${what}\n  to do:    gpu-importance ${hint}\n`;
    expect(result).toEqual({ exitCode: 2, signal: null, stdout: "", stderr });
  });

  test.concurrent.each([
    [["run", "--data", "mnst"], "did you mean mnist?", 1],
    [["run", "--data", "fashion-mnit"], "did you mean fashion-mnist?", 1],
    [["run", "--data", join(root, "doc/files.md")], `did you mean ${join(root, "docs/files.md")}?`, 1],
    [["run", "--tiles", "shred"], "(did you mean shared?)", 2],
    [["run", "--tiles", "forward_layer=plian"], "(did you mean plain?)", 2],
    [["prune", "x.npz", "--scope", "netwrk", "--out", "y.npz"], "(did you mean network?)", 2],
    [["prune", join(root, "README.md"), "--keep", "4", "--out", "small.onxx"], "did you mean small.onnx?", 2],
    [["analyze", join(root, "REDME.md")], `did you mean ${join(root, "README.md")}?`, 1],
    [["report", join(root, "scheme")], `did you mean ${join(root, "schema")}?`, 1],
    [["data", "fetch", "mnsit"], "(did you mean mnist?)", 2],
    [["bench", "swep"], "(did you mean sweep?)", 2],
  ])("%j says what was probably meant", async (args, meaning, code) => {
    const { exitCode, stderr } = await commandLine(args, { folder: scratch });
    expect(stderr).toContain(meaning);
    expect(exitCode).toBe(code);
  });

  test("what is said is broken at 80 columns, and goes on below its label", async () => {
    const stderr = await text(start(["run", "--activation", "x"], { folder: scratch }).stderr);
    const lines = stderr.trimEnd().split("\n");
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(stderr).toMatch(/\n {2}allowed: {2}sigmoid,.*\n {12}\S/);
    expect(stderr.replaceAll(/\n {12}/g, " ")).toContain("gelu, gelu-tanh");
  });

  test("no command at all prints the help on stderr and ends with 2", async () => {
    const { exitCode, stdout, stderr } = await commandLine([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/^Usage: gpu-importance/);
  });

  test("nothing was made in the working folder", () => {
    // Of commands that run at once, the first makes results/ and finds it in use when it ends; it stays, empty.
    expect(readdirSync(scratch, { recursive: true }).filter((name) => name !== "results")).toEqual([]);
  });
});
