/** How the state changes: by what the visitor does, and by what the worker says. Pure. */
import type { ReplacementMode } from "../../../src/core/ablation.ts";
import type { LabNotice } from "../../engine/protocol.ts";
import { reopened, withFirstStudy } from "./first-study.ts";
import type { LabState, View } from "./lab-state.ts";
import { settingsFromLink } from "./link.ts";
import { linkedViewOf, withLinkedView } from "./linked-view.ts";
import { reduceNotice } from "./notices.ts";
import { type Preset, presetTexts } from "./presets.ts";
import { type RemovalHistory, type RemovalRule, redone, rowsFrom, ruleRows, undone, withRemoved } from "./removal.ts";
import { type SettingTexts, settingTexts } from "./settings.ts";
import { isOfSample, shownTable, studySeed, USUAL_COLUMN } from "./shown.ts";
import {
  allAnew,
  classifiedAnew,
  curvesAnew,
  evaluatedAnew,
  extremesAnew,
  layerPairsAnew,
  pairAnew,
} from "./wanted.ts";

export type LabAction =
  | { readonly type: "notice"; readonly notice: LabNotice }
  | { readonly type: "setting"; readonly name: keyof SettingTexts; readonly text: string }
  /** Puts a preset's settings into the form. */
  | { readonly type: "preset"; readonly preset: Preset }
  /** The part behind # of an address that a visitor went to. */
  | { readonly type: "link"; readonly hash: string }
  | { readonly type: "forgetLink" | "forgetSample" }
  /** Looks at two neurons together; without `selected` the one that is looked at, and the partner. */
  | { readonly type: "pair"; readonly selected?: number; readonly partner: number }
  /** Looks at one of them again. */
  | { readonly type: "forgetPartner" }
  /** Shows a training of the list. */
  | { readonly type: "reopen"; readonly training: string }
  | { readonly type: "view"; readonly change: Partial<View> }
  | { readonly type: "mode"; readonly mode: ReplacementMode }
  | { readonly type: "rule"; readonly rule: Partial<RemovalRule> }
  /** The first `count` rows of the rule's order are out, and no others. */
  | { readonly type: "removeFirst"; readonly count: number; readonly gesture?: string }
  | { readonly type: "remove" | "restore"; readonly rows: readonly number[]; readonly gesture?: string }
  | { readonly type: "restoreAll" | "undo" | "redo" }
  | { readonly type: "dismiss"; readonly fault: number };

export function reduce(state: LabState, action: LabAction): LabState {
  switch (action.type) {
    case "notice":
      return withFirstStudy(state, reduceNotice(state, action.notice));
    case "setting":
      return { ...state, settings: { ...state.settings, [action.name]: action.text } };
    case "preset":
      return { ...state, settings: presetTexts(action.preset, state.settings) };
    case "link":
      return withLink(state, action.hash);
    case "forgetLink": {
      const { linked: _linked, ...rest } = state;
      return rest;
    }
    case "reopen": {
      const training = state.trainings.find(({ id }) => id === action.training);
      return training === undefined ? state : reopened(state, training);
    }
    case "forgetSample":
      return withoutSample(state);
    case "pair":
      return withPair(state, action.selected ?? state.view.selected ?? 0, action.partner);
    case "forgetPartner":
      return withoutPartner(state);
    case "view":
      return withView(state, action.change);
    case "mode":
      return pairAnew(evaluatedAnew(curvesAnew({ ...state, removal: { ...state.removal, mode: action.mode } })));
    case "rule":
      return withRule(state, { ...state.removal.rule, ...action.rule });
    case "dismiss":
      return { ...state, faults: state.faults.filter(({ id }) => id !== action.fault) };
    default:
      return withHistory(state, changedHistory(state, action));
  }
}

type RemovalAction = Extract<
  LabAction,
  { readonly type: "removeFirst" | "remove" | "restore" | "restoreAll" | "undo" | "redo" }
>;

