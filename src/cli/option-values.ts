/** Option values from text: each says what it allows, and refuses the rest with that. */
import { InvalidArgumentError } from "commander";
import { csvParseRows } from "d3-dsv";
import type { Shares } from "../core/dataset.ts";

function refuse(allowed: string): never {
  throw new InvalidArgumentError(`Allowed: ${allowed}`);
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

export function integer(least: number, most = Number.MAX_SAFE_INTEGER): Parser<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
  return (text) => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : refuse(`a whole number, ${range}`);
  };
}

/** More memory than any machine has. */
const MOST_MEGABYTES = 100_000_000;

/** An amount of memory, 10^6 bytes. */
export function megabytes(least: number): Parser<number> {
  return integer(least, MOST_MEGABYTES);
}

/** A finite decimal number, `0 < value` or `0 <= value`, up to `most`. */
export function decimal({ zero, most }: { readonly zero: boolean; readonly most: number }): Parser<number> {
  return (text) => {
    const decimalText = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim());
    const value = decimalText ? Number(text) : Number.NaN;
    const inside = (zero ? value >= 0 : value > 0) && value <= most;
    return inside ? value : refuse(`a number, ${zero ? "0 or more" : "above 0"}, at most ${most}`);
  };
}

/** A finite decimal number of any sign, `least` or more. */
export function signedDecimal({ least = Number.NEGATIVE_INFINITY }: { readonly least?: number } = {}): Parser<number> {
  return (text) => {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
    if (Number.isFinite(value) && value >= least) return value;
    return refuse(`a number${Number.isFinite(least) ? `, ${least} or more` : ""}, for example 0.1`);
  };
}

/** Percent for training, validation and test: `70,15,15`; nothing may be for training. */
export function percents(text: string): Shares {
  const shares = text.split(",").map((part) => (/^\s*\d+(\.\d+)?\s*$/.test(part) ? Number(part) : Number.NaN));
  const [train = 0, validation = 0, test = 0] = shares;
  if (shares.length === 3 && train >= 0 && validation > 0 && test > 0 && train + validation + test === 100) {
    return [train, validation, test];
  }
  return refuse("three numbers that make 100 together, above 0 but for the first, for example 70,15,15");
}

/** `0.1307,0.3081`. */
export function meanAndDeviation(text: string): { readonly mean: number; readonly sd: number } {
  const [mean = Number.NaN, sd = Number.NaN, ...more] = text.split(",").map((part) => Number(part.trim() || "none"));
  if (more.length === 0 && Number.isFinite(mean) && Number.isFinite(sd) && sd > 0) return { mean, sd };
  return refuse("a mean and a deviation above 0, for example 0.1307,0.3081");
}

export function oneOf<T extends string>(choices: readonly T[]): Parser<T> {
  return (text) => choices.find((choice) => choice === text) ?? refuse(choices.join(", "));
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
  return (text) => {
    const named = text.split(",").map((name) => name.trim());
    if (!named.every((name) => choices.some((choice) => choice === name))) {
      refuse(`${choices.join(", ")} (one or more, separated by commas)`);
    }
    return choices.filter((choice) => named.includes(choice));
  };
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
