/** `--adapter` and `--memory`, the same in every command that takes them. */
import { type Command, Option } from "commander";
import { megabytes, text } from "./option-values.ts";

const HELP = "part of the name of the adapter to use (see doctor)";

export function addAdapterOption(command: Command, help: string = HELP): Command {
  return command.addOption(new Option("--adapter <text>", help).argParser(text("part of an adapter's name")));
}

export function addMemoryOption(command: Command): Command {
  const help = "memory to plan with (default: half of the device's)";
  return command.addOption(new Option("--memory <MB>", help).argParser(megabytes(1)));
}
