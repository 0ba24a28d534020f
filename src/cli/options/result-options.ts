/** Where results go and what computes them: the same in every command that makes a study. */
import { type Command, Option } from "commander";
import { addAdapterOption, addMemoryOption, addMessageOptions } from "./device-options.ts";
import { under } from "./help.ts";
import { text } from "./option-values.ts";
import { addTilesOption } from "./tiles-option.ts";

/** Where results go. */
export function addResultOptions(command: Command): Command {
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
export function addComputingOptions(command: Command): Command {
  addMemoryOption(addTilesOption(addAdapterOption(under(command, "device"))));
  const verbose = "show what is done at once, its memory, and warnings of drivers";
  return addMessageOptions(command, { verbose, quiet: "no progress on stderr" });
}
