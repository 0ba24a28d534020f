/** Numbers, scopes and counts in the words of captions, readings and tables. */

import type { Direction } from "../../core/ablation.ts";
import { layerOf, type ScopeText } from "../../core/scope.ts";
import { byUnit } from "../../measures/columns.ts";
import { unitWords } from "../../measures/units.ts";
import type { Estimate, Interval } from "../analysis/analysis.ts";

const MINUS = "\u2212";

/** A number with a fixed count of decimals; never a negative zero. */
export function decimal(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `${MINUS}${text}` : text;
}

export function signed(value: number, digits: number): string {
  const text = decimal(value, digits);
  return text.startsWith(MINUS) || Number(text) === 0 ? text : `+${text}`;
}

/** For example `0.95 to 0.97`: a dash would be read as a minus. */
export function intervalText({ low, high }: Interval, digits: number): string {
  return `${decimal(low, digits)} to ${decimal(high, digits)}`;
}

/** A difference with its interval, where there is one. */
export function estimateText({ mean, interval }: Estimate, digits: number): string {
  const range = interval === undefined ? "" : ` [${intervalText(interval, digits)}]`;
  return `${signed(mean, digits)}${range}`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `a, b and c`. */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join() : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** What the orders of a scope remove. */
export function scopeTitle(scope: ScopeText): string {
  const layer = layerOf(scope);
  if (layer !== undefined) return `layer ${layer}`;
  return scope === "network" ? "whole network, joint order" : "whole network, by rank in the layer";
}

const orderTitles: Readonly<Record<Direction, string>> = {
  low: "lowest first",
  high: "highest first",
  none: "random order",
};

export function orderTitle(direction: Direction): string {
  return orderTitles[direction];
}

/** What the bands of curves, and numbers in brackets, are, or why there are none. */
export function bandText(repeats: number): string {
  if (repeats === 1)
    return "One repeat: without others there is nothing to take an interval from, so no band is drawn.";
  return `Means over ${repeats} repeats; bands and brackets: 95 % bootstrap interval of the mean.`;
}

/** Texts about measures, those of a unit together: `in bits: ... and ...; as shares: ...`. */
export function inUnits<T>(items: readonly T[], idOf: (item: T) => string, textOf: (item: T) => string): string {
  return [...byUnit(items, idOf)]
    .map(([unit, own]) => `${unitWords[unit].phrase}: ${listed(own.map(textOf))}`)
    .join("; ");
}
