/** `gpu-importance profile`: where the time of a standard large sweep goes on an adapter, on made-up data. */

import { type Command, Option } from "commander";
import { material } from "../../bench/material.ts";
import { type AskedSingles, recordedSingles, replacementModes } from "../../core/ablation.ts";
import { type Activation, activations } from "../../core/activation.ts";
import type { Dataset } from "../../core/dataset.ts";
import type { Profile } from "../../core/profile.ts";
import { scopeKinds } from "../../core/scope.ts";
import type { StudyConfig } from "../../core/study.ts";
import { fingerprint } from "../../data/splits/fingerprint.ts";
import { createContext } from "../../gpu/device/context.ts";
import { Devices } from "../../gpu/device/devices.ts";
import { inStage } from "../../gpu/profile/profiler.ts";
import { given } from "../../host/given.ts";
import { paperMeasureNames } from "../../measures/paper-measures.ts";
import { openAdapter } from "../../platform/node/adapters.ts";
import { runStudy } from "../../study/study.ts";
import { print, printJson } from "../display/standard-streams.ts";
import { addAdapterOption, addMessageOptions, VERBOSE } from "../options/device-options.ts";
import { under, withExamples } from "../options/help.ts";
import { integer, oneOf, singles } from "../options/option-values.ts";
import { hiddenWidths } from "../options/study-options.ts";
import { endInOrder } from "../results/interruption.ts";
import { addTraceOption, beginProfiling, profileText, studySubject } from "../results/profiling.ts";

interface ProfileOptions {
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly repeats: number;
  readonly samples: number;
  readonly adapter?: string;
  readonly trace?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly singles?: AskedSingles;
}

/** As MNIST: the sweep costs what it costs there, whatever the pixels are. */
const SIDE = 28;
const CLASSES = 10;
/** Enough for networks that have learnt something. */
const TRAIN = 2000;
const EPOCHS = 3;

/** Made-up data; validation and test are the same samples, since nobody asks how well they are classified. */
async function madeUpDataset(samples: number): Promise<Dataset> {
  const { train, test, features, classes } = material(SIDE * SIDE, CLASSES, TRAIN, samples);
  const contents = { sampleShape: [SIDE, SIDE], classes, train, validation: test, test };
  return { name: "made up", features, ...contents, sha256: await fingerprint(contents) };
}

/** Every order of every scope in every mode, at every step. */
function sweepConfig({ hidden, activation, repeats, singles: alone }: ProfileOptions): StudyConfig {
  return {
    data: "made up",
    repeats,
    seed: 0,
    hidden,
    activation,
    epochs: EPOCHS,
    batchSize: 32,
    learningRate: 0.001,
    l2: 1e-5,
    measures: paperMeasureNames,
    scopes: scopeKinds,
    modes: replacementModes,
    randomDraws: 5,
    stride: 1,
    sweep: "fast",
    ...given({ singles: recordedSingles(alone) }),
  };
}

async function profiled(options: ProfileOptions): Promise<Profile> {
  const config = sweepConfig(options);
  const profiling = (await beginProfiling({ ...options, profile: true }))!;
  const dataset = await inStage(profiling, "data", () => madeUpDataset(options.samples));
  using gpu = await inStage(profiling, "adapter", async () => {
    const { adapter, facts } = await openAdapter({ name: options.adapter, driverWarnings: options.verbose });
    return createContext(adapter, facts, profiling);
  });
  await runStudy(new Devices(gpu), dataset, config, () => performance.now());
  return await profiling.end(gpu, studySubject(dataset, config));
}

/** @throws RunError where no adapter can be used, or the trace cannot be written. */
async function profile(options: ProfileOptions): Promise<void> {
  endInOrder(
    () => {},
    () => ({ kept: "nothing: a profile is of the whole sweep", fix: "the same command begins anew" }),
  );
  const measured = await profiled(options);
  if (options.json) {
    await printJson(measured);
    return;
  }
  await print(profileText(measured));
}

/** Adds the command `profile` to the program. */
export function completeProfile(command: Command): void {
  under(command, "work");
  const add = <T>(flags: string, help: string, parse: (value: string) => T, fallback: T, shown: string) =>
    command.addOption(new Option(flags, help).argParser(parse).default(fallback, shown));
  add("--hidden <widths>", "widths of the hidden layers", hiddenWidths, [100, 100], "100,100");
  add("--activation <name>", activations.join(", "), oneOf(activations), "sigmoid", "sigmoid");
  add("--repeats <n>", "networks", integer(1, 10_000), 2, "2");
  add("--samples <n>", "test samples", integer(1, 1_000_000), 2000, "2000");
  const singlesHelp = "neurons removed alone: all, none, or at most N of each layer (default: all)";
  command.addOption(new Option("--singles <which>", singlesHelp).argParser(singles));
  addTraceOption(under(command, "results")).option("--json", "print the profile as JSON");
  addAdapterOption(under(command, "device"));
  addMessageOptions(command, { verbose: VERBOSE }).action((options: ProfileOptions) => profile(options));
  withExamples(command, "profile", [
    { what: "The standard sweep, on the best adapter", line: "profile" },
    { what: "Wider networks, curves alone", line: "profile --hidden 400,400 --singles none" },
  ]);
}
