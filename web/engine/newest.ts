/** Requests that replace each other: one is worked on, one waits, and those between are never answered. */

export class Newest<Request> {
  readonly #work: (request: Request) => Promise<void>;
  #waiting: Request | undefined;
  #running = false;

  /** @param work must not reject */
  constructor(work: (request: Request) => Promise<void>) {
    this.#work = work;
  }

  /** Whether a newer request waits. */
  get overtaken(): boolean {
    return this.#waiting !== undefined;
  }

  async offer(request: Request): Promise<void> {
    this.#waiting = request;
    if (this.#running) return;
    this.#running = true;
    for (let next = this.#take(); next !== undefined; next = this.#take()) await this.#work(next);
    this.#running = false;
  }

  #take(): Request | undefined {
    const next = this.#waiting;
    this.#waiting = undefined;
    return next;
  }
}
