/** What makes all other numbers of a study worthless, to be said before them. */
import { greatest } from "../../core/long-arrays.ts";
import type { DatasetSummary, RepeatSummary } from "../../core/study.ts";

/** Standard errors above guessing that still are taken for guessing. */
const STANDARD_ERRORS = 3;

/** The accuracy of naming the largest class always; of equal classes where the data's summary does not count them. */
function guessing({ classes, testPerClass, test }: DatasetSummary): number {
  return testPerClass === undefined ? 1 / classes : greatest(testPerClass) / test;
}

function atChance({ testAccuracy }: RepeatSummary, guess: number, samples: number): boolean {
  return testAccuracy <= guess + STANDARD_ERRORS * Math.sqrt((guess * (1 - guess)) / samples);
}

/** Networks that classify no better than a constant guess, in a sentence; none where all do better. */
export function warnings(repeats: readonly RepeatSummary[], dataset: DatasetSummary): string[] {
  const guess = guessing(dataset);
  const affected = repeats.filter((repeat) => atChance(repeat, guess, dataset.test));
  if (affected.length === 0) return [];
  const all = affected.length === repeats.length;
  const which =
    affected.length === 1 && all
      ? "The network classifies"
      : all
        ? `All ${affected.length} networks classify`
        : `${affected.length} of ${repeats.length} networks (repeat ${affected.map(({ repeat }) => repeat).join(", ")}) ${affected.length === 1 ? "classifies" : "classify"}`;
  const best = greatest(affected.map(({ testAccuracy }) => testAccuracy));
  return [
    `${which} the test samples no better than a guess: accuracy ${affected.length > 1 ? "at most " : ""}${best.toFixed(4)}, where always naming the largest class gives ${guess.toFixed(4)}. What removals cost such a network says nothing about its neurons.`,
  ];
}
