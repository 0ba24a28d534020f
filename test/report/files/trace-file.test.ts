/** Traces as Chrome's trace-event format has them: well formed, and nested or in sequence on each track. */
import { describe, expect, test } from "vitest";
import type { Trace } from "../../../src/core/profile.ts";
import { traceJson, traceTracks } from "../../../src/report/files/trace-file.ts";
import { expectWellFormed, parsedTrace } from "../../support/trace-events.ts";

const event = (name: string, startMs: number, endMs: number) => ({ name, startMs, endMs });
const trace: Trace = {
  stages: [event("data", 1000, 1001.5), event("train", 1002, 1020)],
  work: [
    event("upload", 1002.5, 1005), // begins with the next and ends within it, and was therefore recorded first
    event("pack data", 1002.5, 1006),
    event("compile", 1007, 1009),
    event("compile", 1008, 1010), // crosses the one before: two at the same time
    event("read back", 1010, 1011),
  ],
  passes: [
    { ...event("a.one", 1004, 1006), work: "epoch", dispatches: 3 },
    { ...event("a.one + b.two", 1006, 1008), work: "epoch", dispatches: 5 },
  ],
  leftOut: 4,
};
const parsed = parsedTrace([...traceJson(trace)].join(""));

describe("traceJson", () => {
  test("is well formed, on each track nested or in sequence", () => {
    expectWellFormed(parsed);
  });

  test("has times in microseconds from the first event on", () => {
    const passes = parsed.traceEvents.filter(({ ph, tid }) => ph === "X" && tid === traceTracks.passes);
    expect(passes).toEqual([
      {
        name: "a.one",
        ph: "X",
        pid: 1,
        tid: 1,
        ts: 4000,
        dur: 2000,
        args: { submit: "epoch", dispatches: 3 },
      },
      {
        name: "a.one + b.two",
        ph: "X",
        pid: 1,
        tid: 1,
        ts: 6000,
        dur: 2000,
        args: { submit: "epoch", dispatches: 5 },
      },
    ]);
  });

  test("names its tracks; work that crosses other work has a track of its own", () => {
    const names = parsed.traceEvents.filter(({ name }) => name === "thread_name");
    expect(names.map(({ tid, args }) => [tid, args?.["name"]])).toEqual([
      [1, "GPU passes"],
      [2, "host stages"],
      [3, "host work"],
      [4, "host work 2"],
    ]);
    const moved = parsed.traceEvents.filter(({ ph, tid }) => ph === "X" && tid === 4);
    expect(moved).toMatchObject([{ name: "compile", ts: 8000, dur: 2000 }]);
  });

  test("says how many events it lacks", () => {
    expect(parsed.otherData).toEqual({ eventsLeftOut: 4 });
  });

  test("of nothing is a trace without events", () => {
    const empty = parsedTrace([...traceJson({ stages: [], work: [], passes: [], leftOut: 0 })].join(""));
    expect(empty.traceEvents.every(({ ph }) => ph === "M")).toBe(true);
  });
});
