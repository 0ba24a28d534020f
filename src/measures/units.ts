/** Units of measures, and how files, axes and sentences name them. */

export type MeasureUnit = "bit" | "share" | "nat" | "squared-nat" | "logit" | "none";

interface UnitWords {
  /** Behind the id in columns. */
  readonly suffix: string;
  /** Of an axis, and of a column of values. */
  readonly axis: string;
  /** Behind one value; empty where nothing is said. */
  readonly value: string;
  /** Before values in a sentence. */
  readonly phrase: string;
  /** Whether values may have any size, so that a fixed number of decimals might show none of them. */
  readonly anySize: boolean;
}

export const unitWords: Readonly<Record<MeasureUnit, UnitWords>> = {
  bit: { suffix: "_bits", axis: "bits", value: "bit", phrase: "in bits", anySize: false },
  share: { suffix: "", axis: "share", value: "", phrase: "as shares", anySize: false },
  nat: { suffix: "", axis: "nats", value: "nat", phrase: "in nats", anySize: true },
  "squared-nat": { suffix: "", axis: "squared nats", value: "nat²", phrase: "in squared nats", anySize: true },
  logit: { suffix: "", axis: "logits", value: "logits", phrase: "in units of the logits", anySize: true },
  none: { suffix: "", axis: "value", value: "", phrase: "without unit", anySize: true },
};
