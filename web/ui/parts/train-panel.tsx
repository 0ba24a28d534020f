/** Settings, and the training they lead to: what is reached, and how long it will take. */
import { greatest } from "../../../src/core/long-arrays.ts";
import type { LabRequest, TrainingRepeat, TrainingState } from "../../engine/protocol.ts";
import { LineChart } from "../charts/line-chart.tsx";
import type { Dispatch } from "../lab-store.ts";
import { decimal, duration, percent } from "../numbers.ts";
import { unfinished } from "../state/first-study.ts";
import type { LabState } from "../state/lab-state.ts";
import { presetOf, presets } from "../state/presets.ts";
import { readSettings, type SettingTexts, settingFields, unusedFields } from "../state/settings.ts";
import { Pick } from "./choice.tsx";

interface TrainPanelProps {
  readonly state: LabState;
  readonly dispatch: Dispatch;
  readonly send: (request: LabRequest) => void;
}

const basic = ["hidden", "activation", "epochs", "repeats", "seed"] as const;
/** Fields whose text is longer than a number. */
const halves: readonly (keyof SettingTexts)[] = ["hidden", "activation", "bits", "bins", "noisyLabels", "singles"];
const further = ["batchSize", "learningRate", "l2", "bits", "bins", "noisyLabels", "singles"] as const;

export function TrainPanel({ state, dispatch, send }: TrainPanelProps) {
  const { settings, faulty } = readSettings(state.settings);
  const canTrain = canCompute(state) && state.dataset !== undefined;
  const idle = state.phase === "ready" || state.phase === "sweeping";
  const left = idle ? unfinished(state) : undefined;
  const submit = (event: Event) => {
    event.preventDefault();
    if (settings !== undefined && canTrain) send({ type: "start", settings, live: true });
  };
  return (
    <section class="panel train" aria-labelledby="train-title">
      <div class="panel-head">
        <h2 id="train-title">Train</h2>
        <span class="spread" />
        <PresetPick texts={state.settings} dispatch={dispatch} />
      </div>
      <form onSubmit={submit}>
        <Fields names={basic} texts={state.settings} faulty={faulty} dispatch={dispatch} />
        <details>
          <summary>Optimiser, levels, labels, removals</summary>
          <Fields names={further} texts={state.settings} faulty={faulty} dispatch={dispatch} />
        </details>
        <div class="buttons">
          <button type="submit" class="primary" disabled={settings === undefined || !canTrain || !idle}>
            Train
          </button>
          {left === undefined ? (
            <button
              type="button"
              disabled={state.phase !== "training"}
              onClick={() => send({ type: state.paused ? "resume" : "pause" })}
            >
              {state.paused ? "Resume" : "Pause"}
            </button>
          ) : (
            <button
              type="button"
              disabled={!canTrain}
              title="Goes on with the training on show, from where it was kept."
              onClick={() => send({ type: "continue", training: left.id, live: true })}
            >
              Continue
            </button>
          )}
          <button type="button" disabled={idle} onClick={() => send({ type: "stop" })}>
            Stop
          </button>
        </div>
      </form>
      <TrainingProgress state={state} />
    </section>
  );
}

interface PresetPickProps {
  readonly texts: SettingTexts;
  readonly dispatch: Dispatch;
}

function PresetPick({ texts, dispatch }: PresetPickProps) {
  const shown = presetOf(texts);
  const change = (name: string) => {
    const preset = presets.find((one) => one.name === name);
    if (preset !== undefined) dispatch({ type: "preset", preset });
  };
  const own = shown === undefined ? [{ value: "", text: "your own" }] : [];
  return (
    <span class="preset" title={shown?.help ?? "Settings of your own."}>
      <Pick
        label="Preset"
        options={[...own, ...presets.map(({ name, title }) => ({ value: name, text: title }))]}
        value={shown?.name ?? ""}
        onChange={change}
      />
    </span>
  );
}

function canCompute({ adapter }: LabState): boolean {
  return adapter?.state === "hardware" || adapter?.state === "software";
}

interface FieldsProps {
  readonly names: readonly (keyof SettingTexts)[];
  readonly texts: SettingTexts;
  readonly faulty: readonly (keyof SettingTexts)[];
  readonly dispatch: Dispatch;
}

function Fields({ names, texts, faulty, dispatch }: FieldsProps) {
  return (
    <div class="fields">
      {names.map((name) => {
        const { label, allowed, choices } = settingFields[name];
        const change = (event: { readonly currentTarget: { readonly value: string } }) =>
          dispatch({ type: "setting", name, text: event.currentTarget.value });
        const common = { id: `setting-${name}`, value: texts[name] };
        return (
          <div key={name} class={halves.includes(name) ? "field half" : "field"}>
            <label for={common.id}>{label}</label>
            {choices === undefined ? (
              <input
                {...common}
                inputMode={name === "hidden" || name === "singles" ? "text" : "decimal"}
                autocomplete="off"
                aria-invalid={faulty.includes(name)}
                aria-describedby={`allowed-${name}`}
                onInput={change}
              />
            ) : (
              <select {...common} disabled={unusedFields(texts).includes(name)} onChange={change}>
                {choices.map((choice) => (
                  <option key={choice}>{choice}</option>
                ))}
              </select>
            )}
            <span id={`allowed-${name}`} class={faulty.includes(name) ? "allowed" : "hidden-text"}>
              {allowed}
            </span>
          </div>
        );
      })}
    </div>
  );
}

