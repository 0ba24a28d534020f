/** What the page computes on, where the study comes from, and what can be taken away. */
import { useRef, useState } from "preact/hooks";
import type { LabRequest } from "../../engine/protocol.ts";
import type { Dispatch } from "../lab-store.ts";
import { percent } from "../numbers.ts";
import type { LabState, ShownStudy } from "../state/lab-state.ts";
import { linkOfState } from "../state/linked-view.ts";
import { HELP_ID, type useHelp } from "./help.tsx";
import { TrainingsDialog } from "./trainings-dialog.tsx";

interface HeaderProps {
  readonly state: LabState;
  readonly dispatch: Dispatch;
  readonly send: (request: LabRequest) => void;
  readonly help: ReturnType<typeof useHelp>;
}

/** Requests of exports begin here; those of curves are small and count up. */
const FIRST_EXPORT = 1_000_000;

export function Header({ state, dispatch, send, help }: HeaderProps) {
  const exports = useRef(FIRST_EXPORT);
  const { exporting, study } = state;
  // What came as files is there as files already.
  const computedHere = study?.about.origin === "trained" || study?.about.origin === "network-file";
  const canExport = computedHere && study.neurons.length > 0;
  const startExport = () => {
    exports.current += 1;
    send({ type: "export", request: exports.current });
  };
  return (
    <header class="page-head">
      <h1>
        gpu-importance <span class="muted">lab</span>
      </h1>
      <AdapterNote state={state} />
      <span class="muted study-note">{sourceText(state)}</span>
      <span class="spread" />
      <button
        type="button"
        aria-expanded={help.open}
        aria-controls={help.open ? HELP_ID : undefined}
        onClick={help.toggle}
      >
        {help.open ? "Close help" : "Help"}
      </button>
      <TrainingsDialog state={state} dispatch={dispatch} send={send} />
      <CopyLink state={state} />
      {exporting === undefined ? (
        <button type="button" disabled={!canExport} title={canExport ? "" : whyNoExport(state)} onClick={startExport}>
          Export .zip
        </button>
      ) : (
        <button type="button" onClick={() => send({ type: "cancel", request: exporting.request })}>
          {`Cancel, ${percent(exporting.done / Math.max(1, exporting.total), 0)}`}
        </button>
      )}
    </header>
  );
}

function whyNoExport({ study }: LabState): string {
  if (study === undefined || study.neurons.length === 0) return "There is nothing to export yet: train networks first.";
  return "These results are files already: train networks here, or drop one, to export what is computed.";
}

function AdapterNote({ state: { adapter, device } }: { readonly state: LabState }) {
  if (adapter === undefined) return <span class="chip">looking for a GPU</span>;
  if (!("facts" in adapter)) return <span class="chip warn">no WebGPU</span>;
  const { facts, state } = adapter;
  const name = facts.description || facts.device || facts.architecture || facts.vendor;
  const notes = { fine: "", lost: ", lost: opening another", recovered: ", recovered" };
  return (
    <span class={state === "software" || device === "lost" ? "chip warn" : "chip"} title={name}>
      {`${state === "software" ? "software adapter: " : ""}${name}${notes[device]}`}
    </span>
  );
}

function sourceText({ study, loading }: LabState): string {
  if (loading !== undefined) {
    const share = loading.total > 0 ? `, ${percent(loading.loaded / loading.total, 0)}` : "";
    return `${loading.what === "pictures" ? "reading" : "fetching"} the ${loading.what}${share}`;
  }
  if (study === undefined) return "";
  const { noisyLabels = 0 } = study.about.config ?? {};
  const noise = noisyLabels === 0 ? "" : `, on ${percent(noisyLabels, 0)} wrong labels`;
  const texts = {
    trained: `trained here${epochText(study)}${noise}`,
    "network-file": `network ${study.about.label}`,
    "results-folder": `results ${study.about.label}${noise}`,
    finished: "a finished study",
  };
  return texts[study.about.origin];
}

/** Said where the networks are not those at the end of their training. */
function epochText({ about, training }: ShownStudy): string {
  const { epoch } = about;
  return epoch === undefined || epoch.shown === training?.epochs ? "" : `, after epoch ${epoch.shown}`;
}

const LINK_HELP =
  "The address of what you see: settings, network, neurons removed and charts. Whoever opens it trains the same networks.";

function CopyLink({ state }: { readonly state: LabState }) {
  const [copied, setCopied] = useState("");
  const link = linkOfState(state);
  const copy = async () => {
    if (link === undefined) return;
    history.replaceState(null, "", `#${link}`);
    await navigator.clipboard.writeText(location.href);
    setCopied("Copied");
    setTimeout(() => setCopied(""), 2000);
  };
  return (
    <>
      <button type="button" class="fixed-width" disabled={link === undefined} title={LINK_HELP} onClick={copy}>
        {copied === "" ? "Copy link" : copied}
      </button>
      <span class="hidden-text" role="status">
        {copied}
      </span>
    </>
  );
}
