/**
 * What values of options may be, each said once: for texts of the command line, for values that programs pass, and for the
 * settings of the lab.
 */

import type { AskedSingles } from "./ablation.ts";
import { activations, alphaOf, defaultAlphas, type LayerActivation } from "./activation.ts";
import type { MeanAndDeviation } from "./channel-treatment.ts";
import type { Shares } from "./dataset.ts";
import type { Range } from "./study-defaults.ts";

export interface Check<T> {
  /** For people: `a whole number, 1 to 8`. */
  readonly allowed: string;
  /** Where only some names are allowed: these. */
  readonly names?: readonly string[];
  /** The value as it is used from then on; undefined where it is not allowed. */
  take(value: unknown): T | undefined;
}

/** The largest finite number that float32 can hold, and the least that it holds with all its digits. */
const FLOAT32_MOST = 3.4028234663852886e38;
const FLOAT32_LEAST_NORMAL = 2 ** -126;

/** Zero has no sign in results: each value that is taken has 0 added to it. */
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** Both ends included; a range without an end in practice reads `0 or more`. */
export function wholeNumber({ least, most }: Range): Check<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
  const fits = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
  return { allowed: `a whole number, ${range}`, take: (value) => (fits(value) ? Number(value) + 0 : undefined) };
}

/** Whole numbers that are even, as both ends are. */
export function evenNumber(range: Range): Check<number> {
  const { take } = wholeNumber(range);
  const even = (value: number | undefined) => (value !== undefined && value % 2 === 0 ? value : undefined);
  return { allowed: `an even number, ${range.least} to ${range.most}`, take: (value) => even(take(value)) };
}

/** A finite number, `0 < value` or `0 <= value`, up to `most`. */
export function decimalNumber({ zero, most }: { readonly zero: boolean; readonly most: number }): Check<number> {
  const fits = (value: unknown) => isNumber(value) && (zero ? value >= 0 : value > 0) && value <= most;
  const allowed = `a number, ${zero ? "0 or more" : "above 0"}, at most ${most}`;
  return { allowed, take: (value) => (fits(value) ? Number(value) + 0 : undefined) };
}

/** A finite number that float32 can hold, `least` or more. */
export function signedNumber(least = Number.NEGATIVE_INFINITY): Check<number> {
  const bound = Number.isFinite(least) ? `, ${least} or more` : "";
  const fits = (value: unknown) => isNumber(value) && value >= least && Math.abs(value) <= FLOAT32_MOST;
  return {
    allowed: `a number${bound}, for example 0.1`,
    take: (value) => (fits(value) ? Number(value) + 0 : undefined),
  };
}

/** A share of a whole. */
export function share({ zero }: { readonly zero: boolean }): Check<number> {
  const fits = (value: unknown) => isNumber(value) && (zero ? value >= 0 : value > 0) && value <= 1;
  const allowed = `a share, ${zero ? "0" : "above 0"} to 1`;
  return { allowed, take: (value) => (fits(value) ? Number(value) + 0 : undefined) };
}

export function oneName<T extends string>(names: readonly T[]): Check<T> {
  return { allowed: names.join(", "), names, take: (value) => names.find((name) => name === value) };
}

/** One name or more; each once, in the order of `names`. */
export function someNames<T extends string>(names: readonly T[]): Check<readonly T[]> {
  return {
    allowed: `${names.join(", ")} (one or more)`,
    names,
    take(value) {
      if (!Array.isArray(value) || value.length === 0) return undefined;
      const known = value.every((each) => names.some((name) => name === each));
      return known ? names.filter((name) => value.includes(name)) : undefined;
    },
  };
}

/**
 * Which neurons are removed alone: `all` stands for saying nothing.
 * @param counted so many of each layer
 */
export function singlesCheck(counted: Range): Check<AskedSingles> {
  const { least, most } = counted;
  const number = wholeNumber(counted);
  return {
    allowed: `all, none, or a whole number, ${least} to ${most}`,
    names: ["all", "none"],
    take: (value) => (value === "all" || value === "none" ? value : number.take(value)),
  };
}

