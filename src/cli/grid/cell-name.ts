/** Names of cells: what varies, and digits that stand for the whole configuration. */

/** Of a configuration's SHA-256: among a million cells two are alike with a chance below 10^-7. */
export const HASH_DIGITS = 16;

/** The digits at the end of a cell's name. */
export const hashIn = (name: string): string => name.slice(name.lastIndexOf("_") + 1);
