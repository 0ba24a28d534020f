/** How help is divided: headings of groups, the same in every command, and examples below. */
import { type Argument, type Command, Option } from "commander";

/** Headings of options. */
export const groups = {
  data: "Data:",
  network: "Networks:",
  study: "Measures and removals:",
  amount: "What is removed:",
  training: "Training on:",
  work: "What is timed:",
  results: "Results:",
  device: "Device:",
  messages: "Messages and help:",
} as const;

/** Headings of commands. */
export const commandGroups = {
  studies: "Studies:",
  networks: "Networks:",
  data: "Data:",
  machine: "This machine:",
  help: "Help:",
} as const;

/** Options that are added from here on stand below this heading. */
export function under(command: Command, group: keyof typeof groups): Command {
  return command.optionsGroup(groups[group]);
}

/** The one argument of a command, which gets its text here. */
export function argumentOf(command: Command, text: string): Argument {
  const [argument] = command.registeredArguments;
  if (argument === undefined) throw new Error(`${command.name()} takes no argument`);
  argument.description = text;
  return argument;
}

/** `-h, --help`, which all commands share. */
export function helpOption(): Option {
  return new Option("-h, --help", "print this help").helpGroup(groups.messages);
}

interface Example {
  /** What it does, in a few words. */
  readonly what: string;
  /** The command without the program's name; at most 80 columns with it. */
  readonly line: string;
}

/** Adds examples below the help, and, to messages on wrong usage, where the help is. */
export function withExamples(command: Command, path: string, examples: readonly Example[]): Command {
  const texts = examples.map(({ what, line }) => `  ${what}\n    gpu-importance ${line}`);
  return command
    .addHelpText("after", `\nExamples:\n${texts.join("\n")}`)
    .showHelpAfterError(`  to do:    gpu-importance ${path} --help lists the options`);
}
