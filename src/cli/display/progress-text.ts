/** What a stage's progress says, as text: amounts, rates, times, and a bar that fits its line. Pure functions. */
import { greatest } from "../../core/long-arrays.ts";
import { plainLine } from "../../core/plain-text.ts";
import type { ProgressEvent, Stage } from "../../core/progress.ts";

/** A stage as it stands. */
export interface StageProgress {
  readonly stage: Stage;
  /** Since the stage began. */
  readonly elapsedMs: number;
  /** The latest event; undefined until the stage reports one. */
  readonly event: ProgressEvent | undefined;
  /** Whether the stage is over: its time counts, not the time left. */
  readonly finished: boolean;
}

const titles: Readonly<Record<Stage, string>> = {
  data: "reading",
  adapter: "opening",
  train: "training",
  measure: "measuring",
  ablate: "ablating",
};
const TITLE_WIDTH = greatest(Object.values(titles).map((title) => title.length));

/** Before so many milliseconds a rate says more about starting up than about the work. */
const SETTLED_MS = 500;

/** `2.5 s`, `75 s`, `12 min 5 s`, `3 h 20 min`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 10) return `${(ms / 1000).toFixed(1)} s`;
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Three digits, never an exponent: `0.25`, `7.52`, `1830`. */
function short(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function count(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 100 ? 1 : 0);
}

/** Units per second; empty while that cannot be known. */
function rate({ event, elapsedMs }: StageProgress): string {
  if (event === undefined || event.done <= 0 || elapsedMs < SETTLED_MS) return "";
  return `${short((event.done / elapsedMs) * 1000)} ${event.unit}/s`;
}

/** The time taken by a finished stage, the time left of another; empty while that cannot be known. */
function time(progress: StageProgress): string {
  const { event, elapsedMs, finished } = progress;
  if (finished) return `in ${duration(elapsedMs)}`;
  if (event === undefined || rate(progress) === "") return "";
  return `${duration(((event.total - event.done) / event.done) * elapsedMs)} left`;
}

/** `training: 45/100 epochs, 9.32 epochs/s, 5.9 s left, loss 0.2711`. */
export function progressLine(progress: StageProgress): string {
  const { stage, event, finished } = progress;
  if (event === undefined) return titles[stage];
  const { done, total, unit } = event;
  const amount = finished ? `${count(done)} ${unit} ${time(progress)}` : `${count(done)}/${total} ${unit}`;
  const details = [amount, rate(progress), finished ? "" : time(progress), event.note];
  return plainLine(`${titles[stage]}: ${details.filter(Boolean).join(", ")}`);
}

const WIDEST_BAR = 30;
const NARROWEST_BAR = 10;
/** Room left for the details, where there is any: `12 min 5 s left, 9.32 epochs/s` and often a loss. */
const DETAIL_COLUMNS = 39;

function bar(fraction: number, width: number): string {
  const full = Math.floor(fraction * width);
  return "█".repeat(full) + "░".repeat(width - full);
}

/** A line of at most `columns` characters: title, bar, percentage, and as many details as fit. */
export function progressBar(progress: StageProgress, columns: number): string {
  const { stage, event } = progress;
  const fraction = event === undefined ? 0 : Math.min(1, event.done / event.total);
  const title = titles[stage].padEnd(TITLE_WIDTH);
  // Rounded down: 100 % stands for all of it.
  const percentage = `${Math.floor(fraction * 100)} %`.padStart(5);
  const room = columns - title.length - percentage.length - 2;
  // Of the same width at every moment and in every stage, so that nothing jumps.
  const width = Math.max(0, Math.min(room, WIDEST_BAR, Math.max(NARROWEST_BAR, room - DETAIL_COLUMNS)));
  let line = `${title} ${bar(fraction, width)} ${percentage}`;
  for (const detail of [time(progress), rate(progress), event?.note ?? ""]
    .filter(Boolean)
    .map((text) => plainLine(text))) {
    const separator = line.endsWith("%") ? "  " : ", ";
    if (line.length + separator.length + detail.length <= columns) line += separator + detail;
  }
  return line.slice(0, Math.max(0, columns));
}
