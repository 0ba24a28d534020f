/** What a visitor may say of dropped files that these leave unsaid: the fields, and how each is read from text. */
import { activations } from "../../../src/core/activation.ts";
import { weightsLayouts } from "../../../src/core/layer-chain.ts";
import { type Check, meanAndDeviation, oneName, saidNormalization, shares } from "../../../src/core/option-checks.ts";
import { channelOrders } from "../../../src/core/sample-axes.ts";
import type { ReadingOption, ReadingOptions } from "../../engine/protocol.ts";
import { readingLabels } from "../../engine/reading-names.ts";

interface ReadingField {
  readonly label: string;
  /** What is allowed, for people. */
  readonly allowed: string;
  readonly help: string;
  /** Where only some texts make sense; an empty one leaves it to the file. */
  readonly choices?: readonly string[];
  /** Undefined where the text is not allowed. */
  take(text: string): ReadingOptions[ReadingOption] | undefined;
}

const UNSAID = "";

function choice<T extends string>(label: string, help: string, names: readonly T[]) {
  const { allowed, take } = oneName(names);
  return { label, help, allowed, choices: [UNSAID, ...names], take };
}

const parts = (text: string) => text.split(/[,;]/).map((part) => part.trim());
const names = (text: string) => (parts(text).every((part) => part !== "") ? parts(text) : undefined);
const numbers = (text: string) => parts(text).map((part) => (part === "" ? Number.NaN : Number(part)));

function checked<T>({ allowed, take }: Check<T>, said: (text: string) => unknown) {
  return { allowed, take: (text: string) => take(said(text)) };
}

const YES = "yes";

/** Of a network first, then of data. */
export const readingFields: { readonly [Name in ReadingOption]: ReadingField } = {
  activation: choice(readingLabels.activation, "Of the hidden layers, where the file does not say it.", activations),
  weightsLayout: choice(
    readingLabels.weightsLayout,
    "out-in as in PyTorch, in-out as in Keras, where shapes do not say it.",
    weightsLayouts,
  ),
  channels: choice(readingLabels.channels, "Where the network has the colours of pictures.", channelOrders),
  normalize: {
    label: readingLabels.normalize,
    help: "What the network takes of each value v: (v - mean) / deviation, a byte b being b / 255. Of channels: means, a slash, deviations.",
    ...checked(meanAndDeviation, (text) => saidNormalization(text, numbers)),
  },
  label: {
    label: readingLabels.label,
    help: "The column of a table that holds the classes; of a table without names its number, first or last.",
    allowed: "the name of a column",
    take: (text) => text.trim(),
  },
  drop: {
    label: readingLabels.drop,
    help: "Columns that are left out.",
    allowed: "names, commas between",
    take: names,
  },
  noHeader: {
    label: readingLabels.noHeader,
    help: "Whether the first line of the table is a sample.",
    allowed: YES,
    choices: [UNSAID, YES],
    take: (text) => (text === YES ? true : undefined),
  },
  classes: {
    label: readingLabels.classes,
    help: "All classes in the order of the network's outputs.",
    allowed: "names, commas between",
    take: names,
  },
  split: {
    label: readingLabels.split,
    help: "Percent for training, validation and test, where data are one table.",
    ...checked(shares, numbers),
  },
};

export const readingOptionNames = Object.keys(readingFields) as ReadingOption[];

/** What stands in the fields, as typed; an empty text says nothing. */
export type ReadingTexts = Readonly<Partial<Record<ReadingOption, string>>>;

interface ReadReading {
  readonly options: ReadingOptions;
  readonly faulty: readonly ReadingOption[];
}

export function readReading(texts: ReadingTexts): ReadReading {
  const said = readingOptionNames.filter((name) => (texts[name] ?? UNSAID).trim() !== UNSAID);
  const values = said.map((name) => [name, readingFields[name].take(texts[name]!)] as const);
  return {
    options: Object.fromEntries(values.filter(([, value]) => value !== undefined)) as ReadingOptions,
    faulty: values.filter(([, value]) => value === undefined).map(([name]) => name),
  };
}
