/** All commands with their options. */
import { Command, Option } from "commander";
import { addAnalyzeCommand } from "./analyze-command.ts";
import { addBenchCommand } from "./bench-command.ts";
import { addDataCommand } from "./data-command.ts";
import { addAdapterOption, addMemoryOption } from "./device-options.ts";
import { type DoctorOptions, doctor } from "./doctor-command.ts";
import { addLabCommand } from "./lab-command.ts";
import { text } from "./option-values.ts";
import { packageVersion } from "./package-version.ts";
import { addProfileCommand } from "./profile-command.ts";
import { addTraceOption } from "./profiling.ts";
import { addPruneCommand } from "./prune-command.ts";
import { addReportCommand } from "./report-command.ts";
import { type RunOptions, run } from "./run-command.ts";
import { tell } from "./standard-streams.ts";
import { addStudyOptions } from "./study-options.ts";
import { addTilesOption } from "./tile-choice.ts";

/** Commander's message in the form of our own. */
function usageMessage(message: string): string {
  return message
    .replace(/^error: /, "gpu-importance: ")
    .replace(". Allowed: ", "\n  allowed:  ")
    .replace("\n(Did you mean", "\n  (did you mean");
}

/** Where results go. */
function addResultOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--out <folder>", "folder of the results (default: a new one under results/)").argParser(
        text("a path"),
      ),
    )
    .option("--force", "replace the results in --out")
    .option("--no-report", "make no report");
}

/** What computes, and what is told of it. */
function addComputingOptions(command: Command): Command {
  return addMemoryOption(addTilesOption(addAdapterOption(command)))
    .option("--verbose", "show the plan: what is done at once, and its memory")
    .option("--quiet", "no progress on stderr")
    .option("--debug", "show stack traces");
}

/**
 * @param onUnhealthy told where `doctor` ends normally and has found that something is wrong
 */
export function createProgram(onUnhealthy: () => void): Command {
  const program = new Command("gpu-importance")
    .description("Which neurons of a trained network matter, and can a cheap information measure tell?")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .option("--debug", "show stack traces")
    .exitOverride()
    .configureOutput({ outputError: (message) => tell(usageMessage(message).trimEnd()) })
    .showHelpAfterError("  to do:    gpu-importance --help lists the commands");
  const runCommand = program
    .command("run")
    .description("train, count, measure, ablate; write results, print a table")
    .showHelpAfterError("  to do:    gpu-importance run --help lists the options");
  addResultOptions(addStudyOptions(runCommand)).option("--profile", "say where the time goes; write profile.json");
  addTraceOption(runCommand);
  addComputingOptions(runCommand).action((options: RunOptions) => run(options));
  addAnalyzeCommand(program, (command) => addComputingOptions(addResultOptions(command)));
  const doctorCommand = program
    .command("doctor")
    .description("list adapters, say which is used and why, and test it")
    .showHelpAfterError("  to do:    gpu-importance doctor --help lists the options");
  addTilesOption(addAdapterOption(doctorCommand, "part of the name of the adapter to use"))
    .option("--json", "print the diagnosis as JSON")
    .option("--debug", "show stack traces")
    .action(async (options: DoctorOptions) => {
      if (!(await doctor(options))) onUnhealthy();
    });
  addReportCommand(program);
  addPruneCommand(program);
  addDataCommand(program);
  addBenchCommand(program);
  addProfileCommand(program);
  addLabCommand(program);
  return program;
}
