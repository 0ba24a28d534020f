/** Trainings that show something, by name: what differs from the defaults, and what to look for. */
import type { LabSettings } from "../../engine/protocol.ts";
import { defaultSettings, readSettings, type SettingTexts, settingTexts } from "./settings.ts";

export interface Preset {
  readonly name: string;
  readonly title: string;
  /** What to look for once it is trained. */
  readonly help: string;
  readonly change: Partial<LabSettings>;
}

export const presets: readonly Preset[] = [
  { name: "usual", title: "usual", help: "The defaults.", change: {} },
  {
    name: "dead-relus",
    title: "dead ReLUs",
    help: "ReLUs at a large learning rate: look for neurons of entropy 0, which are silent for every sample.",
    change: { activation: "relu", learningRate: 0.02 },
  },
  {
    name: "narrow",
    title: "narrow",
    help: "Layers so narrow that every neuron is needed: look at what single removals cost.",
    change: { hidden: [8, 8] },
  },
  {
    name: "overtrained",
    title: "overtrained",
    help: "Wide layers, many epochs, no L2: the loss falls to almost nothing, long after validation accuracy has stopped rising.",
    change: { hidden: [200, 200], epochs: 40, l2: 0 },
  },
  {
    name: "noisy-labels",
    title: "noisy labels",
    help: "30 % of the training labels are wrong; validation and test labels are right. What is learned by heart costs accuracy.",
    change: { epochs: 30, noisyLabels: 30 },
  },
];

/** Seed and number of repeats are a visitor's own, whatever is shown. */
export function presetTexts({ change }: Preset, { repeats, seed }: SettingTexts): SettingTexts {
  return { ...settingTexts({ ...defaultSettings, ...change }), repeats, seed };
}

/** The preset that the form shows; undefined where it shows settings of a visitor's own. */
export function presetOf(texts: SettingTexts): Preset | undefined {
  const { settings } = readSettings(texts);
  if (settings === undefined) return undefined;
  const own = JSON.stringify(settingTexts(settings));
  return presets.find((preset) => JSON.stringify(presetTexts(preset, settingTexts(settings))) === own);
}
