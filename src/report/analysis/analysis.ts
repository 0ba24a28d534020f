/**
 * What a report knows of a study, as plain data: figures, tables, summary.csv and claims.json are made from it, and it is
 * made from the result files alone. Intervals are 95 % bootstrap intervals over repeats and absent where there is one repeat.
 */

import type { AblationCurve, AblationMode, Direction, RemovalOrder, SingleRemovals } from "../../core/ablation.ts";
import type { NetworkGroups } from "../../core/groups.ts";
import type { Network } from "../../core/network.ts";
import type { NeuronTable } from "../../core/neuron-table.ts";
import type { PairDamages } from "../../core/pair-removals.ts";
import type { PairTable } from "../../core/pairs.ts";
import type { ScopeText } from "../../core/scope.ts";
import type { StudySummary } from "../files/study-file.ts";

/** A part of the results that could not be had, and what the report lacks for it. */
export interface MissingPart {
  /** File name, relative to the folder. */
  readonly file: string;
  /** Why, for example `not in the folder`. */
  readonly reason: string;
  /** What is left out of the report, for example `figures 1, 3 and 4`. */
  readonly cost: string;
}

/** One folder of results as read. Parts that are not there are absent here and listed in `missing`. */
export interface StudyFiles {
  /** The folder's name, as text for headings. */
  readonly label: string;
  readonly study?: StudySummary;
  readonly neurons?: readonly NeuronTable[];
  readonly orders?: readonly RemovalOrder[];
  readonly curves?: readonly AblationCurve[];
  readonly singles?: readonly SingleRemovals[];
  readonly pairs?: readonly PairTable[];
  readonly groups?: readonly NetworkGroups[];
  readonly pairDamages?: readonly PairDamages[];
  /** Only of the repeats whose weights are shown. */
  readonly networks?: readonly { readonly repeat: number; readonly network: Network }[];
  readonly missing: readonly MissingPart[];
}

/** 95 % interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A mean over repeats. */
export interface Estimate {
  readonly mean: number;
  readonly repeats: number;
  /** Sample standard deviation over repeats (n - 1); absent with one repeat. */
  readonly sd?: number;
  readonly interval?: Interval;
}

/** One kind of curve over all repeats; random draws are averaged within each repeat first. */
export interface CurveSummary {
  readonly scope: ScopeText;
  /** Measure id, or `random`. */
  readonly measure: string;
  readonly direction: Direction;
  readonly mode: AblationMode;
  readonly repeats: number;
  /** Random draws of each repeat; 1 for measures. */
  readonly draws: number;
  /** [steps]: neurons removed, from 0 to all of the scope. */
  readonly removed: Uint32Array;
  /** [steps] each; sd, low and high are absent with one repeat. */
  readonly accuracyMean: Float64Array;
  readonly accuracySd?: Float64Array;
  readonly accuracyLow?: Float64Array;
  readonly accuracyHigh?: Float64Array;
  /** [steps]: nats. */
  readonly lossMean: Float64Array;
  /** Area under the accuracy curve, over the removed share from 0 to 1 (trapezoids): a mean accuracy. */
  readonly area: Estimate;
  /** [repeats]: the area of each network, ascending repeat numbers. */
  readonly areas: Float64Array;
}

/** Areas of two kinds of curves over the same networks: `measure` minus `other`. */
export interface Comparison {
  readonly scope: ScopeText;
  readonly mode: AblationMode;
  /** Direction of the measures' curves; random has none. */
  readonly direction: Direction;
  readonly measure: string;
  /** Another measure id, or `random`. */
  readonly other: string;
  readonly difference: Estimate;
  /** Two-sided, of the paired sign-flip permutation test; absent with one repeat. */
  readonly p?: number;
  /** `p` after Holm's correction over the comparisons of the same question, scope and mode: with random, or with one another. */
  readonly holm?: number;
}

export const answerVerdicts = ["better", "worse", "undecided"] as const;
/** Whether a measure's order, lowest first, keeps more accuracy than random orders do; decided at 0.05 after Holm. */
export type AnswerVerdict = (typeof answerVerdicts)[number];

/** What a study says of one measure in one scope. */
export interface Answer {
  readonly scope: ScopeText;
  readonly measure: string;
  /** Area under the accuracy curve, the measure's minus that of random orders. */
  readonly difference: Estimate;
  readonly p?: number;
  readonly holm?: number;
  readonly verdict: AnswerVerdict;
  /** Networks that would likely decide it, a rough plan; absent where it is decided, or where more than 1,000 would be needed. */
  readonly networksToDecide?: number;
}

