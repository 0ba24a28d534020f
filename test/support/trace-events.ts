/** Traces read back, and what viewers demand of them. */
import { expect } from "vitest";

export interface ParsedEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly args?: Readonly<Record<string, string | number>>;
}

export interface ParsedTrace {
  readonly traceEvents: readonly ParsedEvent[];
  readonly otherData: Readonly<Record<string, number>>;
}

export function parsedTrace(text: string): ParsedTrace {
  return JSON.parse(text) as ParsedTrace;
}

/** Microseconds by which sums of milliseconds round. */
const ROUNDING_US = 1e-3;

/** Complete events with times, metadata that names every track, and on each track only nesting or sequence. */
export function expectWellFormed({ traceEvents }: ParsedTrace): void {
  const named = traceEvents.filter(({ ph, name }) => ph === "M" && name === "thread_name").map(({ tid }) => tid);
  const open = new Map<number, number[]>(); // per track: ends of the events under way
  const complete = traceEvents.filter(({ ph }) => ph === "X");
  expect(traceEvents.every(({ ph }) => ph === "X" || ph === "M")).toBe(true);
  for (const event of complete.sort((a, b) => a.ts! - b.ts! || b.dur! - a.dur!)) {
    expect(event.ts, event.name).toBeGreaterThanOrEqual(0);
    expect(event.dur, event.name).toBeGreaterThanOrEqual(0);
    expect(named, event.name).toContain(event.tid);
    const ends = open.get(event.tid) ?? [];
    open.set(event.tid, ends);
    while (ends.length > 0 && ends.at(-1)! <= event.ts! + ROUNDING_US) ends.pop();
    if (ends.length > 0) expect(event.ts! + event.dur!, event.name).toBeLessThanOrEqual(ends.at(-1)! + ROUNDING_US);
    ends.push(event.ts! + event.dur!);
  }
}
