/** Files from the visitor: dropped anywhere on the page, or picked; faults in them are told here. */
import { useEffect, useState } from "preact/hooks";
import type { GivenFile, LabRequest } from "../../engine/protocol.ts";
import { droppedFiles, pickedFiles } from "../dropped-files.ts";
import type { Dispatch } from "../lab-store.ts";
import { counted } from "../numbers.ts";
import type { LabState } from "../state/lab-state.ts";
import { FaultNote } from "./fault-note.tsx";

interface DropZoneProps {
  readonly state: LabState;
  readonly dispatch: Dispatch;
  readonly send: (request: LabRequest) => void;
}

export function DropZone({ state, dispatch, send }: DropZoneProps) {
  const over = useDrops((files) => send({ type: "load", files }));
  const { dataset, study, faults } = state;
  const fault = faults.find(({ about }) => about === "load");
  return (
    <section class={over ? "panel drop over" : "panel drop"} aria-labelledby="drop-title">
      <div class="panel-head">
        <h2 id="drop-title">Data</h2>
        <span class="muted numbers">
          {dataset === undefined
            ? ""
            : `${dataset.name}, ${counted(dataset.train, "digit").replace("digit", "sample")}`}
        </span>
        <span class="spread" />
        {dataset === undefined || isEmbedded(dataset.name) ? null : (
          <button type="button" onClick={() => send({ type: "useEmbeddedDigits" })}>
            Use digits
          </button>
        )}
      </div>
      <p class="drop-text">
        Drop a <code>.safetensors</code> network, four IDX files or a results folder
        {study === undefined || study.about.label === "" ? "." : <span class="muted"> · {study.about.label}</span>}
      </p>
      {study === undefined || study.about.missing.length === 0 ? null : (
        <p class="muted">
          {`Left out: ${study.about.missing.map(({ file, reason }) => `${file} (${reason})`).join(", ")}`}
        </p>
      )}
      <div class="buttons">
        <FilePick text="Files" onFiles={(files) => send({ type: "load", files })} />
        <FilePick text="Folder" folder onFiles={(files) => send({ type: "load", files })} />
      </div>
      {fault === undefined ? null : (
        <FaultNote shown={fault} onDismiss={() => dispatch({ type: "dismiss", fault: fault.id })} />
      )}
    </section>
  );
}

/** The name of the digits that come with the page. */
const isEmbedded = (name: string) => name === "mnist";

interface FilePickProps {
  readonly text: string;
  readonly folder?: boolean;
  readonly onFiles: (files: readonly GivenFile[]) => void;
}

function FilePick({ text, folder = false, onFiles }: FilePickProps) {
  const change = (event: { readonly currentTarget: HTMLInputElement }) => {
    const files = pickedFiles(event.currentTarget.files);
    event.currentTarget.value = "";
    if (files.length > 0) onFiles(files);
  };
  return (
    <label class="button">
      {`${text} …`}
      <input
        class="hidden-text"
        type="file"
        multiple
        ref={(input) => void input?.toggleAttribute("webkitdirectory", folder)}
        onChange={change}
      />
    </label>
  );
}

/** Takes what is dropped on the page. @returns whether something hangs over it */
function useDrops(onFiles: (files: readonly GivenFile[]) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hover = (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = async (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      const files = event.dataTransfer === null ? [] : await droppedFiles(event.dataTransfer);
      if (files.length > 0) onFiles(files);
    };
    const ended = new AbortController();
    addEventListener("dragover", hover, { signal: ended.signal });
    addEventListener("dragleave", leave, { signal: ended.signal });
    addEventListener("drop", drop, { signal: ended.signal });
    return () => ended.abort();
  }, []);
  return over;
}
