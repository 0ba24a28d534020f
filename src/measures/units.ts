/** Units of measures, and how files, axes and sentences name them. */

export type MeasureUnit = "bit" | "share" | "none";

interface UnitWords {
  /** Behind the id in columns. */
  readonly suffix: string;
  /** Of an axis, and of a column of values. */
  readonly axis: string;
  /** Behind one value; empty where nothing is said. */
  readonly value: string;
  /** Before values in a sentence. */
  readonly phrase: string;
}

export const unitWords: Readonly<Record<MeasureUnit, UnitWords>> = {
  bit: { suffix: "_bits", axis: "bits", value: "bit", phrase: "in bits" },
  share: { suffix: "", axis: "share", value: "", phrase: "as shares" },
  none: { suffix: "", axis: "value", value: "", phrase: "without unit" },
};
