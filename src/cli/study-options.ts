/** The options of a study on the command line, with their defaults. */
import { type Command, Option } from "commander";
import { ablationModes } from "../core/ablation.ts";
import { activations } from "../core/network.ts";
import { type ScopeKind, type StudyConfig, scopeKinds, sweepMethods } from "../core/study.ts";
import { measures } from "../measures/registry.ts";
import { decimal, integer, oneOf, someOf, text, widths } from "./option-values.ts";

/** Widest layer: its square matrix still fits in WebGPU's default binding of 128 MiB. */
export const WIDEST = 4096;
const MOST = 1_000_000;

const measureNames: readonly string[] = measures.map(({ name }) => name);

/** Adds the options that make up a StudyConfig. */
export function addStudyOptions(command: Command): Command {
  const add = <T>(flags: string, help: string, parse: (value: string) => T, fallback: T, shown: string) =>
    command.addOption(new Option(flags, help).argParser(parse).default(fallback, shown));
  const dataHelp = "`mnist` (10,000 digits, embedded) or a folder of IDX files, plain or .gz";
  add("--data <source>", dataHelp, text("mnist, or the path of a folder of IDX files"), "mnist", "mnist");
  add("--repeats <n>", "networks to train, all at once", integer(1, 10_000), 5, "5");
  add("--seed <n>", "seed of initial weights, shuffles and random orders", integer(0), 0, "0");
  add("--hidden <widths>", "widths of the hidden layers", widths(WIDEST), [100, 100], "100,100");
  add("--activation <name>", activations.join(", "), oneOf(activations), "sigmoid", "sigmoid");
  add("--epochs <n>", "passes over the training set", integer(1, MOST), 20, "20");
  add("--batch-size <n>", "samples of a training step", integer(1, 65_536), 32, "32");
  add("--learning-rate <x>", "step size of Adam", decimal({ zero: false, most: 1e30 }), 0.001, "0.001");
  add("--l2 <x>", "weight of the sum of squared weights", decimal({ zero: true, most: 1e10 }), 1e-5, "1e-5");
  add("--measures <names>", "what orders the neurons", someOf(measureNames), measureNames, measureNames.join(","));
  add(
    "--scopes <names>",
    "where neurons are removed: each layer, all layers",
    someOf<ScopeKind>(scopeKinds),
    scopeKinds,
    scopeKinds.join(","),
  );
  add(
    "--modes <names>",
    "what a removed neuron becomes",
    someOf(ablationModes),
    ablationModes,
    ablationModes.join(","),
  );
  add("--random-draws <n>", "random orders a scope", integer(0, 65_535), 5, "5");
  add("--stride <n>", "neurons removed between two evaluations", integer(1, MOST), 1, "1");
  add("--sweep <name>", "rank-one updates, or a masked forward pass a step", oneOf(sweepMethods), "fast", "fast");
  return command;
}

/** The configuration out of commander's options, fields in a fixed order. */
export function studyConfig(options: StudyConfig): StudyConfig {
  const { data, repeats, seed, hidden, activation, epochs, batchSize, learningRate, l2 } = options;
  const { measures: names, scopes, modes, randomDraws, stride, sweep } = options;
  const training = { data, repeats, seed, hidden, activation, epochs, batchSize, learningRate, l2 };
  return { ...training, measures: names, scopes, modes, randomDraws, stride, sweep };
}
