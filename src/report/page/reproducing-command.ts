/** The command line that makes a study again. */
import type { StudyConfig } from "../../core/study.ts";

/** Words that no shell reads anything into stay as they are. */
function shellWord(text: string): string {
  return /^[\w./,:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Options are named after the fields: `batchSize` is `--batch-size`. */
function optionName(field: string): string {
  return `--${field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Every option of the configuration is named, so that a later change of a default changes nothing. */
export function reproducingCommand(config: StudyConfig): string {
  const words = Object.entries(config).flatMap(([field, value]: [string, StudyConfig[keyof StudyConfig]]) => {
    if (typeof value === "boolean") return value ? [optionName(field)] : [];
    return [optionName(field), shellWord(typeof value === "object" ? Object.values(value).join(",") : String(value))];
  });
  return ["gpu-importance", "run", ...words].join(" ");
}
