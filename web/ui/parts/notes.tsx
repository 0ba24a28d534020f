/** What a visitor must know before anything else: no WebGPU, a slow adapter; and what went wrong. */
import type { Fault } from "../../../src/core/errors.ts";
import type { Dispatch } from "../lab-store.ts";
import type { LabState } from "../state/lab-state.ts";
import { linkAdvice } from "../state/linked-view.ts";
import { FaultNote } from "./fault-note.tsx";

interface NotesProps {
  readonly state: LabState;
  readonly dispatch: Dispatch;
}

export function Notes({ state, dispatch }: NotesProps) {
  const { adapter, study, storage } = state;
  const advice = linkAdvice(state);
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
      {storage?.fault === undefined ? null : (
        <div class="note" role="status">
          <b>Trainings are not kept beyond this visit:</b> {faultText(storage.fault)}
        </div>
      )}
      {study?.about.warnings.map((warning) => (
        <div key={warning} class="note" role="status">
          <b>Warning:</b> {warning}.
        </div>
      ))}
      {advice === undefined ? null : (
        <div class="note link-note" role="status">
          <span>
            <b>You opened a link.</b> {advice}
          </span>
          <button type="button" onClick={() => dispatch({ type: "forgetLink" })}>
            Forget it
          </button>
        </div>
      )}
    </div>
  );
}

/** For example `the browser's storage is full (QuotaExceededError). To do: delete earlier trainings.` */
function faultText({ what, expected, found, fix }: Fault): string {
  const more = [expected, found].filter((text) => text !== undefined && text !== "").join("; ");
  return `${what}${more === "" ? "" : ` (${more})`}.${fix === undefined ? "" : ` To do: ${fix}.`}`;
}

/** Faults of all but files, which are told at the drop zone; they lie over the page, so that nothing moves. */
export function Faults({ state, dispatch }: NotesProps) {
  return (
    <div class="faults">
      {state.faults
        .filter(({ about }) => about !== "load")
        .map((shown) => (
          <FaultNote key={shown.id} shown={shown} onDismiss={() => dispatch({ type: "dismiss", fault: shown.id })} />
        ))}
    </div>
  );
}
