/** What a training run is asked for: defaults, and how each setting is read from text (a form, or a link). */
import { activations } from "../../../src/core/network.ts";
import type { LabSettings } from "../../engine/protocol.ts";

/** Fewer epochs and repeats than the command line takes: somebody is waiting. */
export const defaultSettings: LabSettings = {
  hidden: [100, 100],
  activation: "sigmoid",
  epochs: 10,
  repeats: 3,
  seed: 0,
  batchSize: 32,
  learningRate: 0.001,
  l2: 1e-5,
};

/** One setting of the form. */
export interface SettingField<T = unknown> {
  readonly label: string;
  /** What is allowed, for people. */
  readonly allowed: string;
  /** Where only some texts make sense. */
  readonly choices?: readonly string[];
  /** Undefined where the text is not allowed. */
  parse(text: string): T | undefined;
  show(value: T): string;
}

function wholeNumber(label: string, least: number, most: number): SettingField<number> {
  const parse = (text: string) => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : undefined;
  };
  return { label, allowed: `a whole number, ${least} to ${most}`, parse, show: String };
}

function decimal(label: string, above: boolean, most: number): SettingField<number> {
  const parse = (text: string) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    return (above ? value > 0 : value >= 0) && value <= most ? value : undefined;
  };
  return { label, allowed: `a number, ${above ? "above 0" : "0 or more"}, at most ${most}`, parse, show: String };
}

const MOST_LAYERS = 6;
const WIDEST = 1024;

const hidden: SettingField<readonly number[]> = {
  label: "Hidden layers",
  allowed: `one to ${MOST_LAYERS} widths of 1 to ${WIDEST}, for example 100, 100`,
  parse(text) {
    const parts = text.trim().split(/\s*[,;\s-]\s*/);
    const widths = parts.map((part) => (/^\d+$/.test(part) ? Number(part) : 0));
    return widths.length <= MOST_LAYERS && widths.every((width) => width >= 1 && width <= WIDEST) ? widths : undefined;
  },
  show: (widths) => widths.join(", "),
};

const activation: SettingField<LabSettings["activation"]> = {
  label: "Activation",
  allowed: activations.join(", "),
  choices: activations,
  parse: (text) => activations.find((name) => name === text),
  show: String,
};

export const settingFields: { readonly [Name in keyof LabSettings]: SettingField<LabSettings[Name]> } = {
  hidden,
  activation,
  epochs: wholeNumber("Epochs", 1, 1000),
  repeats: wholeNumber("Repeats", 1, 100),
  seed: wholeNumber("Seed", 0, Number.MAX_SAFE_INTEGER),
  batchSize: wholeNumber("Batch size", 1, 4096),
  learningRate: decimal("Learning rate", true, 10),
  l2: decimal("L2 strength", false, 10),
};

export const settingNames = Object.keys(settingFields) as (keyof LabSettings)[];

/** What stands in the form, as typed. */
export type SettingTexts = Readonly<Record<keyof LabSettings, string>>;

export function settingTexts(settings: LabSettings): SettingTexts {
  const text = <Name extends keyof LabSettings>(name: Name) => settingFields[name].show(settings[name]);
  return Object.fromEntries(settingNames.map((name) => [name, text(name)])) as Record<keyof LabSettings, string>;
}

export interface ReadSettings {
  /** Present where every text can be read. */
  readonly settings?: LabSettings;
  readonly faulty: readonly (keyof LabSettings)[];
}

export function readSettings(texts: SettingTexts): ReadSettings {
  const values = settingNames.map((name) => [name, settingFields[name].parse(texts[name])] as const);
  const faulty = values.filter(([, value]) => value === undefined).map(([name]) => name);
  return faulty.length > 0 ? { faulty } : { settings: Object.fromEntries(values) as unknown as LabSettings, faulty };
}