/** Text that says something. No path and no name holds a zero character. */
export function someText(meaning: string): Check<string> {
  const fits = (value: unknown) => typeof value === "string" && value.trim() !== "" && !value.includes("\0");
  return { allowed: meaning, take: (value) => (fits(value) ? String(value) : undefined) };
}

export const yesOrNo: Check<boolean> = {
  allowed: "true or false",
  take: (value) => (typeof value === "boolean" ? value : undefined),
};

/** A list of texts, each of which says something. */
export function texts(meaning: string, least = 1): Check<readonly string[]> {
  const one = someText(meaning);
  return {
    allowed: `an array of ${least} or more texts: ${meaning}`,
    take(value) {
      const fits = Array.isArray(value) && value.length >= least && value.every((each) => one.take(each) !== undefined);
      return fits ? value : undefined;
    },
  };
}

export function callback<T>(): Check<T> {
  return { allowed: "a function", take: (value) => (typeof value === "function" ? (value as T) : undefined) };
}

/** Percent for training, validation and test. */
export const shares: Check<Shares> = {
  allowed: "three numbers that make 100 together, above 0 but for the first, for example 70,15,15",
  take(value) {
    if (!Array.isArray(value) || value.length !== 3 || !value.every(isNumber)) return;
    const [train, validation, test] = value as [number, number, number];
    const fits = train >= 0 && validation > 0 && test > 0 && train + validation + test === 100;
    return fits ? [train + 0, validation, test] : undefined;
  },
};

const isMean = (value: unknown): value is number => isNumber(value) && Math.abs(value) <= FLOAT32_MOST;
const isDeviation = (value: unknown): value is number =>
  isNumber(value) && value >= FLOAT32_LEAST_NORMAL && value <= FLOAT32_MOST;

/** One of each for all, or lists of one for each channel; of one channel they are the same as of all. */
export const meanAndDeviation: Check<MeanAndDeviation> = {
  allowed:
    "a mean and a deviation above 0, for example 0.1307,0.3081; or one of each for every channel, means first, " +
    "for example 0.4914,0.4822,0.4465/0.247,0.2435,0.2616",
  take(value) {
    if (typeof value !== "object" || value === null || Object.keys(value).length !== 2) return undefined;
    const { mean, sd } = value as { readonly mean?: unknown; readonly sd?: unknown };
    if (isMean(mean) && isDeviation(sd)) return { mean: mean + 0, sd };
    if (!Array.isArray(mean) || !Array.isArray(sd) || mean.length !== sd.length) return undefined;
    if (mean.length === 0 || !mean.every(isMean) || !sd.every(isDeviation)) return undefined;
    return mean.length === 1 ? { mean: mean[0]! + 0, sd: sd[0]! } : { mean: mean.map((one) => one + 0), sd: [...sd] };
  },
};

/** What the check above is to take, out of text. @param numbers the numbers of a list with commas between */
export function saidNormalization(text: string, numbers: (list: string) => readonly number[]): unknown {
  const [first, second, ...more] = text.split("/").map(numbers) as [readonly number[], ...(readonly number[])[]];
  if (more.length > 0) return undefined;
  if (second !== undefined) return { mean: first, sd: second };
  return first.length === 2 ? { mean: first[0], sd: first[1] } : undefined;
}

/** Of a hidden layer: a kind, with its parameter where it has one. */
export const layerActivationCheck: Check<LayerActivation> = {
  allowed: `{ kind }, with alpha for ${Object.keys(defaultAlphas).join(" and ")}, as layerActivation(kind) gives it`,
  take(value) {
    if (typeof value !== "object" || value === null) return undefined;
    const { kind, alpha } = value as { readonly kind?: unknown; readonly alpha?: unknown };
    const known = activations.find((name) => name === kind);
    if (known === undefined || known in defaultAlphas !== (alpha !== undefined)) return undefined;
    if (alpha !== undefined && signedNumber(0).take(alpha) === undefined) return undefined;
    return known === "leaky-relu" || known === "elu"
      ? { kind: known, alpha: alphaOf(value as LayerActivation) }
      : { kind: known };
  },
};
