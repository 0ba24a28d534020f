/** What measures of the removal of single neurons share: one for each thing that may stand in a neuron's place. */
import { type ReplacementMode, replacementModes } from "../core/ablation.ts";
import type { EvidenceKind, RemovalSums } from "../core/evidence.ts";
import type { Measure } from "./measure.ts";

type RemovalKind = Extract<EvidenceKind, "zeroRemovals" | "meanRemovals">;

const kinds: Readonly<Record<ReplacementMode, RemovalKind>> = { zero: "zeroRemovals", mean: "meanRemovals" };
const replacements: Readonly<Record<ReplacementMode, string>> = { zero: "0", mean: "its mean" };

interface RemovalMeasure extends Pick<Measure, "title" | "unit" | "traits"> {
  /** `single`, before `-zero` or `-mean`. */
  readonly name: string;
  /** Of a neuron that is replaced; goes before `when the neuron alone is replaced by ...`. */
  readonly meaning: string;
  /** `[units]` */
  evaluate(sums: RemovalSums, samples: number): Float64Array;
}

/** One for zeros, one for means. */
export function removalMeasures({ name, title, meaning, evaluate, ...rest }: RemovalMeasure): Measure[] {
  return replacementModes.map((mode): Measure<RemovalKind> => {
    const kind = kinds[mode];
    return {
      name: `${name}-${mode}`,
      id: `${name.replaceAll("-", "_")}_${mode}`,
      title: `${title} (${mode})`,
      meaning: `${meaning} when the neuron alone is replaced by ${replacements[mode]}`,
      needs: [kind],
      mode,
      evaluate: ({ samples, ...evidence }) => evaluate(evidence[kind], samples),
      ...rest,
    };
  });
}
