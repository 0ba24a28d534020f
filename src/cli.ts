#!/usr/bin/env node
/** The command line: arguments to commands, errors to messages and exit codes (0 good, 1 failed run, 2 wrong usage). */
import { Command, CommanderError, Option } from "commander";
import { addAnalyzeCommand } from "./cli/analyze-command.ts";
import { addBenchCommand } from "./cli/bench-command.ts";
import { addDataCommand } from "./cli/data-command.ts";
import { addAdapterOption, addMemoryOption } from "./cli/device-options.ts";
import { type DoctorOptions, doctor } from "./cli/doctor-command.ts";
import { addLabCommand } from "./cli/lab-command.ts";
import { text } from "./cli/option-values.ts";
import { packageVersion } from "./cli/package-version.ts";
import { addProfileCommand } from "./cli/profile-command.ts";
import { addTraceOption } from "./cli/profiling.ts";
import { addPruneCommand } from "./cli/prune-command.ts";
import { addReportCommand } from "./cli/report-command.ts";
import { type RunOptions, run } from "./cli/run-command.ts";
import { surviveClosedStreams } from "./cli/standard-streams.ts";
import { addStudyOptions } from "./cli/study-options.ts";
import { addTilesOption } from "./cli/tile-choice.ts";
import { RunError, UsageError } from "./core/errors.ts";

/** Set by commands that end normally but report a failure. */
let exitCode = 0;

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

function createProgram(): Command {
  const program = new Command("gpu-importance")
    .description("Which neurons of a trained network matter, and can a cheap information measure tell?")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .option("--debug", "show stack traces")
    .exitOverride()
    .configureOutput({ outputError: (message, write) => write(usageMessage(message)) })
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
      if (!(await doctor(options))) exitCode = 1;
    });
  addReportCommand(program);
  addPruneCommand(program);
  addDataCommand(program);
  addBenchCommand(program);
  addProfileCommand(program);
  addLabCommand(program);
  return program;
}

/** Where an error was thrown, and the errors that caused it; the message itself has been printed. */
function trace(error: Error): string {
  const stack = error.stack ?? "";
  const frames = stack.slice(Math.max(0, stack.indexOf("\n    at ") + 1));
  return error.cause instanceof Error ? `${frames}\ncaused by ${error.cause.stack ?? error.cause.message}` : frames;
}

/** Message and exit code of whatever ended a command. */
function explain(error: unknown, debug: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed it
  const known = error instanceof RunError || error instanceof UsageError;
  const message = error instanceof Error ? error.message : String(error);
  const text = known
    ? message
    : `unexpected error: ${message}\n  to do:    please report it with the output of --debug`;
  process.stderr.write(`gpu-importance: ${text}\n`);
  if (debug && error instanceof Error) process.stderr.write(`${trace(error)}\n`);
  return error instanceof UsageError ? 2 : 1;
}

async function main(argv: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    return explain(error, argv.includes("--debug"));
  }
}

surviveClosedStreams();
// Dawn's threads keep the process alive, so it is ended here, once what was written has left.
const code = await main(process.argv.slice(2));
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
