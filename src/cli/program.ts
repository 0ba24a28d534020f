/** All commands with their options. */
import { Command, Option } from "commander";
import { packageVersion } from "../host/package-version.ts";
import { addAnalyzeCommand } from "./commands/analyze-command.ts";
import { addBenchCommand } from "./commands/bench-command.ts";
import { addCompareCommand } from "./commands/compare-command.ts";
import { addDataCommand } from "./commands/data-command.ts";
import { addDoctorCommand } from "./commands/doctor-command.ts";
import { addLabCommand } from "./commands/lab-command.ts";
import { addProfileCommand } from "./commands/profile-command.ts";
import { addPruneCommand } from "./commands/prune-command.ts";
import { addReportCommand } from "./commands/report-command.ts";
import { type RunOptions, run } from "./commands/run-command.ts";
import { tell } from "./display/standard-streams.ts";
import { addAdapterOption, addMemoryOption, addMessageOptions } from "./options/device-options.ts";
import { commandGroups, groups, helpOption, under, withExamples } from "./options/help.ts";
import { text } from "./options/option-values.ts";
import { addStudyOptions } from "./options/study-options.ts";
import { addTilesOption } from "./options/tiles-option.ts";
import { addTraceOption } from "./results/profiling.ts";

/** Commander's message in the form of our own. */
function usageMessage(message: string): string {
  return message
    .replace(/^error: /, "gpu-importance: ")
    .replace(". Allowed: ", "\n  allowed:  ")
    .replace("\n(Did you mean", "\n  (did you mean");
}

/** Where results go. */
function addResultOptions(command: Command): Command {
  return under(command, "results")
    .addOption(
      new Option("--out <folder>", "folder of the results (default: a new one under results/)").argParser(
        text("a path"),
      ),
    )
    .option("--force", "replace the results in --out")
    .option("--fresh", "start anew in --out, though an interrupted run has left work there")
    .option("--no-report", "make no report")
    .option("--open", "open the report in the default browser");
}

/** What computes, and what is told of it. */
function addComputingOptions(command: Command): Command {
  addMemoryOption(addTilesOption(addAdapterOption(under(command, "device"))));
  const verbose = "show what is done at once, its memory, and warnings of drivers";
  return addMessageOptions(command, { verbose, quiet: "no progress on stderr" });
}

function addRunCommand(program: Command): void {
  const command = program
    .command("run")
    .description("train networks, measure and remove their neurons; write results, print a table");
  addResultOptions(addStudyOptions(command)).option("--profile", "say where the time goes; write profile.json");
  addTraceOption(command);
  addComputingOptions(command).action((options: RunOptions) => run(options));
  withExamples(command, "run", [
    { what: "A first look, in a minute or two", line: "run --repeats 2 --epochs 5 --stride 5 --open" },
    {
      what: "Fashion-MNIST with ReLU, 20 networks",
      line: "run --data fashion-mnist --activation relu --repeats 20",
    },
  ]);
}

/**
 * @param onUnhealthy told where `doctor` ends normally and has found that something is wrong
 */
export function createProgram(onUnhealthy: () => void): Command {
  const program = new Command("gpu-importance")
    .description("Which neurons of a trained network matter, and can a cheap information measure tell?")
    .optionsGroup(groups.messages)
    .version(packageVersion(), "-V, --version", "print the version")
    .addHelpOption(helpOption())
    .option("--debug", "show stack traces")
    .exitOverride()
    .configureOutput({ outputError: (message) => tell(usageMessage(message).trimEnd()) });
  withExamples(program, "", [
    { what: "Is there an adapter, and does it compute rightly?", line: "doctor" },
    { what: "A first study, and its report in the browser", line: "run --repeats 2 --epochs 5 --stride 5 --open" },
  ]).showHelpAfterError("  to do:    gpu-importance --help lists the commands");
  program.commandsGroup(commandGroups.studies);
  addRunCommand(program);
  addAnalyzeCommand(program, (command) => addComputingOptions(addResultOptions(command)));
  addCompareCommand(program, (command) => addComputingOptions(addResultOptions(command)));
  addReportCommand(program);
  addLabCommand(program);
  program.commandsGroup(commandGroups.networks);
  addPruneCommand(program);
  program.commandsGroup(commandGroups.data);
  addDataCommand(program);
  program.commandsGroup(commandGroups.machine);
  addDoctorCommand(program, onUnhealthy);
  addBenchCommand(program);
  addProfileCommand(program);
  program.commandsGroup(commandGroups.help);
  return program.helpCommand("help [command]", "print the help of a command");
}
