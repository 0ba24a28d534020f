/** What a measure is: a number for each neuron of a hidden layer, from the evidence that it asks for. */
import type { AblationMode } from "../core/ablation.ts";
import type { LayerActivation } from "../core/activation.ts";
import type { EvidenceKind, LayerEvidence } from "../core/evidence.ts";
import type { NullLevel, NullLevels } from "./null-level.ts";
import type { MeasureUnit } from "./units.ts";

/** What holds whatever the evidence; tests, axes and texts go by it. */
export interface MeasureTraits {
  readonly neverNegative?: true;
  /** 0, exactly, for a neuron whose output is the same for all samples. */
  readonly constantIsZero?: true;
  /** Labels play no part. */
  readonly ignoresLabels?: true;
  /** Renaming the classes changes nothing but rounding. */
  readonly labelInvariant?: true;
  /** Levels in reverse order (of a bit: turned over) change nothing, to the last bit. */
  readonly levelInvariant?: true;
}

export interface Measure<K extends EvidenceKind = EvidenceKind> {
  /** Name on the command line: `mutual-information`. */
  readonly name: string;
  /** Name in files and columns: `mutual_information`. */
  readonly id: string;
  /** Name in tables and figures. */
  readonly title: string;
  /** What it says of a neuron, in a sentence for somebody who has not met it; begins in lower case. */
  readonly meaning: string;
  readonly unit: MeasureUnit;
  readonly needs: readonly K[];
  readonly traits: MeasureTraits;
  /** What it puts in the place of neurons, where it removes any. */
  readonly mode?: AblationMode;
  /** Why layers of this activation have no such value; undefined where they do, absent where all do. */
  refuses?(activation: LayerActivation): string | undefined;
  /** `[units]`: finite, in the unit of the measure. */
  evaluate(evidence: LayerEvidence<K>): Float64Array;
  /** `[units]`: finite, of values that were sampled, in the unit of the measure; absent where nothing is. */
  standardError?(evidence: LayerEvidence<K>): Float64Array;
  /** The largest value there can be, at so many levels; absent where there is none. */
  top?(levels: number): number;
  /** `[units]`: by how much the value exceeds that of endless samples, on average and to first order; absent where not known. */
  bias?(evidence: LayerEvidence<K>): Float64Array;
  /** Its part of what permuted labels give; absent where that is not known, or labels do not matter. */
  readonly chance?: (levels: NullLevels) => NullLevel;
}
