/**
 * What is to be asked of the worker. The reducer counts wishes up; the difference between two states is what to send, so
 * that no component has to remember to ask.
 */
import { scopeKinds } from "../../../src/core/scope.ts";
import type { LabRequest } from "../../engine/protocol.ts";
import type { LabState } from "./lab-state.ts";
import { addressOf } from "./removal.ts";
import { scopeKind, shownTable } from "./shown.ts";

/** The digit on show is taken for another once other neurons are out. */
export const evaluatedAnew = (state: LabState): LabState =>
  classifiedAnew({ ...state, evaluationWanted: state.evaluationWanted + 1 });
export const classifiedAnew = (state: LabState): LabState => ({
  ...state,
  classifiedWanted: state.classifiedWanted + 1,
});
export const extremesAnew = (state: LabState): LabState => ({ ...state, extremesWanted: state.extremesWanted + 1 });
export const pairAnew = (state: LabState): LabState => ({ ...state, pairWanted: state.pairWanted + 1 });
/** What is on show may still be looked at meanwhile. */
export function layerPairsAnew({ decomposing: _decomposing, ...state }: LabState): LabState {
  return { ...state, layerPairsWanted: state.layerPairsWanted + 1 };
}
export const curvesAnew = (state: LabState): LabState => ({ ...state, curvesWanted: state.curvesWanted + 1 });

/** Whatever is asked of a study. */
export function allAnew(state: LabState): LabState {
  return layerPairsAnew(pairAnew(curvesAnew(extremesAnew(evaluatedAnew(state)))));
}

/** Digits shown on either side of a neuron. */
export const EXTREMES_SHOWN = 8;

/** Requests that lead from what `before` wanted to what `after` wants. */
export function requestsFor(before: LabState, after: LabState): LabRequest[] {
  const { training } = after.opening;
  if (after.opening === before.opening) return studyRequests(before, after);
  return [training === undefined ? { type: "showFinished" } : { type: "reopen", training }];
}

/** What is asked of the study on show. */
function studyRequests(before: LabState, after: LabState): LabRequest[] {
  const table = shownTable(after);
  if (table === undefined || after.study === undefined) return [];
  const { live } = after.study.about;
  const requests: LabRequest[] = [];
  const { repeat } = table;
  const { mode, history } = after.removal;
  if (live && after.evaluationWanted !== before.evaluationWanted) {
    const removed = history.present.map((row) => addressOf(table, row));
    requests.push({ type: "evaluate", sequence: after.evaluationWanted, repeat, removed, mode });
  }
  const { sample: choice } = after.view;
  if (live && choice !== undefined && after.classifiedWanted !== before.classifiedWanted) {
    const removed = history.present.map((row) => addressOf(table, row));
    requests.push({ type: "classify", sequence: after.classifiedWanted, repeat, choice, removed, mode });
  }
  const { selected, partner } = after.view;
  if (live && selected !== undefined && after.extremesWanted !== before.extremesWanted) {
    const neuron = addressOf(table, selected);
    requests.push({ type: "extremes", sequence: after.extremesWanted, repeat, neuron, count: EXTREMES_SHOWN });
  }
  if (live && selected !== undefined && partner !== undefined && after.pairWanted !== before.pairWanted) {
    const neurons = [addressOf(table, selected), addressOf(table, partner)] as const;
    requests.push({ type: "pair", sequence: after.pairWanted, repeat, neurons, mode });
  }
  if (live && after.view.chart === "pairs" && after.layerPairsWanted !== before.layerPairsWanted) {
    const { decomposition, pairLayer: layer } = after.view;
    requests.push({ type: "layerPairs", sequence: after.layerPairsWanted, repeat, layer, decomposition });
  }
  if (after.curvesWanted !== before.curvesWanted && after.phase !== "training") {
    if (before.curvesRunning !== undefined) requests.push({ type: "cancel", request: before.curvesRunning.request });
    const all = after.study.neurons.map((each) => each.repeat);
    const request = after.curvesWanted;
    if (after.view.chart === "answer") {
      const scopes = after.study.about.config?.scopes ?? scopeKinds;
      requests.push({ type: "curves", request, repeats: all, scopes, modes: [mode], answers: true });
    } else {
      const repeats = after.view.allRepeats ? all : [repeat];
      requests.push({ type: "curves", request, repeats, scopes: [scopeKind(after.view.scope)], modes: [mode] });
    }
  }
  return requests;
}
