/** What the worker's notices change. Notices that belong to a request which is no longer wanted are ignored. */
import { type AblationCurve, RANDOM } from "../../../src/core/ablation.ts";
import { layerOf, layerScope } from "../../../src/core/scope.ts";
import type { LabNotice } from "../../engine/protocol.ts";
import { finishedAnew } from "./first-study.ts";
import type { LabState, NoticeOf, ShownFault, ShownStudy } from "./lab-state.ts";
import { withLinkedView } from "./linked-view.ts";
import { nothingRemoved } from "./removal.ts";
import { columnIn, curveKey, isOfSample, USUAL_COLUMN } from "./shown.ts";
import { shownNotice } from "./shown-notice.ts";
import { allAnew, curvesAnew, evaluatedAnew } from "./wanted.ts";

export function reduceNotice(state: LabState, told: LabNotice): LabState {
  const notice = shownNotice(told);
  switch (notice.type) {
    case "adapter":
      return { ...state, adapter: notice.adapter };
    case "loading":
      return { ...state, loading: notice };
    case "dataset":
      return { ...loaded(state, "digits"), dataset: notice.dataset, datasetNotes: notice.notes };
    case "phase":
      // Read, refused or given up.
      return withPhase(notice.phase === "ready" ? loaded(state, "pictures") : state, notice);
    case "training":
      return { ...state, training: notice };
    case "epochs":
      return withEpochs(state, notice);
    case "trainings":
      return { ...state, trainings: notice.trainings, storage: notice.storage };
    case "study":
      return withStudy(loaded(state, "finished study"), notice);
    case "firstLayer":
    case "measured":
    case "orders":
    case "singles":
      return withPart(state, notice);
    case "evaluated":
      return notice.evaluation.sequence < (state.evaluation?.sequence ?? 0)
        ? state
        : { ...state, evaluation: notice.evaluation };
    case "extremes":
      return notice.sequence === state.extremesWanted ? { ...state, extremes: notice } : state;
    case "classified":
      return notice.classified.sequence === state.classifiedWanted
        ? { ...state, classified: notice.classified }
        : state;
    case "pair":
      return notice.pair.sequence === state.pairWanted ? { ...state, pair: notice.pair } : state;
    case "decomposing": {
      const { sequence, done, total } = notice;
      return sequence === state.layerPairsWanted ? { ...state, decomposing: { done, total } } : state;
    }
    case "layerPairs":
      return notice.pairs.sequence === state.layerPairsWanted
        ? { ...without(state, "decomposing"), layerPairs: notice.pairs }
        : state;
    case "curves":
      return withCurves(state, notice);
    case "answers":
      return withAnswers(state, notice);
    case "exporting":
      return { ...state, exporting: notice };
    case "exported":
      return without(state, "exporting");
    case "ended":
      return withEnd(state, notice.request);
    case "deviceLost":
      return withFault(
        { ...state, device: "lost" },
        {
          about: "deviceLost",
          unexpected: false,
          fault: notice.fault,
          asks: [],
        },
      );
    case "deviceRecovered":
      return recovered(state, notice);
    case "fault": {
      const told = withFault(fetching.has(notice.about) ? without(state, "loading") : state, notice);
      // There is something to look at in any case.
      return notice.about === "reopen" && state.study === undefined ? finishedAnew(told) : told;
    }
  }
}

/** Requests that fetch files of the page. */
const fetching: ReadonlySet<ShownFault["about"]> = new Set(["open", "showFinished", "useEmbeddedDigits"]);

function without<
  Key extends
    | "loading"
    | "exporting"
    | "curvesRunning"
    | "evaluation"
    | "extremes"
    | "classified"
    | "pair"
    | "layerPairs"
    | "decomposing"
    | "training"
    | "givenUp"
    | "epochs",
>(state: LabState, ...keys: readonly Key[]): LabState {
  const rest: LabState = { ...state };
  for (const key of keys) delete (rest as { [K in Key]?: unknown })[key];
  return rest;
}

/** What was told of the training before ends where another begins, or where it ends without a study. */
function withPhase(state: LabState, { phase, paused }: NoticeOf<"phase">): LabState {
  const begins = phase === "training" && state.phase !== "training";
  if (begins) return { ...without(state, "training", "givenUp", "epochs"), phase, paused };
  const { training } = state;
  if (phase !== "ready" || training === undefined) return { ...state, phase, paused };
  const { epochs, epochsDone } = training;
  const ended = { ...without(state, "training"), givenUp: { epochs, epochsDone }, phase, paused };
  // Curves of an epoch are not asked for while others may follow it.
  return state.study?.about.epoch === undefined ? ended : curvesAnew(ended);
}

/** Of the training that runs; its networks may be on show already, and others may be. */
function withEpochs(state: LabState, { training, kept }: NoticeOf<"epochs">): LabState {
  const { study } = state;
  const epoch = study?.about.epoch;
  const epochs = { training, kept };
  if (study === undefined || epoch?.training !== training) return { ...state, epochs };
  return { ...state, epochs, study: { ...study, about: { ...study.about, epoch: { ...epoch, kept } } } };
}

/** A file is there once what it holds is told of, or that it cannot be had. */
function loaded(state: LabState, what: NoticeOf<"loading">["what"]): LabState {
  return state.loading?.what === what ? without(state, "loading") : state;
}

