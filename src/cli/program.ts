/** The program: its own options and all commands, those that were loaded with their options and what they do. */
import { Command } from "commander";
import { packageVersion } from "../host/package-version.ts";
import type { Told } from "./commands/complete.ts";
import { commandEntries, type LoadedCommands } from "./commands/registry.ts";
import { tell } from "./display/standard-streams.ts";
import { commandGroups, groups, helpOption, withExamples } from "./options/help.ts";

/** Commander's message in the form of our own. */
function usageMessage(message: string): string {
  return message
    .replace(/^error: /, "gpu-importance: ")
    .replace(". Allowed: ", "\n  allowed:  ")
    .replace("\n(Did you mean", "\n  (did you mean");
}

export function createProgram(loaded: LoadedCommands, told: Told): Command {
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
  for (const [name, { group, usage, description }] of Object.entries(commandEntries)) {
    const command = program.commandsGroup(commandGroups[group]).command(usage).description(description);
    loaded.get(name)?.(command, told);
  }
  program.commandsGroup(commandGroups.help);
  return program.helpCommand("help [command]", "print the help of a command");
}
