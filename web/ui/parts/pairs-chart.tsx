/** All pairs of a layer as a picture, sorted by clusters: what each pair knows twice, or only together. */
import { useMemo, useState } from "preact/hooks";
import { type LayerPairs, pairValues } from "../../engine/pairs/pair-notices.ts";
import { type Cell, PairMatrix } from "../charts/pair-matrix.tsx";
import type { Dispatch } from "../lab-store.ts";
import { decimal, percent } from "../numbers.ts";
import type { LabState } from "../state/lab-state.ts";
import { layerWidths } from "../state/removal.ts";
import { shownTable } from "../state/shown.ts";
import {
  cellText,
  chosenNeurons,
  colourBelowZero,
  knownLayerPairs,
  largestPairs,
  layerPairsText,
  pairTop,
  pairValueColours,
  pairValueTitles,
  placeOf,
  rowIn,
} from "../state/shown-layer-pairs.ts";
import { decompositionOptions } from "../state/shown-pair.ts";
import { Choice, Pick } from "./choice.tsx";

interface PairsChartProps {
  readonly id: string;
  readonly state: LabState;
  readonly dispatch: Dispatch;
}

export function PairsChart({ id, state, dispatch }: PairsChartProps) {
  const { view } = state;
  const known = knownLayerPairs(state);
  const layers = layerWidths(shownTable(state)!).map((_, index) => String(index + 1));
  return (
    <>
      <div class="toolbar">
        <Choice
          label="The picture shows"
          name="pair-value"
          options={pairValues.map((value) => ({ value, text: pairValueTitles[value] }))}
          value={view.pairValue}
          onChange={(pairValue) => dispatch({ type: "view", change: { pairValue } })}
        />
        {layers.length < 2 ? null : (
          <Pick
            label="Layer"
            options={layers.map((value) => ({ value, text: value }))}
            value={String(view.pairLayer)}
            onChange={(value) => dispatch({ type: "view", change: { pairLayer: Number(value) } })}
          />
        )}
        <Pick
          label="By"
          options={decompositionOptions}
          value={view.decomposition}
          onChange={(decomposition) => dispatch({ type: "view", change: { decomposition } })}
        />
      </div>
      {known === undefined ? (
        <p class="empty" role="status">
          {waitingFor(state)}
        </p>
      ) : (
        <KnownPairs id={id} state={state} pairs={known} dispatch={dispatch} />
      )}
    </>
  );
}

function waitingFor({ study, decomposing, faults }: LabState): string {
  const { live, lacking } = study!.about;
  if (!live) return `The pairs of a layer are counted on a GPU, and ${lacking}.`;
  if (faults.some(({ about }) => about === "layerPairs")) return "There is no picture of these pairs.";
  if (decomposing === undefined) return "The pairs of the layer are being counted.";
  return `The pairs of the layer are being decomposed: ${percent(decomposing.done / decomposing.total, 0)}.`;
}

/** Pairs that are named below the picture. */
const NAMED = 5;

function KnownPairs({ id, state, pairs, dispatch }: PairsChartProps & { readonly pairs: LayerPairs }) {
  const { pairValue: value } = state.view;
  const [cursor, setCursor] = useState<Cell | undefined>(undefined);
  const order = pairs.order[value];
  const shown = useMemo(() => {
    const own = pairs.values[value];
    const valueAt = (row: number, column: number) => {
      const place = placeOf(pairs, order[row]!, order[column]!);
      return place === undefined ? undefined : own[place];
    };
    const text = layerPairsText(pairs, value);
    return { valueAt, text, top: pairTop(pairs, value), largest: largestPairs(pairs, value, NAMED) };
  }, [pairs, value]);
  const look = (a: number, b: number) => {
    const [selected, partner] = [rowIn(state, pairs.layer, a), rowIn(state, pairs.layer, b)];
    dispatch({ type: "pair", selected, partner });
  };
  const chosen = chosenNeurons(state, pairs.layer)?.map((neuron) => order.indexOf(neuron)) as Cell | undefined;
  const at = cursor ?? chosen;
  // After another layer there may be fewer rows.
  const isInside = at?.every((place) => place < pairs.units) === true;
  return (
    <>
      <PairMatrix
        id={id}
        description={shown.text}
        size={pairs.units}
        valueAt={shown.valueAt}
        top={shown.top}
        colour={pairValueColours[value]}
        colourBelow={colourBelowZero}
        chosen={chosen}
        cursor={isInside ? cursor : undefined}
        onCursor={setCursor}
        onPick={([row, column]) => look(order[row]!, order[column]!)}
      />
      <p class="muted numbers pairs-said" role="status">
        {isInside
          ? cellText(pairs, order[at[0]]!, order[at[1]]!)
          : "Point at a pair, or press arrow keys; a click looks at it."}
      </p>
      <Legend value={value} pairs={pairs} top={shown.top} />
      <ol class="largest-pairs numbers" aria-label={`Pairs of the largest ${value}`}>
        {shown.largest.map(({ neurons: [a, b], bits }) => (
          <li key={`${a} ${b}`}>
            <button type="button" onClick={() => look(a, b)}>
              <span>{`${a} and ${b}`}</span>
              <span class="muted">{`${decimal(bits, 3)} bit`}</span>
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}

interface LegendProps {
  readonly value: LabState["view"]["pairValue"];
  readonly pairs: LayerPairs;
  readonly top: number;
}

function Legend({ value, pairs, top }: LegendProps) {
  const hasNegative = pairs.values[value].some((bits) => bits < 0 && Number(bits.toFixed(3)) !== 0);
  return (
    <div
      class="legend numbers"
      style={{ "--column": `var(${pairValueColours[value]})`, "--below": `var(${colourBelowZero})` }}
    >
      {hasNegative ? (
        <>
          <span>{decimal(-top, 2)}</span>
          <i class="ramp below" />
        </>
      ) : null}
      <span>0</span>
      <i class="ramp" />
      <span>{`${decimal(top, 2)} bit`}</span>
    </div>
  );
}
