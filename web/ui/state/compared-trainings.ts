/** Two trainings beside each other: how they ended, their curves over the epochs, and the settings in which they differ. */
import type { PastTraining } from "./lab-state.ts";
import { settingsOf } from "./linked-view.ts";
import { settingFields, settingNames, settingTexts } from "./settings.ts";

/** A line of the comparison, as texts. */
interface ComparedLine {
  readonly name: string;
  readonly values: readonly [string, string];
}

/** The settings, and the data, in which they differ. */
export function differences(a: PastTraining, b: PastTraining): ComparedLine[] {
  const [first, second] = [settingTexts(settingsOf(a.config)), settingTexts(settingsOf(b.config))];
  const settings = settingNames.flatMap((name) =>
    first[name] === second[name]
      ? []
      : [{ name: settingFields[name].label, values: [first[name], second[name]] as const }],
  );
  if (a.dataset.sha256 === b.dataset.sha256) return settings;
  return [{ name: "Data", values: [a.dataset.name, b.dataset.name] }, ...settings];
}

interface Spread {
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

/** Over the repeats. @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  const sum = values.reduce((total, value) => total + value, 0);
  const least = values.reduce((one, other) => Math.min(one, other));
  const most = values.reduce((one, other) => Math.max(one, other));
  return { mean: sum / values.length, least, most };
}

/** [epochs]: mean over the repeats, for as many epochs as all of them have. */
export function meanCurve({ training }: PastTraining, column: "loss" | "accuracy"): number[] {
  const curves = training.repeats.map((repeat) => repeat[column]);
  const epochs = curves.reduce((least, { length }) => Math.min(least, length), Number.POSITIVE_INFINITY);
  if (!Number.isFinite(epochs)) return [];
  return Array.from({ length: epochs }, (_, epoch) => spreadOf(curves.map((curve) => curve[epoch]!)).mean);
}
