/**
 * What the page and its worker say to each other: plain data that can be cloned, in both directions. The page sends
 * requests; the worker answers with notices, in any number and at any time. What a request cannot do comes back as a
 * `fault` that names the request.
 *
 * `open` comes first and is answered by `trainings`, `adapter`, `loading` and `dataset`. Then `start`, `continue`, `reopen`,
 * `load` or `showFinished` give a study: `study`, then `measured`, `orders`, `singles`, all about that study until the next `study`. From `measured` on,
 * `curves` and `export` work, and what else is asked of its networks where `study.live` is true.
 */

import type {
  AblationCurve,
  AblationMode,
  NeuronAddress,
  RemovalOrder,
  ReplacementMode,
  SingleRemovals,
  SinglesChoice,
} from "../../src/core/ablation.ts";
import type { Activation } from "../../src/core/activation.ts";
import type { MeanAndDeviation } from "../../src/core/channel-treatment.ts";
import type { Shares } from "../../src/core/dataset.ts";
import type { Fault } from "../../src/core/errors.ts";
import type { WeightsLayout } from "../../src/core/layer-chain.ts";
import type { NeuronTable } from "../../src/core/neuron-table.ts";
import type { BinRule } from "../../src/core/quantization.ts";
import type { ChannelOrder } from "../../src/core/sample-axes.ts";
import type { ScopeKind } from "../../src/core/scope.ts";
import type { AdapterFacts, DatasetSummary, RecordedConfig, RepeatSummary, StudyConfig } from "../../src/core/study.ts";
import type { GivenFile } from "../../src/platform/browser/given-files.ts";
import type { Answers, MissingPart } from "../../src/report/analysis/analysis.ts";
import type { LayerPairs, LookedAtPair } from "./pairs/pair-notices.ts";

export type { GivenFile };

/** What a visitor chooses before training; the rest of a study's options are `studyDefaults`. */
export type LabSettings = Pick<
  StudyConfig,
  "hidden" | "activation" | "epochs" | "repeats" | "seed" | "batchSize" | "learningRate" | "l2"
> & {
  /** Percent of the training labels that are replaced by other classes, a whole number. */
  readonly noisyLabels: number;
  /** Outputs are measured at 2^bits levels; `bins` has no meaning for one bit. */
  readonly bits: number;
  readonly bins: BinRule;
  /** Neurons that are removed alone. */
  readonly singles: "all" | SinglesChoice;
};

/** What files may leave unsaid, by the options of the command line that say it. */
export interface ReadingOptions {
  /** Of a network: see `ReadOptions`. */
  readonly activation?: Activation;
  readonly weightsLayout?: WeightsLayout;
  readonly channels?: ChannelOrder;
  readonly normalize?: MeanAndDeviation;
  /** Of data: see `DataOptions`. */
  readonly label?: string;
  readonly drop?: readonly string[];
  readonly noHeader?: boolean;
  readonly classes?: readonly string[];
  readonly split?: Shares;
}

export type ReadingOption = keyof ReadingOptions;

/** A sample of the validation set by its index, or one that was drawn: [features] bytes, 255 the ink. */
export type SampleChoice = { readonly sample: number } | { readonly drawn: Uint8Array };

