/** The whole page. */
import { useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import type { LabStore } from "./lab-store.ts";
import { oncePerFrame } from "./once-per-frame.ts";
import { ChartsPanel } from "./parts/charts-panel.tsx";
import { DropZone } from "./parts/drop-zone.tsx";
import { Header } from "./parts/header.tsx";
import { Help, useHelp } from "./parts/help.tsx";
import { NetworkPanel } from "./parts/network-panel.tsx";
import { NeuronPanel } from "./parts/neuron-panel.tsx";
import { Faults, Notes } from "./parts/notes.tsx";
import { RemovePanel } from "./parts/remove-panel.tsx";
import { TrainPanel } from "./parts/train-panel.tsx";

export function Lab({ store }: { readonly store: LabStore }) {
  const [state, setState] = useState(store.current());
  useLayoutEffect(() => {
    // Notices may have come between the first drawing and now.
    setState(store.current());
    const draw = () => setState(store.current());
    const drawing = oncePerFrame(draw);
    // What a visitor does is answered at once; what the worker tells can wait for the frame that shows it.
    const unsubscribe = store.subscribe(({ type }) => (type === "notice" ? drawing.ask() : draw()));
    return () => {
      unsubscribe();
      drawing.stop();
    };
  }, [store]);
  useUndoKeys(store);
  const help = useHelp();
  const { dispatch, send } = store;
  const { study, view, removal, phase, adapter, evaluation, extremes, classified, curvesRunning, epochs } = state;
  const { trainings, pair, layerPairs, decomposing } = state;
  // Training tells of itself many times a second; the grids and charts of another network are not drawn anew for that.
  const network = useMemo(
    () => (
      <>
        <NetworkPanel state={state} dispatch={dispatch} send={send} />
        <RemovePanel state={state} dispatch={dispatch} />
      </>
    ),
    [study, view, removal, phase, adapter, evaluation, classified, epochs, dispatch, send],
  );
  const detail = useMemo(
    () => (
      <>
        <NeuronPanel state={state} dispatch={dispatch} />
        <ChartsPanel state={state} dispatch={dispatch} />
      </>
    ),
    [
      study,
      view,
      removal,
      evaluation,
      extremes,
      classified,
      pair,
      layerPairs,
      decomposing,
      curvesRunning,
      trainings,
      dispatch,
    ],
  );
  return (
    <div class="page">
      <Header state={state} dispatch={dispatch} send={send} help={help} />
      {help.open ? <Help /> : null}
      <Notes state={state} dispatch={dispatch} />
      <main>
        <div class="column column-train">
          <TrainPanel state={state} dispatch={dispatch} send={send} />
          <DropZone state={state} dispatch={dispatch} send={send} />
        </div>
        <div class="column column-network">{network}</div>
        <div class="column column-detail">{detail}</div>
      </main>
      <Faults state={state} dispatch={dispatch} />
    </div>
  );
}

/** Ctrl or Cmd with Z; for redo with Shift and Z, or with Y. In a text field they belong to the field. */
function useUndoKeys(store: LabStore): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLInputElement && event.target.type !== "range" && event.target.type !== "radio";
      const key = event.key.toLowerCase();
      if (typing || !(event.ctrlKey || event.metaKey) || (key !== "z" && key !== "y")) return;
      event.preventDefault();
      store.dispatch({ type: event.shiftKey || key === "y" ? "redo" : "undo" });
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [store]);
}
