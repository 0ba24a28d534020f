/** Everything the page shows, as one plain value. Only the reducer makes new ones. */

import type { AblationCurve, RemovalOrder, ReplacementMode, SingleRemovals } from "../../../src/core/ablation.ts";
import type { Fault } from "../../../src/core/errors.ts";
import type { NeuronTable } from "../../../src/core/neuron-table.ts";
import type { ScopeText } from "../../../src/core/scope.ts";
import type { DatasetSummary, RepeatSummary } from "../../../src/core/study.ts";
import type { Answers } from "../../../src/report/analysis/analysis.ts";
import type { LayerPairs, LookedAtPair, PairValue } from "../../engine/pairs/pair-notices.ts";
import type {
  AdapterState,
  Classified,
  EarlierTraining,
  Evaluation,
  LabNotice,
  LabRequestType,
  LabSettings,
  ReadingOption,
  SampleChoice,
  StorageState,
  StudyOrigin,
  TrainingState,
} from "../../engine/protocol.ts";
import { nothingRemoved, type RemovalHistory, type RemovalRule } from "./removal.ts";
import type { SettingTexts } from "./settings.ts";

export type NoticeOf<Type extends LabNotice["type"]> = Extract<LabNotice, { readonly type: Type }>;

/** A study and what has arrived of it. */
export interface ShownStudy {
  readonly about: Omit<NoticeOf<"study">, "type">;
  /** How its networks were trained, where that was here. */
  readonly training?: TrainingState;
  readonly repeats: readonly RepeatSummary[];
  readonly neurons: readonly NeuronTable[];
  readonly orders: readonly RemovalOrder[];
  readonly singles: readonly SingleRemovals[];
  /** By repeat: [neurons, features]. */
  readonly firstLayers: Readonly<Record<number, Float32Array>>;
  /** By `curveKey`. */
  readonly curves: Readonly<Record<string, AblationCurve>>;
  /** What all its curves in a mode say of measures against chance; absent before that was asked. */
  readonly answers?: Answers;
}

/** What a click or a drag on a neuron does. */
export const tools = ["look", "pair", "remove"] as const;
export type Tool = (typeof tools)[number];

export const charts = ["answer", "curves", "compare", "pairs", "trainings", "digit"] as const;
export type Chart = (typeof charts)[number];

export interface View {
  /** Column that colours the neurons: a measure id, or `cost`. */
  readonly column: string;
  /** Index into the study's repeats. */
  readonly repeat: number;
  /** Row of the neuron looked at. */
  readonly selected?: number;
  /** Row of another neuron, looked at together with it. */
  readonly partner?: number;
  readonly tool: Tool;
  readonly chart: Chart;
  /** Columns of the scatter. */
  readonly across: string;
  readonly up: string;
  readonly scope: ScopeText;
  /** Direction of the curves on show. */
  readonly direction: "low" | "high";
  /** Curves as bands over all repeats, not of one. */
  readonly allRepeats: boolean;
  /** The sample whose way through the network is shown. */
  readonly sample?: SampleChoice;
  /** Id of how the information of pairs is decomposed. */
  readonly decomposition: string;
  /** What the picture of all pairs shows, and of which layer, from 1. */
  readonly pairValue: PairValue;
  readonly pairLayer: number;
  /** Rows inside the scatter's brush. */
  readonly brushed: readonly number[];
  /** Ids of the trainings beside each other; the two newest where they are not chosen, or not there any more. */
  readonly compared: readonly [first?: string, second?: string];
}

/** Removed rows are of the repeat on show. */
interface Removal {
  readonly history: RemovalHistory;
  readonly rule: RemovalRule;
  readonly mode: ReplacementMode;
}

/** A request that is answered by more than one notice. */
interface Running {
  readonly request: number;
  readonly done: number;
  readonly total: number;
}

export interface ShownFault {
  readonly id: number;
  readonly about: LabRequestType | "deviceLost";
  readonly unexpected: boolean;
  readonly fault: Fault;
  /** Options of reading that may mend it. */
  readonly asks: readonly ReadingOption[];
}

