/** The options of a study on the command line, with their defaults. */

import { type Command, Option } from "commander";
import { type AskedSingles, ablationModes, recordedSingles } from "../../core/ablation.ts";
import { activations } from "../../core/activation.ts";
import { pairRemovalScopes } from "../../core/pair-removals.ts";
import { pairScopes } from "../../core/pairs.ts";
import { binRules, defaultBins, defaultBits } from "../../core/quantization.ts";
import { type ScopeKind, scopeKinds } from "../../core/scope.ts";
import { type StudyConfig, sweepMethods } from "../../core/study.ts";
import { decimalRanges, defaultShapleyDraws, studyDefaults, wholeRanges } from "../../core/study-defaults.ts";
import { given } from "../../host/given.ts";
import { levelConfig } from "../../host/level-config.ts";
import { measuresCheck } from "../../measures/measure-choice.ts";
import { paperMeasureNames } from "../../measures/paper-measures.ts";
import { remeasureConfig } from "../../measures/remeasured.ts";
import { shapleyConfig } from "../../measures/shapley-config.ts";
import { under } from "./help.ts";
import {
  decimal,
  even,
  integer,
  listOf,
  meanAndDeviation,
  names,
  oneOf,
  percents,
  singles,
  someOf,
  text,
  widths,
} from "./option-values.ts";

/** Widths of hidden layers as text. */
export const hiddenWidths = widths(wholeRanges.width.most);

export const numbers = (name: keyof typeof wholeRanges) => integer(wholeRanges[name].least, wholeRanges[name].most);

/** Adds options that have a default. */
function adderTo(command: Command) {
  return <T>(flags: string, help: string, parse: (value: string) => T, fallback: T, shown: string) =>
    command.addOption(new Option(flags, help).argParser(parse).default(fallback, shown));
}

/** Adds the options that make up a StudyConfig. */
export function addStudyOptions(command: Command): Command {
  const add = adderTo(command);
  const { repeats, hidden, activation, epochs, batchSize, learningRate, l2 } = studyDefaults;
  addDataSourceOption(command);
  addDataOptions(command);
  under(command, "network");
  add("--repeats <n>", "networks to train, all at once", numbers("repeats"), repeats, `${repeats}`);
  addSeedOption(command, "seed of initial weights, shuffles and random orders");
  add("--hidden <widths>", "widths of the hidden layers", hiddenWidths, hidden, `${hidden}`);
  add("--activation <name>", activations.join(", "), oneOf(activations), activation, activation);
  add("--epochs <n>", "passes over the training set", numbers("epochs"), epochs, `${epochs}`);
  add("--batch-size <n>", "samples of a training step", numbers("batchSize"), batchSize, `${batchSize}`);
  const rates = decimal(decimalRanges.learningRate);
  add("--learning-rate <x>", "step size of Adam", rates, learningRate, `${learningRate}`);
  const strengths = decimal(decimalRanges.l2);
  add("--l2 <x>", "weight of the sum of squared weights", strengths, l2, l2.toExponential());
  const noisyHelp = "share of training labels that become other classes, to study overfitting (default: 0)";
  command.addOption(new Option("--noisy-labels <x>", noisyHelp).argParser(decimal(decimalRanges.noisyLabels)));
  return addRemovalOptions(command);
}

export function checkpointOption(): Option {
  const help = "between two checkpoints of training; 0: every epoch (default: 60)";
  return new Option("--checkpoint-seconds <n>", help).argParser(numbers("checkpointSeconds"));
}

/** Adds what analyses take of the options of a study, but for those of the data. */
export function addSweepOptions(command: Command): Command {
  return addRemovalOptions(addSeedOption(under(command, "study"), "seed of random orders"));
}

export function addSeedOption(command: Command, help: string): Command {
  const { seed } = studyDefaults;
  return adderTo(command)("--seed <n>", help, numbers("seed"), seed, `${seed}`);
}

function addRemovalOptions(command: Command): Command {
  addLevelOptions(under(command, "study"));
  const add = adderTo(command);
  const { scopes, modes, randomDraws, stride, sweep } = studyDefaults;
  const measuresHelp = "what orders the neurons: names, paper or all";
  add("--measures <names>", measuresHelp, listOf(measuresCheck), paperMeasureNames, "paper");
  addShapleyOptions(command);
  const { least, most } = wholeRanges.greedyBlock;
  const blockHelp = "neurons that a greedy search removes at a step (default: 1)";
  command.addOption(new Option("--greedy-block <n>", blockHelp).argParser(integer(least, most)));
  const anewHelp = "orders beside, by measures taken anew after every n removals";
  command.addOption(new Option("--remeasure <n>", anewHelp).argParser(numbers("remeasure")));
  addTogetherOptions(command);
  const scopesHelp = "where neurons are removed: each layer, all layers";
  add("--scopes <names>", scopesHelp, someOf<ScopeKind>(scopeKinds), scopes, `${scopes}`);
  add(
    "--modes <names>",
    `what a removed neuron becomes: ${ablationModes.join(", ")}`,
    someOf(ablationModes),
    modes,
    `${modes}`,
  );
  add("--random-draws <n>", "random orders a scope", numbers("randomDraws"), randomDraws, `${randomDraws}`);
  add("--stride <n>", "neurons removed between two evaluations", numbers("stride"), stride, `${stride}`);
  add("--sweep <name>", "rank-one updates, or a masked forward pass a step", oneOf(sweepMethods), sweep, sweep);
  const singlesHelp = "neurons removed alone: all, none, or at most N of each layer, drawn by --seed (default: all)";
  return command.addOption(new Option("--singles <which>", singlesHelp).argParser(singles));
}

