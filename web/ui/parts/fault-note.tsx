/** What went wrong, where, and what to do. */
import type { ComponentChildren } from "preact";
import type { ShownFault } from "../state/lab-state.ts";

interface FaultNoteProps {
  readonly shown: ShownFault;
  readonly onDismiss: () => void;
  /** What can be done about it, below what is said. */
  readonly children?: ComponentChildren;
}

export function FaultNote({ shown, onDismiss, children }: FaultNoteProps) {
  const { what, where, expected, found, kept, fix } = shown.fault;
  const lines = [
    ["expected", expected],
    ["found", found],
    ["kept", kept],
    ["to do", fix],
  ] as const;
  return (
    <div class="fault" role="alert">
      <div class="fault-head">
        <b>{where === undefined ? what : `${where}: ${what}`}</b>
        <button type="button" onClick={onDismiss}>
          Close
        </button>
      </div>
      <dl>
        {lines.map(([name, text]) =>
          text === undefined || text === "" ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{text}</dd>
            </div>
          ),
        )}
      </dl>
      {children}
    </div>
  );
}
