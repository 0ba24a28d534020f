/** Grid files as people write them, and as they should not: what is refused, with the place in the file. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { completeRun } from "../../../src/cli/commands/run-command.ts";
import { axesText, cellCount } from "../../../src/cli/grid/axes.ts";
import { hashIn } from "../../../src/cli/grid/cell-name.ts";
import { cellOptions, whyUnfit } from "../../../src/cli/grid/cell-options.ts";
import { gridCells } from "../../../src/cli/grid/cells.ts";
import { readAxes } from "../../../src/cli/grid/grid-file.ts";
import { UsageError } from "../../../src/core/errors.ts";
import { root } from "../../support/command-line.ts";

const cellsOf = async (text: string, most = 1000) =>
  gridCells(await readAxes("grid.yaml", text), { file: "grid.yaml", most });

/** What is refused, as a message. */
async function refused(text: string, most?: number): Promise<string> {
  const error = await cellsOf(text, most).then(
    () => new Error("it was taken"),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

describe("a grid file", () => {
  test("makes a cell of each combination of values, the last list varying fastest", async () => {
    const cells = await cellsOf('seed: [1, 2]\nactivation: [relu, tanh]\nhidden: "7,5"\n');
    expect(cells.map(({ given }) => given)).toEqual([
      { seed: "1", activation: "relu", hidden: "7,5" },
      { seed: "1", activation: "tanh", hidden: "7,5" },
      { seed: "2", activation: "relu", hidden: "7,5" },
      { seed: "2", activation: "tanh", hidden: "7,5" },
    ]);
    expect(cells[1]!.options).toMatchObject({ seed: 1, activation: "tanh", hidden: [7, 5], epochs: 12 });
  });

  test("moves lists below zip together, several such groups apart", async () => {
    const zip = "zip:\n  - {hidden: [5, [7, 5]], epochs: [1, 2]}\n  - {seed: [3, 4], repeats: [1, 2]}\n";
    const axes = await readAxes("grid.yaml", zip);
    expect(axesText(axes)).toBe("hidden with epochs (2) x seed with repeats (2)");
    const options = (await cellsOf(zip)).map(({ options: { hidden, epochs, seed, repeats } }) => ({
      hidden,
      epochs,
      seed,
      repeats,
    }));
    expect(options).toContainEqual({ hidden: [7, 5], epochs: 2, seed: 3, repeats: 1 });
    expect(options).toHaveLength(4);
  });

  test("may normalise by channel, in names that are folders", async () => {
    const cells = await cellsOf('normalize: ["0.1307,0.3081", "0.5,0.4,0.3/0.25,0.25,0.2"]');
    expect(cells.map(({ options }) => options.normalize)).toEqual([
      { mean: 0.1307, sd: 0.3081 },
      { mean: [0.5, 0.4, 0.3], sd: [0.25, 0.25, 0.2] },
    ]);
    for (const { name } of cells) expect(name).toMatch(/^normalize-0[\d.-]+_[0-9a-f]+$/);
    expect(await refused('normalize: "1,2/3"')).toContain("one of each for every channel");
  });

  test("may be JSON, and means the same", async () => {
    const yaml = await cellsOf("standardize: [true, false]\nlearning-rate: [1e-3, 0.01]\nzip: {seed: [1], l2: [0]}");
    const json = await cellsOf(
      '{\n\t"standardize": [true, false], "learning-rate": [0.001, 0.01], "zip": [{"seed": [1], "l2": [0]}]}',
    );
    expect(json.map(({ name }) => name)).toEqual(yaml.map(({ name }) => name));
    expect(json[0]!.options).toMatchObject({ standardize: true, learningRate: 0.001, l2: 0 });
    expect(json[2]!.options).toMatchObject({ standardize: undefined });
  });

  test("gives cells names that do not change with its order, its spelling, or what else it lists", async () => {
    const names = async (text: string) => (await cellsOf(text)).map(({ name }) => name).toSorted();
    const own = await names('seed: [1, 2]\nmeasures: ["entropy,kl-selectivity", entropy]\n');
    expect(await names('measures: [entropy, "entropy,kl-selectivity"]\nseed: [2, 1]\n')).toEqual(own);
    // Other words for the same study are another name with the same digits.
    const respelled = await names('measures: [entropy, ["kl-selectivity", entropy]]\nseed: [2, 1]\n');
    expect(respelled.map(hashIn).toSorted()).toEqual(own.map(hashIn).toSorted());
    expect(own[0]).toMatch(/^seed-1_measures-entropy-kl-selectivity_[0-9a-f]{16}$/);
    const more = await names('seed: [1, 2, 3]\nmeasures: ["entropy,kl-selectivity", entropy]\nepochs: [12, 5]\n');
    const hashes = new Set(more.map(hashIn));
    expect(hashes.size).toBe(12);
    for (const name of own) expect(hashes).toContain(hashIn(name));
  });

  test("gives cells names that are safe, and differ where what is readable of them does not", async () => {
    const odd = ["../a b/ü?*.csv", "c/ü?*.csv", "x".repeat(300), `${"x".repeat(300)}y`, "-", "CON"];
    const cells = await cellsOf(`data: ${JSON.stringify(odd)}\nadapter: [a, b]\n`);
    for (const { name } of cells) expect(name).toMatch(/^data-[A-Za-z0-9.+-]{0,24}_adapter-[ab]_[0-9a-f]{16}$/);
    expect(new Set(cells.map(({ name }) => name.toLowerCase())).size).toBe(cells.length);
  });

  test("takes every option of run, or says why it is none of a cell", () => {
    const command = new Command();
    completeRun(command);
    for (const { long } of command.options) {
      const name = long!.slice(2);
      expect(cellOptions.has(name) || whyUnfit(name) !== undefined, name).toBe(true);
      expect(cellOptions.has(name) && whyUnfit(name) !== undefined, name).toBe(false);
    }
    expect([...cellOptions.keys()]).toContain("standardize");
  });

  test("that the examples have is taken", async () => {
    const cells = await cellsOf(readFileSync(join(root, "examples/grid/activations.yaml"), "utf8"));
    expect(cells).toHaveLength(4);
    expect(cells[3]!.options).toMatchObject({ activation: "relu", hidden: [20, 20], epochs: 3, singles: "none" });
  });
});

describe("a grid file is refused", () => {
  test.each([
    ["", "line 1, column 1: the grid file is not a list of options", "found:    nothing"],
    ["- a\n- b", "not a list of options", "a list of 2"],
    ["seed: [1\nepochs: 2", "line 2, column", "neither YAML nor JSON"],
    ['{"seed": 1,, "epochs": 2}', "line 1, column 12", "neither YAML nor JSON"],
    ["seed: 1\nseed: 2", "line 2, column 1", "neither YAML nor JSON"],
    ["seed: 1\n---\nseed: 2", "neither YAML nor JSON", "documents"],
    [
      "repeats: 2\nactivatoin: relu",
      "grid.yaml, line 2, column 1: there is no such option",
      "did you mean activation?",
    ],
    ["learningRate: 1", "there is no such option", "did you mean learning-rate?"],
    ["zipp: {}", "there is no such option", "did you mean zip?"],
    ["activation: [relu, sigmod]", "line 1, column 20: activation is invalid", 'found:    "sigmod"'],
    ["activation: [relu, sigmod]", "expected: sigmoid, tanh, relu", "did you mean sigmoid?"],
    ["seed: [0, -1]", "line 1, column 11: seed is invalid", "a whole number, 0 or more"],
    ["seed: 9007199254740993", "seed is invalid", "found:    9007199254740993"],
    ["hidden: [0]", "hidden is invalid", "widths of one or more hidden layers"],
    ["standardize: 1", "standardize is invalid", "expected: true or false"],
    ["activation:", "activation is invalid", "found:    nothing"],
    ["activation: {a: 1}", "activation is invalid", "found:    a mapping"],
    ["seed: true", "seed is invalid", "found:    true"],
    ["seed: []", "line 1, column 7: seed has no values", "an empty list"],
    ["zip: []", "zip is invalid", "a list of 0"],
    ["zip: [{}]", "zip is invalid", "no option"],
    ["zip: [{seed: [1, 2], epochs: [1, 2, 3]}]", "not equally long", "expected: 2 values of epochs, as of seed"],
    ["zip: [{zip: 1}]", "there is no such option", '"zip"'],
    ["seed: 1\nzip: {seed: [2, 3]}", "line 2, column 7: seed is given twice", "another one in line 1, column 1"],
    ["hidden: [100, 100]", "two cells are the same", 'hidden: "100,100"'],
    ["zip: {seed: [1, 2, 1], epochs: [3, 3, 3]}", "two cells are the same: seed with epochs", "also in line 1"],
    ["noisy-labels: [0, 0.0]", "two cells are the same", "noisy-labels"],
    ["out: x", "line 1, column 1: out is not for a cell", "each cell has a folder of its own"],
    ["force: true", "force is not for a cell", "is of the whole grid"],
    ["shard: 1/2", "shard is not for a cell", "divides the cells"],
    ["memory: 5", "memory is not for a cell", "changes no result"],
    ["bits: [1, 4]\nbins: equal-width", "the cell of bits 1, bins equal-width", "--bins is for more than one bit"],
    ["a: &a [*a]", "grid.yaml", "found:"],
  ])("%j", async (text, ...parts) => {
    const message = await refused(text);
    for (const part of parts) expect(message).toContain(part);
    expect(message).toMatch(/^grid\.yaml/);
    expect(message).toMatch(/\n {2}to do: {4}\S/);
  });

  test("where it has more cells than are allowed, before any is made", async () => {
    const list = `[${Array.from({ length: 100 }, (_, index) => index + 1)}]`;
    const million = `seed: ${list}\nepochs: ${list}\nstride: ${list}\n`;
    const axes = await readAxes("grid.yaml", million);
    expect(cellCount(axes)).toBe(1_000_000);
    const message = await refused(million);
    expect(message).toContain("found:    100 x 100 x 100 = 1,000,000");
    expect(message).toContain("add --max-cells 1000000 if that is meant");
    expect(await cellsOf("seed: [1, 2, 3]", 3)).toHaveLength(3);
    expect(await refused("seed: [1, 2, 3, 4]", 3)).toContain("= 4");
  });
});
