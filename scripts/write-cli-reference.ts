/**
 * Writes the tables of docs/cli.md from the command line itself, between the lines `<!-- options: run -->` and `<!-- end -->`.
 * `--check` fails where the document does not say what the command line takes.
 */
import { readFileSync, writeFileSync } from "node:fs";
import type { Command, Option } from "commander";
import { loadCommands } from "../src/cli/commands/registry.ts";
import { createProgram } from "../src/cli/program.ts";

const document = new URL("../docs/cli.md", import.meta.url);

/** `data fetch` is the command `fetch` of the command `data`. */
function commandAt(path: string, program: Command): Command {
  return path.split(" ").reduce((command, name) => {
    const found = command.commands.find((one) => one.name() === name);
    if (found === undefined) throw new Error(`docs/cli.md names a command that is not there: ${path}`);
    return found;
  }, program);
}

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("<", "\\<");

/** `(default: 8)` is a column of its own. */
function row({ flags, description, defaultValue, defaultValueDescription }: Option): string {
  const said = /^(.*) \(default: (.*)\)$/s.exec(description);
  const fallback = defaultValueDescription ?? said?.[2] ?? (defaultValue === undefined ? "" : String(defaultValue));
  return `| \`${flags.replaceAll("|", "\\|")}\` | ${cell(fallback)} | ${cell(said?.[1] ?? description)} |`;
}

function tableOf(command: Command): string {
  const options = command.createHelp().visibleOptions(command);
  const headings = [...new Set(options.map(({ helpGroupHeading }) => helpGroupHeading ?? "Options:"))];
  const parts = headings.flatMap((heading) => {
    const own = options.filter(({ helpGroupHeading }) => (helpGroupHeading ?? "Options:") === heading);
    return [`| **${heading.replace(/:$/, "")}** | | |`, ...own.map(row)];
  });
  return ["| Option | Default | Meaning |", "|---|---|---|", ...parts].join("\n");
}

/** What the document describes, and the document with its tables as they are to be. */
function rendered(text: string, program: Command): { readonly described: string[]; readonly wanted: string } {
  const described: string[] = [];
  const wanted = text.replaceAll(/<!-- options: ([a-z ]+) -->\n[\s\S]*?<!-- end -->/g, (_, path: string) => {
    described.push(path);
    return `<!-- options: ${path} -->\n${tableOf(commandAt(path, program))}\n<!-- end -->`;
  });
  return { described, wanted };
}

/** Paths of all commands that do something. */
function leaves(command: Command, path: readonly string[] = []): string[] {
  const own = command.commands.filter((one) => one.name() !== "help");
  if (own.length === 0) return [path.join(" ")];
  return own.flatMap((one) => leaves(one, [...path, one.name()]));
}

const allCommands = await loadCommands();
const program = createProgram(allCommands, { onUnhealthy() {} });
const present = readFileSync(document, "utf8");
const { described, wanted } = rendered(present, program);
const missing = leaves(program).filter((path) => !described.includes(path));
if (missing.length > 0) throw new Error(`docs/cli.md lacks the table of: ${missing.join(", ")}`);
if (!process.argv.includes("--check")) {
  writeFileSync(document, wanted);
} else if (present !== wanted) {
  console.error("docs/cli.md does not hold what the command line takes: npm run generate");
  process.exitCode = 1;
}
