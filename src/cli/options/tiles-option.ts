/** `--tiles`, the same in every command that computes. */
import { type Command, Option } from "commander";
import { nearestName } from "../../core/nearest-name.ts";
import { products, tileForms } from "../../core/tiles.ts";
import { EXPECTED_TILES, type TileOption, tileOption } from "../../host/tile-choice.ts";
import { refuse } from "./option-values.ts";

/** What was probably meant by the first word of the option that is not known. */
function meantPart(text: string): string | undefined {
  const known = [...tileForms, ...products, "auto"];
  const stranger = text.split(/[,=]/).find((word) => !known.includes(word));
  return stranger === undefined ? undefined : nearestName(stranger, known);
}

function tilesArgument(text: string): TileOption {
  const option = tileOption(text);
  if (option === undefined) refuse(EXPECTED_TILES, meantPart(text));
  return option;
}

/** Adds `--tiles`. */
export function addTilesOption(command: Command): Command {
  // No default of commander's: the variable stands in for an option that is not given.
  const help = "products' kernels: plain, subgroup, shared, or PRODUCT=FORM for each (default: auto)";
  return command.addOption(new Option("--tiles <forms>", help).argParser(tilesArgument));
}
