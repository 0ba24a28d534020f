import { RunError } from "../../src/core/errors.ts";

/** What was refused, and why; throws where nothing was, or where it was no RunError. */
export async function faultOf(promise: Promise<unknown>): Promise<RunError["fault"]> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RunError) return error.fault;
  throw error ?? new Error("nothing was refused");
}
