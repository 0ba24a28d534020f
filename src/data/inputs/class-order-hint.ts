/**
 * Whether a network's outputs stand for the classes in another order than was taken for granted: a pure function of how often
 * each output was the largest for samples of each class, and of the orders in which loaders number classes.
 */
import { greatest } from "../../core/long-arrays.ts";

/** How often each output was the largest for samples of each class. */
export interface Confusion {
  /** [classes, outputs]. */
  readonly counts: Uint32Array;
  readonly outputs: number;
  /** [classes]: what they are called, in the order that was taken for granted. */
  readonly names: readonly string[];
}

/** An order that fits better. */
export interface ClassOrderHint {
  /** How it comes about, for people. */
  readonly order: string;
  /** [classes]: names in the order of the outputs; undefined where some outputs have no class. */
  readonly classes: readonly string[] | undefined;
  /** Samples that it makes right, and all samples. */
  readonly correct: number;
  readonly samples: number;
}

/** An order and the output of each class in it. */
interface Candidate {
  readonly order: string;
  /** [classes]. */
  readonly places: readonly number[];
}

/** Standard errors above guessing that no order reaches by chance, though dozens are tried. */
const CLEAR_ERRORS = 6;
/** Fewer tell nothing. */
export const FEWEST_SAMPLES = 20;

/** The share of samples that are right by chance and 6 standard errors more, and half of them at least: less tells nothing. */
export function clearShare(perClass: readonly number[]): number {
  const samples = perClass.reduce((sum, count) => sum + count, 0);
  const share = greatest(perClass) / samples;
  return Math.max(1 / 2, share + CLEAR_ERRORS * Math.sqrt((share * (1 - share)) / samples));
}

function rowSums({ counts, outputs, names }: Confusion): number[] {
  return names.map((_, label) => {
    let sum = 0;
    for (let output = 0; output < outputs; output++) sum += counts[label * outputs + output]!;
    return sum;
  });
}

export function correctOf({ counts, outputs }: Confusion, places: readonly number[]): number {
  return places.reduce((sum, place, label) => sum + (place < outputs ? counts[label * outputs + place]! : 0), 0);
}

/** Orders by which loaders number classes. */
function knownOrders({ names, outputs }: Confusion): Candidate[] {
  const count = names.length;
  const sortedBy = (compare: (a: string, b: string) => number) => {
    const sorted = [...names].sort(compare);
    return names.map((name) => sorted.indexOf(name));
  };
  const text = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const shifted = (by: number) => names.map((_, label) => (label + by + count) % count);
  const known: Candidate[] = [
    { order: "names sorted as text", places: sortedBy(text) },
    {
      order: "names sorted without regard to case",
      places: sortedBy((a, b) => text(a.toLowerCase(), b.toLowerCase())),
    },
    {
      order: "names sorted with their numbers in order",
      places: sortedBy((a, b) => a.localeCompare(b, "en", { numeric: true })),
    },
    { order: "labels off by one", places: shifted(1) },
    { order: "labels off by one", places: shifted(-1) },
    { order: "the reverse", places: names.map((_, label) => count - 1 - label) },
  ];
  if (outputs > count) known.push({ order: "labels off by one", places: names.map((_, label) => label + 1) });
  return known;
}

/** Each class's most frequent output, where no two classes share one; classes without samples get what is left. */
function mostFrequent({ counts, outputs, names }: Confusion): readonly number[] | undefined {
  const found = names.map((_, label) => {
    const own = Array.from({ length: outputs }, (__, output) => counts[label * outputs + output]!);
    const most = greatest(own);
    return most === 0 ? undefined : own.indexOf(most);
  });
  const taken = found.filter((place) => place !== undefined);
  if (new Set(taken).size < taken.length) return undefined;
  const free = Array.from({ length: outputs }, (_, output) => output).filter((output) => !taken.includes(output));
  return found.map((place) => place ?? free.shift()!);
}

/**
 * An order in which far more samples are right: clearly more than by guessing, and half of those that are wrong now, or twice
 * as many as are right now. Undefined where there is none.
 */
export function classOrderHint(confusion: Confusion): ClassOrderHint | undefined {
  const { names, outputs } = confusion;
  const perClass = rowSums(confusion);
  const samples = perClass.reduce((sum, count) => sum + count, 0);
  const now = correctOf(
    confusion,
    names.map((_, label) => label),
  );
  const free = mostFrequent(confusion);
  // The known ones first: of equals, they say more.
  const candidates = knownOrders(confusion);
  if (free !== undefined) candidates.push({ order: "as the outputs say", places: free });
  let best: (Candidate & { readonly correct: number }) | undefined;
  for (const candidate of candidates) {
    const correct = correctOf(confusion, candidate.places);
    if (correct > (best?.correct ?? now)) best = { ...candidate, correct };
  }
  if (samples < FEWEST_SAMPLES) return undefined;
  if (best === undefined || best.correct / samples < clearShare(perClass)) return undefined;
  if (samples - best.correct > (samples - now) / 2 && best.correct < 2 * now) return undefined;
  const { order, places, correct } = best;
  const inOrder = Array.from({ length: outputs }, (_, output) => names[places.indexOf(output)]);
  const isWhole = inOrder.every((name) => name !== undefined);
  return { order, classes: isWhole ? (inOrder as string[]) : undefined, correct, samples };
}
