/**
 * Which samples an evaluation classifies correctly, as bits: sample s is bit s % 32 of word s / 32, for whole blocks of 64.
 * From these come exact counts, of all samples or of each class.
 */
import type { Split } from "../core/dataset.ts";
import { WORD } from "../gpu/kernels/histogram.ts";
import { BLOCK } from "../gpu/kernels/tally.ts";
import { classBits } from "./device-split.ts";

/** Words of one evaluation. */
export function rightWords(samples: number): number {
  return (Math.ceil(samples / BLOCK) * BLOCK) / WORD;
}

/** Ones of a 32-bit word (Warren, "Hacker's Delight", section 5-1). */
function onesOfWord(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  const bytes = (nibbles + (nibbles >>> 4)) & 0x0f0f0f0f;
  return Math.imul(bytes, 0x01010101) >>> 24;
}

/** Ones of some words. */
export function ones(words: Uint32Array): number {
  return words.reduce((sum, word) => sum + onesOfWord(word), 0);
}

/**
 * Correct predictions by class.
 * @param right [evaluations, words]
 * @returns [evaluations, classes]
 */
export function rightPerClass(
  right: Uint32Array,
  { labels, count }: Pick<Split, "labels" | "count">,
  classes: number,
): Uint32Array {
  const words = rightWords(count);
  const masks = classBits(labels, classes);
  const maskWords = masks.length / classes;
  const perClass = new Uint32Array((right.length / words) * classes);
  perClass.forEach((_, slot) => {
    const [first, mask] = [Math.floor(slot / classes) * words, (slot % classes) * maskWords];
    let sum = 0;
    for (let word = 0; word < maskWords; word++) sum += onesOfWord(right[first + word]! & masks[mask + word]!);
    perClass[slot] = sum;
  });
  return perClass;
}
