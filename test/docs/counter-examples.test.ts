/** examples/counter-examples: its script makes the networks, its command analyses them, and its table is what comes out. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { commandLine, onSwiftShader } from "../support/command-line.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const page = readFileSync("examples/counter-examples/README.md", "utf8");
const networks = ["exclusive-or", "duplicates", "conjunction"];
const scratch = scratchFolder();

/** Options of the page's command, but for where things are. */
function optionsOf(): string[] {
  const command = /gpu-importance analyze (.*?)\n```/s.exec(page)![1]!.replaceAll("\\\n", " ");
  const words = command.split(/\s+/).slice(1);
  return words.filter((word, at) => ![word, words[at - 1]].some((one) => one === "--data" || one === "--out"));
}

beforeAll(async () => {
  execFileSync(process.execPath, ["examples/counter-examples/make-networks.mjs", scratch]);
  for (const name of networks) {
    const files = [join(scratch, `${name}.safetensors`), "--data", join(scratch, name)];
    const out = ["--out", join(scratch, "results", name), "--no-report", "--quiet", "--random-draws", "0"];
    await commandLine(["analyze", ...files, ...optionsOf(), ...out, ...onSwiftShader]);
  }
}, 120_000);

/** The cells of rows of a file, by the columns that are asked for. */
function rowsOf(network: string, file: string): Record<string, string>[] {
  const text = readFileSync(join(scratch, "results", network, file), "utf8");
  const [header, ...rows] = text
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","));
  return rows.map((cells) => Object.fromEntries(cells.map((cell, column) => [header![column]!, cell])));
}

/** Those of the first pair, or of a neuron, of layer 1. */
function cell(network: string, file: string, column: string, at: Record<string, string>): number {
  const wanted = Object.entries({ layer: "1", ...at });
  return Number(rowsOf(network, file).find((row) => wanted.every(([name, value]) => row[name] === value))![column]);
}

describe.each(networks)("the counter-example %s", (network) => {
  test("has the numbers of the page's table in its files", () => {
    const information = (neuron: string) => cell(network, "neurons.csv", "mutual_information_bits", { neuron });
    const alone = (neuron: string) => cell(network, "single.csv", "accuracy", { neuron, mode: "zero" });
    const pair = { neuron: "0", other_neuron: "1" };
    const ofPair = (column: string) => cell(network, "pairs.csv", column, pair);
    const together = (column: string) => cell(network, "pair-removals.csv", column, { ...pair, mode: "zero" });
    const values = [
      information("0"),
      information("1"),
      ofPair("joint_information_bits"),
      ofPair("broja_redundancy_bits"),
      ofPair("broja_synergy_bits"),
      alone("0"),
      alone("1"),
      together("accuracy"),
      together("super_additive_loss"),
    ];
    const row = page.split("\n").find((line) => line.startsWith(`| \`${network}\``))!;
    const shown = row
      .split("|")
      .slice(2, -1)
      .map((text) => text.trim());
    expect(values.map((value) => (Math.abs(value) < 5e-4 ? 0 : value).toFixed(3))).toEqual(shown);
  });

  test("is classified without a mistake by its network", () => {
    const study = JSON.parse(readFileSync(join(scratch, "results", network, "study.json"), "utf8"));
    expect(study.repeats[0].testAccuracy).toBe(1);
  });
});

test("single measures cannot tell the neurons of an exclusive or from one that does nothing", () => {
  const values = rowsOf("exclusive-or", "neurons.csv").filter(({ layer }) => layer === "1");
  for (const measure of ["entropy_bits", "mutual_information_bits", "kl_selectivity_bits"]) {
    expect(new Set(values.map((row) => row[measure])).size, measure).toBe(1);
  }
  const spare = cell("exclusive-or", "single.csv", "accuracy", { neuron: "2", mode: "zero" });
  expect(spare).toBe(1);
});
