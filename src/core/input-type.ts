/** How inputs are kept: the same in all splits of a data set. */
export const inputTypes = ["bytes", "floats"] as const;
export type InputType = (typeof inputTypes)[number];
