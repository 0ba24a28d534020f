import { type Fault, RunError, UsageError } from "../../src/core/errors.ts";

/** What was refused, and why; throws where nothing was, or where it was no fault of this kind. */
export async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RunError || error instanceof UsageError) return error.fault;
  throw error ?? new Error("nothing was refused");
}
