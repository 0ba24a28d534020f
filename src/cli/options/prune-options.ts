/** The options of `gpu-importance prune`. */

import { type Command, InvalidArgumentError, Option } from "commander";
import { type AblationMode, ablationModes } from "../../core/ablation.ts";
import { UsageError } from "../../core/errors.ts";
import { nearestName } from "../../core/nearest-name.ts";
import type { BinRule } from "../../core/quantization.ts";
import { networkScopes, parseScope, scopeText } from "../../core/scope.ts";
import { decimalRanges, studyDefaults, wholeRanges } from "../../core/study-defaults.ts";
import type { DeviceChoice } from "../../host/open-device.ts";
import type { DataConfig } from "../../host/study-data.ts";
import { measures } from "../../measures/registry.ts";
import type { PruneAmount, PruneScope } from "../../pruning/choose-removals.ts";
import { under } from "./help.ts";
import { addModelOptions, type ModelOptions } from "./model-options.ts";
import { decimal, integer, oneOf, refuse, text } from "./option-values.ts";
import { addDataOptions, addDataSourceOption, addLevelOptions, addShapleyOptions } from "./study-options.ts";

type Kept = Exclude<PruneAmount, { readonly maxAccuracyLoss: number }>;

export interface PruneOptions extends ModelOptions, DeviceChoice, DataConfig {
  readonly keep?: Kept;
  /** Share of samples, 0 to 1. */
  readonly maxAccuracyLoss?: number;
  readonly measure: string;
  /** As MeasuringConfig has them. */
  readonly bits?: number;
  readonly bins?: BinRule;
  readonly shapleyDraws?: number;
  readonly shapleyError?: number;
  readonly mode: AblationMode;
  readonly scope: PruneScope;
  readonly out: string;
  /** Epochs; 0 where none is asked for. */
  readonly finetune: number;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly l2: number;
  readonly seed: number;
  readonly json?: string;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

/** `12.5%`, to 0.125; undefined where the text is no percentage up to 100. */
function shareOf(value: string): number | undefined {
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(value.trim())?.[1];
  return percent !== undefined && Number(percent) <= 100 ? Number(percent) / 100 : undefined;
}

function kept(value: string): Kept {
  const keepShare = shareOf(value);
  if (keepShare !== undefined && keepShare > 0) return { keepShare };
  if (/^[1-9]\d*$/.test(value.trim()) && Number.isSafeInteger(Number(value))) return { keepCount: Number(value) };
  throw new InvalidArgumentError("Allowed: a share above 0% such as 50%, or a number of neurons such as 64");
}

/** Percent, with the sign: 0.5 alone might be a share. */
function accuracyLoss(value: string): number {
  const share = shareOf(value);
  if (share !== undefined) return share;
  throw new InvalidArgumentError("Allowed: points of percent with their sign, 0% to 100%, for example 0.5%");
}

function scope(value: string): PruneScope {
  if (value === "layers") return value;
  const known = parseScope(value);
  if (known !== undefined) return scopeText(known);
  const names = ["layers", ...networkScopes, "layer1"];
  refuse(`layers, ${networkScopes.join(", ")}, layer1, layer2, ...`, nearestName(value, names));
}

export function addPruneOptions(command: Command): Command {
  const { batchSize, learningRate, l2, seed } = studyDefaults;
  const add = <T>(flags: string, help: string, parse: (value: string) => T, fallback?: T) =>
    command.addOption(
      fallback === undefined
        ? new Option(flags, help).argParser(parse)
        : new Option(flags, help).argParser(parse).default(fallback, String(fallback)),
    );
  addDataSourceOption(command);
  addDataOptions(command);
  addModelOptions(command);
  under(command, "results");
  const outHelp = "the smaller network: .safetensors, .onnx or .npz";
  command.addOption(new Option("--out <file>", outHelp).argParser(text("a path")).makeOptionMandatory());
  add("--json <file>", "write what was done, and the removed neurons, as JSON", text("a path"));
  command.option("--force", "replace files of the names that are written");
  under(command, "amount");
  add("--keep <amount>", "neurons to keep: a share of those in scope (50%), or their number", kept);
  const lossHelp = "remove as many as this loss of accuracy on the validation set allows: 0.5%";
  add("--max-accuracy-loss <points>", lossHelp, accuracyLoss);
  const names = measures.map(({ name }) => name);
  add("--measure <name>", `lowest removed first, by: ${names.join(", ")}`, oneOf(names), "contribution");
  addLevelOptions(command);
  addShapleyOptions(command);
  add("--mode <name>", `what a removed neuron becomes: ${ablationModes.join(", ")}`, oneOf(ablationModes), "mean");
  const scopeHelp = "layers (the same share of each), network, network-ranked, layer1, ...";
  add<PruneScope>("--scope <name>", scopeHelp, scope, "network-ranked");
  under(command, "training");
  add("--finetune <epochs>", "train the smaller network on", integer(0, wholeRanges.epochs.most), 0);
  add("--learning-rate <x>", "of --finetune", decimal(decimalRanges.learningRate), learningRate);
  add("--batch-size <n>", "of --finetune", integer(1, wholeRanges.batchSize.most), batchSize);
  const strengths = new Option("--l2 <x>", "of --finetune").argParser(decimal(decimalRanges.l2));
  command.addOption(strengths.default(l2, l2.toExponential()));
  add("--seed <n>", "of the shuffles of --finetune, and of Shapley values", integer(0), seed);
  return command;
}

/** @throws UsageError where outputs are to be counted in levels, and the measure asks for none */
export function requireLevelsRead({ bits, measure: asked }: PruneOptions): void {
  const ofLevels = measures.filter(({ needs }) => needs.some((kind) => kind === "levels")).map(({ name }) => name);
  if (bits === undefined || ofLevels.includes(asked)) return;
  throw new UsageError({
    what: "--bits is for measures of levels",
    where: "command line",
    expected: `--measure ${ofLevels.join(", ")}`,
    found: `--bits ${bits}, --measure ${asked}`,
    fix: "leave --bits out, or prune by one of them",
  });
}

/** @throws UsageError unless exactly one of the two options is given. */
export function amountOf({ keep, maxAccuracyLoss }: PruneOptions): PruneAmount {
  if (keep !== undefined && maxAccuracyLoss === undefined) return keep;
  if (keep === undefined && maxAccuracyLoss !== undefined) return { maxAccuracyLoss };
  throw new UsageError({
    what: "give either --keep or --max-accuracy-loss, not both",
    expected: "--keep or --max-accuracy-loss",
    found: keep === undefined ? "neither of them" : "both of them",
    fix: "--keep 50%, for example",
  });
}
