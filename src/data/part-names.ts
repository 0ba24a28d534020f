/** What the parts of a data set are called: arrays of an archive, files, folders. */

const spellings = {
  train: ["train", "training"],
  validation: ["validation", "val", "valid", "dev"],
  test: ["test", "testing"],
} as const;
export type PartName = keyof typeof spellings;

/** The part that a word names, whatever its case; undefined for other words. */
export function partNamed(word: string): PartName | undefined {
  const names = Object.keys(spellings) as PartName[];
  return names.find((name) => (spellings[name] as readonly string[]).includes(word.toLowerCase()));
}
