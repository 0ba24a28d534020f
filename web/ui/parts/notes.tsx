/** What a visitor must know before anything else: no WebGPU, a slow adapter, something being fetched, a fault. */
import type { Dispatch } from "../lab-store.ts";
import { percent } from "../numbers.ts";
import type { LabState } from "../state/lab-state.ts";
import { FaultNote } from "./fault-note.tsx";

interface NotesProps {
  readonly state: LabState;
  readonly dispatch: Dispatch;
}

export function Notes({ state, dispatch }: NotesProps) {
  const { adapter, loading } = state;
  return (
    <div class="notes">
      {adapter?.state === "missing" || adapter?.state === "refused" ? (
        <div class="note" role="status">
          <b>{adapter.fault.what}.</b> {adapter.fault.fix} What you see is a finished study.
        </div>
      ) : null}
      {adapter?.state === "software" ? (
        <div class="note" role="status">
          <b>This is a software adapter:</b> all works, some hundred times slower than on a GPU. In Chrome, chrome://gpu
          says why; try chrome://settings/system, “Use graphics acceleration”.
        </div>
      ) : null}
      {loading === undefined ? null : (
        <div class="note" role="status">
          {`Fetching the ${loading.what}`}
          {loading.total > 0 ? `, ${percent(loading.loaded / loading.total, 0)}` : ""}
        </div>
      )}
      {state.faults
        .filter(({ about }) => about !== "load")
        .map((shown) => (
          <FaultNote key={shown.id} shown={shown} onDismiss={() => dispatch({ type: "dismiss", fault: shown.id })} />
        ))}
    </div>
  );
}