export type LabRequest =
  /** @property base address that the page's own files are relative to (`document.baseURI`) */
  | { readonly type: "open"; readonly base: string }
  /** Trains, measures, removes every neuron alone. Ends whatever else runs. */
  | {
      readonly type: "start";
      readonly settings: LabSettings;
      /** Whether the networks are measured and shown after every epoch while they train. */
      readonly live?: boolean;
    }
  /**
   * Shows the networks as they were after an epoch that is kept, or, without a number, goes on with the newest. While they
   * train, at the end of the epoch under way.
   */
  | { readonly type: "epoch"; readonly epoch?: number }
  /** Between two submits: at most some 100 ms later. Evaluations and extremes are answered while paused. */
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  /** Shows a training of the list as it was left. Ends whatever else runs. */
  | { readonly type: "reopen"; readonly training: string }
  /** Goes on with a training of the list that was not finished, or that has lost networks. Ends whatever else runs. */
  | { readonly type: "continue"; readonly training: string; readonly live?: boolean }
  /** Gives a training of the list a name, or takes it away (an empty one). Those with a name are not dropped for others. */
  | { readonly type: "rename"; readonly training: string; readonly name: string }
  /** Deletes a training of the list. Where it is on show, it stays there until another study is. */
  | { readonly type: "forget"; readonly training: string }
  /** Looks what other tabs have kept or deleted: `trainings` tells. */
  | { readonly type: "listTrainings" }
  /** The notes of `trainings` were read. */
  | { readonly type: "dropNotes" }
  /** Gives up training or measuring; the study shown before stays, and works. What was trained is kept, and can be gone on with. */
  | { readonly type: "stop" }
  /**
   * Test accuracy with a set of neurons removed. Only the newest request that waits is answered: `evaluated` repeats its
   * sequence number, which the page counts up.
   */
  | {
      readonly type: "evaluate";
      readonly sequence: number;
      readonly repeat: number;
      readonly removed: readonly NeuronAddress[];
      readonly mode: ReplacementMode;
    }
  /** The study's curves in these scopes: all measures and random orders. What is there comes at once, and nothing else
   * where the study is not live. */
  | {
      readonly type: "curves";
      readonly request: number;
      readonly repeats: readonly number[];
      readonly scopes: readonly ScopeKind[];
      readonly modes: readonly AblationMode[];
      /** Whether `answers` is to tell, at the end, what they say of measures against chance; in the first of the modes. */
      readonly answers?: boolean;
    }
  /** Ends a `curves` or `export` request; what is there is kept. */
  | { readonly type: "cancel"; readonly request: number }
  /** The validation samples that make a neuron fire most and least. The newest request that waits is answered. */
  | {
      readonly type: "extremes";
      readonly sequence: number;
      readonly repeat: number;
      readonly neuron: NeuronAddress;
      /** Samples on either side. */
      readonly count: number;
    }
  /**
   * What a sample is taken for with and without a set of neurons, and which carried it. The newest request that waits is
   * answered.
   */
  | {
      readonly type: "classify";
      readonly sequence: number;
      readonly repeat: number;
      readonly choice: SampleChoice;
      readonly removed: readonly NeuronAddress[];
      readonly mode: ReplacementMode;
    }
  /** What two neurons know together, and what removing both costs. The newest request that waits is answered. */
  | {
      readonly type: "pair";
      readonly sequence: number;
      readonly repeat: number;
      readonly neurons: readonly [NeuronAddress, NeuronAddress];
      readonly mode: ReplacementMode;
    }
  /** All pairs of a layer by one decomposition. A newer request ends it, as another study does; other clicks are answered meanwhile. */
  | {
      readonly type: "layerPairs";
      readonly sequence: number;
      readonly repeat: number;
      readonly layer: number;
      readonly decomposition: string;
    }
  /** A network for the data in use, a data set, or the files of a results folder. */
  | { readonly type: "load"; readonly files: readonly GivenFile[]; readonly options?: ReadingOptions }
  /** Back to the embedded digits after IDX files. */
  | { readonly type: "useEmbeddedDigits" }
  /** The study that is shipped with the page, for where nothing can be computed. */
  | { readonly type: "showFinished" }
  /** The result files and their report as one .zip. Curves that are missing are computed before: `exporting` tells. */
  | { readonly type: "export"; readonly request: number };

export type LabRequestType = LabRequest["type"];

/** What there is to compute on. `software` works, slowly; `missing` and `refused` leave the finished study. */
export type AdapterState =
  | { readonly state: "hardware" | "software"; readonly facts: AdapterFacts }
  /** `missing`: the browser has no WebGPU. `refused`: it has, but gives no adapter or device. `fault` says how to get one. */
  | { readonly state: "missing" | "refused"; readonly fault: Fault };

/** Where a study comes from. */
export type StudyOrigin = "trained" | "network-file" | "results-folder" | "finished";

/** One network while it is trained. */
export interface TrainingRepeat {
  readonly repeat: number;
  /** [epochs so far]: mean training loss, nats. */
  readonly loss: readonly number[];
  /** [epochs so far]: share of the validation set that is classified correctly after the epoch. */
  readonly accuracy: readonly number[];
}

