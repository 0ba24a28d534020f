/** All trainings that are kept: what each is, and ways to show it, go on with it, compare it, name it and delete it. */
import { useEffect, useRef, useState } from "preact/hooks";
import { megabytes } from "../../../src/core/megabytes.ts";
import type { EarlierTraining, LabRequest, StorageState } from "../../engine/protocol.ts";
import type { Dispatch } from "../lab-store.ts";
import { counted, decimal, percent } from "../numbers.ts";
import { spreadOf } from "../state/compared-trainings.ts";
import { canReopen } from "../state/first-study.ts";
import type { LabState } from "../state/lab-state.ts";

interface TrainingsDialogProps {
  readonly state: LabState;
  readonly dispatch: Dispatch;
  readonly send: (request: LabRequest) => void;
}

/** The button that opens it, and the dialogue. */
export function TrainingsDialog(props: TrainingsDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  const { state, send } = props;
  const open = () => {
    send({ type: "listTrainings" });
    setOpen(true);
    dialog.current!.showModal();
  };
  const close = () => dialog.current!.close();
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        title="All trainings that are kept, of earlier visits too."
        onClick={open}
      >
        History
      </button>
      <dialog ref={dialog} class="trainings-dialog" aria-labelledby="trainings-title" onClose={() => setOpen(false)}>
        <div class="panel-head">
          <h2 id="trainings-title">History of trainings</h2>
          <span class="muted numbers">{state.trainings.length === 0 ? "" : state.trainings.length}</span>
          <span class="spread" />
          <button type="button" onClick={close}>
            Close
          </button>
        </div>
        {isOpen ? <Content {...props} close={close} /> : null}
      </dialog>
    </>
  );
}

function Content({ state, dispatch, send, close }: TrainingsDialogProps & { readonly close: () => void }) {
  const { trainings, storage } = state;
  return (
    <>
      {storage === undefined ? null : <StorageNote storage={storage} send={send} />}
      {trainings.length === 0 ? (
        <p class="empty">{`No training yet.${storage?.fault === undefined ? " What you train is kept here, and outlives a reload." : ""}`}</p>
      ) : (
        <ol class="training-list" aria-label="Trainings, the newest first">
          {trainings.toReversed().map((training) => (
            <Item key={training.id} {...{ training, state, dispatch, send, close }} />
          ))}
        </ol>
      )}
    </>
  );
}

interface StorageNoteProps {
  readonly storage: StorageState;
  readonly send: (request: LabRequest) => void;
}

function roomText({ bytes, most, fault }: StorageState): string {
  if (fault !== undefined && bytes === 0) return "These last until this page is closed.";
  return (
    `Kept in this browser: ${megabytes(bytes)} of ${megabytes(most)}. When that is full, the oldest training without a name ` +
    "goes. Data that you dropped are not kept: drop them again to compute more."
  );
}

/** Where trainings are, how much room they have, and what became of some. */
function StorageNote({ storage, send }: StorageNoteProps) {
  const { fault, notes } = storage;
  return (
    <div class="storage-note">
      <p>{roomText(storage)}</p>
      {fault === undefined ? <Persistence /> : null}
      {notes.length === 0 ? null : (
        <div class="note" role="status">
          {notes.map((note) => (
            <p key={note}>{`${note[0]!.toUpperCase()}${note.slice(1)}.`}</p>
          ))}
          <button type="button" onClick={() => send({ type: "dropNotes" })}>
            Seen
          </button>
        </div>
      )}
    </div>
  );
}

/** Browsers may delete what pages keep when a disk is full, unless they were asked not to. */
function Persistence() {
  const [kept, setKept] = useState<boolean | "refused">();
  const { storage } = navigator;
  useEffect(() => {
    storage?.persisted?.().then(setKept, () => setKept(undefined)); // a browser that does not say is not asked
  }, [storage]);
  const ask = async () => setKept((await storage.persist()) || "refused");
  if (kept === undefined) return null;
  if (kept === true) return <p class="muted">The browser keeps them until you delete them.</p>;
  return (
    <p class="muted persistence">
      {kept === "refused"
        ? "The browser refused: it may delete them when the disk is full."
        : "The browser may delete them when the disk is full."}
      {kept === "refused" ? null : (
        <button type="button" onClick={ask}>
          Ask it not to
        </button>
      )}
    </p>
  );
}

