/** What went wrong, where, and what to do. */
import type { ShownFault } from "../state/lab-state.ts";

interface FaultNoteProps {
  readonly shown: ShownFault;
  readonly onDismiss: () => void;
}

export function FaultNote({ shown, onDismiss }: FaultNoteProps) {
  const { what, where, expected, found, kept, fix } = shown.fault;
  const lines = [
    ["expected", expected],
    ["found", found],
    ["kept", kept],
    ["to do", fix],
  ] as const;
  return (
    <div class="fault" role="alert">
      <p>
        <b>{where === undefined ? what : `${where}: ${what}`}</b>
      </p>
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
      <button type="button" onClick={onDismiss}>
        Close
      </button>
    </div>
  );
}
