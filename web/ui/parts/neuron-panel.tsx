/** What one neuron knows, and what removing it costs; or two together. */
import { hasBits, levelTotals, type NeuronTable, onesOf, onesPerClass } from "../../../src/core/neuron-table.ts";
import { levelsOfClass, neuronLevels } from "../../../src/measures/neuron-levels.ts";
import type { ExtremeSamples } from "../../engine/protocol.ts";
import type { Dispatch } from "../lab-store.ts";
import { columnHelp } from "../measure-help.ts";
import { decimal, percent, signed } from "../numbers.ts";
import { type PictureLayout, pictureLayout, pictureOf, weightPicture } from "../picture.ts";
import { seriesColour, seriesTitle } from "../series.ts";
import type { LabState, ShownStudy } from "../state/lab-state.ts";
import { columnText, intactCorrect, knownOutcome, type Outcome, shownTable, singleOutcome } from "../state/shown.ts";
import { shownPair } from "../state/shown-pair.ts";
import { EXTREMES_SHOWN } from "../state/wanted.ts";
import { type ClassBar, ClassBars, classNaming } from "./class-bars.tsx";
import { type ClassLevels, LevelBars } from "./level-bars.tsx";
import { PairPanel } from "./pair-panel.tsx";
import { PixelImage } from "./pixel-image.tsx";

interface NeuronPanelProps {
  readonly state: LabState;
  readonly dispatch: Dispatch;
}

interface NeuronProps extends NeuronPanelProps {
  readonly study: ShownStudy;
  readonly table: NeuronTable;
  readonly row: number;
}

export function NeuronPanel({ state, dispatch }: NeuronPanelProps) {
  const table = shownTable(state);
  const { study } = state;
  const row = state.view.selected;
  const pair = shownPair(state);
  const known = table !== undefined && study !== undefined && row !== undefined;
  return (
    <section class="panel neuron" aria-labelledby="neuron-title">
      {known && pair !== undefined ? (
        <PairPanel state={state} study={study} shown={pair} dispatch={dispatch} />
      ) : known ? (
        <Neuron state={state} study={study} table={table} row={row} dispatch={dispatch} />
      ) : (
        <>
          <h2 id="neuron-title">Neuron</h2>
          <p class="empty">A neuron that you click shows here what it knows and what its removal costs.</p>
        </>
      )}
    </section>
  );
}

function Neuron({ state, study, table, row, dispatch }: NeuronProps) {
  const [layer, neuron] = [table.layer[row]!, table.neuron[row]!];
  const out = state.removal.history.present.includes(row);
  return (
    <>
      <div class="panel-head">
        <h2 id="neuron-title" class="numbers">
          Layer {layer}, neuron {neuron}
        </h2>
        <span class="spread" />
        <button type="button" onClick={() => dispatch({ type: out ? "restore" : "remove", rows: [row] })}>
          {out ? "Restore" : "Remove"}
        </button>
      </div>
      <div class="neuron-top">
        <WeightPicture study={study} table={table} row={row} />
        <Facts state={state} study={study} table={table} row={row} />
      </div>
      <div class="neuron-bars">
        <OutputBars study={study} table={table} row={row} />
        <CostBars state={state} study={study} table={table} row={row} />
      </div>
      <Digits state={state} study={study} dispatch={dispatch} />
    </>
  );
}

type OfNeuron = Omit<NeuronProps, "state" | "dispatch">;

function WeightPicture({ study, table, row }: OfNeuron) {
  const weights = study.firstLayers[table.repeat];
  const { sampleShape, features } = study.about.dataset;
  const layout = pictureLayout(sampleShape);
  if (layout === undefined) return <div class="weight-picture absent">no pictures</div>;
  if (table.layer[row] !== 1 || weights === undefined) {
    return <div class="weight-picture absent">weights of layer 1 only</div>;
  }
  const neuron = table.neuron[row]!;
  return (
    <figure class="weight-picture">
      <PixelImage {...weightPicture(weights.subarray(neuron * features, (neuron + 1) * features), layout)} />
      <figcaption class="hidden-text">Its incoming weights, white positive, black negative</figcaption>
    </figure>
  );
}

