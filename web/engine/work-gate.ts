/** Where long work is held up or ended between two submits: for a pause, for a click that must not wait, for good. */
import { RunError } from "../../src/core/errors.ts";
import type { Gate } from "../../src/gpu/device/context.ts";

/** Work that was given up because somebody asked for it: no fault. */
export class StoppedError extends RunError {
  constructor() {
    super({ what: "stopped" });
  }
}

export class WorkGate {
  #paused = false;
  #stopped = false;
  #guests = 0;
  #opening: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  #closedSince: number | undefined;
  #heldMs = 0;

  /** For the device that the work runs on. */
  readonly ask: Gate = () => {
    if (this.#stopped) throw new StoppedError();
    if (!this.#closed) return undefined;
    this.#closedSince ??= performance.now();
    this.#opening ??= openable();
    return this.#opening.promise;
  };

  get #closed(): boolean {
    return this.#paused || this.#guests > 0;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Milliseconds for which work has waited here. */
  get heldMs(): number {
    return this.#heldMs;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#reconsider();
  }

  /** Ends the work that runs at its next submit. */
  stop(): void {
    this.#stopped = true;
    this.#reconsider();
  }

  /** For the work that comes next. */
  reset(): void {
    this.#stopped = false;
    this.#paused = false;
  }

  /** Does `work` while the long work waits. */
  async first<T>(work: () => Promise<T>): Promise<T> {
    this.#guests++;
    try {
      return await work();
    } finally {
      this.#guests--;
      this.#reconsider();
    }
  }

  #reconsider(): void {
    if (this.#closed && !this.#stopped) return;
    if (this.#closedSince !== undefined) this.#heldMs += performance.now() - this.#closedSince;
    this.#closedSince = undefined;
    this.#opening?.resolve();
    this.#opening = undefined;
  }
}

function openable(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
