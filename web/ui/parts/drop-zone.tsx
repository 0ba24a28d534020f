/** Data and networks from the visitor; faults in them are told here, and what they leave unsaid is asked for. */
import { useState } from "preact/hooks";
import type { GivenFile, LabRequest } from "../../engine/protocol.ts";
import type { Dispatch } from "../lab-store.ts";
import { counted } from "../numbers.ts";
import type { LabState } from "../state/lab-state.ts";
import { type ReadingTexts, readingOptionNames, readReading } from "../state/reading.ts";
import { FaultNote } from "./fault-note.tsx";
import { FilePick, useDrops } from "./file-input.tsx";
import { ReadingForm } from "./reading-form.tsx";

interface DropZoneProps {
  readonly state: LabState;
  readonly dispatch: Dispatch;
  readonly send: (request: LabRequest) => void;
}

/** Files that were given last, with what was said of them; what was said holds for these alone. */
interface LastGiven {
  readonly files: readonly GivenFile[];
  readonly texts: ReadingTexts;
}

export function DropZone({ state, dispatch, send }: DropZoneProps) {
  const [last, setLast] = useState<LastGiven>({ files: [], texts: {} });
  const load = (files: readonly GivenFile[]) => {
    setLast({ files, texts: {} });
    send({ type: "load", files });
  };
  const over = useDrops(load);
  const { dataset, faults } = state;
  const fault = faults.find(({ about }) => about === "load");
  const dismiss = () => fault && dispatch({ type: "dismiss", fault: fault.id });
  const form = {
    texts: last.texts,
    ready: last.files.length > 0,
    onChange: (texts: ReadingTexts) => setLast({ ...last, texts }),
    onRead: () => {
      dismiss();
      send({ type: "load", files: last.files, options: readReading(last.texts).options });
    },
  };
  return (
    <section class={over ? "panel drop over" : "panel drop"} aria-labelledby="drop-title">
      <div class="panel-head">
        <h2 id="drop-title">Data</h2>
        <span class="muted numbers data-name">
          {dataset === undefined ? "" : `${dataset.name}, ${counted(dataset.train, "sample")}`}
        </span>
        <span class="spread" />
        {dataset === undefined || isEmbedded(dataset.name) ? null : (
          <button type="button" onClick={() => send({ type: "useEmbeddedDigits" })}>
            Use digits
          </button>
        )}
      </div>
      <WhatWasRead state={state} />
      <div class="buttons">
        <FilePick text="Files" onFiles={load} />
        <FilePick text="Folder" folder onFiles={load} />
      </div>
      <details>
        <summary>How files are read</summary>
        <ReadingForm id="reading" names={readingOptionNames} {...form} />
      </details>
      {fault === undefined ? null : (
        <FaultNote shown={fault} onDismiss={dismiss}>
          {fault.asks.length === 0 || !form.ready ? null : <ReadingForm id="asked" names={fault.asks} {...form} />}
        </FaultNote>
      )}
    </section>
  );
}

/** The name of the digits that come with the page. */
const isEmbedded = (name: string) => name === "mnist";

function WhatWasRead({ state: { study, datasetNotes } }: { readonly state: LabState }) {
  const { missing = [], notes = [] } = study?.about ?? {};
  const left = missing.map(({ file, reason }) => `${file} (${reason})`).join(", ");
  const told = [...datasetNotes, ...notes];
  return (
    <>
      <p class="drop-text">Drop a network, data or results on the page.</p>
      {left === "" ? null : <p class="muted">{`Left out: ${left}`}</p>}
      {told.length === 0 ? null : (
        <ul class="read-notes muted">
          {told.map((note) => (
            <li key={note}>{`${note}.`}</li>
          ))}
        </ul>
      )}
    </>
  );
}
