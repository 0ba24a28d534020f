/**
 * Submits long work in pieces: operating systems and browsers kill long dispatches (Windows after about 2 s), so pieces
 * are sized while running to last about as long as `pace` says, two in flight so that the device never waits for the host.
 */
import type { GpuContext } from "./context.ts";
import { type Recorder, submit } from "./recorder.ts";

const IN_FLIGHT = 2;

interface PacedWork {
  /** Label of the compute passes. */
  readonly label: string;
  /** Units of work in all, for example training steps. */
  readonly units: number;
  /** Operations of one unit, where units are alike: what the device does in a time is learnt from them. */
  readonly unitOperations?: number;
  /** Encodes units [first, end). */
  encode(to: Recorder, first: number, end: number): void;
  /** Called as pieces finish. */
  onProgress?(done: number): void;
}

/** Remembers, from one piece of work to the next of the same kind, how many units fit into a piece. */
export class Pacer {
  readonly #gpu: GpuContext;
  #unitsPerSubmit = 1;

  constructor(gpu: GpuContext) {
    this.#gpu = gpu;
  }

  /**
   * Runs all units and resolves when the device is done with them.
   * @throws RunError with what the device reported.
   */
  async run(work: PacedWork): Promise<void> {
    const pending: { readonly done: Promise<undefined>; readonly units: number; readonly to: number }[] = [];
    let idleSince = performance.now();
    const first = { units: 0, until: idleSince };
    const retire = async (): Promise<void> => {
      const piece = pending.shift()!;
      await piece.done;
      this.#gpu.check();
      const now = performance.now();
      this.#adapt(piece.units, now - idleSince);
      idleSince = now;
      // Not counted below: some adapters compile a shader when it first runs.
      if (first.units === 0) Object.assign(first, { units: piece.units, until: now });
      work.onProgress?.(piece.to);
    };
    /** Waits with nothing in flight, so that the time counts as nobody's. */
    const hold = async (opening: Promise<void>): Promise<void> => {
      while (pending.length > 0) await retire();
      const closed = performance.now();
      await opening;
      idleSince = performance.now();
      first.until += idleSince - closed;
    };
    for (let from = 0; from < work.units; ) {
      for (let opening = this.#gpu.gate?.(); opening !== undefined; opening = this.#gpu.gate?.()) await hold(opening);
      const to = Math.min(work.units, from + this.#unitsPerSubmit);
      submit(this.#gpu, work.label, (recorder) => work.encode(recorder, from, to));
      pending.push({ done: this.#gpu.device.queue.onSubmittedWorkDone(), units: to - from, to });
      from = to;
      if (pending.length === IN_FLIGHT) await retire();
    }
    while (pending.length > 0) await retire();
    const counted = work.units - first.units;
    if (work.unitOperations !== undefined && counted > 0) {
      this.#gpu.pace.observe(work.unitOperations, (idleSince - first.until) / counted);
    }
  }

  /** Grows at most fourfold a time, so that one lucky measurement cannot make a piece too long. */
  #adapt(units: number, elapsedMs: number): void {
    const fitting = Math.floor((units * this.#gpu.pace.submitMs) / Math.max(elapsedMs, 0.01));
    this.#unitsPerSubmit = Math.max(1, Math.min(fitting, this.#unitsPerSubmit * 4));
  }
}