/** The question of a study, answered: lowest values first, against random orders over the same networks. */
export interface Answers {
  readonly mode: AblationMode;
  /** Scope by scope: layers, then the whole network; in each the measures in their order. */
  readonly list: readonly Answer[];
  /** Networks compared, of the comparison that has fewest. */
  readonly repeats: number;
  /** With fewer networks no difference can be told from chance. */
  readonly fewestRepeats: number;
}

/** A measure among all of a scope, lowest values first. */
export interface LeagueRow {
  readonly measure: string;
  /** Area under the accuracy curve, the measure's minus that of random orders. */
  readonly difference: Estimate;
  /** Against random orders, as in the comparisons. */
  readonly holm?: number;
  readonly verdict: AnswerVerdict;
  /** From 1, by the mean; measures that no test tells from the first of them share a rank. */
  readonly rank: number;
  readonly isTied: boolean;
  /** Share of what the greedy order gains over random ones: 0 is chance, 1 the greedy order. Absent where that was not run, or gains nothing in some network. */
  readonly share?: Estimate;
  /** The same by the area under the curve of the loss. */
  readonly lossShare?: Estimate;
}

export interface League {
  readonly scope: ScopeText;
  readonly mode: AblationMode;
  /** Best mean first. */
  readonly rows: readonly LeagueRow[];
}

/** Kendall's tau-b of two measures in a layer, or of a measure and the places at which a greedy order removes neurons. */
export interface RankAgreement {
  readonly layer: number;
  readonly measure: string;
  readonly other: string;
  readonly tau: Estimate;
}

/** Values of one measure in one layer, over all repeats. */
export interface MeasureSummary {
  readonly layer: number;
  /** Measure id. */
  readonly measure: string;
  /** [neurons of all repeats], bits, sorted ascending. */
  readonly values: Float64Array;
  /** Of the mean over the layer's neurons, per repeat. */
  readonly mean: Estimate;
  readonly minimum: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly maximum: number;
  /** Mean over neurons of the plug-in estimate's bias, bits (Miller-Madow; Panzeri-Treves); absent for KL selectivity. */
  readonly bias?: number;
  /** Means over neurons, bits: exact mean under permutation of the labels, and the level that 99.9 % of permutations stay below. */
  readonly nullMean?: number;
  readonly nullLevel?: number;
  /** Share of the neurons whose value exceeds their own null level. */
  readonly aboveNull?: number;
}

/** What two neurons know of the class together, I(T_i T_j;Y), over the pairs of one or two layers of all repeats. Bits. */
export interface PairSummary {
  readonly layer: number;
  /** The same, or one above. */
  readonly otherLayer: number;
  /** Of all repeats. */
  readonly pairs: number;
  /** All of them, or as many as were drawn at random, which all else is of. */
  readonly drawn: number;
  readonly median: number;
  readonly mean: number;
  /** Means over pairs: of the plug-in estimate's bias, of the exact mean under permutation of the labels, and of the level that 99.9 % of permutations stay below. */
  readonly bias: number;
  readonly nullMean: number;
  readonly nullLevel: number;
  /** Share of the pairs whose information exceeds their own null level. */
  readonly aboveNull: number;
}

/** What the first neurons of a ranking know together: means over networks. */
export interface GroupSummary {
  readonly layer: number;
  /** Measure or sequence id, `random`, or `most_informative`. */
  readonly ranking: string;
  /** Neurons of a group. */
  readonly size: number;
  /** Bits. */
  readonly joint: Estimate;
  /** Exact mean under permuted labels, bits. */
  readonly chance: number;
  /** Absent where the group of a network knows nothing. */
  readonly redundancyDegree?: number;
  readonly vulnerabilityDegree?: number;
  /** Bits. */
  readonly oInformation: number;
  readonly totalCorrelation: number;
}

/** How what two neurons of a layer cost together beyond the sum of both alone goes with a part of what they know (BROJA). */
export interface PairDamageSummary {
  readonly layer: number;
  readonly part: PairPart;
  /** Partial rank correlation within a network, the other part held fixed, over networks; absent where it is defined in none. */
  readonly rho?: Estimate;
  /** [TENTHS]: mean super-additive damage, nats, of each tenth of a network's pairs, those with least of the part first. */
  readonly tenths: readonly Estimate[];
}

/** Parts that the damage is held against. */
export const pairParts = ["synergy", "redundancy"] as const;
export type PairPart = (typeof pairParts)[number];

/** Spearman's rank correlation of a measure with the loss increase of removing the neuron alone. */
export interface RankCorrelation {
  /** Hidden layer from 1; absent where the neurons of all layers are pooled. */
  readonly layer?: number;
  readonly measure: string;
  readonly mode: AblationMode;
  /** Computed within each network, then averaged over repeats. */
  readonly rho: Estimate;
}