/** Another study: what was removed and looked at belongs to the one before. The view stays where it makes sense. */
function withStudy(state: LabState, { type: _type, ...about }: NoticeOf<"study">): LabState {
  const empty = { repeats: [], neurons: [], orders: [], singles: [], firstLayers: {}, curves: {} };
  const isSame = about.epoch !== undefined && about.epoch.training === state.study?.about.epoch?.training;
  const training = about.origin === "trained" ? trainingOf(state, about) : undefined;
  const study = { about, ...(training && { training }), ...empty };
  const known = ["evaluation", "extremes", "classified", "curvesRunning", "pair", "layerPairs", "decomposing"] as const;
  const shown = { ...without(state, ...known), study, faults: [] };
  // While networks train, and from epoch to epoch of a training, what is looked at and removed stays.
  const goesOn = state.phase === "training" && about.epoch !== undefined && about.epoch.shown !== training?.epochs;
  const rest = goesOn ? shown : without(shown, "training", "givenUp");
  if (isSame) return rest;
  const { selected: _selected, partner: _partner, sample: _sample, ...view } = state.view;
  const scope = layerOf(state.view.scope) === undefined ? state.view.scope : layerScope(1);
  return {
    ...rest,
    view: {
      ...view,
      repeat: 0,
      pairLayer: 1,
      brushed: [],
      scope,
      ...(isOfSample(view.column) && { column: USUAL_COLUMN }),
    },
    removal: { ...state.removal, rule: { ...state.removal.rule, scope }, history: nothingRemoved },
  };
}

/**
 * The training of a study: the one that runs, or that of the list, which has every epoch that was kept; what is known of the epoch
 * on show may have ended earlier. A training that was deleted is known from that alone.
 */
function trainingOf({ training, study, trainings }: LabState, { epoch }: ShownStudy["about"]) {
  const listed = trainings.find(({ id }) => id === epoch?.training)?.training;
  const isSame = epoch?.training === study?.about.epoch?.training;
  return training ?? listed ?? (isSame ? study?.training : undefined);
}

type StudyPart = NoticeOf<"firstLayer" | "measured" | "orders" | "singles">;

function withPart(state: LabState, notice: StudyPart): LabState {
  const { study } = state;
  if (study === undefined) return state;
  switch (notice.type) {
    case "firstLayer": {
      const firstLayers = { ...study.firstLayers, [notice.repeat]: notice.weights };
      return { ...state, study: { ...study, firstLayers } };
    }
    case "measured":
      return measured(state, { ...study, repeats: notice.repeats, neurons: notice.neurons });
    case "orders":
      return { ...state, study: { ...study, orders: notice.orders } };
    case "singles":
      return { ...state, study: { ...study, singles: notice.singles } };
  }
}

/** Fewer networks cannot show a difference from chance after Holm's correction: the smallest p of 8 is 2 of 256. */
const FEWEST_THAT_DECIDE = 8;

/** From here on the worker answers; the first neuron is looked at, so that no panel is empty, by measures that there are. */
function measured(state: LabState, study: ShownStudy): LabState {
  const [column, across, up] = (["column", "across", "up"] as const).map((name) => columnIn(study, state.view[name]));
  const selected = state.view.selected ?? 0;
  // A folder of results has its answer; one of fewer networks has none.
  const answers = study.about.origin === "results-folder" && study.repeats.length >= FEWEST_THAT_DECIDE;
  const chart = answers ? "answer" : state.view.chart;
  const view = { ...state.view, column: column!, across: across!, up: up!, selected, chart };
  const { rule } = state.removal;
  const measure = rule.measure === RANDOM ? RANDOM : columnIn(study, rule.measure);
  const removal = { ...state.removal, rule: { ...rule, measure } };
  return allAnew(withLinkedView({ ...state, study, view, removal }));
}

function withCurves(state: LabState, { curves, request, done, total }: NoticeOf<"curves">): LabState {
  const { study } = state;
  if (study === undefined) return state;
  const added = Object.fromEntries(curves.map((curve: AblationCurve) => [curveKey(curve), curve]));
  const next: LabState = { ...state, study: { ...study, curves: { ...study.curves, ...added } } };
  return request === state.curvesWanted ? { ...next, curvesRunning: { request, done, total } } : next;
}

function withAnswers(state: LabState, { request, answers }: NoticeOf<"answers">): LabState {
  const { study } = state;
  // Answers to an older request are of the study before, or in another mode.
  if (study === undefined || answers === undefined || request !== state.curvesWanted) return state;
  return { ...state, study: { ...study, answers } };
}

function withEnd(state: LabState, request: number): LabState {
  if (state.curvesRunning?.request === request) return without(state, "curvesRunning");
  return state.exporting?.request === request ? without(state, "exporting") : state;
}

/** A fault about the same request replaces the one before. */
function withFault(state: LabState, { about, unexpected, fault, asks }: Omit<ShownFault, "id">): LabState {
  const shown: ShownFault = { id: state.faultsSeen + 1, about, unexpected, fault, asks };
  const faults = [...state.faults.filter((earlier) => earlier.about !== about), shown];
  return { ...state, faults, faultsSeen: shown.id };
}

function recovered(state: LabState, { adapter }: NoticeOf<"deviceRecovered">): LabState {
  const faults = state.faults.filter(({ about }) => about !== "deviceLost");
  return evaluatedAnew({ ...state, adapter, device: "recovered", faults });
}
