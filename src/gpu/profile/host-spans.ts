/** Where the host's time goes: stages, one after the other, and named pieces of work within them. */
import type { SpanProfile, TraceEvent } from "../../core/profile.ts";

/** Events that a trace keeps of each kind, so that memory stays flat however long a run is. */
export const MOST_EVENTS = 250_000;

/** Stage of what happens outside all stages. */
const NO_STAGE = "other";

export class HostSpans {
  readonly #keep: boolean;
  readonly #totals = new Map<string, SpanProfile & { readonly stage: string; count: number; hostMs: number }>();
  readonly stages: TraceEvent[] = [];
  /** Empty unless events are kept. */
  readonly work: TraceEvent[] = [];
  /** The stage that is under way. */
  stage: string = NO_STAGE;
  /** Events beyond MOST_EVENTS. */
  leftOut = 0;

  /** @param keep whether single pieces of work are wanted, not their totals alone */
  constructor(keep: boolean) {
    this.#keep = keep;
  }

  /** Times a stage; stages do not nest. */
  async inStage<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const before = this.stage;
    const startMs = performance.now();
    this.stage = stage;
    try {
      return await work();
    } finally {
      this.stages.push({ name: stage, startMs, endMs: performance.now() });
      this.stage = before;
    }
  }

  /** Adds a piece of work that has ended now. */
  add(name: string, startMs: number): void {
    const endMs = performance.now();
    const key = JSON.stringify([this.stage, name]);
    const total = this.#totals.get(key) ?? { stage: this.stage, name, count: 0, hostMs: 0 };
    this.#totals.set(key, total);
    total.count++;
    total.hostMs += endMs - startMs;
    if (!this.#keep) return;
    if (this.work.length < MOST_EVENTS) this.work.push({ name, startMs, endMs });
    else this.leftOut++;
  }

  /** Totals of one stage by name, longest first. */
  totals(stage: string): SpanProfile[] {
    const own = [...this.#totals.values()].filter((total) => total.stage === stage);
    const spans = own.map(({ name, count, hostMs }) => ({ name, count, hostMs }));
    return spans.sort((a, b) => b.hostMs - a.hostMs);
  }

  /** Names of the stages, in the order in which they first ended. */
  get stageNames(): string[] {
    return [
      ...new Set([...this.stages.map(({ name }) => name), ...[...this.#totals.values()].map(({ stage }) => stage)]),
    ];
  }

  /** Time within a stage, each time it was entered. */
  wallMs(stage: string): number {
    const own = this.stages.filter(({ name }) => name === stage);
    return own.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  }
}
