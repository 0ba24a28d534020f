/** Why there are no intervals, or why they are to be read with care. */

/** From here on, intervals of means of normally distributed values cover them in about 19 of 20 cases. */
const ENOUGH_REPEATS = 20;

export function cautions(repeats: number): string[] {
  if (repeats === 0) return [];
  if (repeats === 1) {
    return [
      "1 repeat: there are no intervals and no tests, because the spread between networks cannot be seen in one network; run the study with --repeats 10 or more.",
    ];
  }
  if (repeats >= ENOUGH_REPEATS) return [];
  return [
    `${repeats} repeats: 95 % bootstrap intervals over so few networks are too narrow; they cover the true mean less often than 95 times in 100.`,
  ];
}
