/** What makes a study doubtful, read off its parts: whoever has them, in one process or out of several, says the same. */
import { greatest } from "../core/long-arrays.ts";
import type { TrainedNetwork } from "../core/network.ts";
import type { RepeatSummary } from "../core/study.ts";
import { MeasureDoubts } from "../measures/doubts.ts";
import { GroupDoubts } from "../pairs/group-doubts.ts";
import { warningsBeside } from "../train/learning.ts";
import type { StudyParts } from "./study-parts.ts";

/** What is to be known of the data beside. */
interface WarningBasis {
  /** Mean cross-entropy of the best constant guess on the training set, nats. */
  readonly guessLoss: number;
  /** Samples of the validation set. */
  readonly validation: number;
}

type ReadParts = Pick<StudyParts, "read" | "config">;

/** What training taught, of networks whose parts are there. */
export async function trainingWarnings(
  parts: ReadParts,
  repeats: readonly number[],
  { guessLoss }: WarningBasis,
): Promise<string[]> {
  const losses: Pick<TrainedNetwork, "repeat" | "trainLoss">[] = [];
  for (const repeat of repeats) losses.push({ repeat, trainLoss: (await parts.read("network", repeat)).trainLoss });
  return warningsBeside(losses, guessLoss);
}

/** What was measured, of networks whose tables are there: one of them at a time. */
export async function measuringWarnings(
  parts: ReadParts,
  repeats: readonly number[],
  { validation }: WarningBasis,
): Promise<string[]> {
  const doubts = new MeasureDoubts();
  for (const repeat of repeats) doubts.add((await parts.read("table", repeat)).table);
  const warnings = doubts.warnings(parts.config.bits ?? 1, validation);
  if (parts.config.groups === undefined) return warnings;
  const fine = new GroupDoubts();
  for (const repeat of repeats) fine.add(await parts.read("groups", repeat));
  return [...warnings, ...fine.warnings(validation)];
}

/** A network within so many standard errors of guessing counts as guessing; a guesser exceeds this once in about 700. */
const CHANCE_ERRORS = 3;

/** Whether a network does no better than one that always says the most frequent class. */
export function nearChance(
  { testCorrect }: Pick<RepeatSummary, "testCorrect">,
  testPerClass: ArrayLike<number>,
): boolean {
  const perClass = Array.from(testPerClass);
  const samples = perClass.reduce((sum, count) => sum + count, 0);
  const share = greatest(perClass) / samples;
  return testCorrect / samples <= share + CHANCE_ERRORS * Math.sqrt((share * (1 - share)) / samples);
}

/** What is said of a network that `nearChance` is true of. */
export const guessingWarning = (file: string): string =>
  `${file} does no better than guessing: check --normalize, --standardize, --activation, and --classes`;