function changedHistory(state: LabState, action: RemovalAction): RemovalHistory {
  const { history, rule } = state.removal;
  const { present } = history;
  switch (action.type) {
    case "undo":
      return undone(history);
    case "redo":
      return redone(history);
    case "restoreAll":
      return withRemoved(history, []);
    case "remove":
      return withRemoved(history, rowsFrom([...present, ...action.rows]), action.gesture);
    case "restore":
      return withRemoved(history, rowsFrom(present.filter((row) => !action.rows.includes(row))), action.gesture);
    case "removeFirst": {
      const table = shownTable(state);
      const order = table === undefined ? [] : ruleRows(table, rule, studySeed(state));
      return withRemoved(history, rowsFrom(order.slice(0, action.count)), action.gesture);
    }
  }
}

/** The form shows the link's settings; its view waits for its study, which may be on show already. */
function withLink(state: LabState, hash: string): LabState {
  const { linked: _before, ...rest } = state;
  const linked = linkedViewOf(hash);
  const waiting = { ...rest, settings: settingTexts(settingsFromLink(hash)), ...(linked && { linked }) };
  const shown = withLinkedView(waiting);
  return shown === waiting ? waiting : allAnew(shown);
}

/** What the worker still tells of it is not of what is asked for any more. */
function withoutSample(state: LabState): LabState {
  const { sample: _sample, ...view } = state.view;
  const { classified: _classified, ...rest } = state;
  const column = isOfSample(view.column) ? USUAL_COLUMN : view.column;
  return classifiedAnew({ ...rest, view: { ...view, column } });
}

function withoutPartner(state: LabState): LabState {
  const { partner: _partner, ...view } = state.view;
  const { pair: _pair, ...rest } = state;
  return { ...rest, view };
}

/** A neuron with itself is that neuron alone. */
function withPair(state: LabState, selected: number, partner: number): LabState {
  if (selected === partner) return withView(state, { selected });
  return pairAnew(withView(state, { selected, partner }));
}

function withHistory(state: LabState, history: RemovalHistory): LabState {
  if (history === state.removal.history) return state;
  return evaluatedAnew({ ...state, removal: { ...state.removal, history } });
}

/** A new order keeps the number of neurons that are out, so that orders can be compared by switching between them. */
function withRule(state: LabState, rule: RemovalRule): LabState {
  const view = { ...state.view, scope: rule.scope, direction: rule.direction };
  const next = withView({ ...state, removal: { ...state.removal, rule } }, view);
  const count = state.removal.history.present.length;
  return count === 0 ? next : reduce(next, { type: "removeFirst", count });
}

function withView(state: LabState, change: Partial<View>): LabState {
  // A neuron that is looked at is looked at alone.
  const alone = change.selected !== undefined && change.partner === undefined ? withoutPartner(state) : state;
  const view = { ...alone.view, ...change };
  const before = state.view;
  let next: LabState = { ...alone, view };
  if (view.repeat !== before.repeat) next = evaluatedAnew(next);
  else if (view.sample !== before.sample) next = classifiedAnew(next);
  if (view.repeat !== before.repeat || view.selected !== before.selected) next = extremesAnew(next);
  if (view.repeat !== before.repeat && view.partner !== undefined) next = pairAnew(next);
  if (view.chart === "pairs" && !samePairs(view, before)) next = layerPairsAnew(next);
  const sameCurves =
    view.repeat === before.repeat && view.scope === before.scope && view.allRepeats === before.allRepeats;
  // The answer takes all curves, the chart of curves those of its own scope.
  if ((view.chart === "answer") !== (before.chart === "answer")) return curvesAnew(next);
  return sameCurves ? next : curvesAnew(next);
}

/** Whether the picture of all pairs is of the same numbers. */
function samePairs(view: View, before: View): boolean {
  const names = ["chart", "repeat", "pairLayer", "decomposition"] as const;
  return names.every((name) => view[name] === before[name]);
}
