/**
 * Every option of every command that takes a value, read from commander's own lists, so that new options are covered by
 * themselves: a number is taken as it is written or refused, and text that says nothing is refused.
 */
import { type Command, CommanderError, type Option } from "commander";
import { expect, test } from "vitest";
import { loadCommands } from "../../src/cli/commands/registry.ts";
import { createProgram } from "../../src/cli/program.ts";
import { UsageError } from "../../src/core/errors.ts";

const allCommands = await loadCommands();

interface Leaf {
  readonly path: readonly string[];
  readonly options: readonly Option[];
}

function leavesOf(command: Command, path: readonly string[] = []): Leaf[] {
  if (command.commands.length === 0) return [{ path, options: command.options }];
  return command.commands.flatMap((each) => leavesOf(each, [...path, each.name()]));
}

type Outcome = { readonly taken: unknown } | { readonly refused: string };

/** Reads one option as the command line does; the command itself does nothing. */
function read({ path }: Leaf, option: Option, text: string): Outcome {
  const program = createProgram(allCommands, { onUnhealthy() {} });
  let command = program;
  for (const name of path) command = command.commands.find((each) => each.name() === name)!;
  const said: string[] = [];
  command.configureOutput({ writeErr() {}, outputError: (message) => said.push(message) });
  command.action(() => {});
  const places = command.registeredArguments.map(({ argChoices }) => argChoices?.[0] ?? "x");
  const others = command.options.filter((each) => each.mandatory && each.long !== option.long);
  const args = [...path, ...places, ...others.map(({ long }) => `${long}=x.npz`), `${option.long}=${text}`];
  try {
    program.parse(args, { from: "user" });
    return { taken: command.getOptionValue(option.attributeName()) };
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode !== 0) return { refused: said.join("\n") };
    if (error instanceof UsageError) return { refused: error.message };
    throw error;
  }
}

const leaves = leavesOf(createProgram(allCommands, { onUnhealthy() {} }));
const withValue = leaves.flatMap((leaf) =>
  leaf.options
    .filter(({ required, optional }) => required || optional)
    .map((option) => [`${leaf.path.join(" ")} ${option.long}`, leaf, option] as const),
);

/** Names that options take, of any of them. */
const names = [
  "all",
  "none",
  "auto",
  "layers",
  "network",
  "zero",
  "mean",
  "fast",
  "masked",
  "sigmoid",
  "entropy",
  "paper",
];

test.each(withValue)("%s has a value where it takes a text", (_, leaf, option) => {
  // What a parser returns as undefined commander makes an empty text of.
  for (const text of [...names, ...(option.argChoices ?? [])]) {
    const outcome = read(leaf, option, text);
    if ("taken" in outcome) expect(outcome.taken, text).not.toBe("");
  }
});

/** All numbers in a value, however deep. */
function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

/** Texts of which any option that takes numbers takes one. */
const sensible = ["1", "2", "8", "64", "0.5", "50%", "1,2", "70,15,15", "1000"];
const takesNumbers = (leaf: Leaf, option: Option) =>
  sensible.some((text) => {
    const outcome = read(leaf, option, text);
    return "taken" in outcome && numbersIn(outcome.taken).length > 0;
  });

const numeric = withValue.filter(([, leaf, option]) => takesNumbers(leaf, option));
const others = withValue.filter((entry) => !numeric.includes(entry));

const nonsense = ["", " ", "abc", "NaN", "Infinity", "-Infinity", "1e400", "0x10", "1_000", "1,,2", "--", "5 6", "١"];
const numbers = [
  "-1",
  "0",
  "-0",
  "1",
  "1.5",
  "1e20",
  "1e39",
  "9007199254740993",
  "99999999999999999999",
  "1e-400",
  "0,1e-60",
  "1,2,3",
  "-1%",
  "101%",
  "1.5%",
  "50,50",
];

/** The numbers that the text says, a percentage as a share. */
function said(text: string): number[] {
  return text.split(",").map((part) => (part.endsWith("%") ? Number(part.slice(0, -1)) / 100 : Number(part)));
}

/** `9007199254740993` is not the number that float64 makes of it. */
function isExact(text: string): boolean {
  return text
    .split(",")
    .every((part) => !/^-?\d+$/.test(part) || String(BigInt(part)) === String(BigInt(Number(part))));
}

test("options with values are found, and those that take numbers are told from those that do not", () => {
  const names = numeric.map(([name]) => name);
  const known = ["run --repeats", "run --hidden", "run --seed", "run --split", "run --normalize", "analyze --alpha"];
  const more = [
    "analyze --quantize-threshold",
    "prune --keep",
    "prune --max-accuracy-loss",
    "lab --port",
    "profile --samples",
  ];
  expect(names).toEqual(expect.arrayContaining([...known, ...more, "run --memory", "analyze --data-memory"]));
  expect(others.map(([name]) => name)).toEqual(expect.arrayContaining(["run --data", "run --out", "run --sweep"]));
});

/** Commander's message, whose second half says what there is. */
const saysAllowed = /allowed: +\S/i;
/** `1e-400` is not 0, though float64 makes 0 of it. */
const saysZero = (part: string) => !/[1-9]/.test(part.split(/e/i)[0]!);

test.each(numeric)("%s refuses what is no number, and says what is allowed", (_, leaf, option) => {
  for (const text of nonsense) {
    const outcome = read(leaf, option, text);
    expect("refused" in outcome ? outcome.refused : outcome.taken, JSON.stringify(text)).toMatch(saysAllowed);
  }
});

test.each(numeric)("%s takes a number for what it says, or refuses it", (_, leaf, option) => {
  const wholeOnly = "refused" in read(leaf, option, "1.5");
  for (const text of numbers) {
    const outcome = read(leaf, option, text);
    if ("refused" in outcome) {
      expect(outcome.refused, text).toMatch(saysAllowed);
      continue;
    }
    const taken = numbersIn(outcome.taken);
    expect(taken, text).toEqual(said(text).map((value) => value + 0));
    expect(
      taken.map((value) => value === 0),
      `${text}, and zero`,
    ).toEqual(text.split(",").map(saysZero));
    if (wholeOnly) expect(isExact(text), `${text}, which float64 cannot hold`).toBe(true);
    expect(
      taken.every((value) => Math.abs(value) <= 3.4028234663852886e38),
      `${text}, beyond float32`,
    ).toBe(true);
  }
});

test.each(others)("%s refuses text that says nothing, and keeps the rest as it is", (_, leaf, option) => {
  for (const text of [...nonsense, ...numbers]) {
    const outcome = read(leaf, option, text);
    if ("refused" in outcome) expect(outcome.refused, JSON.stringify(text)).toMatch(saysAllowed);
    else {
      expect(text.trim(), "text that says nothing").not.toBe("");
      expect([text, text.split(",")], text).toContainEqual(outcome.taken);
    }
  }
});