/** A training and how far it is. */
export interface TrainingState {
  readonly epochs: number;
  /** Epochs finished, with the fraction of the current one, over all repeats as if they were one. */
  readonly epochsDone: number;
  /** Milliseconds to the end of training; absent until it can be told. Pauses do not count. */
  readonly remainingMs?: number;
  readonly repeats: readonly TrainingRepeat[];
}

/** A training of the list, which outlives the page where the browser keeps it. */
export interface EarlierTraining {
  readonly id: string;
  /** From 1, in the order in which they began. */
  readonly number: number;
  /** That somebody gave it; empty. */
  readonly name: string;
  /** When it began: ISO 8601, UTC. */
  readonly started: string;
  readonly config: RecordedConfig;
  readonly dataset: DatasetSummary;
  readonly training: Pick<TrainingState, "epochs" | "epochsDone" | "repeats">;
  /** Of the networks at the end; empty before it. */
  readonly repeats: readonly RepeatSummary[];
  /** Whether nothing of it is left to train. */
  readonly isWhole: boolean;
  /** Whether it outlives the page. */
  readonly isKept: boolean;
  /** Whether another tab is training it. */
  readonly elsewhere: boolean;
  /** That are kept of it. */
  readonly bytes: number;
}

/** How it stands with what outlives the page. */
export interface StorageState {
  /** Of all trainings. */
  readonly bytes: number;
  /** That they may have. */
  readonly most: number;
  /** Why trainings are not kept. */
  readonly fault?: Fault;
  /** What happened to trainings that were kept, as sentences without full stop. */
  readonly notes: readonly string[];
}

export interface Evaluation {
  readonly sequence: number;
  readonly repeat: number;
  readonly mode: ReplacementMode;
  readonly removed: readonly NeuronAddress[];
  /** Test samples, and those of them classified correctly. */
  readonly samples: number;
  readonly correct: number;
  /** [classes]: of `correct`, by class; out of `dataset.testPerClass`. */
  readonly correctPerClass: Uint32Array;
  /** Mean cross-entropy, nats. */
  readonly loss: number;
  /** From taking up the request to the answer. */
  readonly elapsedMs: number;
}

/** Validation samples with a neuron's activation for each, most extreme first. */
export interface ExtremeSamples {
  /** [count]: index into the validation set. */
  readonly samples: Uint32Array;
  /** [count] */
  readonly activations: Float32Array;
  /** [count] */
  readonly labels: Uint16Array;
  /** [count, features]: bytes, of shape `dataset.sampleShape` each. */
  readonly pixels: Uint8Array;
}

/** One sample's way through a network. */
export interface Classified {
  readonly sequence: number;
  readonly repeat: number;
  /** Index and class of a validation sample; absent for what was drawn. */
  readonly sample?: number;
  readonly label?: number;
  /** Neurons that are out. */
  readonly removed: number;
  /** [features]: bytes. */
  readonly pixels: Uint8Array;
  /** [classes] each: scores (softmax) of the intact network, and with neurons removed. */
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** Class with the highest score after the removal. */
  readonly winner: number;
  /** [hidden neurons, layer by layer]: outputs after the removal. */
  readonly activations: Float64Array;
  /**
   * [hidden neurons, layer by layer]: by how much the winner's logit falls, for this sample, when the neuron is replaced,
   * too. NaN in layers before `carriedFrom`, where that takes too long.
   */
  readonly carried: Float64Array;
  /** First layer of which it is known, from 1. */
  readonly carriedFrom: number;
}

