/**
 * The device that a study runs on, and another one should it be lost: a driver that restarts or a dispatch that took too
 * long must not cost what is finished. A study is done piece by piece; the piece in which the device was lost is done
 * again, once, on a new device that takes less at a time.
 */
import { RunError } from "../../core/errors.ts";
import type { GpuContext } from "./context.ts";
import { DeviceError, DeviceLostError, OutOfMemoryError } from "./device-errors.ts";

/** Of memory, and of the length of a submit, after a device was lost. */
export const SHARE_AFTER_LOSS = 0.5;

/** A part of the study that is done whole or not at all. */
interface Piece<T> {
  /** What messages say was being tried: `training repeats 0 to 4`. */
  readonly doing: string;
  /** What it was planned to take, for messages. */
  readonly plan: string;
  run(): Promise<T>;
}

/** Opens a device on a fresh adapter, with SHARE_AFTER_LOSS of what the lost one had. */
type Reopen = (loss: RunError) => Promise<GpuContext>;

/** After an error that the loss of the device may have caused: how long the message of it may take. */
const NEWS_MS = 500;

export class Devices {
  #current: GpuContext;
  #reopen: Reopen | undefined;

  /** @param reopen called at most once; without it a lost device ends the study */
  constructor(first: GpuContext, reopen?: Reopen) {
    this.#current = first;
    this.#reopen = reopen;
  }

  get current(): GpuContext {
    return this.#current;
  }

  /**
   * Runs the piece that `pieceOn` plans for a device, and after a loss the one that it plans for the next.
   * @throws RunError that says what was being tried, with which plan, and which option helps.
   */
  async attempt<T>(pieceOn: (gpu: GpuContext) => Piece<T>): Promise<T> {
    const gpu = this.#current;
    const piece = pieceOn(gpu);
    try {
      return await piece.run();
    } catch (error) {
      const reason = await reasonOf(gpu, error);
      if (!(reason instanceof DeviceError)) throw reason;
      const failure = explained(reason, piece, gpu);
      const reopen = this.#reopen;
      if (!(reason instanceof DeviceLostError) || reopen === undefined) throw failure;
      this.#reopen = undefined;
      gpu[Symbol.dispose]();
      this.#current = await replacement(reopen, failure, gpu);
      return await this.attempt(pieceOn);
    }
  }

  [Symbol.dispose](): void {
    this.#current[Symbol.dispose]();
  }
}

/** The loss of the device where that is behind an error: work on a lost device fails in many ways. */
export async function reasonOf(gpu: GpuContext, error: unknown): Promise<unknown> {
  const device = error instanceof DeviceError || !(error instanceof RunError);
  if (!device || error instanceof DeviceLostError) return error;
  const noNews = new Promise<undefined>((resolve) => setTimeout(resolve, NEWS_MS));
  return (await Promise.race([gpu.loss, noNews])) ?? error;
}

function explained(reason: DeviceError, { doing, plan }: Piece<unknown>, { memoryBytes }: GpuContext): RunError {
  const [now, half] = [memoryBytes, memoryBytes / 2].map((bytes) => Math.round(bytes / 1e6));
  const less = `--memory ${half} (now ${now}), fewer --repeats or smaller --hidden`;
  const fixes = [
    [OutOfMemoryError, less],
    [DeviceLostError, `run again with ${less}; or another --adapter (gpu-importance doctor lists them)`],
  ] as const;
  const fix = fixes.find(([kind]) => reason instanceof kind)?.[1] ?? reason.fault.fix!;
  const where = `${doing}, on ${reason.fault.where}`;
  return new RunError({ ...reason.fault, where, expected: plan, fix }, { cause: reason });
}

/** @throws RunError where there is no such adapter any more: another would compute other bits. */
async function replacement(reopen: Reopen, failure: RunError, lost: GpuContext): Promise<GpuContext> {
  let gpu: GpuContext;
  try {
    gpu = await reopen(failure);
  } catch (cause) {
    if (!(cause instanceof RunError)) throw cause;
    throw new RunError(
      { ...failure.fault, found: `${failure.fault.found}; and ${cause.fault.what}` },
      { cause: failure },
    );
  }
  if (JSON.stringify(gpu.facts) === JSON.stringify(lost.facts)) return gpu;
  gpu[Symbol.dispose]();
  const found = `${failure.fault.found}; only another adapter is left: ${gpu.facts.description}`;
  throw new RunError({ ...failure.fault, found }, { cause: failure });
}

/** Something on a device that is made again on the next one, and kept as long as the device stays. */
export class PerDevice<T extends Disposable> {
  readonly #make: (gpu: GpuContext) => T;
  #made: { readonly gpu: GpuContext; readonly value: T } | undefined;

  constructor(make: (gpu: GpuContext) => T) {
    this.#make = make;
  }

  on(gpu: GpuContext): T {
    if (this.#made?.gpu !== gpu) {
      this[Symbol.dispose]();
      this.#made = { gpu, value: this.#make(gpu) };
    }
    return this.#made.value;
  }

  [Symbol.dispose](): void {
    this.#made?.value[Symbol.dispose]();
    this.#made = undefined;
  }
}
