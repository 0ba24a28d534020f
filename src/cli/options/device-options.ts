/** `--adapter`, `--memory` and what is told, the same in every command that takes them. */
import { type Command, Option } from "commander";
import { under } from "./help.ts";
import { megabytes, text } from "./option-values.ts";

const HELP = "part of the name of the adapter to use (see doctor)";

export function addAdapterOption(command: Command, help: string = HELP): Command {
  return command.addOption(new Option("--adapter <text>", help).argParser(text("part of an adapter's name")));
}

export function addMemoryOption(command: Command): Command {
  const help = "memory to plan with (default: half of the device's)";
  return command.addOption(new Option("--memory <MB>", help).argParser(megabytes(1)));
}

/** What is told, in the order of help; without a text, the command has no such option. */
export function addMessageOptions(
  command: Command,
  { verbose, quiet }: { readonly verbose?: string; readonly quiet?: string },
): Command {
  under(command, "messages");
  if (verbose !== undefined) command.option("--verbose", verbose);
  if (quiet !== undefined) command.option("--quiet", quiet);
  return command.option("--debug", "show stack traces");
}

/** Of commands that have no more to tell. */
export const VERBOSE = "show warnings of drivers";
