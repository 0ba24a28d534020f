/** The part of an address behind #, which restores settings and seed; values that make no sense stay at their defaults. */
import type { LabSettings } from "../../engine/protocol.ts";
import { defaultSettings, readSettings, settingNames, settingTexts } from "./settings.ts";

/** `hidden=100-100&activation=sigmoid&...`: all of them, so that a link outlives a change of the defaults. */
export function linkOf(settings: LabSettings): string {
  const texts = Object.entries(settingTexts(settings)).map(([name, text]) => [name, text.replaceAll(", ", "-")]);
  return new URLSearchParams(texts as string[][]).toString();
}

/** @param hash with or without the leading # */
export function settingsFromLink(hash: string): LabSettings {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const texts = { ...settingTexts(defaultSettings) };
  for (const name of settingNames) {
    const candidate = { ...texts, [name]: parameters.get(name) ?? texts[name] };
    if (readSettings(candidate).faulty.length === 0) Object.assign(texts, candidate);
  }
  return readSettings(texts).settings ?? defaultSettings;
}
