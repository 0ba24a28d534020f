/** Of the training labels, percent that may be wrong. */
import type { Range } from "../../src/core/study-defaults.ts";

export const noisyPercent: Range = { least: 0, most: 100 };
