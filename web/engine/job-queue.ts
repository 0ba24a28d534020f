/** Long work, one job after another: each can be given up while it runs or before. */
import { StoppedError, type WorkGate } from "./work-gate.ts";

export type JobOutcome = "done" | "cancelled" | "failed";

export interface Job {
  /** The page's number for it, where it can be given up by that. */
  readonly request?: number;
  run(): Promise<void>;
  /** Told of an error that is not the job's being given up. */
  onFault(error: unknown): void;
  onEnd(outcome: JobOutcome): void;
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
      this.#running = undefined;
      next.onEnd(outcome);
    }
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
      job.onEnd("cancelled");
    }
    if (this.#running !== undefined && condition(this.#running)) this.#gate.stop();
  }
}
