/** Two trainings beside each other: how they ended, their curves over the epochs, and the settings in which they differ. */
import type { EarlierTraining } from "../../engine/protocol.ts";
import type { LabState } from "./lab-state.ts";
import { settingsOf } from "./linked-view.ts";
import { settingFields, settingNames, settingTexts } from "./settings.ts";

/** A line of the comparison, as texts. */
interface ComparedLine {
  readonly name: string;
  readonly values: readonly [string, string];
}

/** The settings, and the data, in which they differ. */
export function differences(a: EarlierTraining, b: EarlierTraining): ComparedLine[] {
  const [first, second] = [settingTexts(settingsOf(a.config)), settingTexts(settingsOf(b.config))];
  const settings = settingNames.flatMap((name) =>
    first[name] === second[name]
      ? []
      : [{ name: settingFields[name].label, values: [first[name], second[name]] as const }],
  );
  if (a.dataset.sha256 === b.dataset.sha256) return settings;
  return [{ name: "Data", values: [a.dataset.name, b.dataset.name] }, ...settings];
}

/** The two that are chosen, else the newest; undefined where there are not two. */
export function comparedPair({ trainings, view }: LabState): readonly [EarlierTraining, EarlierTraining] | undefined {
  const [before, last] = [trainings.at(-2), trainings.at(-1)];
  if (before === undefined || last === undefined) return undefined;
  const [first, second] = view.compared;
  const byId = (id: string | undefined) => trainings.find((training) => training.id === id);
  return [byId(first) ?? before, byId(second) ?? last];
}

interface Spread {
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

/** Over the repeats; undefined of none. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sum = values.reduce((total, value) => total + value, 0);
  const least = values.reduce((one, other) => Math.min(one, other));
  const most = values.reduce((one, other) => Math.max(one, other));
  return { mean: sum / values.length, least, most };
}

/** [epochs]: mean over the repeats, for as many epochs as all of them have. */
export function meanCurve({ training }: EarlierTraining, column: "loss" | "accuracy"): number[] {
  const curves = training.repeats.map((repeat) => repeat[column]);
  const epochs = curves.reduce((least, { length }) => Math.min(least, length), Number.POSITIVE_INFINITY);
  if (!Number.isFinite(epochs)) return [];
  return Array.from({ length: epochs }, (_, epoch) => spreadOf(curves.map((curve) => curve[epoch]!))!.mean);
}
