/**
 * Ctrl+C and its kind: what is finished is saved, what was kept and how to go on is said, and the process ends by the
 * signal, as shells and schedulers expect (they show it as 130 or 143). A second signal ends it at once.
 */
import { type Fault, RunError } from "../../core/errors.ts";
import { putInOrder } from "../../platform/node/at-end.ts";
import { tell } from "../display/standard-streams.ts";

const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type Signal = keyof typeof signals;

/** What is finished is saved for no longer than this, so that all is over within 5 seconds: schedulers kill those that linger. */
const SAVE_MS = 4000;
/** A signal that this process sends itself arrives before. */
const ARRIVAL_MS = 1000;

type Save = () => Promise<void>;
const saves = new Set<Save>();

/** @param save writes what is finished and not yet in a file @returns takes it back */
export function saveOnSignal(save: Save): () => void {
  saves.add(save);
  return () => saves.delete(save);
}

/** What is said of a command that a signal ends. */
export type Told = Pick<Fault, "kept" | "fix">;

/** Ends the process as the signal asks. */
function end(signal: Signal, listener: (signal: Signal) => void): never {
  putInOrder();
  process.off(signal, listener);
  process.kill(process.pid, signal);
  // The first process of a container is not ended by its own signals.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ARRIVAL_MS);
  process.exit(128 + signals[signal]);
}

async function saved(): Promise<void> {
  const limit = new Promise<void>((resolve) => {
    setTimeout(resolve, SAVE_MS).unref();
  });
  const all = Promise.allSettled([...saves].map((save) => save()));
  await Promise.race([all, limit]);
}

/**
 * From now on, signals end the process in order.
 * @param stop gives back the terminal as it was
 * @param told asked when all is saved
 */
export function endInOrder(stop: () => void, told: () => Told | Promise<Told>): void {
  let ending = false;
  const listener = async (signal: Signal): Promise<void> => {
    if (ending) end(signal, listener);
    ending = true;
    stop();
    await saved();
    const { message } = new RunError({ what: `stopped by ${signal}`, ...(await told()) });
    tell(`gpu-importance: ${message}`, () => end(signal, listener));
  };
  for (const signal of Object.keys(signals) as Signal[]) process.on(signal, listener);
}
