/** Progress on stderr: a bar with rate and time left per stage on a terminal, plain lines otherwise. No colours. */
import { SingleBar } from "cli-progress";
import type { ProgressEvent, ProgressListener, Stage } from "../../core/progress.ts";
import { wrappedLine } from "../../core/wrapped-text.ts";
import { progressBar, progressLine, type StageProgress } from "./progress-text.ts";

/** The part of process.stderr that is used. */
type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

export interface ProgressDisplay {
  /** Ends the stage before as finished, and starts the clock of this one: some work before their first event. */
  begin(stage: Stage): void;
  readonly show: ProgressListener;
  /** Ends the last stage as finished. */
  end(): void;
  /** A line that stays; it is broken where the terminal ends. */
  line(text: string): void;
  /** Lines that begin with `warning:`; where progress is not wanted, tables and files say it alone. */
  warn(text: string): void;
  /** Leaves the current stage as it is, so that a message stands on a line of its own. */
  stop(): void;
}

/** What distinguishes bars from lines. */
interface Painter {
  /** A stage has begun; `look` says how it stands at any later moment. */
  open(look: () => StageProgress): void;
  changed(progress: StageProgress): void;
  close(progress: StageProgress): void;
}

interface ProgressOptions {
  readonly stream: ProgressStream;
  readonly quiet: boolean;
  /** Milliseconds on a monotonic clock. */
  readonly clock: () => number;
}

/** Bars where `stream` is a terminal that can move its cursor. */
export function createProgressDisplay({ stream, quiet, clock }: ProgressOptions): ProgressDisplay {
  if (quiet) return { begin() {}, show() {}, end() {}, line() {}, warn() {}, stop() {} };
  const terminal = stream.isTTY === true && process.env["TERM"] !== "dumb";
  const display = stageDisplay(terminal ? barPainter(stream) : linePainter(stream, clock), stream, clock);
  return { ...display, warn: (text) => display.line(`warning: ${text}`) };
}

function stageDisplay(painter: Painter, stream: ProgressStream, clock: () => number): Omit<ProgressDisplay, "warn"> {
  let current: { readonly stage: Stage; readonly startedAt: number; event?: ProgressEvent } | undefined;
  const look = (finished: boolean): StageProgress => {
    const { stage, startedAt, event } = current!;
    return { stage, event, elapsedMs: clock() - startedAt, finished };
  };
  const close = (finished: boolean): void => {
    if (current !== undefined) painter.close(look(finished));
    current = undefined;
  };
  const begin = (stage: Stage): void => {
    close(true);
    current = { stage, startedAt: clock() };
    painter.open(() => look(false));
  };
  return {
    begin,
    show(event) {
      if (event.stage !== current?.stage) begin(event.stage);
      current!.event = event;
      painter.changed(look(false));
    },
    end: () => close(true),
    line(text) {
      close(true);
      stream.write(`${wrappedLine(text, stream.columns).join("\n")}\n`);
    },
    stop: () => close(false),
  };
}

function barPainter(stream: ProgressStream): Painter {
  let bar: SingleBar | undefined;
  let look: () => StageProgress;
  return {
    open(given) {
      look = given;
      // One column stays free: some terminals wrap when the last one is filled. `linewrap`: leave that setting alone.
      const format = () => progressBar(look(), (stream.columns ?? 80) - 1);
      bar = new SingleBar({ format, stream, hideCursor: true, linewrap: true });
      bar.start(1, 0);
    },
    changed() {}, // The bar redraws itself, ten times a second.
    close(progress) {
      look = () => progress;
      bar?.stop();
      bar = undefined;
    },
  };
}

/** At most a line every this many ms, so that a log of hours stays readable. */
const LINE_EVERY_MS = 5000;

function linePainter(stream: ProgressStream, clock: () => number): Painter {
  let shownAt = 0;
  return {
    open() {
      shownAt = clock();
    },
    changed(progress) {
      const { done, total } = progress.event!;
      // The last event of a stage is shown when it ends, with all it took.
      if (done >= total || clock() - shownAt < LINE_EVERY_MS) return;
      shownAt = clock();
      stream.write(`${progressLine(progress)}\n`);
    },
    close(progress) {
      if (progress.finished && progress.event !== undefined) stream.write(`${progressLine(progress)}\n`);
    },
  };
}
