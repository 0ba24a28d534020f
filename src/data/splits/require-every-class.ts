/** The demand that no class is missing where measures are taken. */
import { classCounts } from "../../core/class-counts.ts";
import type { SplitName } from "../../core/dataset.ts";
import { RunError } from "../../core/errors.ts";

/**
 * Refuses splits in which a class has no validation sample: its share of ones, and so every class-dependent measure,
 * would be 0 / 0.
 * @param labels [count] of each split.
 * @param fix what the person can do about it, for the message.
 * @param names [classes], where they say more than the numbers.
 * @throws RunError that names the first such class, its counts, and how many more there are.
 */
export function requireEveryClassInValidation(
  labels: Readonly<Record<SplitName, ArrayLike<number>>>,
  classes: number,
  where: string,
  fix: string,
  names?: readonly string[],
): void {
  const validation = classCounts(labels.validation, classes);
  const absent = Array.from(validation.keys()).filter((label) => validation[label] === 0);
  const label = absent[0];
  if (label === undefined) return;
  const train = classCounts(labels.train, classes)[label];
  const test = classCounts(labels.test, classes)[label];
  const named = names === undefined ? `class ${label}` : `class ${label} (${names[label]})`;
  const others = absent.length === 1 ? "" : `; ${absent.length - 1} more of the ${classes} classes likewise`;
  throw new RunError({
    what: `${named} has no validation samples`,
    where,
    expected: `validation samples of every class 0..${classes - 1}`,
    found: `class ${label}: ${train} training, 0 validation, ${test} test samples${others}`,
    fix,
  });
}
