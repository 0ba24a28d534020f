/**
 * A trace in Chrome's trace-event format (JSON object form), which Perfetto and chrome://tracing open: complete events
 * ("X") with `ts` and `dur` in microseconds, and names of tracks as metadata events ("M"). Tracks: the passes on the GPU,
 * the stages of the host, and below them the host's work, on as many tracks as it overlaps.
 */
import type { Trace, TraceEvent, TracePass } from "../../core/profile.ts";

const PROCESS = 1;
export const traceTracks = { passes: 1, stages: 2, work: 3 } as const;
const US_PER_MS = 1000;

interface TrackedEvent {
  readonly event: TraceEvent;
  readonly track: number;
  readonly args?: Readonly<Record<string, string | number>>;
}

/** Events to tracks on which they nest or follow each other, as viewers demand: as few as that takes. */
function withoutCrossing(events: readonly TraceEvent[], firstTrack: number): TrackedEvent[] {
  const sorted = [...events].sort((a, b) => a.startMs - b.startMs || b.endMs - a.endMs);
  const open: number[][] = []; // per track, ends of the events that are under way, outermost first
  return sorted.map((event) => {
    for (const ends of open) while (ends.length > 0 && ends.at(-1)! <= event.startMs) ends.pop();
    let track = open.findIndex((ends) => ends.length === 0 || event.endMs <= ends.at(-1)!);
    if (track === -1) track = open.push([]) - 1;
    open[track]!.push(event.endMs);
    return { event, track: firstTrack + track };
  });
}

function passEvent(event: TracePass): TrackedEvent {
  return { event, track: traceTracks.passes, args: { submit: event.work, dispatches: event.dispatches } };
}

function metadata(name: string, tid: number, args: object): string {
  return JSON.stringify({ name, ph: "M", pid: PROCESS, tid, args });
}

function* records({ stages, work, passes }: Trace): Generator<string> {
  const events: TrackedEvent[] = [
    ...passes.map(passEvent),
    ...stages.map((event) => ({ event, track: traceTracks.stages })),
    ...withoutCrossing(work, traceTracks.work),
  ];
  yield metadata("process_name", 0, { name: "gpu-importance" });
  for (const track of new Set([...Object.values(traceTracks), ...events.map((one) => one.track)])) {
    const further = track - traceTracks.work;
    const name = ["GPU passes", "host stages", "host work"][track - 1] ?? `host work ${further + 1}`;
    yield metadata("thread_name", track, { name });
    yield metadata("thread_sort_index", track, { sort_index: track });
  }
  const origin = events.reduce((least, { event }) => Math.min(least, event.startMs), Number.POSITIVE_INFINITY);
  for (const { event, track, args = {} } of events) {
    const { name, startMs, endMs } = event;
    const ts = (startMs - origin) * US_PER_MS;
    const dur = (endMs - startMs) * US_PER_MS;
    yield JSON.stringify({ name, ph: "X", pid: PROCESS, tid: track, ts, dur, args });
  }
}

/** The text of a trace file, an event a line. */
export function* traceJson(trace: Trace): Generator<string> {
  yield `{"displayTimeUnit":"ms","otherData":{"eventsLeftOut":${trace.leftOut}},"traceEvents":[\n`;
  let separator = "";
  for (const record of records(trace)) {
    yield separator + record;
    separator = ",\n";
  }
  yield "\n]}\n";
}
