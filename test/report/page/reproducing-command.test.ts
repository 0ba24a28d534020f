/** The command in a report gives back the configuration that it was made from. */
import { Command } from "commander";
import { expect, test } from "vitest";
import { addStudyOptions, studyConfig } from "../../../src/cli/options/study-options.ts";
import type { StudyConfig } from "../../../src/core/study.ts";
import { everyProduct, parseTiles } from "../../../src/core/tiles.ts";
import { reproducingCommand } from "../../../src/report/page/reproducing-command.ts";
import { madeUpStudy } from "../made-up-study.ts";

/** What a POSIX shell makes of words without expansions: quotes removed. */
function shellWords(line: string): string[] {
  const words = line.match(/(?:'[^']*'|\\'|[^\s'\\])+/g)!;
  return words.map((word) => word.replaceAll(/'([^']*)'|\\(')/g, (_, quoted, escaped) => quoted ?? escaped));
}

function configOf(line: string): StudyConfig {
  const [program, command, ...options] = shellWords(line);
  expect([program, command]).toEqual(["gpu-importance", "run"]);
  const parser = addStudyOptions(new Command().exitOverride()).parse(options, { from: "user" });
  return studyConfig(parser.opts());
}

const config = madeUpStudy().config as StudyConfig;

test("one bit is the absence of bits, and more of them have bins", () => {
  expect(configOf(`${reproducingCommand(config)} --bits 1`)).toEqual(config);
  expect(configOf(`${reproducingCommand(config)} --bits 2`)).toEqual({ ...config, bits: 2, bins: "equal-width" });
});

test.each([
  ["the defaults but few", config],
  [
    "other values",
    { ...config, hidden: [7], l2: 1.5e-7, learningRate: 0.25, stride: 10, seed: 2 ** 40, sweep: "masked" },
  ],
  ["four bits", { ...config, bits: 4, bins: "equal-frequency" }],
  ["a folder that a shell would read otherwise", { ...config, data: "my data/it's $HOME; `x` *" }],
  [
    "a table without names, and classes and columns that hold commas, quotes and spaces",
    {
      ...config,
      noHeader: true,
      label: "last",
      drop: ["1", "first"],
      classes: ["a, b", 'say "c"', "it's d"],
      split: [70, 15, 15],
    },
  ],
  ["one mean and deviation", { ...config, normalize: { mean: 0.1307, sd: 0.3081 } }],
  [
    "means and deviations of channels",
    { ...config, normalize: { mean: [0.4914, -0.4822, 1e-7], sd: [0.247, 0.2435, 2616] } },
  ],
  ["sampled Shapley values", { ...config, measures: ["shapley-mean"], shapleyDraws: 40, shapleyError: 1e-7 }],
  ["one measure and one mode", { ...config, measures: ["entropy"], modes: ["zero"], scopes: ["network-ranked"] }],
] as const)("the command line of a report makes the same study: %s", (_, wanted) => {
  const line = reproducingCommand(wanted);
  expect(configOf(line)).toEqual(wanted);
  for (const field of Object.keys(config)) {
    const option = field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    expect(line, "no default is relied on").toContain(` --${option} `);
  }
});

test("the command names the kernels that the study was made with, and none where that is not known", () => {
  const tiles = { ...everyProduct("shared"), hidden_delta: "plain" } as const;
  const line = reproducingCommand(config, tiles);
  const text = / --tiles (\S+)$/.exec(line)![1]!;
  expect(parseTiles(text)).toEqual(tiles);
  expect(line.replace(` --tiles ${text}`, "")).toBe(reproducingCommand(config));
});

test("means of channels are a word that no shell reads anything into", () => {
  const normalize = { mean: [0.4914, 0.4822, 0.4465], sd: [0.247, 0.2435, 0.2616] };
  const option = " --normalize 0.4914,0.4822,0.4465/0.247,0.2435,0.2616";
  expect(reproducingCommand({ ...config, normalize })).toContain(option);
  expect(reproducingCommand({ ...config, normalize: { mean: 0.1307, sd: 0.3081 } })).toContain(
    " --normalize 0.1307,0.3081",
  );
});
