/**
 * Training that is kept on its way, so that a kill costs a minute of it and not all: parameters and moments of networks after an
 * epoch, as parts that go when their networks are there.
 */
import type { Clock } from "../core/platform.ts";
import type { TrainingState } from "../train/training-state.ts";
import type { StudyParts } from "./study-parts.ts";

/** Milliseconds between two checkpoints, unless somebody asks for others. */
const CHECKPOINT_MS = 60_000;
/** Writing takes one part in so many of the time at most. */
const PAUSES = 50;

export class Checkpoints {
  readonly #parts: StudyParts;
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #before: (() => Promise<void>) | undefined;
  #isTraining = false;
  #endedAt = 0;
  #tookMs = 0;
  /** Told when the training in hand is kept. */
  readonly #waiting = new Set<() => void>();

  /** @param before done before each of them: what has to be kept by the time that it is */
  constructor(parts: StudyParts, clock: Clock, everyMs = CHECKPOINT_MS, before?: () => Promise<void>) {
    this.#parts = parts;
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#before = before;
  }

  /** Those that are there and whole. */
  async find(repeats: readonly number[]): Promise<TrainingState[]> {
    const found: TrainingState[] = [];
    for (const repeat of repeats) {
      const state = await this.#parts.find("checkpoint", repeat);
      if (state !== undefined) found.push(state);
    }
    return found;
  }

  /** Some networks are trained from now on. */
  begin(): void {
    this.#isTraining = true;
    this.#endedAt = this.#clock();
  }

  /** Whether what was trained since the last one is worth another, or somebody waits for it. */
  isDue(): boolean {
    if (this.#waiting.size > 0) return true;
    return this.#clock() - this.#endedAt >= Math.max(this.#everyMs, PAUSES * this.#tookMs);
  }

  /** @param states of networks that are trained together */
  async keep(states: readonly TrainingState[]): Promise<void> {
    const begin = this.#clock();
    await this.#before?.();
    await Promise.all(states.map((state) => this.#parts.write("checkpoint", state.repeat, state)));
    this.#endedAt = this.#clock();
    this.#tookMs = this.#endedAt - begin;
    this.#release();
  }

  /** The networks are in the store. */
  async drop(repeats: readonly number[]): Promise<void> {
    this.#isTraining = false;
    this.#release();
    await Promise.all(repeats.map((repeat) => this.#parts.remove("checkpoint", repeat)));
  }

  /** Has the training in hand kept at the end of its epoch; done when it is, or when nothing is trained. */
  async soon(): Promise<void> {
    if (!this.#isTraining) return;
    await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  #release(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
