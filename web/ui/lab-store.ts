/** Holds the state, and stands between it and the worker. */
import type { LabNotice, LabRequest } from "../engine/protocol.ts";
import { download } from "./charts/save-figure.ts";
import type { LabState } from "./state/lab-state.ts";
import { type LabAction, reduce } from "./state/reducer.ts";
import { requestsFor } from "./state/wanted.ts";

/** Opens the line to the worker (`connectEngine`); tests put a scripted one in its place. */
export type Connect = (onNotice: (notice: LabNotice) => void) => { send(request: LabRequest): void };

export type Dispatch = (action: LabAction) => void;

export interface LabStore {
  current(): LabState;
  readonly dispatch: Dispatch;
  /** Sends what no change of state implies: start, stop, load, export. */
  readonly send: (request: LabRequest) => void;
  /** @returns ends it */
  subscribe(changed: (action: LabAction) => void): () => void;
}

export function createStore(connect: Connect, initial: LabState): LabStore {
  let state = initial;
  const subscribers = new Set<(action: LabAction) => void>();
  const dispatch: Dispatch = (action) => {
    const before = state;
    state = reduce(before, action);
    if (state === before) return;
    for (const request of requestsFor(before, state)) engine.send(request);
    for (const changed of subscribers) changed(action);
  };
  const engine = connect((notice) => {
    dispatch({ type: "notice", notice });
    if (notice.type === "exported") download(notice.name, notice.zip);
  });
  return {
    current: () => state,
    dispatch,
    send: (request) => engine.send(request),
    subscribe(changed) {
      subscribers.add(changed);
      return () => subscribers.delete(changed);
    },
  };
}
