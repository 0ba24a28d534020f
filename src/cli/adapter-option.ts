/** `--adapter`, the same in every command that computes. */
import { type Command, Option } from "commander";
import { text } from "./option-values.ts";

const HELP = "part of the name of the adapter to use (see doctor)";

export function addAdapterOption(command: Command, help: string = HELP): Command {
  return command.addOption(new Option("--adapter <text>", help).argParser(text("part of an adapter's name")));
}
