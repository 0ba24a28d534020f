/** Option values from text: each says what it allows, and refuses the rest with that. */
import { InvalidArgumentError } from "commander";
import { csvParseRows } from "d3-dsv";
import type { AskedSingles } from "../../core/ablation.ts";
import type { MeanAndDeviation } from "../../core/channel-treatment.ts";
import type { Shares } from "../../core/dataset.ts";
import {
  type Check,
  decimalNumber,
  evenNumber,
  meanAndDeviation as normalization,
  oneName,
  saidNormalization,
  shares,
  signedNumber,
  singlesCheck,
  someNames,
  wholeNumber,
} from "../../core/option-checks.ts";
import { meantName } from "../../core/require-options.ts";
import { memoryRange, type Range, wholeRanges } from "../../core/study-defaults.ts";

/** @param meant the name that was probably meant @throws InvalidArgumentError */
export function refuse(allowed: string, meant?: string): never {
  throw new InvalidArgumentError(`Allowed: ${allowed}${meant === undefined ? "" : `\n(Did you mean ${meant}?)`}`);
}

type Parser<T> = (text: string) => T;

/** Text that says something; a word that begins with `--` is the next option, so this one's value was forgotten. */
export function text(meaning: string): Parser<string> {
  return (value) => {
    if (value.trim() === "") refuse(meaning);
    if (value.startsWith("--")) refuse(`${meaning}; write ./${value} for a path of that name`);
    return value;
  };
}

/** What the text says, if the check takes it. */
function checked<T>(check: Check<T>, said: unknown): T {
  return check.take(said) ?? refuse(check.allowed, meantName(said, check.names));
}

const wholeText = (value: string) => (/^\d+$/.test(value.trim()) ? Number(value) : Number.NaN);
/** Not a number also where float64 would make 0 of what is not 0. */
function decimalText(value: string): number {
  const [, digits] = /^[+-]?(\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.exec(value.trim()) ?? [];
  if (digits === undefined) return Number.NaN;
  return Number(value) === 0 && /[1-9]/.test(digits) ? Number.NaN : Number(value);
}

export function integer(least: number, most = Number.MAX_SAFE_INTEGER): Parser<number> {
  const check = wholeNumber({ least, most });
  return (value) => checked(check, wholeText(value));
}

/** A whole number that is even. */
export function even(range: Range): Parser<number> {
  const check = evenNumber(range);
  return (value) => checked(check, wholeText(value));
}

/** An amount of memory, 10^6 bytes. */
export function megabytes(least: number): Parser<number> {
  return integer(least, memoryRange.most);
}

/** A finite decimal number, `0 < value` or `0 <= value`, up to `most`. */
export function decimal(range: { readonly zero: boolean; readonly most: number }): Parser<number> {
  const check = decimalNumber(range);
  return (value) => checked(check, decimalText(value));
}

/** A decimal number of any sign that float32 can hold, `least` or more. */
export function signedDecimal({ least }: { readonly least?: number } = {}): Parser<number> {
  const check = signedNumber(least);
  return (value) => checked(check, decimalText(value));
}

/** Percent for training, validation and test: `70,15,15`; nothing may be for training. */
export function percents(value: string): Shares {
  return checked(shares, value.split(",").map(decimalText));
}

/** `0.1307,0.3081`, or `0.4914,0.4822,0.4465/0.247,0.2435,0.2616`. */
export function meanAndDeviation(value: string): MeanAndDeviation {
  return checked(
    normalization,
    saidNormalization(value, (list) => list.split(",").map(decimalText)),
  );
}

/** Which neurons are removed alone. */
export function singles(value: string): AskedSingles {
  const text = value.trim();
  return checked(singlesCheck(wholeRanges.singles), /^\d/.test(text) ? wholeText(text) : text);
}

export function oneOf<T extends string>(choices: readonly T[]): Parser<T> {
  const check = oneName(choices);
  return (value) => checked(check, value);
}

/** Names separated by commas, as they stand in a line of CSV: those that hold commas in quotes. */
export function names(meaning: string, least = 1): Parser<readonly string[]> {
  return (text) => {
    const list = csvParseRows(text)[0]?.map((name) => name.trim()) ?? [];
    const isList = list.length >= least && list.every((name) => name !== "") && !text.startsWith("--");
    return isList ? list : refuse(`${meaning}, separated by commas, those with commas in quotes: a,"b,c"`);
  };
}

/** A list separated by commas, without repetition, in the order of `choices`. */
export function someOf<T extends string>(choices: readonly T[]): Parser<readonly T[]> {
  return listOf(someNames(choices));
}

/** A list separated by commas. */
export function listOf<T>(check: Check<T>): Parser<T> {
  return (value) =>
    checked(
      check,
      value.split(",").map((name) => name.trim()),
    );
}

/** Widths of hidden layers, separated by commas. */
export function widths(most: number): Parser<readonly number[]> {
  const width = integer(1, most);
  return (text) => {
    try {
      return text.split(",").map(width);
    } catch {
      return refuse(`widths of one or more hidden layers, 1 to ${most}, separated by commas, for example 100,100`);
    }
  };
}