function Facts({ state, study, table, row }: Omit<NeuronProps, "dispatch">) {
  const { mode } = state.removal;
  const cost = costOf(study, table, row, mode);
  const nameOf = (label: number) => study.about.dataset.classNames?.[label] ?? String(label);
  return (
    <dl class="facts numbers">
      {Object.entries(table.measures).map(([id, values]) => (
        <div key={id}>
          <dt title={columnHelp(state, id)}>
            <i class="swatch" style={{ background: seriesColour(id) }} />
            {seriesTitle(id)}
          </dt>
          <dd>{columnText(id, values[row]!)}</dd>
        </div>
      ))}
      <div>
        <dt title="The class whose outputs differ most from those of all samples.">Preferred class</dt>
        <dd>{`${nameOf(table.preferredClass[row]!)}${isSilentFor(study, table, row) ? ", by silence" : ""}`}</dd>
      </div>
      <SpreadFact table={table} row={row} />
      <div>
        <dt>Removal costs</dt>
        <dd>{cost === undefined ? withoutCost(study) : `${decimal(cost, 2)} points`}</dd>
      </div>
    </dl>
  );
}

/** It is not there yet, or was not asked for. */
const withoutCost = ({ about }: ShownStudy) => (about.config?.singles === undefined ? "–" : "not removed alone");

/** Whether the bit is 1 less often in the preferred class than elsewhere: the neuron tells it by keeping silent. */
function isSilentFor(study: ShownStudy, table: NeuronTable, row: number): boolean {
  const size = study.about.dataset.validationPerClass?.[table.preferredClass[row]!];
  if (!hasBits(table) || size === undefined) return false;
  const ones = onesPerClass(table, row)[table.preferredClass[row]!]!;
  return ones * table.samples < onesOf(table, row) * size;
}

/** How often a bit is 1; of more levels, how many of them occur. */
function SpreadFact({ table, row }: { readonly table: NeuronTable; readonly row: number }) {
  const totals = levelTotals(table, row);
  const bit = hasBits(table) ? percent(onesOf(table, row) / table.samples) : "–";
  const levels = hasBits(table) ? undefined : totals;
  return (
    <div>
      <dt>{levels === undefined ? "Fires for" : "Levels in use"}</dt>
      <dd>{levels === undefined ? bit : `${levels.filter((count) => count > 0).length} of ${levels.length}`}</dd>
    </div>
  );
}

function costOf(study: ShownStudy, table: NeuronTable, row: number, mode: "zero" | "mean"): number | undefined {
  const single = singleOutcome(study, table, row, mode);
  const intact = intactCorrect(study, table.repeat);
  return single === undefined || intact === undefined ? undefined : (100 * (intact - single.correct)) / single.samples;
}

/** What the output was for each class, as finely as it was counted. */
function OutputBars(given: OfNeuron) {
  const { table } = given;
  if (table.levels === undefined) return <p class="empty">The counts are not in the folder.</p>;
  return hasBits(table) ? <FiringBars {...given} /> : <LevelsOfClasses {...given} />;
}

/** The L x C table of counts. */
function LevelsOfClasses({ study, table, row }: OfNeuron) {
  const neuron = neuronLevels(table.levels!, row, table.samplesPerClass!);
  const { levels } = neuron;
  const columns = Array.from({ length: table.classes }, (_, label): ClassLevels => {
    return { counts: levelsOfClass(neuron, label), marked: label === table.preferredClass[row] };
  });
  return <LevelBars title={`In ${levels} levels, by class`} columns={columns} names={study.about.dataset.classNames} />;
}

/** The 2 x C table of counts: of each class's samples, those for which the bit is 1. */
function FiringBars({ study, table, row }: OfNeuron) {
  const { classes } = table;
  const samples = study.about.dataset.validationPerClass;
  const bars = Array.from({ length: classes }, (_, label): ClassBar => {
    const ones = onesPerClass(table, row)[label]!;
    const of = samples?.[label] ?? table.samples / classes;
    const text = `fires for ${ones} of ${Math.round(of)}, silent for ${Math.round(of) - ones}`;
    return { up: ones / of, text, marked: label === table.preferredClass[row] };
  });
  return <ClassBars title="Fires, by class" bars={bars} names={study.about.dataset.classNames} />;
}

