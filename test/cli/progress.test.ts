/** How progress looks: bars on a terminal, lines in a log. In this process, on streams and clocks made up for it. */
import { Writable } from "node:stream";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createProgressDisplay, type ProgressDisplay } from "../../src/cli/display/progress-display.ts";
import { duration, progressBar, type StageProgress } from "../../src/cli/display/progress-text.ts";
import type { ProgressEvent } from "../../src/core/progress.ts";
import { wrapped } from "../../src/core/wrapped-text.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

/** Collects what is written; a terminal where `columns` is given. */
function madeUpStream(columns?: number): { stream: Writable & { isTTY: boolean }; written: () => string } {
  let text = "";
  const write = (chunk: unknown, _: unknown, done: () => void): void => {
    text += String(chunk);
    done();
  };
  const stream = Object.assign(new Writable({ write, decodeStrings: false }), {
    isTTY: columns !== undefined,
    columns,
  });
  return { stream, written: () => text };
}

const epochs = (done: number, note?: string): ProgressEvent => ({
  stage: "train",
  done,
  total: 100,
  unit: "epochs",
  ...(note === undefined ? {} : { note }),
});

/** A run's progress, 10 s of training and 2 s of measuring. */
function playStudy(display: ProgressDisplay, pass: (ms: number) => void): void {
  display.line("adapter: one");
  display.begin("train");
  for (let done = 1; done <= 100; done++) {
    pass(100);
    display.show(epochs(done, `loss ${(1 / done).toFixed(4)}`));
  }
  display.show(epochs(100, "loss 0.0100"));
  display.begin("measure");
  pass(2000);
  display.show({ stage: "measure", done: 5, total: 5, unit: "networks" });
  display.end();
  display.line("results in out");
}

describe("lines in a log", () => {
  test("come every five seconds and once at the end of a stage, with the time from its beginning", () => {
    const { stream, written } = madeUpStream();
    let now = 0;
    const display = createProgressDisplay({ stream, quiet: false, clock: () => now });
    playStudy(display, (ms) => {
      now += ms;
    });
    expect(written().split("\n")).toEqual([
      "adapter: one",
      "training: 50/100 epochs, 10.0 epochs/s, 5.0 s left, loss 0.0200",
      "training: 100 epochs in 10 s, 10.0 epochs/s, loss 0.0100",
      "measuring: 5 networks in 2.0 s, 2.50 networks/s",
      "results in out",
      "",
    ]);
  });

  test("do not call a stage finished that was stopped, even at its last event", () => {
    const { stream, written } = madeUpStream();
    const display = createProgressDisplay({ stream, quiet: false, clock: () => 0 });
    display.show(epochs(100));
    display.stop();
    expect(written()).toBe("");
  });

  test("are not written at all with --quiet", () => {
    for (const { stream, written } of [madeUpStream(), madeUpStream(80)]) {
      playStudy(createProgressDisplay({ stream, quiet: true, clock: () => 0 }), () => {});
      expect(written()).toBe("");
    }
  });

  test("are what a terminal gets that cannot move its cursor", () => {
    vi.stubEnv("TERM", "dumb");
    const { stream, written } = madeUpStream(80);
    playStudy(createProgressDisplay({ stream, quiet: false, clock: () => 0 }), () => {});
    expect(written()).toContain("training: 100 epochs");
    expect(written().includes("\u001b")).toBe(false);
  });
});

const ESC = "\u001b";
/** Cursor and line control, which take no room. */
const controls = new RegExp(`${ESC}(?:[78]|\\[\\?25[lh]|\\[[0-9]*[GK])`, "g");

describe("bars on a terminal", () => {
  test.each([120, 80, 60, 40, 20])("never wrap in %i columns, and leave the cursor as it was", (columns) => {
    vi.useFakeTimers();
    vi.stubEnv("TERM", "xterm");
    const { stream, written } = madeUpStream(columns);
    const display = createProgressDisplay({ stream, quiet: false, clock: () => Date.now() });
    playStudy(display, (ms) => vi.advanceTimersByTime(ms));
    const drawings = written().split(new RegExp(`\n|${ESC}\\[1G`));
    const visible = drawings.map((text) => text.replaceAll(controls, ""));
    expect(visible.length).toBeGreaterThan(50);
    // Nothing but those controls: in particular no colours, with or without NO_COLOR.
    expect(visible.join("").includes(ESC)).toBe(false);
    for (const text of visible) expect(text.length, text).toBeLessThan(columns);
    expect(written().lastIndexOf(`${ESC}[?25h`)).toBeGreaterThan(written().lastIndexOf(`${ESC}[?25l`));
    expect(written()).toMatch(/\nresults in out\n$/);
  });

  test("end with all of the stage, its time and its last note", () => {
    vi.useFakeTimers();
    vi.stubEnv("TERM", "xterm");
    const { stream, written } = madeUpStream(80);
    playStudy(createProgressDisplay({ stream, quiet: false, clock: () => Date.now() }), (ms) =>
      vi.advanceTimersByTime(ms),
    );
    const lines = written().replaceAll(controls, "\r").split("\n");
    const last = lines.map((text) => text.split("\r").filter(Boolean).at(-1) ?? "");
    expect(last[1]).toMatch(/^training {2}█+ 100 % {2}in 10 s, 10\.0 epochs\/s, loss 0\.0100$/);
    expect(last[2]).toMatch(/^measuring █+ 100 % {2}in 2\.0 s, 2\.50 networks\/s$/);
  });

  const training = (done: number, elapsedMs: number): StageProgress => ({
    stage: "train",
    elapsedMs,
    finished: false,
    event: epochs(done, "loss 0.1234"),
  });

  test("are as long at every moment, so that nothing jumps", () => {
    const progresses = [training(0, 0), training(3, 100), training(33, 9000), training(99, 1e7), training(100, 1e7)];
    const lengths = progresses.map((progress) => /[█░]+/.exec(progressBar(progress, 79))![0].length);
    expect(new Set(lengths).size).toBe(1);
    expect(lengths[0]).toBeGreaterThanOrEqual(10);
  });

  test("say 100 % when all is done and not before, and 0 % before the first event", () => {
    expect(progressBar(training(99.99, 1000), 79)).toContain(" 99 %");
    expect(progressBar(training(100, 1000), 79)).toContain(" 100 %");
    expect(progressBar({ stage: "measure", elapsedMs: 5000, finished: false, event: undefined }, 79)).toMatch(/ 0 %$/);
  });
});

test("durations are read at a glance", () => {
  const texts = [0, 950, 9449, 9960, 75_000, 119_600, 725_000, 7_199_600, 12_000_000].map(duration);
  expect(texts).toEqual([
    "0.0 s",
    "0.9 s",
    "9.4 s",
    "10 s",
    "75 s",
    "2 min 0 s",
    "12 min 5 s",
    "2 h 0 min",
    "3 h 20 min",
  ]);
});

test("text for people breaks at spaces, and goes on below its first word", () => {
  expect(wrapped("Used: ", "one two three", 13)).toEqual(["Used: one two", "      three"]);
  expect(wrapped("", "unbreakable", 5)).toEqual(["unbreakable"]);
});
