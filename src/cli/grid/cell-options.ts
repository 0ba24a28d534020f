/** Options that a grid file may give: those of `run` that make a study what it is, checked as `run` checks them. */
import { Command, InvalidArgumentError, type Option } from "commander";
import type { StudyConfig } from "../../core/study.ts";
import type { DeviceChoice } from "../../host/open-device.ts";
import { addAdapterOption } from "../options/device-options.ts";
import { addStudyOptions } from "../options/study-options.ts";
import { addTilesOption } from "../options/tiles-option.ts";

/** What tells a cell from another: the study, and what decides its bits. */
export type CellOptions = StudyConfig & Pick<DeviceChoice, "adapter" | "tiles">;

/** In the order of help. */
export const cellOptions: ReadonlyMap<string, Option> = new Map(
  addTilesOption(addAdapterOption(addStudyOptions(new Command()))).options.map((option) => [nameOf(option), option]),
);

/** Without the dashes: `learning-rate`. */
function nameOf({ long }: Option): string {
  return long!.slice(2);
}

const OF_GRID = "is of the whole grid: give it to the command";
/** Why the others of `run` are not for a cell. */
const unfit: Readonly<Record<string, string>> = {
  out: "each cell has a folder of its own, below the --out of the command",
  force: OF_GRID,
  fresh: OF_GRID,
  "no-report": OF_GRID,
  open: "opens the report of the whole grid: give it to the command",
  shard: "divides the cells: give it to the command",
  shards: "divides the cells: give it to the command",
  "checkpoint-seconds": "changes no result: give it to the command",
  memory: "changes no result: give it to the command",
  profile: "is of one study: use gpu-importance run",
  trace: "is of one study: use gpu-importance run",
  verbose: OF_GRID,
  quiet: OF_GRID,
  debug: OF_GRID,
};

/** Why an option of `run` is none of a cell; undefined where it is one, or there is no such option. */
export const whyUnfit = (name: string): string | undefined => (Object.hasOwn(unfit, name) ? unfit[name] : undefined);

/** What a cell is where the file says nothing. */
export function cellDefaults(): CellOptions {
  const fields = [...cellOptions.values()].flatMap((option) =>
    option.defaultValue === undefined ? [] : [[option.attributeName(), option.defaultValue]],
  );
  return Object.fromEntries(fields) as CellOptions;
}

/** Takes no value: it is there or not. */
export const isSwitch = (option: Option): boolean => !option.required && !option.optional;

/** A text that an option does not take. */
interface Refusal {
  readonly allowed: string;
  /** What was probably meant. */
  readonly meant?: string;
}

/** The value that the command line would make of a text, or what it would say. */
export function parsedValue(option: Option, text: string): { readonly value: unknown } | Refusal {
  try {
    return { value: option.parseArg!(text, undefined) };
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    // As `refuse` of option-values.ts writes it.
    const [, allowed, meant] = /^Allowed: ([\s\S]*?)(?:\n\(Did you mean (.*)\?\))?$/.exec(error.message) ?? [];
    return { allowed: allowed ?? error.message, ...(meant !== undefined && { meant }) };
  }
}
