/** What the page calls the options that say what files leave unsaid, and what the command line calls them. */
import type { ReadingOption } from "./protocol.ts";

export const readingLabels: Readonly<Record<ReadingOption, string>> = {
  activation: "Activation",
  weightsLayout: "Weights",
  channels: "Channels",
  normalize: "Mean, deviation",
  label: "Class column",
  drop: "Without columns",
  noHeader: "No names",
  classes: "Classes",
  split: "Split, %",
};

/** `--weights-layout` */
const flagOf = (name: string) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

const byFlag = new Map((Object.keys(readingLabels) as ReadingOption[]).map((name) => [flagOf(name), name]));
/** Not `--help`, which belongs to a command that is to be typed. */
const FLAG = /--(?!help\b)[a-z][a-z0-9-]*/g;

/** The options of reading that a text names. */
export function readingOptionsIn(text: string): ReadingOption[] {
  return [...new Set((text.match(FLAG) ?? []).flatMap((flag) => byFlag.get(flag) ?? []))];
}

/** Options as the page has them: a field by its label, `--learning-rate` as words. */
export function inPageWords(text: string): string {
  return text.replaceAll(FLAG, (flag) => {
    const name = byFlag.get(flag);
    return name === undefined ? flag.slice(2).replaceAll("-", " ") : `“${readingLabels[name]}”`;
  });
}