export type LabNotice =
  | { readonly type: "adapter"; readonly adapter: AdapterState }
  /** Bytes of a file that is fetched, or pictures that are read of a folder; `total` is 0 where it is not known. */
  | {
      readonly type: "loading";
      readonly what: "digits" | "finished study" | "pictures";
      readonly loaded: number;
      readonly total: number;
    }
  /** The data in use. `notes`: what is worth knowing of how they were read, as sentences without full stop. */
  | { readonly type: "dataset"; readonly dataset: DatasetSummary; readonly notes: readonly string[] }
  /** What runs, at every change. `ready`: nothing but what the page asks for. */
  | {
      readonly type: "phase";
      readonly phase: "ready" | "training" | "measuring" | "sweeping";
      readonly paused: boolean;
    }
  | ({ readonly type: "training" } & TrainingState)
  /** Epochs of the training that runs whose networks are kept, from 1, ascending; `training` as of `study.epoch`. */
  | { readonly type: "epochs"; readonly training: string; readonly kept: readonly number[] }
  /** The trainings that can be gone back to, oldest first. After `open` before `adapter`, and at every change. */
  | { readonly type: "trainings"; readonly trainings: readonly EarlierTraining[]; readonly storage: StorageState }
  /** A study that replaces what is shown. What is known of its networks follows. */
  | {
      readonly type: "study";
      readonly origin: StudyOrigin;
      /** Name of the file or folder; empty for what was trained here. */
      readonly label: string;
      /** Absent for a network from a file, whose making is not known. */
      readonly config?: RecordedConfig;
      readonly dataset: DatasetSummary;
      /** [input, hidden ..., classes] */
      readonly widths: readonly number[];
      /** Where it was trained here: the epoch after which the networks are shown, those that are kept, and the training's id. */
      readonly epoch?: { readonly shown: number; readonly kept: readonly number[]; readonly training: string };
      /** [validation samples]: their classes; empty where the study is not live. */
      readonly validationLabels: Uint16Array;
      /** Whether there are device, data and weights for `evaluate`, `extremes` and `curves`. */
      readonly live: boolean;
      /** Why not, for people; empty where `live`. */
      readonly lacking: string;
      /** Files that a folder of results lacks. */
      readonly missing: readonly MissingPart[];
      /** What makes it doubtful, as sentences without full stop. */
      readonly warnings: readonly string[];
      /** What was done or assumed beyond the letter of a network's file, as sentences without full stop. */
      readonly notes: readonly string[];
    }
  /** Weights of the first layer of one repeat: the images of its neurons. */
  | { readonly type: "firstLayer"; readonly repeat: number; readonly neurons: number; readonly weights: Float32Array }
  | { readonly type: "measured"; readonly repeats: readonly RepeatSummary[]; readonly neurons: readonly NeuronTable[] }
  | { readonly type: "orders"; readonly orders: readonly RemovalOrder[] }
  | { readonly type: "singles"; readonly singles: readonly SingleRemovals[] }
  | { readonly type: "evaluated"; readonly evaluation: Evaluation }
  | {
      readonly type: "extremes";
      readonly sequence: number;
      readonly repeat: number;
      readonly neuron: NeuronAddress;
      readonly most: ExtremeSamples;
      readonly least: ExtremeSamples;
    }
  | { readonly type: "classified"; readonly classified: Classified }
  | { readonly type: "pair"; readonly pair: LookedAtPair }
  /** Pairs of a `layerPairs` request that are decomposed, of all. */
  | { readonly type: "decomposing"; readonly sequence: number; readonly done: number; readonly total: number }
  | { readonly type: "layerPairs"; readonly pairs: LayerPairs }
  /** Curves as they are done: those of one repeat and scope together. `done` and `total` count repeats times scopes. */
  | {
      readonly type: "curves";
      readonly request: number;
      readonly curves: readonly AblationCurve[];
      readonly done: number;
      readonly total: number;
    }
  /** What the curves of a `curves` request say together; undefined where no measure's stand beside those of random orders. */
  | { readonly type: "answers"; readonly request: number; readonly answers: Answers | undefined }
  /** The end of a `curves` or `export` request. */
  | { readonly type: "ended"; readonly request: number; readonly outcome: "done" | "cancelled" | "failed" }
  | { readonly type: "exporting"; readonly request: number; readonly done: number; readonly total: number }
  | { readonly type: "exported"; readonly request: number; readonly name: string; readonly zip: Blob }
  /** The device is gone; a new one is being opened, and what was trained is kept. */
  | { readonly type: "deviceLost"; readonly fault: Fault }
  | { readonly type: "deviceRecovered"; readonly adapter: AdapterState }
  /** `unexpected` is a fault of the program: `fault.found` holds its message. */
  | {
      readonly type: "fault";
      readonly about: LabRequestType;
      readonly unexpected: boolean;
      readonly fault: Fault;
      /** Options that may mend it, where files leave something unsaid. */
      readonly asks: readonly ReadingOption[];
    };
