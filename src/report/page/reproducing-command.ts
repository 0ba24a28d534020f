/** The command line that makes a study again. */
import { normalizationText } from "../../core/channel-treatment.ts";
import { isAnalysis, type RecordedConfig } from "../../core/study.ts";
import { type TileForms, tilesText } from "../../core/tiles.ts";

/** Words that no shell reads anything into stay as they are. */
function shellWord(text: string): string {
  return /^[\w./,:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Options are named after the fields: `batchSize` is `--batch-size`. */
function optionName(field: string): string {
  return `--${field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Values of a list as in a line of CSV: names of classes and columns may hold commas. */
function listed(value: object): string {
  const texts = Object.values(value).map(String);
  return texts.map((text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(",");
}

/** Fields as options of the command line. */
function optionWords(options: Pick<RecordedConfig, "normalize">): string[] {
  const { normalize } = options;
  const said = { ...options, ...(normalize && { normalize: normalizationText(normalize) }) };
  return Object.entries(said).flatMap(([field, value]) => {
    if (typeof value === "boolean") return value ? [optionName(field)] : [];
    return [optionName(field), shellWord(typeof value === "object" ? listed(value) : String(value))];
  });
}

/**
 * Every option of the configuration is named, so that a later change of a default changes nothing, and so are the kernels:
 * on a GPU a measurement has chosen them.
 * @param tiles where the study says which they were
 */
export function reproducingCommand(config: RecordedConfig, tiles?: TileForms): string {
  const kernels = tiles === undefined ? [] : ["--tiles", tilesText(tiles)];
  return [...studyWords(config), ...kernels].join(" ");
}

function studyWords(config: RecordedConfig): string[] {
  if (!isAnalysis(config)) return ["gpu-importance", "run", ...optionWords(config)];
  // What the networks say themselves is no option.
  const { models, hidden, activation, repeats, assumedActivation, ...options } = config;
  const assumed = assumedActivation === undefined ? {} : { activation: assumedActivation };
  const words = optionWords({ ...options, ...assumed });
  return ["gpu-importance", "analyze", ...models.map(shellWord), ...words];
}
