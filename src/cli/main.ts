/** The command line: arguments to commands, errors to messages and exit codes. */
import { CommanderError } from "commander";
import { RunError, UsageError } from "../core/errors.ts";
import { loadCommands } from "./commands/registry.ts";
import { tell } from "./display/standard-streams.ts";
import { exitCodeOf } from "./exit-codes.ts";
import { createProgram } from "./program.ts";

/** Where an error was thrown, and the errors that caused it; the message itself has been printed. */
function trace(error: Error): string {
  const stack = error.stack ?? "";
  const frames = stack.slice(Math.max(0, stack.indexOf("\n    at ") + 1));
  return error.cause instanceof Error ? `${frames}\ncaused by ${error.cause.stack ?? error.cause.message}` : frames;
}

/** Message and exit code of whatever ended a command. */
function explain(error: unknown, debug: boolean): number {
  if (error instanceof CommanderError) return exitCodeOf(error); // commander has printed it
  const known = error instanceof RunError || error instanceof UsageError;
  const message = error instanceof Error ? error.message : String(error);
  const text = known
    ? message
    : `unexpected error: ${message}\n  to do:    please report it with the output of --debug`;
  tell(`gpu-importance: ${text}`);
  if (debug && error instanceof Error) tell(trace(error));
  return exitCodeOf(error);
}

/** @returns the exit code; what went wrong is said on stderr */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  try {
    const onUnhealthy = () => {
      exitCode = 1;
    };
    // Any word may be a command's name; one that is not costs the reading of a module.
    const program = createProgram(await loadCommands(argv), { onUnhealthy });
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    return explain(error, argv.includes("--debug"));
  }
}
