/** Long work, one job after another: each can be given up while it runs or before. */
import { StoppedError, type WorkGate } from "./work-gate.ts";

export type JobOutcome = "done" | "cancelled" | "failed";

export interface Job {
  /** The page's number for it, where it can be given up by that. */
  readonly request?: number;
  run(): Promise<void>;
  /** Told of an error that is not the job's being given up. */
  onFault(error: unknown): void;
  /** @param hasRun false for a job that was given up while it waited, perhaps for another that still runs */
  onEnd(outcome: JobOutcome, hasRun: boolean): void;
}

export class JobQueue {
  readonly #gate: WorkGate;
  readonly #waiting: Job[] = [];
  #running: Job | undefined;

  constructor(gate: WorkGate) {
    this.#gate = gate;
  }

  get busy(): boolean {
    return this.#running !== undefined;
  }

  /** Resolves when the queue is empty again. */
  async add(job: Job): Promise<void> {
    this.#waiting.push(job);
    if (this.#running !== undefined) return;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#running = next;
      this.#gate.reset();
      const outcome = await this.#outcome(next);
      // Whoever is told may add a job: it waits, since this loop goes on.
      next.onEnd(outcome, true);
    }
    this.#running = undefined;
  }

  async #outcome(job: Job): Promise<JobOutcome> {
    try {
      await job.run();
      return "done";
    } catch (error) {
      if (error instanceof StoppedError) return "cancelled";
      job.onFault(error);
      return "failed";
    }
  }

  /** Gives up those jobs that `condition` holds for. */
  cancel(condition: (job: Job) => boolean): void {
    for (const job of this.#waiting.filter(condition)) {
      this.#waiting.splice(this.#waiting.indexOf(job), 1);
      job.onEnd("cancelled", false);
    }
    if (this.#running !== undefined && condition(this.#running)) this.#gate.stop();
  }
}
