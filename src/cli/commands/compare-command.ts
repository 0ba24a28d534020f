/** `gpu-importance compare`: all measures, judged on one's own networks or on some that are trained, in the time there is. */
import { type Command, Option } from "commander";
import { UsageError } from "../../core/errors.ts";
import type { MeasuringConfig, StudyConfig } from "../../core/study.ts";
import { studyDefaults } from "../../core/study-defaults.ts";
import { given } from "../../host/given.ts";
import type { DeviceChoice } from "../../host/open-device.ts";
import { measuresCheck } from "../../measures/measure-choice.ts";
import { argumentOf, under, withExamples } from "../options/help.ts";
import { addModelOptions, type ModelOptions } from "../options/model-options.ts";
import { addComputingOptions, addResultOptions } from "../options/result-options.ts";
import {
  addDataOptions,
  addDataSourceOption,
  addSeedOption,
  addTogetherOptions,
  hiddenWidths,
  numbers,
} from "../options/study-options.ts";
import type { OutputOptions } from "../results/study-output.ts";
import { analyze } from "./analyze-command.ts";
import { run } from "./run-command.ts";

const MINUTES = 5;
/** Networks that are trained: with fewer than 12, no test of one of so many measures is below 0.05 after Holm's correction. */
const REPEATS = 16;

type DataOptions = Pick<
  StudyConfig,
  "data" | "label" | "noHeader" | "drop" | "classes" | "split" | "normalize" | "standardize"
>;

interface CompareOptions
  extends DataOptions,
    ModelOptions,
    DeviceChoice,
    OutputOptions,
    Pick<MeasuringConfig, "pairs" | "pairRemovals" | "groups"> {
  readonly out?: string;
  readonly minutes: number;
  readonly seed: number;
  /** Of networks that are trained. */
  readonly repeats?: number;
  readonly hidden?: readonly number[];
  readonly epochs?: number;
}

/** @throws UsageError where an option is given that says nothing of these networks. */
function requireFitting(models: readonly string[], options: CompareOptions): void {
  const ofTraining = ["repeats", "hidden", "epochs"] as const;
  const ofFiles = ["weightsLayout", "channels"] as const;
  const out = (models.length > 0 ? ofTraining : ofFiles).find((name) => options[name] !== undefined);
  if (out === undefined) return;
  const option = `--${out.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new UsageError({
    what: `${option} is for networks that ${models.length > 0 ? "are trained" : "come from files"}`,
    where: "command line",
    expected: models.length > 0 ? `no ${option} beside files of networks` : `files of networks beside ${option}`,
    found: models.length > 0 ? models[0]! : "no file of a network",
    fix: `omit ${option}`,
  });
}

/** Every measure and sequence, in the mode and the scopes of the answer. */
function everything(): Pick<MeasuringConfig, "measures" | "scopes" | "modes" | "randomDraws" | "stride" | "sweep"> {
  const { scopes, randomDraws, stride, sweep } = studyDefaults;
  return { measures: measuresCheck.take(["all"])!, scopes, modes: ["mean"], randomDraws, stride, sweep };
}

async function compare(models: readonly string[], options: CompareOptions): Promise<void> {
  requireFitting(models, options);
  if (models.length > 0) return analyze(models, { ...everything(), ...options });
  const { repeats, hidden, activation, epochs } = options;
  const trained = { ...studyDefaults, repeats: REPEATS };
  await run({ ...trained, ...everything(), ...options, ...given({ repeats, hidden, activation, epochs }) });
}

/** Adds the command `compare` to the program. @param addDevice adds the options of device and output */
export function completeCompare(command: Command): void {
  argumentOf(command, "networks as analyze takes them; without any, some are trained as run does");
  addDataSourceOption(command);
  addDataOptions(command);
  const { hidden, epochs } = studyDefaults;
  addModelOptions(command)
    .addOption(new Option("--repeats <n>", `networks to train (default: ${REPEATS})`).argParser(numbers("repeats")))
    .addOption(new Option("--hidden <widths>", `of networks to train (default: ${hidden})`).argParser(hiddenWidths))
    .addOption(new Option("--epochs <n>", `of networks to train (default: ${epochs})`).argParser(numbers("epochs")));
  under(command, "study").addOption(
    new Option("--minutes <n>", "steps and draws are as fine as so many minutes allow")
      .argParser(numbers("minutes"))
      .default(MINUTES, `${MINUTES}`),
  );
  addTogetherOptions(command);
  addSeedOption(command, "seed of random orders, and of training");
  addComputingOptions(addResultOptions(command)).action((models: string[], options: CompareOptions) =>
    compare(models, options),
  );
  withExamples(command, "compare", [
    { what: "Which measure is right for this network?", line: "compare net.onnx --data table.csv --open" },
    { what: "For ReLU networks on Fashion-MNIST", line: "compare --data fashion-mnist --activation relu --minutes 20" },
  ]);
}