/** What neurons know and cost together: nothing of it where nothing is said. */
export function addTogetherOptions(command: Command): Command {
  const help = "count and decompose pairs of neurons, of the same layer or of all: layers, network (default: none)";
  const removalsHelp = "remove two neurons together: layers, for all pairs of each layer (default: none)";
  const groupsHelp = "what n neurons of a layer know together: first of each ranking, most informative (default: none)";
  return command
    .addOption(new Option("--pairs <which>", help).argParser(oneOf(pairScopes)))
    .addOption(new Option("--pair-removals <which>", removalsHelp).argParser(oneOf(pairRemovalScopes)))
    .addOption(new Option("--groups <n>", groupsHelp).argParser(numbers("groups")));
}

/** How Shapley values are sampled; fields are absent where none is measured, as in study.json. */
export function addShapleyOptions(command: Command): void {
  const drawsHelp = `permutations for Shapley values, even (default: ${defaultShapleyDraws})`;
  const errorHelp = "sample no more once all their 95 % intervals are within +- x nats";
  command
    .addOption(new Option("--shapley-draws <n>", drawsHelp).argParser(even(wholeRanges.shapleyDraws)))
    .addOption(new Option("--shapley-error <x>", errorHelp).argParser(decimal(decimalRanges.shapleyError)));
}

export function addDataSourceOption(command: Command): Command {
  const { data } = studyDefaults;
  const help = "`mnist` (10,000 digits, embedded), fetched data (see data fetch), or a path";
  return adderTo(under(command, "data"))(
    "--data <source>",
    help,
    text("mnist, the name of fetched data, or a path"),
    data,
    data,
  );
}

/** How outputs are quantised; fields are absent for one bit, as in study.json. */
export function addLevelOptions(command: Command): void {
  const { least, most } = wholeRanges.bits;
  const bitsHelp = `bits of a measured output, ${least} to ${most}; 1: above a threshold (default: ${defaultBits})`;
  const binsHelp = `levels of more than one bit: ${binRules.join(", ")} (default: ${defaultBins})`;
  command
    .addOption(new Option("--bits <n>", bitsHelp).argParser(integer(least, most)))
    .addOption(new Option("--bins <name>", binsHelp).argParser(oneOf(binRules)));
}

/** What is to be known of data that do not say it. */
export function addDataOptions(command: Command): void {
  addNormalizeOption(addTableOptions(command)).option(
    "--standardize",
    "each feature gets mean 0 and deviation 1 over the training set",
  );
}

function addTableOptions(command: Command): Command {
  const noHeader = new Option("--no-header", "a table whose first line is a sample; columns have numbers");
  // It says something of a table, and takes nothing back.
  noHeader.negate = false;
  return command
    .addOption(new Option("--label <column>", "column of the classes (default: label)").argParser(text("a column")))
    .addOption(noHeader)
    .addOption(new Option("--drop <columns>", "columns of a table to leave out: a,b").argParser(names("columns")))
    .addOption(
      new Option("--classes <names>", "all classes in the order of the network's outputs: a,b,c").argParser(
        names("two classes or more", 2),
      ),
    )
    .addOption(
      new Option("--split <percents>", "parts of a table to train, validate, test (default: 70,15,15)").argParser(
        percents,
      ),
    );
}

function addNormalizeOption(command: Command): Command {
  return command.addOption(
    new Option(
      "--normalize <numbers>",
      "mean,sd: inputs v become (v - mean) / sd; or by channel: mean,mean,mean/sd,sd,sd",
    ).argParser(meanAndDeviation),
  );
}

/** A study as options ask for it. */
export interface AskedStudy extends Omit<StudyConfig, "singles"> {
  readonly singles?: AskedSingles;
}

/** The configuration out of commander's options, fields in a fixed order. */
export function studyConfig(options: AskedStudy): StudyConfig {
  const { data, repeats, seed, hidden, activation, epochs, batchSize, learningRate, l2 } = options;
  const { measures: measured, scopes, modes, randomDraws, stride, sweep, singles: alone } = options;
  const { label, noHeader, drop, classes, split, normalize, standardize } = options;
  const training = {
    data,
    ...given({ label, noHeader, drop, classes, split, normalize, standardize }),
    repeats,
    seed,
    hidden,
    activation,
    epochs,
    batchSize,
    learningRate,
    l2,
    ...(options.noisyLabels !== undefined && options.noisyLabels > 0 && { noisyLabels: options.noisyLabels }),
    ...levelConfig(options),
  };
  const shapley = shapleyConfig(options);
  const { greedyBlock, pairs, groups } = options;
  const removals = {
    measures: measured,
    ...shapley,
    ...given({ greedyBlock }),
    ...remeasureConfig(options),
    ...given({ pairs, groups }),
    scopes,
    modes,
    randomDraws,
    stride,
    sweep,
    ...given({ singles: recordedSingles(alone), pairRemovals: options.pairRemovals }),
  };
  return { ...training, ...removals };
}