/** What a link restores beside the settings: its parameters by name, settings among them. */
export interface LinkedView {
  /** With which the networks were trained, where `origin` says so. */
  readonly settings: LabSettings;
  readonly origin: StudyOrigin;
  readonly label: string;
  /** Start of the data's checksum: they are not in the link. */
  readonly data: string;
  readonly parameters: URLSearchParams;
}

export interface LabState {
  readonly adapter?: AdapterState;
  readonly device: "fine" | "lost" | "recovered";
  readonly loading?: Omit<NoticeOf<"loading">, "type">;
  readonly dataset?: DatasetSummary;
  /** What is worth knowing of how the data were read. */
  readonly datasetNotes: readonly string[];
  readonly phase: NoticeOf<"phase">["phase"];
  readonly paused: boolean;
  readonly settings: SettingTexts;
  /** Whether they came with a link. */
  readonly isLinked: boolean;
  /** What a link restores once its study is on show. */
  readonly linked?: LinkedView;
  /** Epochs of the training that runs whose networks are kept; undefined before the first. */
  readonly epochs?: Pick<NoticeOf<"epochs">, "training" | "kept">;
  /** The training that runs; once it has led to a study, it is the study's. */
  readonly training?: TrainingState;
  /** A training that ended without a study: nothing of it is on show. */
  readonly givenUp?: Pick<TrainingState, "epochs" | "epochsDone">;
  readonly study?: ShownStudy;
  /** Those that can be gone back to, oldest first; of earlier visits, too. */
  readonly trainings: readonly EarlierTraining[];
  /** How they are kept; undefined until that is known. */
  readonly storage?: StorageState;
  /** Counts what is asked to be shown: a training of the list, or the finished study. */
  readonly opening: { readonly count: number; readonly training?: string };
  readonly view: View;
  readonly removal: Removal;
  /** Counts changes of what is to be evaluated; the newest answer that arrived is `evaluation`. */
  readonly evaluationWanted: number;
  readonly evaluation?: Evaluation;
  readonly extremesWanted: number;
  readonly extremes?: Omit<NoticeOf<"extremes">, "type">;
  readonly classifiedWanted: number;
  readonly classified?: Classified;
  readonly pairWanted: number;
  readonly pair?: LookedAtPair;
  readonly layerPairsWanted: number;
  readonly layerPairs?: LayerPairs;
  /** Of those that are wanted. */
  readonly decomposing?: Pick<NoticeOf<"decomposing">, "done" | "total">;
  readonly curvesWanted: number;
  readonly curvesRunning?: Running;
  readonly exporting?: Running;
  readonly faults: readonly ShownFault[];
  readonly faultsSeen: number;
}

/** @param isLinked whether the settings are those of a link, which a training that is shown first leaves alone */
export function initialState(settings: SettingTexts, linked?: LinkedView, isLinked = linked !== undefined): LabState {
  return {
    ...(linked && { linked }),
    isLinked,
    opening: { count: 0 },
    device: "fine",
    datasetNotes: [],
    trainings: [],
    phase: "ready",
    paused: false,
    settings,
    view: {
      column: "mutual_information",
      repeat: 0,
      tool: "look",
      chart: "curves",
      across: "entropy",
      up: "mutual_information",
      scope: "layer1",
      direction: "low",
      allRepeats: false,
      decomposition: "broja",
      pairValue: "redundancy",
      pairLayer: 1,
      brushed: [],
      compared: [],
    },
    removal: {
      history: nothingRemoved,
      rule: { scope: "layer1", measure: "mutual_information", direction: "low" },
      mode: "mean",
    },
    evaluationWanted: 0,
    extremesWanted: 0,
    classifiedWanted: 0,
    pairWanted: 0,
    layerPairsWanted: 0,
    curvesWanted: 0,
    faults: [],
    faultsSeen: 0,
  };
}