/** Of the training that runs; else of the networks on show, whose curves and numbers these then are. */
function TrainingProgress({ state }: Pick<TrainPanelProps, "state">) {
  const shown = shownTraining(state);
  const running = state.training;
  // Of a training that has ended, the epoch whose networks are on show; of one that runs, the newest.
  const epoch = running === undefined ? state.study?.about.epoch?.shown : undefined;
  const share = shown === undefined ? 0 : shown.epochsDone / shown.epochs;
  return (
    <div class={shown === undefined && state.phase !== "training" ? "training none-yet" : "training"}>
      <div class="training-line numbers">
        <span class="phase" title={phaseText(state)}>
          {phaseText(state)}
        </span>
        <span>
          {running?.remainingMs === undefined || state.phase !== "training"
            ? ""
            : `${duration(running.remainingMs)} left`}
        </span>
      </div>
      <progress max={1} value={share} aria-label="Training" />
      <TrainingCharts training={shown} epoch={epoch} />
      <RepeatTable repeats={shown?.repeats ?? []} epoch={epoch} />
    </div>
  );
}

function shownTraining({ training, study, phase }: LabState): TrainingState | undefined {
  return training ?? (phase === "training" ? undefined : study?.training);
}

function phaseText({ phase, paused, training, study, givenUp }: LabState): string {
  if (phase === "measuring") return "Measuring neurons";
  if (phase === "training" && training !== undefined) {
    return `${paused ? "Paused, epoch" : "Epoch"} ${decimal(training.epochsDone, 1)} of ${training.epochs}`;
  }
  if (phase === "training") return paused ? "Paused" : "Preparing";
  const shown = study?.training && endText(study.training);
  if (givenUp === undefined) return shown ?? "Not trained here";
  const ended = `Stopped at epoch ${decimal(givenUp.epochsDone, 1)} of ${givenUp.epochs}`;
  if (study?.about.epoch !== undefined && study.training?.epochsDone !== study.training?.epochs) return ended;
  return study === undefined ? ended : `${ended}; the one before is shown`;
}

function endText({ epochs, epochsDone }: TrainingState): string {
  return epochsDone < epochs ? `Stopped at epoch ${decimal(epochsDone, 1)} of ${epochs}` : `Trained, ${epochs} epochs`;
}

const CHART_HEIGHT = 104;

interface TrainingChartsProps {
  readonly training: TrainingState | undefined;
  readonly epoch: number | undefined;
}

function TrainingCharts({ training, epoch: shown }: TrainingChartsProps) {
  const marker = shown === undefined ? {} : { marker: shown };
  const repeats = training?.repeats ?? [];
  const across = {
    label: "epoch",
    from: 0,
    to: training?.epochs ?? 1,
    format: (value: number) => (Number.isInteger(value) ? String(value) : ""),
  };
  const series = (column: "loss" | "accuracy") =>
    repeats.map((each) => ({
      id: String(each.repeat),
      colour: "currentColor",
      points: each[column].map((value, epoch) => [epoch + 1, value] as const),
    }));
  const largest = repeats.reduce((most, { loss }) => Math.max(most, greatest(loss)), 0);
  return (
    <div class="training-charts">
      <LineChart
        id="training-loss"
        height={CHART_HEIGHT}
        description={`Training loss of ${repeats.length} repeats by epoch.`}
        across={across}
        up={{ label: "loss", from: 0, to: largest || 1 }}
        series={series("loss")}
        {...marker}
      />
      <LineChart
        id="training-accuracy"
        height={CHART_HEIGHT}
        description={`Validation accuracy of ${repeats.length} repeats by epoch.`}
        across={across}
        up={{ label: "validation", from: 0, to: 1, format: (value) => `${Math.round(100 * value)} %` }}
        series={series("accuracy")}
        {...marker}
      />
    </div>
  );
}

interface RepeatTableProps {
  readonly repeats: readonly TrainingRepeat[];
  readonly epoch: number | undefined;
}

/** The values of each repeat after an epoch, or the newest. */
function RepeatTable({ repeats, epoch }: RepeatTableProps) {
  const valueAt = (values: readonly number[]) => (epoch === undefined ? values.at(-1) : values[epoch - 1]);
  const shown = (value: number | undefined, show: (value: number) => string) =>
    value === undefined ? "–" : show(value);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
    <section class="repeat-table" tabIndex={0} aria-label="Loss and validation accuracy of the repeats">
      <table class="numbers">
        <thead>
          <tr>
            <th scope="col">Repeat</th>
            <th scope="col">Loss</th>
            <th scope="col">Validation</th>
          </tr>
        </thead>
        <tbody>
          {repeats.map(({ repeat, loss, accuracy }) => (
            <tr key={repeat}>
              <th scope="row">{repeat}</th>
              <td>{shown(valueAt(loss), (value) => decimal(value, 4))}</td>
              <td>{shown(valueAt(accuracy), (value) => percent(value))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
