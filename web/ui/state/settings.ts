/** What a training run is asked for: defaults, and how each setting is read from text (a form, or a link). */
import { activations } from "../../../src/core/activation.ts";
import { binRules, defaultBins, defaultBits } from "../../../src/core/quantization.ts";
import { decimalRanges, type Range, studyDefaults, wholeRanges } from "../../../src/core/study-defaults.ts";
import { noisyPercent } from "../../engine/noisy-percent.ts";
import type { LabSettings } from "../../engine/protocol.ts";

/** Fewer epochs and repeats than the command line takes: somebody is waiting. */
export const defaultSettings: LabSettings = {
  hidden: studyDefaults.hidden,
  activation: studyDefaults.activation,
  epochs: 10,
  repeats: 3,
  seed: studyDefaults.seed,
  batchSize: studyDefaults.batchSize,
  learningRate: studyDefaults.learningRate,
  l2: studyDefaults.l2,
  noisyLabels: 0,
  bits: defaultBits,
  bins: defaultBins,
  singles: "all",
};

/** One setting of the form. */
interface SettingField<T = unknown> {
  readonly label: string;
  /** What is allowed, for people. */
  readonly allowed: string;
  /** Where only some texts make sense. */
  readonly choices?: readonly string[];
  /** Undefined where the text is not allowed. */
  parse(text: string): T | undefined;
  show(value: T): string;
}

function wholeNumber(label: string, { least, most }: Range): SettingField<number> {
  const parse = (text: string) => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : undefined;
  };
  return { label, allowed: `a whole number, ${least} to ${most}`, parse, show: String };
}

type DecimalRange = (typeof decimalRanges)[keyof typeof decimalRanges];

function decimal(label: string, { zero, most }: DecimalRange): SettingField<number> {
  const parse = (text: string) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    return (zero ? value >= 0 : value > 0) && value <= most ? value : undefined;
  };
  return { label, allowed: `a number, ${zero ? "0 or more" : "above 0"}, at most ${most}`, parse, show: String };
}

const { width: widthRange } = wholeRanges;

const hidden: SettingField<readonly number[]> = {
  label: "Hidden layers",
  allowed: `widths of 1 to ${widthRange.most}, for example 100, 100`,
  parse(text) {
    const parts = text.trim().split(/\s*[,;\s-]\s*/);
    const widths = parts.map((part) => (/^\d+$/.test(part) ? Number(part) : 0));
    return widths.every((width) => width >= widthRange.least && width <= widthRange.most) ? widths : undefined;
  },
  show: (widths) => widths.join(", "),
};

function oneOf<T extends string>(label: string, choices: readonly T[]): SettingField<T> {
  return {
    label,
    allowed: choices.join(", "),
    choices,
    parse: (text) => choices.find((name) => name === text),
    show: String,
  };
}

const count = wholeNumber("", wholeRanges.singles);

const singles: SettingField<LabSettings["singles"]> = {
  label: "Removed alone",
  allowed: `all, none, or ${count.allowed}: at most so many of each layer`,
  parse(text) {
    const word = text.trim().toLowerCase();
    return word === "all" || word === "none" ? word : count.parse(text);
  },
  show: String,
};

const { least: fewestBits, most: mostBits } = wholeRanges.bits;
const bitChoices = Array.from({ length: mostBits - fewestBits + 1 }, (_, index) => String(fewestBits + index));

export const settingFields: { readonly [Name in keyof LabSettings]: SettingField<LabSettings[Name]> } = {
  hidden,
  activation: oneOf("Activation", activations),
  epochs: wholeNumber("Epochs", wholeRanges.epochs),
  repeats: wholeNumber("Repeats", wholeRanges.repeats),
  seed: wholeNumber("Seed", wholeRanges.seed),
  batchSize: wholeNumber("Batch size", wholeRanges.batchSize),
  learningRate: decimal("Learning rate", decimalRanges.learningRate),
  l2: decimal("L2 strength", decimalRanges.l2),
  noisyLabels: wholeNumber("Wrong labels, %", noisyPercent),
  bits: { ...wholeNumber("Bits measured", wholeRanges.bits), choices: bitChoices },
  bins: oneOf("Levels of", binRules),
  singles,
};

/** Fields that mean nothing beside the others: one bit has no levels that part by a rule. */
export function unusedFields({ bits }: SettingTexts): readonly (keyof LabSettings)[] {
  return bits === String(defaultBits) ? ["bins"] : [];
}

export const settingNames = Object.keys(settingFields) as (keyof LabSettings)[];

/** What stands in the form, as typed. */
export type SettingTexts = Readonly<Record<keyof LabSettings, string>>;

export function settingTexts(settings: LabSettings): SettingTexts {
  const text = <Name extends keyof LabSettings>(name: Name) => settingFields[name].show(settings[name]);
  return Object.fromEntries(settingNames.map((name) => [name, text(name)])) as Record<keyof LabSettings, string>;
}

interface ReadSettings {
  /** Present where every text can be read. */
  readonly settings?: LabSettings;
  readonly faulty: readonly (keyof LabSettings)[];
}

export function readSettings(texts: SettingTexts): ReadSettings {
  const values = settingNames.map((name) => [name, settingFields[name].parse(texts[name])] as const);
  const faulty = values.filter(([, value]) => value === undefined).map(([name]) => name);
  return faulty.length > 0 ? { faulty } : { settings: Object.fromEntries(values) as unknown as LabSettings, faulty };
}