interface ItemProps extends TrainingsDialogProps {
  readonly training: EarlierTraining;
  readonly close: () => void;
}

function Item({ training, state, dispatch, send, close }: ItemProps) {
  const [isSure, setSure] = useState(false);
  const { id, number, name, started } = training;
  const shown = state.study?.about.epoch?.training;
  const isRunning = state.phase === "training" && state.epochs?.training === id;
  const isBusy = state.phase === "training" || state.phase === "measuring";
  const isFree = !isRunning && !training.elsewhere;
  const canContinue = canReopen(training) && !training.isWhole && isFree && isComputing(state);
  const partner = state.trainings.findLast((one) => one.id === shown && one.id !== id);
  const other = partner ?? state.trainings.findLast((one) => one.id !== id);
  const go = (act: () => void) => () => {
    act();
    close();
  };
  const compare = () => dispatch({ type: "view", change: { chart: "trainings", compared: [id, other!.id] } });
  const named = name === "" ? `training ${number}` : `${name}, training ${number}`;
  return (
    <li class="training-item" aria-current={shown === id ? "true" : undefined}>
      <div class="training-text">
        <div class="training-name">
          <b class="numbers">{number}</b>
          <input
            aria-label={`Name of training ${number}`}
            placeholder="no name"
            autocomplete="off"
            maxLength={60}
            value={name}
            disabled={training.elsewhere}
            onChange={(event) => send({ type: "rename", training: id, name: event.currentTarget.value })}
          />
          {shown === id ? <span class="chip">on show</span> : null}
        </div>
        <p class="numbers">{settingsText(training)}</p>
        <p class="muted numbers">{`${dateText(started)}, ${training.dataset.name}, ${outcomeText(training, isRunning)}`}</p>
      </div>
      <div class="training-buttons">
        <button
          type="button"
          aria-label={`Show ${named}`}
          disabled={!canReopen(training) || isBusy || shown === id}
          title={training.isKept ? "" : "It was not kept, so its networks are gone."}
          onClick={go(() => dispatch({ type: "reopen", training: id }))}
        >
          Show
        </button>
        <button type="button" aria-label={`Compare ${named}`} disabled={other === undefined} onClick={go(compare)}>
          Compare
        </button>
        {training.isWhole ? null : (
          <button
            type="button"
            aria-label={`Continue ${named}`}
            disabled={!canContinue || isBusy}
            onClick={go(() => send({ type: "continue", training: id, live: true }))}
          >
            Continue
          </button>
        )}
        <button
          type="button"
          aria-label={isSure ? `Really delete ${named}` : `Delete ${named}`}
          class={isSure ? "sure" : ""}
          disabled={!isFree}
          onClick={() => (isSure ? send({ type: "forget", training: id }) : setSure(true))}
          onBlur={() => setSure(false)}
        >
          {isSure ? "Really?" : "Delete"}
        </button>
      </div>
    </li>
  );
}

const isComputing = ({ adapter }: LabState) => adapter !== undefined && "facts" in adapter;

function settingsText({ config }: EarlierTraining): string {
  const { hidden, activation, repeats, seed, noisyLabels = 0 } = config;
  const noise = noisyLabels === 0 ? "" : `, ${percent(noisyLabels, 0)} wrong labels`;
  return `${hidden.join(", ")} ${activation}, ${counted(repeats, "repeat")}, seed ${seed}${noise}`;
}

function dateText(started: string): string {
  return new Date(started).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

/** How far it is, what it reached, and what it takes. */
function outcomeText({ training, repeats, elsewhere, bytes }: EarlierTraining, isRunning: boolean): string {
  const { epochs, epochsDone } = training;
  const isDone = epochsDone >= epochs;
  const reached = isDone ? counted(epochs, "epoch") : `epoch ${decimal(epochsDone, 0)} of ${epochs}`;
  const state = isRunning ? ", in training" : elsewhere ? ", in training in another tab" : isDone ? "" : ", stopped";
  const accuracy = spreadOf(repeats.map(({ testAccuracy }) => testAccuracy));
  const test = accuracy === undefined ? "" : `, test ${percent(accuracy.mean)}`;
  return `${reached}${state}${test}, ${bytes === 0 ? "not kept" : megabytes(bytes)}`;
}
