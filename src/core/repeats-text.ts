/** Repeats of a study within a sentence. */

/** Of more, the first are named, and how many they are is told. */
const NAMED = 5;

/** `repeat 3`, `repeats 0, 4 (2)`, `repeats 0, 1, 2, 3, 4, ... (9)`. @param numbers one or more */
export function repeatsText(numbers: readonly number[]): string {
  if (numbers.length === 1) return `repeat ${numbers[0]}`;
  const named = numbers.length <= NAMED ? numbers.join(", ") : `${numbers.slice(0, NAMED).join(", ")}, ...`;
  return `repeats ${named} (${numbers.length})`;
}
