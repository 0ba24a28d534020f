/** What some neurons of a layer know together, and how it is shared out among them. Plain data. */

/** The ranking of the group that was searched for, one neuron after the other, to know most. */
export const MOST_INFORMATIVE = "most_informative";

/** Information is plug-in, bits, of the neurons' quantised outputs T_1 ... T_k on the validation set. */
export interface GroupInformation {
  /** Joint states that occur. */
  readonly states: number;
  /** I(T_1 ... T_k;Y). */
  readonly joint: number;
  /** Its bias to first order. */
  readonly bias: number;
  /** Its exact mean over all permutations of the labels. */
  readonly chance: number;
  /** sum_j I(T_j;Y) / I(T_1 ... T_k;Y); absent where the group knows nothing. */
  readonly redundancyDegree?: number;
  /** sum_j I(T_j;Y | the others) / I(T_1 ... T_k;Y); absent where the group knows nothing. */
  readonly vulnerabilityDegree?: number;
  /** Whatever the class. */
  readonly oInformation: number;
  readonly oInformationBias: number;
  readonly totalCorrelation: number;
  readonly totalCorrelationBias: number;
}

export interface NeuronGroup extends GroupInformation {
  /** Hidden layer, from 1. */
  readonly layer: number;
  /** Whose first neurons these are: what files hold in the column `measure` of orders, or MOST_INFORMATIVE. */
  readonly ranking: string;
  /** `[k]`: numbers in the layer, the most important first. */
  readonly neurons: Uint32Array;
}

export interface NetworkGroups {
  readonly repeat: number;
  /** Of each neuron's output. */
  readonly levels: number;
  /** Layer by layer. */
  readonly groups: readonly NeuronGroup[];
}