/** What the removal of single neurons does to the classes, by the class that the neuron prefers. */
export interface ClassEffects {
  readonly layer: number;
  readonly mode: AblationMode;
  readonly classes: number;
  /** [classes]: neurons of all repeats that prefer the class. */
  readonly neurons: Uint32Array;
  /** [preferred class, class]: mean change of the class's accuracy when such a neuron is removed; NaN where there is none. */
  readonly change: Float64Array;
  /** Share of neurons that lower some class, for which the class that loses most is the preferred one. */
  readonly agreement: Estimate;
  /** The same share if preferred and suffering class had nothing to do with each other: from how often each class is either. */
  readonly chance: number;
  /** Neurons of all repeats that lower some class. */
  readonly lowering: number;
  /** Neurons of all repeats whose bit is 1 less often in the preferred class than elsewhere; absent without bits. */
  readonly silent?: number;
}

export const verdicts = ["supported", "contradicted", "undecided"] as const;
export type Verdict = (typeof verdicts)[number];

/** A claim, decided by the data: of the paper (Amjad, Liu and Geiger, arXiv:1804.06679), or a further one. */
export interface Claim {
  /** `claim1` ... `claim5`, `joint-worse-than-random`; `half-of-attainable`, ... */
  readonly id: string;
  readonly statement: string;
  /** What is computed, in a sentence. */
  readonly statistic: string;
  /** Positive where the claim holds; absent where it cannot be computed. */
  readonly effect?: Estimate;
  readonly p?: number;
  /** `p` after Holm's correction over the claims. */
  readonly holm?: number;
  readonly verdict: Verdict;
  /** Why the verdict is what it is, in a sentence. */
  readonly reason: string;
  /** What would do, for example `8 or more repeats can decide`, where the networks are too few for any verdict. */
  readonly tooFew?: string;
  /** The figure that shows it, for example `figure-4`. */
  readonly figure: string;
  /** The parts that the effect was put together from, for example one per measure. */
  readonly parts: readonly { readonly name: string; readonly effect: Estimate; readonly p?: number }[];
}

/** One neuron with its counts and values, by which the measures are explained. */
export interface WorkedExample {
  readonly repeat: number;
  readonly layer: number;
  /** Index within the layer. */
  readonly neuron: number;
  /** Validation samples. */
  readonly samples: number;
  /** Those for which the bit is 1. */
  readonly ones: number;
  /** [classes] each. */
  readonly samplesPerClass: readonly number[];
  readonly onesPerClass: readonly number[];
  readonly preferredClass: number;
  /** H(T|Y), bits: what is left of the entropy when the class is known. */
  readonly conditionalEntropyBits: number;
  /** By measure id. */
  readonly bits: Readonly<Record<string, number>>;
}

/** All of one study. */
export interface StudyAnalysis {
  readonly label: string;
  readonly study?: StudySummary;
  readonly repeats: number;
  /** Hidden layers, from 1, in order. */
  readonly layers: readonly number[];
  /** Measure ids, in the order of the registry. */
  readonly measures: readonly string[];
  readonly classNames: readonly string[];
  readonly curves: readonly CurveSummary[];
  /** One for each scope, in the mode of the answers. */
  readonly leagues: readonly League[];
  /** Measures that figures of all of them at once show. */
  readonly prominent: readonly string[];
  readonly agreements: readonly RankAgreement[];
  readonly comparisons: readonly Comparison[];
  /** Absent where nothing can be compared with random orders. */
  readonly answers?: Answers;
  readonly measureSummaries: readonly MeasureSummary[];
  /** None where no pairs were counted. */
  readonly pairSummaries: readonly PairSummary[];
  /** None where no groups were looked at. */
  readonly groupSummaries: readonly GroupSummary[];
  /** None where pairs were not counted, or not removed. */
  readonly pairDamages: readonly PairDamageSummary[];
  /** Absent where outputs are not bits, or the samples of each class are not known. */
  readonly example?: WorkedExample;
  readonly correlations: readonly RankCorrelation[];
  readonly classEffects: readonly ClassEffects[];
  readonly claims: readonly Claim[];
  /** What measures beside the paper's let one ask; none where their curves are not there. */
  readonly furtherClaims: readonly Claim[];
  readonly missing: readonly MissingPart[];
  /** What makes all else worthless, to be said first; empty where there is nothing to say. */
  readonly warnings: readonly string[];
  /** Why there are no intervals, or why they are to be read with care; empty where there is nothing to say. */
  readonly cautions: readonly string[];
}