/** Points of a class's accuracy that fill a bar. */
const FULL_BAR_POINTS = 5;

function CostBars({ state, study, table, row }: Omit<NeuronProps, "dispatch">) {
  const { mode } = state.removal;
  const single = singleOutcome(study, table, row, mode);
  const intact = knownOutcome(study, table, [], mode);
  const { testPerClass } = study.about.dataset;
  const changes = Array.from({ length: table.classes }, (_, label) => changeOf(single, intact, testPerClass, label));
  const full = changes.reduce<number>((most, change) => Math.max(most, Math.abs(change ?? 0)), FULL_BAR_POINTS);
  const bars = changes.map((change = 0, label): ClassBar => {
    const text = changes[label] === undefined ? "not known" : `${signed(change, 1)} points`;
    return { up: change / full, down: -change / full, text };
  });
  const title = `Removal by class, ±${decimal(full, 0)} points`;
  return <ClassBars title={title} bars={bars} twoSided names={study.about.dataset.classNames} />;
}

/** Percentage points of a class's accuracy. */
function changeOf(
  single: Outcome | undefined,
  intact: Outcome | undefined,
  testPerClass: readonly number[] | undefined,
  label: number,
): number | undefined {
  const [after, before] = [single?.correctPerClass?.[label], intact?.correctPerClass?.[label]];
  if (after === undefined || before === undefined || testPerClass === undefined) return undefined;
  return (100 * (after - before)) / Math.max(1, testPerClass[label]!);
}

function Digits({ state, study, dispatch }: NeuronPanelProps & { readonly study: ShownStudy }) {
  const { sampleShape, classes, classNames } = study.about.dataset;
  const layout = pictureLayout(sampleShape);
  if (layout === undefined) return null;
  const { extremes } = state;
  const { sampleOf } = classNaming(classes, classNames);
  const pick = (digit: number) => dispatch({ type: "view", change: { sample: { sample: digit }, chart: "digit" } });
  return (
    <div class="digits">
      <DigitStrip
        title="Fires most"
        onPick={pick}
        layout={layout}
        sampleOf={sampleOf}
        live={study.about.live}
        {...(extremes && { samples: extremes.most })}
      />
      <DigitStrip
        title="Fires least"
        onPick={pick}
        layout={layout}
        sampleOf={sampleOf}
        live={study.about.live}
        {...(extremes && { samples: extremes.least })}
      />
    </div>
  );
}

interface DigitStripProps {
  readonly title: string;
  readonly layout: PictureLayout;
  readonly sampleOf: (label: number) => string;
  readonly live: boolean;
  readonly samples?: ExtremeSamples;
  /** Given an index into the validation set. */
  readonly onPick: (sample: number) => void;
}

function DigitStrip({ title, layout, sampleOf, live, samples, onPick }: DigitStripProps) {
  const features = layout.rows * layout.columns * layout.channels;
  return (
    <div class="digit-strip">
      <span class="digit-title">{title}</span>
      <ul>
        {Array.from({ length: EXTREMES_SHOWN }, (_, place) => {
          const known = samples !== undefined && place < samples.labels.length;
          const pixels = known ? samples.pixels.subarray(place * features, (place + 1) * features) : undefined;
          const text = known
            ? `${sampleOf(samples.labels[place]!)}, activation ${decimal(samples.activations[place]!, 3)}`
            : "";
          return (
            <li key={place} title={text}>
              {pixels === undefined ? (
                <span class="hidden-text">{live ? "being looked up" : "not known without a GPU"}</span>
              ) : (
                <button type="button" class="digit-pick" onClick={() => onPick(samples!.samples[place]!)}>
                  <PixelImage {...pictureOf(pixels, layout)} />
                  <span class="hidden-text">{`${text}: what it is taken for`}</span>
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
