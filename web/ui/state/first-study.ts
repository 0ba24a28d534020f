/** What is shown before anybody asks for something: the training that a link is of, the last one, or the finished study. */
import type { EarlierTraining } from "../../engine/protocol.ts";
import type { LabState } from "./lab-state.ts";
import { isLinkedTraining, settingsOf } from "./linked-view.ts";
import { settingTexts } from "./settings.ts";

const isKnown = ({ adapter, storage }: LabState) => adapter !== undefined && storage !== undefined;

/** Whether it can be shown. */
export const canReopen = ({ isKept, elsewhere, training }: EarlierTraining): boolean =>
  isKept && !elsewhere && training.epochsDone >= 1;

function firstTraining({ trainings, linked }: LabState): EarlierTraining | undefined {
  const own = trainings.filter(canReopen);
  if (linked === undefined) return own.at(-1);
  return linked.origin === "trained" ? (own.findLast((one) => isLinkedTraining(linked, one)) ?? own.at(-1)) : undefined;
}

/** A training of the list is to be shown, and trained anew with its settings. */
export function reopened(state: LabState, { id, config }: EarlierTraining): LabState {
  const settings = settingTexts(settingsOf(config));
  return { ...state, settings, opening: { count: state.opening.count + 1, training: id } };
}

/** The finished study is to be shown. */
export const finishedAnew = (state: LabState): LabState => ({ ...state, opening: { count: state.opening.count + 1 } });

/** Once it is known what there is to compute on, and which trainings are kept. */
export function withFirstStudy(before: LabState, state: LabState): LabState {
  if (isKnown(before) || !isKnown(state)) return state;
  const training = firstTraining(state);
  if (training === undefined) return finishedAnew(state);
  const next = reopened(state, training);
  return state.isLinked ? { ...next, settings: state.settings } : next;
}

/** The training on show, where something of it is left to train. */
export function unfinished({ study, trainings }: LabState): EarlierTraining | undefined {
  const shown = study?.about.epoch?.training;
  return trainings.find((one) => one.id === shown && canReopen(one) && !one.isWhole);
}
